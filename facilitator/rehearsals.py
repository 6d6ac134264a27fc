"""Rehearsing a planned session with simulated members."""

from typing import Any

from flask import Blueprint, abort, request
from flask_babel import gettext as _

from app.core import overview
from app.core.refusals import Refused
from app.core.rehearsal import PACES
from app.services import services
from app.sign_in import facilitators_only
from facilitator.pages import back, me, my_session, page, read

pages = Blueprint("rehearsals", __name__)


@pages.get("/sessions/<group_session_id>/rehearsal")
@facilitators_only
def rehearsal(group_session_id: str) -> Any:
    shown = read(_plan, group_session_id)
    if shown["session"]["state"] != "planned":
        return back("console.console", group_session_id=group_session_id)
    return page("facilitator/rehearsal.html", "groups", paces=PACES, **shown)


@pages.post("/sessions/<group_session_id>/rehearsal")
@facilitators_only
def begin(group_session_id: str) -> Any:
    shown = read(_plan, group_session_id)
    pace = request.form.get("pace", type=int)
    if pace not in PACES:
        abort(400)
    session = shown["session"]
    title = session["title"] or (
        _("Session %(number)s of %(of)s", number=session["number"], of=session["of"])
        if session["of"]
        else _("Session %(number)s", number=session["number"])
    )
    try:
        made = services().crowds.rehearse(me(), group_session_id, title, pace)
    except Refused as refusal:
        return back("rehearsals.rehearsal", _(refusal.sentence), group_session_id=group_session_id)
    return back("console.console", group_session_id=made)


def _plan(db: Any, group_session_id: str) -> dict[str, Any]:
    my_session(db, group_session_id, leading=True)
    return overview.plan_page(db, group_session_id)
