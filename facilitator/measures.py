"""Measures: which are asked here, and the items that somebody adds who holds permission."""

from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from app.core import accounts, instruments
from app.core.refusals import NotFound
from app.library.measures import Damaged, blank_file, others
from app.services import services
from app.sign_in import facilitators_only
from facilitator.pages import back, field, me, page, read
from facilitator.uploads import Unreadable, sent_file, told

pages = Blueprint("measures", __name__)


@pages.get("/library/measures")
@facilitators_only
def measures() -> str:
    return _page([])


@pages.post("/library/measures")
@facilitators_only
def add() -> Any:
    """Takes in the items of an instrument; a damaged file changes nothing, and says line and reason."""
    _may_add()
    measure_id = field("instrument", 64)
    _byo(measure_id)
    if request.form.get("permission") != "yes":
        return _page([_("Say first that you hold permission to use these words.")]), 422
    try:
        name, text = sent_file()
    except Unreadable as wrong:
        return _page(wrong.sentences), 422
    try:
        services().database.writer.do(instruments.add_instrument, me(), measure_id, text, True)
    except Damaged as damaged:
        return _page(told(name, damaged.faults)), 422
    return back("measures.measures", _("It can be asked now. Name it in a plan or in a session of your own."))


@pages.get("/library/measures/<measure_id>/file")
@facilitators_only
def blank(measure_id: str) -> Response:
    """The file of an instrument with its scoring, to be filled in with its words."""
    _may_add()
    headers = {"Content-Disposition": f'attachment; filename="{_byo(measure_id).id}.yaml"'}
    text = blank_file(_byo(measure_id))
    return Response(text, content_type="application/yaml; charset=utf-8", headers=headers)


@pages.post("/library/measures/<measure_id>/retire")
@facilitators_only
def retire(measure_id: str) -> Any:
    _may_add()
    services().database.writer.do(instruments.retire_instrument, me(), measure_id)
    return back("measures.measures", _("It is not asked any more. Scores that were given stay."))


def _may_add() -> None:
    if not read(accounts.is_administrator, me()):
        raise NotFound()


def _byo(measure_id: str) -> Any:
    """What is known of an instrument whose items may be added; NotFound for every other."""
    found = others().get(measure_id)
    if found is None or found.licence_status != "byo":
        raise NotFound()
    return found


def _page(faults: list[str]) -> str:
    shown = read(instruments.page, me())
    return page("facilitator/measures.html", "library", faults=faults, **shown)
