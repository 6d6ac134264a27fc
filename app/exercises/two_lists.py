"""two_lists: two boxes with lines, named by the prompt's options.

Data: `{"boxes": {label: [line, …]}}`, at most 10 lines of 300 code points in a box; empty boxes fall away.
"""

from collections.abc import Mapping
from typing import Any

from app.exercises.shapes import labelled, lines

LINES = 10


def read(value: object, prompt: Mapping[str, Any]) -> dict[str, Any]:
    """Return the boxes that hold something, or raise Unreadable."""
    return labelled(value, "boxes", prompt, lambda each, key: lines(each, LINES, key))


def is_blank(value: dict[str, Any]) -> bool:
    """Say whether every box is empty."""
    return not value["boxes"]


def as_text(value: dict[str, Any], prompt: Mapping[str, Any]) -> str:
    """Return each box with its lines below its name."""
    return "\n".join(f"{label}: {'; '.join(kept)}" for label, kept in value["boxes"].items())
