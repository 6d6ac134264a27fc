"""timeline: events, mood along them, and when the low time began.

Data: `{"span": {"from", "to"}, "events": [{"when", "label", "kind": "hard" | "good" | ""}], "mood":
[{"when", "value": 0..10}], "onset"}`; months as "2026-11" or ""; at most 20 events with names of 80 code
points, 24 moods.
"""

import re
from collections.abc import Mapping
from typing import Any

from app.exercises.plain import N_, Unreadable
from app.exercises.shapes import line, number, one_of, part, rows

EVENTS, MOODS = 20, 24
KINDS = ("hard", "good")
MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")
NOT_MONTH = N_("Please give a month, such as 2026-11.")
LEFT, RIGHT, TOP, BOTTOM = 26, 346, 84, 204  # of the chart, in a field of 360 by 246
LEVELS = (60, 38, 16)  # where the numbers of events stand, the lowest first
APART = 22  # of two numbers on one level


def read(value: object, prompt: Mapping[str, Any]) -> dict[str, Any]:
    """Return the timeline in the order of time, or raise Unreadable."""
    key = prompt["key"]
    given = part(value, (), {"span": {}, "events": [], "mood": [], "onset": ""}, key)
    span = part(given["span"], (), {"from": "", "to": ""}, key)
    events = [_event(each, key) for each in rows(given["events"], EVENTS, key)]
    moods = [_mood(each, key) for each in rows(given["mood"], MOODS, key)]
    return {
        "span": {name: _month(span[name], key) for name in ("from", "to")},
        "events": sorted((each for each in events if each["label"] or each["when"]), key=_when),
        "mood": sorted((each for each in moods if each["when"]), key=_when),
        "onset": _month(given["onset"], key),
    }


def is_blank(value: dict[str, Any]) -> bool:
    """Say whether there is neither an event nor a mood nor a beginning."""
    return not (value["events"] or value["mood"] or value["onset"])


def as_text(value: dict[str, Any], prompt: Mapping[str, Any]) -> str:
    """Return a line for each event and each mood, in the order of time; events with their numbers."""
    told = [
        (each["when"], f"{place}. {each['when'] or '?'}: {each['label']}{_sign(each)}")
        for place, each in enumerate(value["events"], 1)
    ]
    told += [(each["when"], f"{each['when']}: mood {each['value']}") for each in value["mood"]]
    if value["onset"]:
        told.append((value["onset"], f"{value['onset']}: the low time began"))
    return "\n".join(text for _, text in sorted(told, key=lambda each: each[0]))


def drawn(value: dict[str, Any], prompt: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chart: points of the mood line, numbered events and the beginning, in units of the field.
    Events that stand close have their numbers above each other.
    """
    months = [each["when"] for each in (*value["events"], *value["mood"]) if each["when"]]
    months += [each for each in (value["onset"], *value["span"].values()) if each]
    first, last = (min(months), max(months)) if months else ("", "")

    def x(month: str) -> float:
        wide = _count(last) - _count(first)
        return round(LEFT + (RIGHT - LEFT) * ((_count(month) - _count(first)) / wide if wide else 0.5), 1)

    points = [
        {"x": x(each["when"]), "y": round(BOTTOM - (BOTTOM - TOP) * each["value"] / 10, 1), **each}
        for each in value["mood"]
    ]
    events = [
        {"n": place, "x": x(each["when"]), **each}
        for place, each in enumerate(value["events"], 1)
        if each["when"]
    ]
    onset = x(value["onset"]) if value["onset"] else None
    return {
        "first": first,
        "last": last,
        "points": points,
        "line": " ".join(f"{each['x']},{each['y']}" for each in points),
        "events": [each | {"y": y} for each, y in zip(events, _levels(events), strict=True)],
        "onset": onset,
        "onset_anchor": "middle" if onset is None else _anchor(onset),
    }


def _levels(events: list[dict[str, Any]]) -> list[int]:
    """The height of each event's number: the lowest on which it touches no other, else the highest."""
    last = dict.fromkeys(LEVELS, -float(APART))
    found = []
    for each in events:
        y = next((level for level in LEVELS if each["x"] - last[level] >= APART), LEVELS[-1])
        last[y] = each["x"]
        found.append(y)
    return found


def _anchor(x: float) -> str:
    """How words at this place stay within the field."""
    return "start" if x < 90 else "end" if x > 270 else "middle"


def _event(value: object, key: str) -> dict[str, Any]:
    given = part(value, ["when", "label"], {"kind": ""}, key)
    return {
        "when": _month(given["when"], key),
        "label": line(given["label"], key, 80),
        "kind": one_of(given["kind"], KINDS, key),
    }


def _mood(value: object, key: str) -> dict[str, Any]:
    given = part(value, ["when", "value"], {}, key)
    return {"when": _month(given["when"], key), "value": number(given["value"], 0, 10, key)}


def _month(value: object, key: str) -> str:
    month = line(value, key, 10)
    if month and not MONTH.fullmatch(month):
        raise Unreadable(key, NOT_MONTH)
    return month


def _when(each: Mapping[str, Any]) -> str:
    return str(each["when"])


def _sign(event: Mapping[str, Any]) -> str:
    return f" ({event['kind']})" if event["kind"] else ""


def _count(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) if month else 0
