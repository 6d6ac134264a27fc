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


# Where a name may stand beside its person, best first: anchor and place of its foot, seen from the person.
BELOW, ABOVE = ("middle", 0.0, 22.0), ("middle", 0.0, -13.0)
BESIDE = (
    *(("start", 11.0, 4.5), ("end", -11.0, 4.5), ("start", 8.0, 18.0), ("end", -8.0, 18.0)),
    *(("start", 8.0, -9.0), ("end", -8.0, -9.0), ("middle", 0.0, 36.0), ("middle", 0.0, -27.0)),
)
LETTER, RISE, FALL = 6.8, 11.0, 3.0  # about as wide, high and deep as a letter of the names is
LONGEST = 16  # letters of a name in the drawing; the list has all of them


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
    """Return rings and people with their places and those of their names in a square of 300 units, and in
    `bonds` the words of each kind of line that is drawn.
    """
    options = list(prompt.get("options") or ())
    style = {option: STYLES[min(at, len(STYLES) - 1)] for at, option in enumerate(options)}
    people = []
    for each in value["people"]:
        x, y = place(each["ring"], each["angle"])
        kind = style.get(each["bond"], "none")
        people.append(each | {"x": x, "y": y, "style": kind, "short": _short(each["label"])})
    names = labels([(each["short"], each["x"], each["y"]) for each in people])
    used = {each["bond"] for each in value["people"]}
    bonds: dict[str, str] = {}
    for option in options:
        if option in used:
            bonds[style[option]] = ", ".join(each for each in (bonds.get(style[option]), option) if each)
    placed = [each | name for each, name in zip(people, names, strict=True)]
    return {"people": placed, "rings": RINGS, "bonds": bonds}


Person = Mapping[str, Any]


def paired(first: Mapping[str, Any], last: Mapping[str, Any] | None) -> list[tuple[str, Any, Any]]:
    """Return name, person then and person now, for all who stand on one of two drawings; None for not there.
    Of several people with one name, the first then is the first now, and so on.
    """
    then, now = _numbered(first), _numbered(last or {"people": []})
    return [(key[0], then.get(key), now.get(key)) for key in dict.fromkeys([*then, *now])]


def _numbered(drawing: Mapping[str, Any]) -> dict[tuple[str, int], Person]:
    found: dict[tuple[str, int], Person] = {}
    for each in drawing["people"]:
        found[each["label"], sum(label == each["label"] for label, _ in found)] = each
    return found


def place(ring: int, angle: int) -> tuple[float, float]:
    """Return where somebody stands in the drawing."""
    away, turn = AT[ring - 1], math.radians(angle)
    return round(MIDDLE + away * math.sin(turn), 1), round(MIDDLE - away * math.cos(turn), 1)


def labels(people: list[tuple[str, float, float]]) -> list[dict[str, Any]]:
    """Return where each name stands, so that it covers no other name and nobody's place if there is room:
    `text_x`, `text_y` and `anchor`. The middle has a name too, below it. As in closeness-circle.js.
    """
    taken = [_dot(x, y, 7) for _, x, y in people]
    taken += [_dot(MIDDLE, MIDDLE, 10), (MIDDLE - 9, MIDDLE + 11, MIDDLE + 9, MIDDLE + 25)]
    found = []
    for name, x, y in people:
        spots = (BELOW, ABOVE, *BESIDE) if y > MIDDLE else (ABOVE, BELOW, *BESIDE)
        boxes = [_box(name, anchor, x + right, y + down) for anchor, right, down in spots]
        costs = [sum(_shared(box, other) for other in taken) + _outside(box) for box in boxes]
        best = costs.index(min(costs))
        taken.append(boxes[best])
        anchor, right, down = spots[best]
        found.append({"text_x": round(x + right, 1), "text_y": round(y + down, 1), "anchor": anchor})
    return found


Box = tuple[float, float, float, float]  # left, top, right, bottom


def _dot(x: float, y: float, size: float) -> Box:
    return x - size, y - size, x + size, y + size


def _box(name: str, anchor: str, x: float, y: float) -> Box:
    wide = LETTER * len(name)
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    return left, y - RISE, left + wide, y + FALL


def _shared(one: Box, other: Box) -> float:
    wide, high = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0.0


def _outside(box: Box) -> float:
    """As a name costs that is cut off at the edge, in square units."""
    side = max(0.0, -box[0]) + max(0.0, box[2] - 2 * MIDDLE)
    return 14 * side + 50 * (max(0.0, -box[1]) + max(0.0, box[3] - 2 * MIDDLE))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "\u2026"


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
