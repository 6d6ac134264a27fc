"""A measure from its first score to the last, over its bands, with the change that counts as reliable.

Data: ``name``, ``range`` (lowest and highest total), ``better`` (``lower`` or ``higher``), ``bands``
[{"label", "low", "high"}], ``series`` [{"when": a day in words, "value": total, or None where too much was
left blank, "pro_rated"}], ``reliable`` (points that count, or None) and ``change`` (codes, as
``app.core.measures.change_of`` gives them).
"""

from collections.abc import Mapping
from typing import Any

from app.charts import letters, lines
from app.charts.letters import Label, label
from app.charts.words import Words

Drawing = dict[str, Any]
LEFT, PLOT = 34, 190
ROOM, NEAREST, FARTHEST = 460, 34, 110  # for all steps together, and the least and the most of one
RELIABLE = ("improved", "worse")


def line(data: Mapping[str, Any], words: Words) -> Drawing:
    low, high = data["range"]
    series = data["series"]
    step = min(max(ROOM / max(len(series) - 1, 1), NEAREST), FARTHEST)
    across = LEFT + 30 + step * max(len(series) - 1, 0)
    beside = across + 50  # where the names of the bands begin
    wide = max(beside + max([letters.width(each["label"]) for each in data["bands"]] or [0]) + 10, 300)
    head = letters.wrap(_headline(data, words), wide - LEFT, 3, bold=True)
    top = 24 + letters.LEADING * len(head)
    foot = top + PLOT

    def y(value: float) -> float:
        return round(foot - PLOT * (value - low) / (high - low), 1)

    points = [
        dict(each)
        | {"number": n, "x": LEFT + 30 + step * n, "y": None if each["value"] is None else y(each["value"])}
        for n, each in enumerate(series)
    ]
    bands = [_band(each, data["range"], y) for each in data["bands"]]
    limits = _limits(data, y)
    signs = letters.key(_key(data, limits, words), LEFT, foot + 54, wide - LEFT - 8)
    labels = [label(each, LEFT, 14 + letters.LEADING * n, kind="strong") for n, each in enumerate(head)]
    labels += _axis(data, y)
    labels += _kept([label(each["label"], beside, each["middle"] + 4.5) for each in bands])
    labels += _days(points, foot + 42)
    return {
        "template": "measure_line",
        "width": round(wide),
        "height": foot + 58 + signs["height"],
        "title": data["name"],
        "told": told(data, words),
        "table": _table(data, words),
        "bands": bands,
        "frame": {"x": LEFT, "width": round(across + 42 - LEFT, 1), "y": top, "height": PLOT},
        "limits": [each | {"x1": LEFT + 30, "x2": across + 22} for each in limits],
        "lines": lines.joined(points),
        "gaps": lines.gaps(points),
        "points": [each | {"now": each is lines.shown(points)[-1]} for each in lines.shown(points)],
        "missed": [
            each | {"y": lines.between(each, points, foot)} for each in points if each["value"] is None
        ],
        "change": _arrow(data, points, across + 34),
        "key": signs["marks"],
        "labels": labels + lines.values(points) + signs["labels"],
    }


def verdicts(change: list[str], words: Words) -> list[str]:
    """What a change means, one sentence each."""
    _ = words.gettext
    said = {
        "improved": _("Improved reliably."),
        "worse": _("Worse reliably."),
        "small": _("Too small to be sure."),
        "response": _("Response."),
        "remission": _("Remission."),
        "recovered": _("Recovered by this measure."),
    }
    return [said[each] for each in change]


def told(data: Mapping[str, Any], words: Words) -> list[str]:
    """The chart in sentences."""
    _ = words.gettext
    given = [each for each in data["series"] if each["value"] is not None]
    said = [f"{data['name']}. {_headline(data, words)}"]
    for each in data["series"]:
        values = {"when": each["when"], "value": each["value"], "band": _name(data, each["value"])}
        if each["value"] is None:
            said.append(_("%(when)s: no score, too much was left blank.", **values))
        elif values["band"]:
            said.append(_("%(when)s: %(value)s, in the range “%(band)s”.", **values))
        else:
            said.append(_("%(when)s: %(value)s.", **values))
        if each.get("pro_rated"):
            said.append(_("Pro-rated: one or two answers were blank."))
    if given and data.get("reliable"):
        said.append(_("A change counts from %(points)s points on.", points=data["reliable"]))
    return said


def _headline(data: Mapping[str, Any], words: Words) -> str:
    _ = words.gettext
    given = [each["value"] for each in data["series"] if each["value"] is not None]
    if not given:
        return _("No score yet.")
    if len(given) == 1:
        return _("One score: %(value)s.", value=given[0])
    values = {"first": given[0], "last": given[-1], "points": abs(given[-1] - given[0])}
    if given[-1] < given[0]:
        way = _("From %(first)s to %(last)s: %(points)s lower.", **values)
    elif given[-1] > given[0]:
        way = _("From %(first)s to %(last)s: %(points)s higher.", **values)
    else:
        way = _("%(first)s, and %(last)s now: the same.", **values)
    return " ".join([way, *verdicts(data.get("change", []), words)])


def _band(band: Mapping[str, Any], spread: tuple[int, int], y: Any) -> dict[str, Any]:
    """A band reaches half a point beyond its totals, to the next one."""
    top, foot = y(min(band["high"] + 0.5, spread[1])), y(max(band["low"] - 0.5, spread[0]))
    return {"label": band["label"], "y": top, "height": round(foot - top, 1), "middle": (top + foot) / 2}


def _name(data: Mapping[str, Any], value: int | None) -> str:
    if value is None:
        return ""
    return next((each["label"] for each in data["bands"] if each["low"] <= value <= each["high"]), "")


def _axis(data: Mapping[str, Any], y: Any) -> list[Label]:
    """The lowest and the highest total, and where each band begins as far as there is room."""
    low, high = data["range"]
    wanted = [low, high, *(each["low"] for each in data["bands"])]
    return _kept([label(str(each), LEFT - 8, y(each) + 4.5, "end") for each in dict.fromkeys(wanted)])


def _days(points: list[dict[str, Any]], foot: float) -> list[Label]:
    """The last day and the first, and of the others as many as have room."""
    found = [label(each["when"], each["x"], foot, "middle") for each in points]
    for each in found[:1]:
        each |= {"x": max(each["x"], round(letters.width(each["text"]) / 2 + 2, 1))}
    ends = found[-1:] + (found[:1] if len(found) > 1 else [])
    return _kept([*ends, *found[1:-1]], apart=6)


def _kept(labels: list[Label], apart: float = 1) -> list[Label]:
    """Those that lie over none before them."""
    kept: list[Label] = []
    for each in labels:
        left, top, right, bottom = letters.box(each)
        boxes = [letters.box(one) for one in kept]
        if all(right + apart <= b[0] or b[2] + apart <= left or bottom <= b[1] or b[3] <= top for b in boxes):
            kept.append(each)
    return kept


def _limits(data: Mapping[str, Any], y: Any) -> list[dict[str, Any]]:
    """Where a change from the first score begins to count, on both sides if it can be reached."""
    given = [each["value"] for each in data["series"] if each["value"] is not None]
    if len(given) < 2 or not data.get("reliable"):
        return []
    low, high = data["range"]
    found = [("lower", given[0] - data["reliable"]), ("higher", given[0] + data["reliable"])]
    return [
        {"y": y(value), "way": way, "kind": "better" if way == data["better"] else "worse"}
        for way, value in found
        if low <= value <= high
    ]


def _key(data: Mapping[str, Any], limits: list[dict[str, Any]], words: Words) -> list[tuple[str, str]]:
    _ = words.gettext
    said = {
        "lower": _("%(points)s points lower than the first", points=data.get("reliable")),
        "higher": _("%(points)s points higher than the first", points=data.get("reliable")),
    }
    return [
        *((each["kind"], said[each["way"]]) for each in limits),
        *([("pro_rated", _("pro-rated"))] if any(each.get("pro_rated") for each in data["series"]) else []),
        *([("missed", _("no score"))] if any(each["value"] is None for each in data["series"]) else []),
    ]


def _arrow(data: Mapping[str, Any], points: list[dict[str, Any]], x: float) -> dict[str, Any] | None:
    """From the first score to the last, at the side; strong if the change counts."""
    given = lines.shown(points)
    if len(given) < 2 or given[0]["value"] == given[-1]["value"]:
        return None
    down = given[-1]["y"] > given[0]["y"]
    strong = any(each in RELIABLE for each in data.get("change", []))
    return {"x": x, "y1": given[0]["y"], "y2": given[-1]["y"], "head": -5 if down else 5, "strong": strong}


def _table(data: Mapping[str, Any], words: Words) -> dict[str, Any]:
    _ = words.gettext
    rows = [
        [
            each["when"],
            _("no score") if each["value"] is None else str(each["value"]),
            _name(data, each["value"]),
        ]
        for each in data["series"]
    ]
    return {"head": [_("When"), _("Score"), _("Range")], "rows": rows}
