"""The charts of a course in the reader's language, as drawings for a page."""

from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from app import charts, runtime
from app.charts import given
from app.exercises.closeness_circle import paired


def of_member(told: dict[str, Any], time_zone: str) -> dict[str, Any]:
    """The charts of ``course.course_page`` with its measures; None where there is nothing to draw yet."""
    circle = told["then"]["circle"]
    ends = told["then"]["goals"]
    return {
        "mood": _draw("mood_line", given.mood(told["mood"], told["events"])) if _any(told["mood"]) else None,
        "circles": [
            _draw("circle", given.circle(circle[which], _when(circle[f"{which}_number"], otherwise)))
            for which, otherwise in (("first", _("Then")), ("last", _("Now")))
            if circle[which] is not None
        ],
        "people": paired(circle["first"], circle["last"]) if circle["first"] else [],
        "measures": {
            each["id"]: _draw("measure_line", given.measure(each, time_zone, language()))
            for each in told["measures"]
        },
        "attendance": _draw("attendance", given.attendance(told["attendance"])),
        "goals": _draw("goals", given.goals(ends))
        if any(each["first"] is not None for each in ends)
        else None,
        "steps": _draw("steps", given.steps(told["steps"])) if told["steps"] else None,
    }


def of_group(told: dict[str, Any]) -> dict[str, Any]:
    """By member of ``group_course.group_course``: the small mood line; None before the first number."""
    found: dict[str, Any] = {}
    for each in told["members"]:
        found[each["id"]] = _draw("mood_small", given.mood(each["mood"])) if _any(each["mood"]) else None
        runtime.give_way()
    return found


def language() -> str:
    return str(get_locale() or "en")


def _draw(name: str, data: dict[str, Any]) -> charts.Drawing:
    return charts.draw(name, data, language())


def _any(points: list[dict[str, Any]]) -> bool:
    return any(each["value"] is not None for each in points)


def _when(number: int | None, otherwise: str) -> str:
    return _("Session %(number)s", number=number) if number else otherwise
