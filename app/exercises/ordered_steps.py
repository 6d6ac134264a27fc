"""ordered_steps: small steps from easy to hard, in the writer's order.

Data: `{"steps": [{"text", "hard": 0..10 | null}]}`, at most 10 steps of 300 code points; empty ones
fall away.
"""

from collections.abc import Mapping
from typing import Any

from app.exercises.shapes import line, number, part, record, rows

STEPS = 10
WIDTH, RISE = 300, 96  # of the drawing: a stair for each step


def read(value: object, prompt: Mapping[str, Any]) -> dict[str, Any]:
    """Return the steps that hold something, or raise Unreadable."""
    key = prompt["key"]
    steps = [_step(each, key) for each in rows(record(value, ["steps"], key)["steps"], STEPS, key)]
    return {"steps": [step for step in steps if step["text"]]}


def is_blank(value: dict[str, Any]) -> bool:
    """Say whether there is no step."""
    return not value["steps"]


def as_text(value: dict[str, Any], prompt: Mapping[str, Any]) -> str:
    """Return a numbered line for each step, with how hard it is."""
    return "\n".join(
        f"{place}. {step['text']}" + ("" if step["hard"] is None else f" ({step['hard']} of 10)")
        for place, step in enumerate(value["steps"], 1)
    )


def drawn(value: dict[str, Any], prompt: Mapping[str, Any]) -> dict[str, Any]:
    """Return stairs: for each step x, y, width and height of its block, as hard as it is high."""
    steps = value["steps"]
    wide = WIDTH / max(1, len(steps))
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
    given = part(value, ["text"], {"hard": None}, key)
    hard = None if given["hard"] is None else number(given["hard"], 0, 10, key)
    return {"text": line(given["text"], key, 300), "hard": hard}
