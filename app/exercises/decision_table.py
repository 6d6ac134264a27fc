"""decision_table: a question, the wish, and ways with what is good and hard about each.

Data: `{"question", "wish", "options": [{"text", "pros": […], "cons": […], "helper", "chosen"}]}`; at most 6
ways, in each at most 6 lines good and 6 hard; at most one chosen. Lines have at most 300 code points.
"""

from collections.abc import Mapping
from typing import Any

from app.exercises.plain import Unreadable
from app.exercises.shapes import NOT_OFFERED, line, lines, part, rows, yes_or_no

WAYS, LINES = 6, 6
EMPTY: dict[str, Any] = {"text": "", "pros": [], "cons": [], "helper": "", "chosen": False}


def read(value: object, prompt: Mapping[str, Any]) -> dict[str, Any]:
    """Return the table without empty ways, or raise Unreadable."""
    key = prompt["key"]
    given = part(value, (), {"question": "", "wish": "", "options": []}, key)
    ways = [_way(each, key) for each in rows(given["options"], WAYS, key)]
    ways = [way for way in ways if way | {"chosen": False} != EMPTY]
    if sum(way["chosen"] for way in ways) > 1:
        raise Unreadable(key, NOT_OFFERED)
    return {
        "question": line(given["question"], key, 300),
        "wish": line(given["wish"], key, 300),
        "options": ways,
    }


def is_blank(value: dict[str, Any]) -> bool:
    """Say whether nothing stands in the table."""
    return not (value["question"] or value["wish"] or value["options"])


def as_text(value: dict[str, Any], prompt: Mapping[str, Any]) -> str:
    """Return question and wish, then each way with what is good, what is hard and who could help."""
    told = [value["question"]] if value["question"] else []
    told += [f"Wish: {value['wish']}"] if value["wish"] else []
    for way in value["options"]:
        told.append(("Chosen: " if way["chosen"] else "- ") + way["text"])
        told += [f"  + {each}" for each in way["pros"]] + [f"  \u2212 {each}" for each in way["cons"]]
        told += [f"  Help: {way['helper']}"] if way["helper"] else []
    return "\n".join(told)


def _way(value: object, key: str) -> dict[str, Any]:
    given = part(value, (), EMPTY, key)
    return {
        "text": line(given["text"], key, 300),
        "pros": lines(given["pros"], LINES, key),
        "cons": lines(given["cons"], LINES, key),
        "helper": line(given["helper"], key, 300),
        "chosen": yes_or_no(given["chosen"], key),
    }
