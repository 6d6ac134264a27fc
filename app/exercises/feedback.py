"""feedback: a line to one person or to all, read by the facilitator before it goes anywhere.

Data: `[{"to": person id | "all", "text"}]`, at most 20 lines of 300 code points, one to each; empty ones fall
away.
Who may be addressed is known only in the room (app/core/feedback.py).
"""

import re
from collections.abc import Mapping
from typing import Any

from app.exercises.plain import N_, Unreadable
from app.exercises.shapes import NOT_OFFERED, line, record, rows

LINES = 20
PERSON = re.compile(r"[A-Za-z0-9_-]{1,36}")
TWICE = N_("Please write one line to each person.")


def read(value: object, prompt: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the lines that hold something, or raise Unreadable."""
    key = prompt["key"]
    kept = [_line(each, key) for each in rows(value, LINES, key)]
    kept = [each for each in kept if each["text"]]
    if len({each["to"] for each in kept}) != len(kept):
        raise Unreadable(key, TWICE)
    return kept


def is_blank(value: list[dict[str, str]]) -> bool:
    """Say whether no line holds anything."""
    return not value


def as_text(value: list[dict[str, str]], prompt: Mapping[str, Any]) -> str:
    """Return the texts alone: whom they are for stands beside them where they are read."""
    return "\n".join(each["text"] for each in value)


def _line(value: object, key: str) -> dict[str, str]:
    given = record(value, ["to", "text"], key)
    to = given["to"]
    if not isinstance(to, str) or not PERSON.fullmatch(to):
        raise Unreadable(key, NOT_OFFERED)
    return {"to": to, "text": line(given["text"], key, 300)}
