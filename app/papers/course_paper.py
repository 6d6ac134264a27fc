"""The course of one member over the weeks, as a paper: the same as their page says, without its forms."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Connection

from app import runtime
from app.charts import given
from app.core import course, measures, overview
from app.papers import drawings, wording
from app.papers.blocks import Block, answer, facts, heading, pair, part, table, text, words
from app.services import services


def gather(db: Connection, asked: Any) -> dict[str, Any]:
    """The paper of one member's course; NotFound if they are not of this group."""
    told = course.course_page(db, asked.group_id, asked.member_id)
    scores = measures.course_of(db, asked.member_id, services().settings.reliable_change)
    group = overview.group_page(db, asked.group_id)["group"]
    runtime.give_way()
    content = [
        _figures(told, group),
        drawings.chart("attendance", given.attendance(told["attendance"]))[0] if told["attendance"] else None,
        *_mood(told),
        *_circles(told["then"]["circle"]),
        *_measures(scores, group["time_zone"]),
        *_goals(told["goals"], told["then"]["goals"]),
        *_steps(told["steps"]),
        *_people(told["inventory"]),
        *_beginning(told["timeline"]),
    ]
    under = [_focus(told["focus"])] if told["focus"]["areas"] else []
    title = _("The course of %(name)s", name=told["member"]["alias"])
    return wording.laid_out(
        title, content, over=group["name"], under=under, footer=_("Course"), about=_("Course")
    )


def _focus(focus: dict[str, Any]) -> str:
    areas = ", ".join(wording.area(each) for each in focus["areas"])
    told = _("Focus: %(areas)s.", areas=areas)
    return f"{told} {focus['sentence']}" if focus["sentence"] else str(told)


def _figures(told: dict[str, Any], group: dict[str, Any]) -> Block:
    done = [each for each in told["attendance"] if each["ended"]]
    held = [each for each in done if each["status"] != "before"]  # sessions before they joined count nowhere
    there = [each for each in held if each["there"]]
    missed = [each["number"] for each in held if each["status"] == "absent"]
    excused = [each["number"] for each in held if each["status"] == "excused"]
    also = [_("missed %(numbers)s", numbers=_list(missed))] if missed else []
    also += [_("excused: %(numbers)s", numbers=_list(excused))] if excused else []
    work = told["turns"]["sessions"]
    left = max(group["of"] - len(done), 0) if group["of"] else None
    ahead = ngettext("%(num)s session to go", "%(num)s sessions to go", left) if left is not None else ""
    return facts(
        [
            (_("There"), _("%(came)s of %(all)s", came=len(there), all=len(held)), "; ".join(also) or ahead),
            (_("Time of their own"), len(work), _("in %(numbers)s", numbers=_list(work)) if work else ""),
            (_("Mood, first and last"), _then_now(told["then"]["mood"]), ""),
        ]
    )


def _list(numbers: list[int]) -> str:
    return ", ".join(str(each) for each in numbers)


def _then_now(ends: dict[str, Any] | None) -> str:
    if not ends or ends["first"] is None:
        return "–"
    if ends["last"] is None:
        return str(ends["first"])
    return str(_("%(first)s to %(last)s", first=ends["first"], last=ends["last"]))


def _mood(told: dict[str, Any]) -> list[Block | None]:
    if not told["then"]["mood"]:
        return []
    line, legend = drawings.chart("mood_line", given.mood(told["mood"], told["events"]))
    return part(_("Mood, and what moved it"), line, text("\n".join(legend)) if legend else None)


def _circles(circle: dict[str, Any]) -> list[Block | None]:
    first, last = circle["first"], circle["last"]
    if first is None:
        return []
    then, now = _when(circle["first_number"], _("Then")), _when(circle["last_number"], _("Now"))
    if last is None:
        drawn = drawings.circle(first, then, 50)
    else:
        drawn = pair([drawings.circle(first, then)], [drawings.circle(last, now)])
    title = _("People near and far, then and now")
    return part(title, drawn, *drawings.circle_list(first, last))


def _when(number: int | None, otherwise: str) -> str:
    return str(_("Session %(number)s", number=number)) if number else otherwise


def _measures(scores: list[dict[str, Any]], zone: str) -> list[Block | None]:
    rows = [
        [each["name"], _score(each["first"]), _score(each["last"]), wording.means(each)] for each in scores
    ]
    told = table([_("Measure"), _("First"), _("Now"), _("What that means")], rows, numbers=(1, 2), wide=3)
    said = _("Ranges are screening words, never a diagnosis. A change says nothing of its cause.")
    drawn = [_drawn(each, zone) for each in scores if each["first"] is not None]
    return part(_("Measures"), told, text(said, True), *drawn) if told else []


def _drawn(each: dict[str, Any], zone: str) -> Block:
    return drawings.chart("measure_line", given.measure(each, zone, drawings.language()), each["name"])[0]


def _score(value: int | None) -> str:
    return "–" if value is None else str(value)


def _goals(goals: list[dict[str, Any]], ends: list[dict[str, Any]]) -> list[Block | None]:
    if not goals:
        return []
    status = {"open": "", "met": _("Met"), "let_go": _("Let go")}
    rows = [[each["text"], _then_now(_ends(each["ratings"])), status[each["status"]]] for each in goals]
    drawn, _legend = drawings.chart("goals", given.goals(ends))
    return part(_("Goals"), drawn, table([_("Goal"), _("From 0 to 10"), ""], rows))


def _ends(ratings: list[int]) -> dict[str, Any] | None:
    if not ratings:
        return None
    return {"first": ratings[0], "last": ratings[-1] if len(ratings) > 1 else None}


def _steps(steps: list[dict[str, Any]]) -> list[Block | None]:
    rows = [[each["text"], each["when"], each["outcome"] or _("Not looked back on yet")] for each in steps]
    drawn = drawings.chart("steps", given.steps(steps))[0] if steps else None
    return part(_("Steps"), drawn, table([_("Step"), _("When"), _("How it went")], rows))


def _people(inventory: list[dict[str, Any]]) -> list[Block | None]:
    found: list[Block | None] = []
    for entry in inventory:
        found.append(heading(_when(entry["number"], _("In a meeting")), 2))
        said = [words(each["text"], label=each["prompt"]) for each in entry["parts"]]
        if entry["hidden"]:
            said.append(words(_("The words are in the signed note."), short=True))
        found += answer(said, "")
    return part(_("People in their own words"), *found)


def _beginning(timeline: dict[str, Any] | None) -> list[Block | None]:
    return part(_("When it began"), words(timeline["text"])) if timeline else []
