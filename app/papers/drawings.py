"""Pictures for papers: the charts of the pages, as large as there, with what they say in words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from app import charts, runtime
from app.charts import given
from app.exercises.closeness_circle import paired
from app.papers.blocks import Block, picture, table

COLUMN = 605  # pixels of a page that are as wide as the column of a paper
HIGHEST = 125  # a drawing as wide as the column may be this high, in hundredths of its width: a page holds it


def circle(drawn: Mapping[str, Any], caption: str, width: int = 100) -> Block:
    """The circle as ``closeness_circle.drawn`` gives it."""
    title = caption or str(_("People near and far"))
    return chart("circle", given.circle(drawn, title), caption)[0] | {"width": width}


def circle_list(first: Mapping[str, Any], last: Mapping[str, Any] | None) -> list[Block | None]:
    """The same people as a table, then and now."""
    rows = [[name, _ring(then), _ring(now)] for name, then, now in paired(first, last)]
    if last is None:
        return [table([_("Who"), _("Then")], [row[:2] for row in rows])]
    return [table([_("Who"), _("Then"), _("Now")], rows)]


def _ring(person: Mapping[str, Any] | None) -> str:
    if person is None:
        return "–"
    told = [_("Ring %(ring)s", ring=person["ring"]), *([person["bond"]] if person["bond"] else [])]
    return ", ".join([*told, *([_("to talk about")] if person["marked"] else [])])


def language() -> str:
    """The reader's language, in which a chart has its words."""
    return str(get_locale() or "en")


def chart(name: str, data: Mapping[str, Any], caption: str = "") -> tuple[Block, list[str]]:
    """A chart as its page has it, as large as there, and the lines that explain its numbers below it."""
    runtime.give_way()
    drawing = charts.draw(name, data, language())
    tall = HIGHEST * drawing["width"] / drawing["height"]  # hundredths at which it fills a page
    width = max(1, int(min(100, 100 * drawing["width"] / COLUMN, tall)))
    block = picture(charts.render(name, data, language()), " ".join(drawing["told"]), caption, width)
    return block, [str(each) for each in drawing.get("legend", ())]
