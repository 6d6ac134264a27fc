"""goal: what somebody would like, a first step, when and with whom; and how close the goals from before are.

Data: `{"text", "first_step", "when", "who", "rating": [0..10], "status": "open" | "met" | "let_go",
"standing": [{"goal", "text", "rating": 0..10}]}`; lines of at most 300 code points; `rating` is of the goal
that is written here, at most one; `standing` holds at most 10 goals written before, each by its id, with its
words and today's number. Everything may be left out. Which goals stand is known only in the room
(app/core/goals.py).
"""

import re
from collections.abc import Mapping
from typing import Any

from app.exercises.plain import N_, Unreadable
from app.exercises.shapes import NOT_OFFERED, line, number, one_of, part, record, rows

LINES = ("text", "first_step", "when", "who")
STATUS = ("open", "met", "let_go")
NAMES = {"first_step": "First step", "when": "When", "who": "With whom"}
STANDING = 10
GOAL = re.compile(r"[A-Za-z0-9_-]{1,36}")
TWICE = N_("Please give each goal one number.")
BESIDE: dict[str, Any] = {"rating": [], "status": "open", "standing": []}


def read(value: object, prompt: Mapping[str, Any]) -> dict[str, Any]:
    """Return the goal or raise Unreadable."""
    key = prompt["key"]
    given = part(value, (), {**dict.fromkeys(LINES, ""), **BESIDE}, key)
    rating = [number(each, 0, 10, key) for each in rows(given["rating"], 1, key)]
    status = one_of(given["status"], STATUS, key) or "open"
    standing = [_standing(each, key) for each in rows(given["standing"], STANDING, key)]
    if len({each["goal"] for each in standing}) != len(standing):
        raise Unreadable(key, TWICE)
    words = {name: line(given[name], key, 300) for name in LINES}
    return words | {"rating": rating, "status": status, "standing": standing}


def is_blank(value: dict[str, Any]) -> bool:
    """Say whether no line is written and no goal from before has a number."""
    return not any(value[name] for name in LINES) and not value["standing"]


def as_text(value: dict[str, Any], prompt: Mapping[str, Any]) -> str:
    """Return the goals from before with their numbers, then the goal, then the rest line by line."""
    told = [f"{each['text']}: {each['rating']} of 10" for each in value.get("standing", ())]
    told += [value["text"]] if value["text"] else []
    told += [f"{label}: {value[name]}" for name, label in NAMES.items() if value[name]]
    return "\n".join(told + [f"{each} of 10" for each in value["rating"]])


def shown(value: dict[str, Any], prompt: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the goal's text alone; None where only the rest is written. No number is ever shown."""
    if not value["text"]:
        return None
    return dict.fromkeys(LINES, "") | {"text": value["text"]} | {**BESIDE}


def _standing(value: object, key: str) -> dict[str, Any]:
    given = record(value, ["goal", "text", "rating"], key)
    goal = given["goal"]
    if not isinstance(goal, str) or not GOAL.fullmatch(goal):
        raise Unreadable(key, NOT_OFFERED)
    return {
        "goal": goal,
        "text": line(given["text"], key, 300),
        "rating": number(given["rating"], 0, 10, key),
    }
