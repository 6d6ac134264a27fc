"""roleplay_pair: practising with a partner.

Data: `{"scene", "role", "rounds": [line, …], "observer_notes": [line, …]}`; `role` is one of the prompt's
options, "observer" or ""; at most 3 rounds and 5 notes of 300 code points. Everything may be left out.
"""

from collections.abc import Mapping
from typing import Any

from app.exercises.shapes import line, lines, one_of, part

OBSERVER = "observer"
ROUNDS, NOTES = 3, 5


def read(value: object, prompt: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was practised, or raise Unreadable."""
    key = prompt["key"]
    given = part(value, (), {"scene": "", "role": "", "rounds": [], "observer_notes": []}, key)
    return {
        "scene": line(given["scene"], key, 300),
        "role": one_of(given["role"], [*(prompt.get("options") or ()), OBSERVER], key),
        "rounds": lines(given["rounds"], ROUNDS, key),
        "observer_notes": lines(given["observer_notes"], NOTES, key),
    }


def is_blank(value: dict[str, Any]) -> bool:
    """Say whether nothing is written; a role alone is nothing."""
    return not (value["scene"] or value["rounds"] or value["observer_notes"])


def as_text(value: dict[str, Any], prompt: Mapping[str, Any]) -> str:
    """Return the scene, what was said, and what was noticed."""
    told = [value["scene"]] if value["scene"] else []
    told += [f"{value['role'] or 'Said'}: {each}" for each in value["rounds"]]
    return "\n".join(told + [f"Noticed: {each}" for each in value["observer_notes"]])


def shown(value: dict[str, Any], prompt: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the scene, which is shared; None where there is none."""
    if not value["scene"]:
        return None
    return {"scene": value["scene"], "role": "", "rounds": [], "observer_notes": []}
