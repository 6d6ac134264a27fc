"""The checklist of a session: one tap a line, saved at once. Leaders answer it, supervisors read it."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask_babel import gettext as _
from pydantic import BaseModel, ConfigDict, StrictStr, ValidationError

from app.core import fidelity as core
from app.core import overview
from app.core.refusals import Invalid, NotFound, Refused, Retry
from app.regions import clock
from app.services import draft_key, services
from app.sign_in import facilitators_only
from facilitator.pages import back, in_zone, leads, me, my_session, page, read

pages = Blueprint("fidelity", __name__)


class Answer(BaseModel):
    """One line of the checklist, answered."""

    model_config = ConfigDict(extra="forbid")

    line: StrictStr
    answer: StrictStr


@pages.get("/sessions/<group_session_id>/fidelity")
@facilitators_only
def checklist(group_session_id: str) -> str:
    told = read(_page, group_session_id)
    in_zone(told["group"]["time_zone"])
    key = draft_key(f"{me()} fidelity {group_session_id}") if told["leading"] else ""
    return page("facilitator/fidelity.html", "groups", draft_key=key, reader=me(), **told)


@pages.post("/sessions/<group_session_id>/fidelity")
@facilitators_only
def answer(group_session_id: str) -> Any:
    """Keeps one line from the page's script, or the whole form where there is none."""
    if not request.is_json:
        return _all(group_session_id)
    try:
        read(my_session, group_session_id, True)
        sent = _sent()
        _keep(group_session_id, sent.line, sent.answer)
    except Refused as refusal:
        code = 404 if isinstance(refusal, NotFound) else 503 if isinstance(refusal, Retry) else 422
        error = refusal.answer()["error"]
        return jsonify(ok=False, error=error | {"message": _(error["message"])}), code
    lines = read(core.of_session, group_session_id)
    told = next(each for each in lines if each["key"] == sent.line)
    in_zone(read(overview.session_facts, group_session_id)["group"]["time_zone"])
    html = render_template("facilitator/fidelity_line.html", line=told, leading=True)
    return jsonify(ok=True, saved_at=clock(datetime.now(UTC)), html=html, left=core.left(lines))


def _all(group_session_id: str) -> Any:
    read(my_session, group_session_id, True)
    for line in core.LINES:
        if line in request.form:
            _keep(group_session_id, line, request.form[line])
    return back("fidelity.checklist", _("The checklist is kept."), group_session_id=group_session_id)


def _keep(group_session_id: str, line: str, given: str) -> None:
    services().database.writer.do(core.set_line, me(), group_session_id, line, given, of=group_session_id)


def _page(db: Any, group_session_id: str) -> dict[str, Any]:
    row = my_session(db, group_session_id)
    told = overview.session_facts(db, group_session_id)
    if not core.may_have_one(row):
        raise NotFound()
    lines = core.of_session(db, group_session_id) if core.has_one(row) else []
    facts = {"group": told["group"], "session": told["session"], "lines": lines, "left": core.left(lines)}
    return facts | {"leading": leads(db, row.group_id)}


def _sent() -> Answer:
    try:
        return Answer.model_validate(request.get_json(silent=True))
    except ValidationError:
        raise Invalid() from None
