"""goal: what somebody would like, a first step, when and with whom.

Data: `{"text", "first_step", "when", "who", "rating": [0..10], "status": "open" | "met" | "let_go"}`; lines
of at most 300 code points, at most one rating; everything may be left out.
"""

from collections.abc import Mapping
from typing import Any

from app.exercises.shapes import line, number, one_of, part, rows

LINES = ("text", "first_step", "when", "who")
STATUS = ("open", "met", "let_go")
NAMES = {"first_step": "First step", "when": "When", "who": "With whom"}


def read(value: object, prompt: Mapping[str, Any]) -> dict[str, Any]:
    """Return the goal or raise Unreadable."""
    key = prompt["key"]
    given = part(value, (), {**dict.fromkeys(LINES, ""), "rating": [], "status": "open"}, key)
    rating = [number(each, 0, 10, key) for each in rows(given["rating"], 1, key)]
    status = one_of(given["status"], STATUS, key) or "open"
    return {name: line(given[name], key, 300) for name in LINES} | {"rating": rating, "status": status}


def is_blank(value: dict[str, Any]) -> bool:
    """Say whether no line is written."""
    return not any(value[name] for name in LINES)


def as_text(value: dict[str, Any], prompt: Mapping[str, Any]) -> str:
    """Return the goal, then the rest line by line after its name."""
    told = [value["text"]] if value["text"] else []
    told += [f"{label}: {value[name]}" for name, label in NAMES.items() if value[name]]
    return "\n".join(told + [f"{each} of 10" for each in value["rating"]])


def shown(value: dict[str, Any], prompt: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the goal's text alone; None where only the rest is written."""
    if not value["text"]:
        return None
    return dict.fromkeys(LINES, "") | {"text": value["text"], "rating": [], "status": "open"}
