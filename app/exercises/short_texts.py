"""short_texts: lines of at most 300 code points. Data: list of str.

With options (the labels of the boxes) a line stands at the place of its box, so empty lines before a full one
stay. Without options there is one box; a client may send up to 10 lines, and empty ones fall away.
"""

from collections.abc import Mapping
from typing import Any

from app.exercises.plain import LINE_TOO_LONG, NOT_LIST, TOO_MANY, Unreadable, clean, is_empty

LINE = 300
LINES = 10


def read(value: object, prompt: Mapping[str, Any]) -> list[str]:
    """Return the cleaned lines or raise Unreadable."""
    if not isinstance(value, list):
        raise Unreadable(prompt["key"], NOT_LIST)
    boxes = len(prompt.get("options") or ())
    if len(value) > (boxes or LINES):
        raise Unreadable(prompt["key"], TOO_MANY)
    lines = [clean(line, prompt["key"], LINE, LINE_TOO_LONG) for line in value]
    lines = ["" if is_empty(line) else line for line in lines]
    if not boxes:
        return [line for line in lines if line]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def is_blank(value: list[str]) -> bool:
    """Say whether no line holds anything."""
    return not any(value)


def as_text(value: list[str], prompt: Mapping[str, Any]) -> str:
    """Return one line for each text, after the label of its box where there is one."""
    labels = prompt.get("options") or ()
    if not labels:
        return "\n".join(value)
    return "\n".join(f"{label}: {line}" for label, line in zip(labels, value, strict=False) if line)
