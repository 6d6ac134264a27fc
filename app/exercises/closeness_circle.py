"""closeness_circle: the people in somebody's life, near or far, and what is between them.

Data: `{"people": [{"label", "ring": 1..4, "angle": 0..359, "bond", "marked"}]}`, at most 15 people with
names of at most 40 code points; `bond` is one of the prompt's options or ""; `angle` in degrees, clockwise
from the top; `marked` for somebody to talk about. All but label and ring may be left out.
"""

import math
from collections.abc import Mapping
from typing import Any

from app.exercises.shapes import line, number, one_of, part, record, rows, yes_or_no

PEOPLE = 15
RINGS = (44, 78, 112, 144)  # radii in the drawing
AT = (31, 61, 95, 128)  # where people stand, from the middle
MIDDLE = 150
STYLES = ("close", "mixed", "tense", "lost", "died")  # of the bonds, by the place of the option


def read(value: object, prompt: Mapping[str, Any]) -> dict[str, Any]:
    """Return the people who have a name, or raise Unreadable."""
    key = prompt["key"]
    people = [_person(each, prompt) for each in rows(record(value, ["people"], key)["people"], PEOPLE, key)]
    return {"people": [person for person in people if person["label"]]}


def is_blank(value: dict[str, Any]) -> bool:
    """Say whether nobody stands on the circle."""
    return not value["people"]


def as_text(value: dict[str, Any], prompt: Mapping[str, Any]) -> str:
    """Return a line for each ring with its people, the nearest first."""
    told = []
    for ring in range(1, len(RINGS) + 1):
        here = [_named(each) for each in value["people"] if each["ring"] == ring]
        if here:
            told.append(f"Ring {ring}: {', '.join(here)}")
    return "\n".join(told)


def drawn(value: dict[str, Any], prompt: Mapping[str, Any]) -> dict[str, Any]:
    """Return rings and people with their places in a square of 300 units."""
    options = list(prompt.get("options") or ())
    people = []
    for each in value["people"]:
        x, y = place(each["ring"], each["angle"])
        below = y > MIDDLE
        kind = (
            STYLES[min(options.index(each["bond"]), len(STYLES) - 1)] if each["bond"] in options else "none"
        )
        people.append(each | {"x": x, "y": y, "text_y": y + (22 if below else -13), "style": kind})
    return {"people": people, "rings": RINGS}


def place(ring: int, angle: int) -> tuple[float, float]:
    """Return where somebody stands in the drawing."""
    away, turn = AT[ring - 1], math.radians(angle)
    return round(MIDDLE + away * math.sin(turn), 1), round(MIDDLE - away * math.cos(turn), 1)


def _named(person: Mapping[str, Any]) -> str:
    told = [each for each in (person["bond"], "to talk about" if person["marked"] else "") if each]
    return f"{person['label']} ({', '.join(told)})" if told else str(person["label"])


def _person(value: object, prompt: Mapping[str, Any]) -> dict[str, Any]:
    key = prompt["key"]
    given = part(value, ["label", "ring"], {"angle": 0, "bond": "", "marked": False}, key)
    return {
        "label": line(given["label"], key, 40),
        "ring": number(given["ring"], 1, len(RINGS), key),
        "angle": number(given["angle"], 0, 359, key),
        "bond": one_of(given["bond"], prompt.get("options") or (), key),
        "marked": yes_or_no(given["marked"], key),
    }
