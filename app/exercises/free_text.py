"""free_text: one text, at most 4,000 code points after cleaning. Data: str."""

from collections.abc import Mapping
from typing import Any

from app.exercises.plain import clean, is_empty


def read(value: object, prompt: Mapping[str, Any]) -> str:
    """Return the cleaned text or raise Unreadable."""
    return clean(value, prompt["key"])


def is_blank(value: str) -> bool:
    """Say whether nothing is written."""
    return is_empty(value)


def as_text(value: str, prompt: Mapping[str, Any]) -> str:
    """Return the text itself."""
    return value
