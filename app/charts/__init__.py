"""Pictures of numbers: SVG drawn on the server, the same string in a page and on paper.

A chart takes plain data, as the modules of the core gather it, and gives a drawing: where everything stands,
every word in it, and the same in sentences and as a table. Templates in ``templates/charts`` set a drawing as
SVG. Colours are written as attributes and are readable in print and without colour; a page's own style sheet
overrides them by class, so that a dark page has dark charts. There are no ids, since several charts stand on
one page. Nothing here knows a request or a database.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.charts import circle, goals, measure, mood, strips
from app.charts.words import Words

Drawing = dict[str, Any]
TEMPLATES = Path(__file__).parent.parent.parent / "templates"
KINDS: dict[str, Callable[[Mapping[str, Any], Words], Drawing]] = {
    "mood_line": mood.line,
    "mood_small": mood.small,
    "measure_line": measure.line,
    "attendance": strips.attendance,
    "steps": strips.steps,
    "goals": goals.then_and_now,
    "circle": circle.people,
}
NAMES = tuple(KINDS)


def draw(name: str, data: Mapping[str, Any], language: str) -> Drawing:
    """The drawing of a chart: ``template``, ``width`` and ``height`` in pixels, ``title``, ``told`` (what the
    picture says, in sentences), ``table`` ({"head", "rows"}), ``labels``, and what the template draws.

    A page includes the template with this as ``drawing``. The module of a chart says what ``data`` is.
    """
    made = KINDS[name](data, Words(language))
    return made | {"name": name, "template": f"charts/{made['template']}.svg"}


def render(name: str, data: Mapping[str, Any], language: str) -> str:
    """The chart as SVG, outside of a request too; the string is the one that a page has."""
    drawing = draw(name, data, language)
    return _templates().get_template(drawing["template"]).render(drawing=drawing)


def told(name: str, data: Mapping[str, Any], language: str) -> list[str]:
    """What the picture says, in sentences."""
    sentences: list[str] = draw(name, data, language)["told"]
    return sentences


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
