"""What the richer types are made of: records with exactly their keys, rows up to a number, single lines."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.exercises.plain import LINE_TOO_LONG, N_, NOT_LIST, TOO_LONG, TOO_MANY, Unreadable, clean, is_empty

NOT_RECORD = N_("A part of this answer is missing, or is not asked here.")
NOT_OFFERED = N_("Please take only what is offered here.")


def record(value: object, names: Sequence[str], key: str) -> dict[str, Any]:
    """Return the value if it is a dict with exactly these names, or raise Unreadable."""
    if not isinstance(value, dict) or value.keys() != set(names):
        raise Unreadable(key, NOT_RECORD)
    return value


def rows(value: object, most: int, key: str) -> list[Any]:
    """Return the value if it is a list that is not too long, or raise Unreadable."""
    if not isinstance(value, list):
        raise Unreadable(key, NOT_LIST)
    if len(value) > most:
        raise Unreadable(key, TOO_MANY)
    return value


def line(value: object, key: str, limit: int, too_long: str = LINE_TOO_LONG) -> str:
    """Return the cleaned text on one line, "" if it shows nothing, or raise Unreadable."""
    text = " ".join(clean(value, key, limit, too_long).split())
    return "" if is_empty(text) else text


def text(value: object, key: str, limit: int, too_long: str = TOO_LONG) -> str:
    """Return the cleaned text with its lines, "" if it shows nothing, or raise Unreadable."""
    words = clean(value, key, limit, too_long)
    return "" if is_empty(words) else words


def lines(value: object, most: int, key: str, limit: int = 300) -> list[str]:
    """Return the lines that hold something, at most so many, or raise Unreadable."""
    return [kept for each in rows(value, most, key) if (kept := line(each, key, limit))]


def part(value: object, needed: Sequence[str], optional: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return a dict with all of `needed` and no others; what is missing of `optional` gets its default."""
    if not isinstance(value, dict) or not set(needed) <= value.keys() <= {*needed, *optional}:
        raise Unreadable(key, NOT_RECORD)
    return {**optional, **value}


def labelled(
    value: object, name: str, prompt: Mapping[str, Any], read: Callable[[object, str], Any]
) -> dict[str, Any]:
    """Return `{name: {label: what `read` gives}}` for labels of the prompt, in its order, full ones only."""
    key, labels = prompt["key"], list(prompt.get("options") or ())
    inside = record(value, [name], key)[name]
    if not isinstance(inside, dict) or not inside.keys() <= set(labels):
        raise Unreadable(key, NOT_OFFERED)
    found = {label: read(inside[label], key) for label in labels if label in inside}
    return {name: {label: kept for label, kept in found.items() if kept}}


def number(value: object, least: int, most: int, key: str) -> int:
    """Return a whole number of this range; 7.0, "7" and true are none."""
    if type(value) is not int or not least <= value <= most:
        raise Unreadable(key, NOT_OFFERED)
    return value


def yes_or_no(value: object, key: str) -> bool:
    """Return true or false as they are; 1 and "yes" are neither."""
    if not isinstance(value, bool):
        raise Unreadable(key, NOT_OFFERED)
    return value


def one_of(value: object, offered: Sequence[str], key: str) -> str:
    """Return the word of the list as it is spelt there, "" for none, or raise Unreadable."""
    chosen = clean(value, key)
    if not chosen:
        return ""
    for each in offered:
        if clean(each) == chosen:
            return str(each)
    raise Unreadable(key, NOT_OFFERED)
