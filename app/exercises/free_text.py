"""free_text: one text, at most 2,000 code points after cleaning. Data: str."""

from collections.abc import Mapping
from typing import Any

from app.exercises.plain import N_, clean, is_empty

LONGEST = 2000
TOO_LONG = N_("This text is too long. It can have 2,000 characters.")


def read(value: object, prompt: Mapping[str, Any]) -> str:
    """Return the cleaned text or raise Unreadable."""
    return clean(value, prompt["key"], LONGEST, TOO_LONG)


def is_blank(value: str) -> bool:
    """Say whether nothing is written."""
    return is_empty(value)


def as_text(value: str, prompt: Mapping[str, Any]) -> str:
    """Return the text itself; one that was stored while more was taken is not cut."""
    return value
