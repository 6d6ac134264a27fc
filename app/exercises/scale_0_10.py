"""scale_0_10: a whole number from 0 to 10. Data: int; options are the words at the two ends."""

from collections.abc import Mapping
from typing import Any

from app.exercises.plain import NOT_NUMBER, Unreadable


def read(value: object, prompt: Mapping[str, Any]) -> int:
    """Return the number or raise Unreadable; 7.0, "7" and true are not numbers here."""
    if type(value) is not int or not 0 <= value <= 10:  # `type`, since True is an int to isinstance
        raise Unreadable(prompt["key"], NOT_NUMBER)
    return value


def is_blank(value: int) -> bool:
    """Say that a number is never blank; 0 is an answer."""
    return False


def as_text(value: int, prompt: Mapping[str, Any]) -> str:
    """Return the number in digits."""
    return str(value)
