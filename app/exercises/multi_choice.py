"""multi_choice: any of the options, word for word. Data: list of str, each once, in the prompt's order."""

from collections.abc import Mapping
from typing import Any

from app.exercises import single_choice
from app.exercises.plain import NOT_LIST, TOO_MANY, Unreadable


def read(value: object, prompt: Mapping[str, Any]) -> list[str]:
    """Return the chosen options in the prompt's order, or raise Unreadable."""
    options = prompt.get("options") or ()
    if not isinstance(value, list):
        raise Unreadable(prompt["key"], NOT_LIST)
    if len(value) > len(options):
        raise Unreadable(prompt["key"], TOO_MANY)
    chosen = {single_choice.read(item, prompt) for item in value}
    return [option for option in options if option in chosen]


def is_blank(value: list[str]) -> bool:
    """Say whether nothing is ticked."""
    return not value


def as_text(value: list[str], prompt: Mapping[str, Any]) -> str:
    """Return one line for each option ticked."""
    return "\n".join(value)
