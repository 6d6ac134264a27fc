"""The circle of somebody's people, then or now.

Data: ``drawn``, as ``app.exercises.closeness_circle.drawn`` gives it: rings, people with their places and
those of their names, and which bonds have a line; and ``title``, what stands above it.
"""

from collections.abc import Mapping
from typing import Any

from app.charts import letters
from app.charts.letters import label
from app.charts.words import Words

Drawing = dict[str, Any]
SIDE, MIDDLE = 300, 150
LINE = 34  # what a line takes in the key: all of its dashes are seen
# how the line of a bond is drawn, by its style; "none" has no line
DASHES = {"close": "", "mixed": "10 3 2 3", "tense": "2 4", "lost": "9 7", "died": "2 6"}
GONE = ("lost", "died")


def people(data: Mapping[str, Any], words: Words) -> Drawing:
    _ = words.gettext
    drawn = data["drawn"]
    found = [
        {
            "x": each["x"],
            "y": each["y"],
            "style": each["style"],
            "dashes": DASHES.get(each["style"]),
            "gone": each["style"] in GONE,
            "marked": each["marked"],
        }
        for each in drawn["people"]
    ]
    labels = [_inside(each) for each in drawn["people"]]
    labels.append(label(_("me"), MIDDLE, MIDDLE + 22, "middle"))
    rows = [
        [each["label"], _("Ring %(ring)s", ring=each["ring"]), ", ".join(_between(each, words))]
        for each in drawn["people"]
    ]
    signs = list(drawn["bonds"].items())
    signs += [("marked", _("to talk about"))] if any(each["marked"] for each in drawn["people"]) else []
    key = letters.key(signs, 8, SIDE + 10, SIDE - 16, LINE)
    return {
        "template": "circle",
        "width": SIDE,
        "height": SIDE + 10 + key["height"] if signs else SIDE,
        "title": data["title"],
        "told": _told(drawn["people"], words),
        "table": {"head": [_("Who"), _("Ring"), _("Between them")], "rows": rows},
        "rings": list(drawn["rings"]),
        "people": found,
        "under": [_under(each) for each in labels],
        "labels": labels + key["labels"],
        "key": [
            each | {"dashes": DASHES.get(each["sign"], ""), "gone": each["sign"] in GONE}
            for each in key["marks"]
        ],
    }


def _inside(person: Mapping[str, Any]) -> letters.Label:
    """A name stays in the picture, wherever there was room for it."""
    each = label(person["short"], person["text_x"], person["text_y"], person["anchor"])
    left, _top, right, _bottom = letters.box(each)
    return each | {"x": round(each["x"] + max(0, -left) - max(0, right - SIDE), 1)}


def _under(each: letters.Label) -> dict[str, float]:
    """The ground behind a name, so that no line runs through it."""
    left, top, right, bottom = letters.box(each)
    edge = max(left, 0.0)
    wide = round(min(right, SIDE) - edge, 1)
    return {"x": round(edge, 1), "y": round(top, 1), "width": wide, "height": round(bottom - top, 1)}


def _told(people: list[Mapping[str, Any]], words: Words) -> list[str]:
    _ = words.gettext
    said = []
    for each in sorted(people, key=lambda each: each["ring"]):
        told = _("%(name)s, ring %(ring)s", name=each["label"], ring=each["ring"])
        said.append(", ".join([told, *_between(each, words)]) + ".")
    return said or [_("Nobody stands on it.")]


def _between(person: Mapping[str, Any], words: Words) -> list[str]:
    """What is between them, and whether somebody wants to talk about this person, in words."""
    return [
        *([person["bond"]] if person["bond"] else []),
        *([words.gettext("to talk about")] if person["marked"] else []),
    ]
