"""Layouts of notes that a site has made its own: copied, edited, put away."""

import secrets
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _

from app.core import layouts as core
from app.core.layouts import Section
from app.core.refusals import NotFound, Refused
from app.services import services
from app.sign_in import facilitators_only
from facilitator.pages import back, field, me, page, read

pages = Blueprint("layouts", __name__)


@pages.get("/library/layouts")
@facilitators_only
def layouts() -> str:
    shipped = [each for each in read(core.layouts) if not each["own"]]
    return page("facilitator/layouts.html", "library", shipped=shipped, own=read(core.own_layouts))


@pages.post("/library/layouts")
@facilitators_only
def copy() -> Any:
    """A layout of the site's own from another."""
    try:
        source = field("layout", 36)
        titles = {each["title"]: _(each["title"]) for each in read(core.layout, source)["sections"]}
        verb, title = core.copy, field("title", core.TITLE)
        new = services().database.writer.do(verb, me(), source, title, titles.__getitem__)
    except Refused as refusal:
        if isinstance(refusal, NotFound):
            raise
        return back("layouts.layouts", _(refusal.sentence))
    return back("layouts.edit", layout_id=new)


@pages.get("/library/layouts/<layout_id>")
@facilitators_only
def edit(layout_id: str) -> str:
    layout = _own(layout_id)
    return _page(layout, layout["title"], layout["sections"], "")


@pages.post("/library/layouts/<layout_id>")
@facilitators_only
def keep(layout_id: str) -> Any:
    """Titles, order and what fills each section; ``do`` moves, adds or takes out one."""
    layout = _own(layout_id)
    title, sections = field("title", 200), _sent(layout["sections"])
    try:
        services().database.writer.do(core.edit, layout_id, title, sections)
    except Refused as refusal:
        return _page(layout, title, sections, _(refusal.sentence)), 422
    return back("layouts.edit", _("The layout is kept."), layout_id=layout_id)


@pages.post("/library/layouts/<layout_id>/away")
@facilitators_only
def put_away(layout_id: str) -> Any:
    """Out of the choice, or back; notes that use it keep it."""
    away = request.form.get("away") == "yes"
    services().database.writer.do(core.put_away, layout_id, away)
    told = _("It is put away. Notes that use it stay as they are.") if away else _("It can be chosen again.")
    return back("layouts.layouts", told)


def _own(layout_id: str) -> dict[str, Any]:
    layout: dict[str, Any] = read(core.layout, layout_id)
    if not layout["own"]:
        raise NotFound()
    return layout


def _sent(stands: list[Section]) -> list[Section]:
    """The sections of the form, in its order, after what its button does."""
    known = [each["key"] for each in stands]
    order = [key for key in request.form.getlist("order") if key in known] or known
    what, _dot, key = field("do", 60).partition(":")
    if what in ("up", "down") and key in order:
        place = order.index(key)
        order.insert(max(0, place + (-1 if what == "up" else 1)), order.pop(place))
    if what == "out" and key in order:
        order.remove(key)
    fills = {fact: field(f"fact-{fact}", 36) for fact in core.FILLED}
    sections: list[Section] = [
        {
            "key": each,
            "title": field(f"title-{each}", 200),
            "from": [fact for fact, section in fills.items() if section == each],
        }
        for each in order
    ]
    if what == "add":
        sections.append({"key": f"s_{secrets.token_hex(3)}", "title": _("New section"), "from": []})
    return sections


def _page(layout: dict[str, Any], title: str, sections: list[Section], fault: str) -> str:
    fills = {fact: each["key"] for each in sections for fact in each["from"]}
    return page(
        "facilitator/layout.html",
        "library",
        layout=layout,
        title=title,
        sections=sections,
        facts=core.FILLED,
        fills=fills,
        most=core.MOST,
        fault=fault,
    )
