"""matrix: rows that the writer names, ticked under the columns that the prompt's options name.

Data: `{"rows": [name, …], "cols": [the options], "ticks": [[row, column], …]}`; at most 12 rows of 100 code
points, ticks by place from 0, each once, in order. `cols` may be left out.
"""

from collections.abc import Mapping
from typing import Any

from app.exercises.plain import Unreadable
from app.exercises.shapes import NOT_OFFERED, line, number, part, rows

ROWS = 12


def read(value: object, prompt: Mapping[str, Any]) -> dict[str, Any]:
    """Return the named rows with their ticks, or raise Unreadable."""
    key, cols = prompt["key"], list(prompt.get("options") or ())
    given = part(value, ["rows", "ticks"], {"cols": cols}, key)
    if given["cols"] != cols:
        raise Unreadable(key, NOT_OFFERED)
    names = [line(each, key, 100) for each in rows(given["rows"], ROWS, key)]
    ticks = {_tick(each, len(names), len(cols), key) for each in rows(given["ticks"], ROWS * len(cols), key)}
    places = {old: new for new, old in enumerate(place for place, name in enumerate(names) if name)}
    kept = sorted([places[row], col] for row, col in ticks if row in places)
    return {"rows": [name for name in names if name], "cols": cols, "ticks": kept}


def is_blank(value: dict[str, Any]) -> bool:
    """Say whether no row has a name."""
    return not value["rows"]


def as_text(value: dict[str, Any], prompt: Mapping[str, Any]) -> str:
    """Return each row with what is ticked, then the columns that nobody is ticked under."""
    ticked = {tuple(tick) for tick in value["ticks"]}
    told = []
    for place, name in enumerate(value["rows"]):
        under = [col for number, col in enumerate(value["cols"]) if (place, number) in ticked]
        told.append(f"{name}: {', '.join(under)}" if under else name)
    empty = [col for number, col in enumerate(value["cols"]) if number not in {col for _, col in ticked}]
    return "\n".join(told + ([f"Nobody yet: {', '.join(empty)}"] if empty else []))


def shown(value: dict[str, Any], prompt: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the gaps, the columns that nobody is ticked under; None where there is no gap."""
    ticked = {col for _, col in value["ticks"]}
    gaps = [col for number, col in enumerate(value["cols"]) if number not in ticked]
    return {"rows": [], "cols": gaps, "ticks": []} if gaps else None


def _tick(value: object, height: int, width: int, key: str) -> tuple[int, int]:
    pair = rows(value, 2, key)
    if len(pair) != 2:
        raise Unreadable(key, NOT_OFFERED)
    return number(pair[0], 0, height - 1, key), number(pair[1], 0, width - 1, key)
