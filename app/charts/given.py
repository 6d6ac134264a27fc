"""From what the core tells to what a chart takes: the same for a page and for paper."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date

Data = dict[str, Any]


def mood(points: Iterable[Mapping[str, Any]], events: Iterable[Mapping[str, Any]] = ()) -> Data:
    """For ``mood_line`` and ``mood_small``: points as ``course.points`` gives them."""
    return {"points": list(points), "events": list(events)}


def measure(told: Mapping[str, Any], time_zone: str, language: str) -> Data:
    """For ``measure_line``: an entry of ``measures.course_of``, with days in words."""
    series = [each | {"when": day(each["at"], time_zone, language)} for each in told["series"]]
    names = ("name", "range", "better", "bands", "change")
    return {name: told[name] for name in names} | {"series": series, "reliable": told["points"]}


def attendance(sessions: Iterable[Mapping[str, Any]]) -> Data:
    """For ``attendance``: sessions with ``number`` and ``status``."""
    return {"sessions": [{"number": each["number"], "status": each["status"]} for each in sessions]}


def goals(ends: Iterable[Mapping[str, Any]]) -> Data:
    """For ``goals``: as ``goals.then_and_now`` gives them."""
    return {"goals": list(ends)}


def steps(planned: Iterable[Mapping[str, Any]]) -> Data:
    """For ``steps``: the newest first, as ``course.course_page`` gives them."""
    told = [{"number": each["number"], "outcome": each["kept"]} for each in planned]
    return {"steps": told[::-1]}


def circle(drawn: Mapping[str, Any], title: str) -> Data:
    """For ``circle``: as ``closeness_circle.drawn`` gives it."""
    return {"drawn": drawn, "title": title}


def day(at: datetime, time_zone: str, language: str) -> str:
    """A day without its year: 3 Nov."""
    local = at.astimezone(ZoneInfo(time_zone)).date()
    return str(format_date(local, "d MMM", locale=language.replace("-", "_")))
