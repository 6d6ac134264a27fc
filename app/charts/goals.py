"""How close somebody felt to each goal, then and now.

Data: ``goals`` [{"text", "first", "last": 0 to 10 or None, "status": ``open``, ``met`` or ``let_go``}];
``last`` is None before the second number.
"""

from collections.abc import Mapping
from typing import Any

from app.charts import letters
from app.charts.letters import label
from app.charts.words import Words

Drawing = dict[str, Any]
WIDE, LEFT, RIGHT, UNIT, HIGHEST = 300, 14, 284, 27, 10
SPACE = 14  # between one goal and the next


def then_and_now(data: Mapping[str, Any], words: Words) -> Drawing:
    _ = words.gettext
    rows: list[dict[str, Any]] = []
    labels: list[letters.Label] = []
    y = 0
    for each in data["goals"]:
        text = f"{each['text']} ({_status(each, words)})" if _status(each, words) else each["text"]
        for line in letters.wrap(text, WIDE - 12, 2, bold=True):
            y += letters.LEADING
            labels.append(label(line, 4, y - 3, kind="strong"))
        y += 27
        rows.append(_row(each, y))
        labels += _numbers(each, y)
        y += SPACE
    labels += [label(str(n), LEFT + UNIT * n, y + 8, "middle") for n in (0, 5, HIGHEST)] if rows else []
    signs = [("then", _("then")), ("now", _("now"))] if rows else []
    key = letters.key(signs, LEFT, y + 18, WIDE - LEFT - 8)
    return {
        "template": "goals",
        "width": WIDE,
        "height": y + 24 + key["height"],
        "title": _("Goals, then and now"),
        "told": _told(data, words),
        "table": {
            "head": [_("Goal"), _("Then"), _("Now")],
            "rows": [[each["text"], _number(each["first"]), _number(each["last"])] for each in data["goals"]],
        },
        "rows": rows,
        "ticks": [LEFT + UNIT * n for n in range(HIGHEST + 1)],
        "scale": {"x1": LEFT, "x2": RIGHT},
        "key": key["marks"],
        "labels": labels + key["labels"],
    }


def _row(goal: Mapping[str, Any], y: float) -> dict[str, Any]:
    first, last = (None if goal[name] is None else LEFT + UNIT * goal[name] for name in ("first", "last"))
    ends = (first, last) if None not in (first, last) and first != last else None
    return {"y": y, "first": first, "last": last, "from_to": ends}


def _numbers(goal: Mapping[str, Any], y: float) -> list[letters.Label]:
    given = dict.fromkeys(each for each in (goal["first"], goal["last"]) if each is not None)
    return [label(str(each), LEFT + UNIT * each, y - 11, "middle", "strong") for each in given]


def _told(data: Mapping[str, Any], words: Words) -> list[str]:
    _ = words.gettext
    said = []
    for each in data["goals"]:
        values = {"goal": each["text"].rstrip("."), "first": each["first"], "last": each["last"]}
        if each["first"] is None:
            told = _("%(goal)s: no number yet.", **values)
        elif each["last"] is None:
            told = _("%(goal)s: %(first)s of 10.", **values)
        else:
            told = _("%(goal)s: %(first)s of 10 then, %(last)s now.", **values)
        status = _status(each, words)
        said.append(f"{told} {status.capitalize()}." if status else told)
    return said or [_("No goal is written yet.")]


def _status(goal: Mapping[str, Any], words: Words) -> str:
    _ = words.gettext
    return {"met": _("met"), "let_go": _("let go")}.get(goal.get("status", "open"), "")


def _number(value: int | None) -> str:
    return "–" if value is None else str(value)
