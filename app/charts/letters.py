"""How much room words take, and where the labels and the key of a chart stand.

The faces of page and paper differ, so widths are those of the wider one, and a little more. All numbers are
pixels of the drawing; ``y`` of a label is the foot of its letters.
"""

from collections.abc import Iterable
from typing import Any

SIZE = 13
RISE, FALL = 10, 3  # above and below the foot of a line
LEADING = 17
NARROW, WIDE = "iljtfrI.,:;|!'()[]- ", "mwMW@%—…"
BOLD = 1.15
GAP = 18  # between two entries of a key
KEY_MARK = 20  # the sign before its words

Label = dict[str, Any]
Box = tuple[float, float, float, float]


def width(text: str, bold: bool = False, size: int = SIZE) -> float:
    """About how wide a line is, rather too much than too little."""
    return sum(_letter(each) for each in text) * size * (BOLD if bold else 1)


def label(text: str, x: float, y: float, anchor: str = "start", kind: str = "") -> Label:
    """A line of words; ``kind`` is "" for the frame, ``strong`` for the numbers, ``event-n`` for a mark."""
    return {"text": text, "x": round(x, 1), "y": round(y, 1), "anchor": anchor, "kind": kind}


def box(each: Label) -> Box:
    """What a label covers: left, top, right, bottom."""
    wide = width(each["text"], bool(each["kind"]))
    left = each["x"] - {"start": 0.0, "middle": wide / 2, "end": wide}[each["anchor"]]
    return left, each["y"] - RISE, left + wide, each["y"] + FALL


def shorten(text: str, room: float, bold: bool = False) -> str:
    """The text, or as much of its beginning as fits, with three dots."""
    text = " ".join(text.split())
    if width(text, bold) <= room:
        return text
    while text and width(text + "…", bold) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def wrap(text: str, room: float, lines: int, bold: bool = False) -> list[str]:
    """The text in at most so many lines, the last one shortened; a word that is too long is cut."""
    found: list[str] = []
    rest = text.split()
    while rest and len(found) < lines - 1:
        taken = 1
        while taken < len(rest) and width(" ".join(rest[: taken + 1]), bold) <= room:
            taken += 1
        found.append(shorten(" ".join(rest[:taken]), room, bold))
        rest = rest[taken:]
    return [*found, shorten(" ".join(rest), room, bold)] if rest else found


def key(
    entries: Iterable[tuple[str, str]], left: float, top: float, room: float, wide_sign: int = KEY_MARK
) -> dict[str, Any]:
    """Signs with their words, in as many rows as they need: ``marks`` with ``sign``, ``x`` and ``y`` of their
    middle, ``labels``, and ``height``. A sign has ``wide_sign`` pixels, six of them empty.
    """
    marks: list[dict[str, Any]] = []
    labels: list[Label] = []
    x, row = left, 0
    for sign, text in entries:
        text = shorten(text, room - wide_sign)
        wide = wide_sign + width(text)
        if x > left and x + wide > left + room:
            x, row = left, row + 1
        y = top + RISE + row * LEADING
        marks.append({"sign": sign, "x": round(x + (wide_sign - 6) / 2, 1), "y": y - 4})
        labels.append(label(text, x + wide_sign, y))
        x += wide + GAP
    return {"marks": marks, "labels": labels, "height": (row + 1) * LEADING if marks else 0}


def _letter(each: str) -> float:
    if each in NARROW:
        return 0.36
    if each in WIDE:
        return 0.92
    if ord(each) >= 0x2E80:
        return 1.05
    return 0.68 if each.isupper() else 0.58
