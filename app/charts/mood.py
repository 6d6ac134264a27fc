"""Mood over the sessions, with the events that moved it.

Data: ``points``, one for each session in its order: {"number", "value": 0 to 10 or None, "state"}, where the
state says why there is no value: ``missed``, ``silent`` (there, without a number) or ``ahead``; and
``events``: [{"number": of the session, "text"}]. A week without a number stays a gap: a dashed line leads
over it and is no value.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.charts import letters, lines
from app.charts.letters import label
from app.charts.words import Words

Drawing = dict[str, Any]
Point = dict[str, Any]
HIGHEST = 10
LEFT, RIGHT, TOP, STEP, PLOT = 34, 26, 24, 44, 130  # of the large one
EVENT, EVENT_ROW = 10, 36  # radius of an event's mark, and the row above the line in which they stand
SMALL_STEP, SMALL_PLOT, SMALL_EDGE = 13, 34, 26


def line(data: Mapping[str, Any], words: Words) -> Drawing:
    """The large one: axis, numbers, events by number, sessions to come, and a key of the signs in it."""
    _ = words.gettext
    events = _numbered(data.get("events", ()))
    top = TOP + (EVENT_ROW if events else 0)
    points = _placed(data["points"], LEFT + 16, STEP, top, PLOT)
    wide = max(LEFT + 16 + STEP * (len(points) - 1) + RIGHT, 300)
    marks = [_mark(each, points) for each in events if _at(each["number"], points)]
    foot = top + PLOT
    labels = [label(str(value), 26, _y(value, top, PLOT) + 4.5, "end") for value in (0, 5, HIGHEST)]
    labels += [label(str(each["number"]), each["x"], foot + 42, "middle") for each in points]
    labels += [label(_("Session"), LEFT, foot + 60)] if points else []
    shown = lines.shown(points)
    labels += lines.values(points, {each["session"] for each in marks})
    labels += [label(str(each["n"]), each["x"], each["y"] + 4.3, "middle", "event-n") for each in marks]
    key = letters.key(_key(points, marks, words), LEFT, foot + 70, wide - LEFT - 8)
    return {
        "template": "mood_line",
        "width": wide,
        "height": foot + 74 + key["height"],
        "title": _("Mood over the sessions"),
        "told": _told(points, events, words),
        "table": _table(points, words),
        "legend": [f"{each['n']}. {each['text']}" for each in events],
        "events": events,
        "grid": [{"x1": LEFT, "x2": wide - 8, "y": _y(value, top, PLOT)} for value in (0, 5, HIGHEST)],
        "lines": lines.joined(points),
        "gaps": lines.gaps(points),
        "points": [each | {"now": each is shown[-1]} for each in shown],
        "missed": [
            each | {"y": lines.between(each, points, foot)} for each in points if each["state"] == "missed"
        ],
        "silent": [
            each | {"y": lines.between(each, points, foot)} for each in points if each["state"] == "silent"
        ],
        "ahead": [{"x": each["x"], "y": foot} for each in points if each["state"] == "ahead"],
        "marks": marks,
        "key": key["marks"],
        "labels": labels + key["labels"],
    }


def small(data: Mapping[str, Any], words: Words) -> Drawing:
    """The same line as one of many: the first and the last number, gaps, and nothing else."""
    points = _placed(data["points"], SMALL_EDGE, SMALL_STEP, 11, SMALL_PLOT)
    wide = 2 * SMALL_EDGE + SMALL_STEP * max(len(points) - 1, 1)
    shown = lines.shown(points)
    labels = []
    for each, x, anchor in ((shown[:1], -7, "end"), (shown[1:][-1:], 7, "start")):
        labels += [label(str(one["value"]), one["x"] + x, one["y"] + 4.5, anchor, "strong") for one in each]
    return {
        "template": "mood_small",
        "width": wide,
        "height": 22 + SMALL_PLOT,
        "title": words.gettext("Mood over the sessions"),
        "told": _told(points, [], words),
        "table": _table(points, words),
        "foot": {"x1": SMALL_EDGE - 8, "x2": wide - SMALL_EDGE + 8, "y": 11 + SMALL_PLOT},
        "lines": lines.joined(points),
        "gaps": lines.gaps(points),
        "points": [each | {"now": each is shown[-1]} for each in shown],
        "labels": labels,
    }


# where everything stands


def _placed(
    given: Sequence[Mapping[str, Any]], left: float, step: float, top: float, high: float
) -> list[Point]:
    return [
        {
            "number": each["number"],
            "value": each["value"],
            "state": "" if each["value"] is not None else each.get("state", "missed"),
            "x": left + step * place,
            "y": None if each["value"] is None else _y(each["value"], top, high),
        }
        for place, each in enumerate(given)
    ]


def _y(value: float, top: float, high: float) -> float:
    return round(top + high * (1 - value / HIGHEST), 1)


def _numbered(events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One entry for a session, in the order of the sessions, numbered from 1."""
    by_session: dict[int, list[str]] = {}
    for each in sorted(events, key=lambda each: each["number"]):
        by_session.setdefault(each["number"], []).append(" ".join(each["text"].split()))
    return [
        {"n": n, "number": number, "text": " ".join(texts)}
        for n, (number, texts) in enumerate(by_session.items(), 1)
    ]


def _at(number: int, points: list[Point]) -> Point | None:
    return next((each for each in points if each["number"] == number), None)


def _mark(event: Mapping[str, Any], points: list[Point]) -> dict[str, Any]:
    point = _at(event["number"], points) or {}
    foot = (
        point["y"] - 9
        if point["value"] is not None
        else lines.between(point, points, TOP + EVENT_ROW + PLOT) - 8
    )
    return {
        "n": event["n"],
        "session": event["number"],
        "x": point["x"],
        "y": 14,
        "foot": max(foot, 14 + EVENT),
    }


# in words


def _key(points: list[Point], marks: list[Any], words: Words) -> list[tuple[str, str]]:
    _ = words.gettext
    states = {each["state"] for each in points}
    return [
        *([("event", _("what happened, told below"))] if marks else []),
        *([("missed", _("missed"))] if "missed" in states else []),
        *([("silent", _("there, no number"))] if "silent" in states else []),
        *([("ahead", _("still to come"))] if "ahead" in states else []),
    ]


def _told(points: list[Point], events: list[dict[str, Any]], words: Words) -> list[str]:
    _ = words.gettext
    shown = lines.shown(points)
    if not shown:
        return [_("No number yet.")]
    said = [_way(shown, words)] if shown[1:] else []
    for each in points:
        if each["value"] is not None:
            said.append(_("Session %(number)s: %(value)s.", number=each["number"], value=each["value"]))
        elif each["state"] != "ahead":
            said.append(_("Session %(number)s: %(state)s.", number=each["number"], state=_state(each, words)))
    ahead = sum(each["state"] == "ahead" for each in points)
    if ahead:
        said.append(words.ngettext("%(num)s session is ahead.", "%(num)s sessions are ahead.", ahead))
    for each in events:
        values = {"n": each["n"], "number": each["number"], "text": each["text"]}
        said.append(_("What happened, %(n)s, session %(number)s: %(text)s", **values))
    return said


def _way(shown: list[Point], words: Words) -> str:
    """The first number and the last; a change, and nothing of its cause."""
    _ = words.gettext
    first, last = shown[0], shown[-1]
    values = {"first": first["value"], "one": first["number"], "last": last["value"], "two": last["number"]}
    change = last["value"] - first["value"]
    values["by"] = abs(change)
    if change > 0:
        return _("From %(first)s in session %(one)s to %(last)s in session %(two)s: %(by)s higher.", **values)
    if change < 0:
        return _("From %(first)s in session %(one)s to %(last)s in session %(two)s: %(by)s lower.", **values)
    return _("%(first)s in session %(one)s and in session %(two)s.", **values)


def _state(point: Point, words: Words) -> str:
    _ = words.gettext
    return {"missed": _("missed"), "silent": _("there, no number"), "ahead": _("still to come")}[
        point["state"]
    ]


def _table(points: list[Point], words: Words) -> dict[str, Any]:
    _ = words.gettext
    rows = [
        [str(each["number"]), str(each["value"]) if each["value"] is not None else _state(each, words)]
        for each in points
    ]
    return {"head": [_("Session"), _("Mood")], "rows": rows}
