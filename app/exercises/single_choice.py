"""single_choice: one of the options, word for word. Data: str; "" when nothing is chosen."""

from collections.abc import Mapping
from typing import Any

from app.exercises.plain import NOT_CHOICE, Unreadable, clean


def read(value: object, prompt: Mapping[str, Any]) -> str:
    """Return the option as the prompt spells it, "" for no choice, or raise Unreadable."""
    chosen = clean(value, prompt["key"])
    if not chosen:
        return ""
    for option in prompt.get("options") or ():
        if clean(option) == chosen:
            return str(option)
    raise Unreadable(prompt["key"], NOT_CHOICE)


def is_blank(value: str) -> bool:
    """Say whether nothing is chosen."""
    return not value


def as_text(value: str, prompt: Mapping[str, Any]) -> str:
    """Return the option itself."""
    return value
