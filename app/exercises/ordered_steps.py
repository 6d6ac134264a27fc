"""ordered_steps: small steps from easy to hard, in the writer's order.

Data: `{"steps": [{"text", "hard": 0..10 | null, "chosen"}]}`, at most 10 steps of 300 code points, of which
at most one is `chosen` to be tried first; empty ones fall away; `hard` and `chosen` may be left out.
"""

from collections.abc import Mapping
from typing import Any

from app.exercises.plain import Unreadable
from app.exercises.shapes import NOT_OFFERED, line, number, part, record, rows, yes_or_no

STEPS = 10
WIDTH, RISE = 300, 96  # of the drawing: a stair for each step


def read(value: object, prompt: Mapping[str, Any]) -> dict[str, Any]:
    """Return the steps that hold something, or raise Unreadable."""
    key = prompt["key"]
    steps = [_step(each, key) for each in rows(record(value, ["steps"], key)["steps"], STEPS, key)]
    steps = [step for step in steps if step["text"]]
    if sum(step["chosen"] for step in steps) > 1:
        raise Unreadable(key, NOT_OFFERED)
    return {"steps": steps}


def is_blank(value: dict[str, Any]) -> bool:
    """Say whether there is no step."""
    return not value["steps"]


def as_text(value: dict[str, Any], prompt: Mapping[str, Any]) -> str:
    """Return a numbered line for each step, with how hard it is and which one comes first."""
    steps = value["steps"]
    return "\n".join(
        (f"{place}. " if len(steps) > 1 else "")
        + step["text"]
        + ("" if step["hard"] is None else f" ({step['hard']} of 10)")
        + (" \u2190 to try first" if step.get("chosen") else "")  # an answer from before has no such mark
        for place, step in enumerate(steps, 1)
    )


def shown(value: dict[str, Any], prompt: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the step to be tried first, without its number, which never stands beside a name; None where
    no step is chosen.
    """
    chosen = [step["text"] for step in value["steps"] if step.get("chosen")]
    return {"steps": [{"text": text, "hard": None, "chosen": True} for text in chosen]} if chosen else None


def drawn(value: dict[str, Any], prompt: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return stairs: for each step x, y, width and height of its block, as hard as it is high; None for a
    single step.
    """
    steps = value["steps"]
    if len(steps) < 2:
        return None
    wide = WIDTH / len(steps)
    blocks = []
    for place, step in enumerate(steps):
        hard = (place + 1) * 10 / len(steps) if step["hard"] is None else step["hard"]
        high = round(8 + hard * (RISE - 8) / 10, 1)
        blocks.append(
            {"n": place + 1, "x": round(place * wide, 1), "y": round(RISE - high, 1)}
            | {"width": round(wide - 3, 1), "height": high, "middle": round(place * wide + wide / 2, 1)}
        )
    return {"blocks": blocks, "width": WIDTH, "height": RISE}


def _step(value: object, key: str) -> dict[str, Any]:
    given = part(value, ["text"], {"hard": None, "chosen": False}, key)
    hard = None if given["hard"] is None else number(given["hard"], 0, 10, key)
    return {
        "text": line(given["text"], key, 300),
        "hard": hard,
        "chosen": yes_or_no(given["chosen"], key),
    }
