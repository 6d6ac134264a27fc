"""Pictures for papers: the charts of the pages, and the circle of people in ink that needs no colour."""

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from flask_babel import get_locale
from flask_babel import gettext as _

from app import charts
from app.papers.blocks import Block, picture, table

COLUMN = 605  # pixels of a page that are as wide as the column of a paper
INK, ACT, EDGE = "#221f25", "#1f4459", "#867e76"
# how the line of a bond is drawn, by its style; the words beside the circle say the same
BONDS = {"close": "", "mixed": "8 4", "tense": "2 4", "lost": "9 7", "died": "9 7", "none": ""}


def circle(drawn: Mapping[str, Any], caption: str) -> Block:
    """The circle as ``closeness_circle.drawn`` gives it."""
    told = [_told(each) for each in drawn["people"]]
    said = f"{'; '.join(told)}."
    return picture(_svg(drawn), f"{caption}: {said}" if caption else said, caption)


def circle_list(first: Mapping[str, Any], last: Mapping[str, Any] | None) -> list[Block | None]:
    """The same people as a table, then and now."""
    then = {each["label"]: _ring(each) for each in first["people"]}
    now = {each["label"]: _ring(each) for each in last["people"]} if last else {}
    names = list(dict.fromkeys([*then, *now]))
    if last is None:
        return [table([_("Who"), _("Then")], [[name, then[name]] for name in names])]
    rows = [[name, then.get(name, "–"), now.get(name, "–")] for name in names]
    return [table([_("Who"), _("Then"), _("Now")], rows)]


def _ring(person: Mapping[str, Any]) -> str:
    ring = _("Ring %(ring)s", ring=person["ring"])
    return f"{ring}, {person['bond']}" if person["bond"] else str(ring)


def _told(person: Mapping[str, Any]) -> str:
    told = _("%(name)s, ring %(ring)s", name=person["label"], ring=person["ring"])
    return f"{told}, {person['bond']}" if person["bond"] else str(told)


def _svg(drawn: Mapping[str, Any]) -> str:
    rings = "".join(
        f'<circle cx="150" cy="150" r="{r}" fill="none" stroke="{EDGE}" stroke-width="1"'
        + (' stroke-dasharray="3 4"/>' if at == len(drawn["rings"]) - 1 else "/>")
        for at, r in enumerate(drawn["rings"])
    )
    bonds = "".join(_bond(each) for each in drawn["people"])
    people = "".join(_person(each) for each in drawn["people"])
    me = (
        f'<circle cx="150" cy="150" r="9" fill="{INK}"/>{_ground(_("me"), 150, 172, "middle")}'
        f'<text x="150" y="172" text-anchor="middle" font-weight="bold">{escape(_("me"))}</text>'
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 300" font-family="Libertinus Serif"'
        f' font-size="13" fill="{INK}">{rings}{bonds}{me}{people}</svg>'
    )


def _bond(person: Mapping[str, Any]) -> str:
    if person["style"] == "none":
        return ""
    dashes = BONDS[person["style"]]
    return (
        f'<line x1="150" y1="150" x2="{person["x"]}" y2="{person["y"]}" stroke="{ACT}" stroke-width="1.5"'
        + (f' stroke-dasharray="{dashes}"/>' if dashes else "/>")
    )


def _person(person: Mapping[str, Any]) -> str:
    gone = person["style"] in ("lost", "died")
    dot = f'fill="white" stroke="{ACT}" stroke-width="1.75"' if gone else f'fill="{ACT}"'
    return (
        _ground(person["short"], person["text_x"], person["text_y"], person["anchor"])
        + f'<circle cx="{person["x"]}" cy="{person["y"]}" r="6" {dot}/>'
        f'<text x="{person["text_x"]}" y="{person["text_y"]}" text-anchor="{person["anchor"]}">'
        f"{escape(person['short'])}</text>"
    )


def _ground(name: str, x: float, y: float, anchor: str) -> str:
    """White behind a name, so that no line runs through it; Typst knows no outline behind letters."""
    wide = 6.4 * len(name)
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    return f'<rect x="{left:.1f}" y="{y - 10:.1f}" width="{wide:.1f}" height="13" rx="2" fill="white"/>'


def chart(name: str, data: Mapping[str, Any], caption: str = "") -> tuple[Block, list[str]]:
    """A chart as its page has it, as large as there, and the lines that explain its numbers below it."""
    locale = str(get_locale() or "en")
    drawing = charts.draw(name, data, locale)
    width = min(100, round(100 * drawing["width"] / COLUMN))
    block = picture(charts.render(name, data, locale), " ".join(drawing["told"]), caption, width)
    return block, [str(each) for each in drawing.get("legend", ())]
