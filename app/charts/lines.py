"""Points along a line, gaps in it, and where their numbers stand. Shared by mood and measures.

A point is {"number", "value" or None, "x", "y" or None, ...}; what has no value is a gap.
"""

from collections.abc import Collection
from itertools import pairwise
from typing import Any

from app.charts.letters import Label, label

Point = dict[str, Any]


def shown(points: list[Point]) -> list[Point]:
    return [each for each in points if each["value"] is not None]


def joined(points: list[Point]) -> list[dict[str, float]]:
    """A full line only between two that follow each other."""
    return [from_to(one, two) for one, two in pairwise(points) if None not in (one["value"], two["value"])]


def gaps(points: list[Point]) -> list[dict[str, float]]:
    """From the last value before a gap to the first one after it."""
    placed = [(place, each) for place, each in enumerate(points) if each["value"] is not None]
    return [from_to(one, two) for (place, one), (later, two) in pairwise(placed) if later > place + 1]


def from_to(one: Point, two: Point) -> dict[str, float]:
    return {"x1": one["x"], "y1": one["y"], "x2": two["x"], "y2": two["y"]}


def between(point: Point, points: list[Point], foot: float) -> float:
    """The height of the dashed line where a value is missing; outside of the line the foot of the chart."""
    before = [each for each in shown(points) if each["x"] < point["x"]]
    after = [each for each in shown(points) if each["x"] > point["x"]]
    if not before or not after:
        return foot
    one, two = before[-1], after[0]
    part = (point["x"] - one["x"]) / (two["x"] - one["x"])
    return float(round(one["y"] + part * (two["y"] - one["y"]), 1))


def values(points: list[Point], stems: Collection[int] = ()) -> list[Label]:
    """The number of each point, in a corner that the line leaves free, and never on a stem from above.
    ``stems`` are the numbers of points that have one.
    """
    some = shown(points)
    return [
        _value(
            each, some[place - 1] if place else each, (some + some[-1:])[place + 1], each["number"] in stems
        )
        for place, each in enumerate(some)
    ]


def _value(point: Point, before: Point, after: Point, has_stem: bool) -> Label:
    text, x, y = str(point["value"]), point["x"], point["y"]
    came_up, came_down = before["y"] > y, before["y"] < y
    goes_up, goes_down = after["y"] < y, after["y"] > y
    if has_stem and not goes_up:
        return label(text, x + 8, y - 5, "start", "strong")
    below = (goes_up and not came_down) or (came_down and not goes_down)
    goes_on = (came_up and goes_up) or (came_down and goes_down)
    return label(text, x + (8 if goes_on else 0), y + 22 if below else y - 11, "middle", "strong")
