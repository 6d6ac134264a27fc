"""What goes to supervision: a page to read and to print, without a participant's name or word.

Those who observe a group read it; those who lead also type their questions and note the talk.
"""

from datetime import date
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _

from app.core import stop_signals
from app.core import supervision as core
from app.core.refusals import Refused
from app.exercises import Unreadable, clean
from app.services import services
from app.sign_in import facilitators_only
from facilitator.pages import back, field, in_zone, leads, me, my_group, page, read

pages = Blueprint("supervision", __name__)


@pages.get("/groups/<group_id>/supervision")
@facilitators_only
def pack(group_id: str) -> str:
    return _shown(group_id)


@pages.post("/groups/<group_id>/supervision")
@facilitators_only
def questions(group_id: str) -> Any:
    """Keeps the questions; what was typed stays on the page when that does not work."""
    read(my_group, group_id, True)
    text, revision = _text(), int(field("revision", 9)) if field("revision", 9).isdigit() else 0
    try:
        services().database.writer.do(core.keep_questions, me(), group_id, text, revision)
    except Refused as refusal:
        if refusal.code not in ("invalid", "stale"):
            raise
        return _shown(group_id, text, _(refusal.sentence)), 422
    return back("supervision.pack", _("The questions are kept."), "questions", group_id=group_id)


@pages.post("/groups/<group_id>/supervision/talk")
@facilitators_only
def talk(group_id: str) -> Any:
    """The day of the last talk with a supervisor, as they say it."""
    read(my_group, group_id, True)
    told = _("The day is noted.")
    try:
        services().database.writer.do(
            stop_signals.note_supervision, me(), date.fromisoformat(field("day", 10))
        )
    except ValueError:
        told = _("This is not a date.")
    except Refused as refusal:
        told = _(refusal.sentence)
    return back("supervision.pack", told, "talk", group_id=group_id)


def _shown(group_id: str, typed: str = "", sentence: str = "") -> str:
    told = read(_page, group_id)
    in_zone(told["zone"])
    own = typed if sentence else told["own"]
    return page("facilitator/supervision.html", "groups", **told | {"own": own, "sentence": sentence})


def _page(db: Any, group_id: str) -> dict[str, Any]:
    row, leading = my_group(db, group_id), leads(db, group_id)
    return {
        "pack": core.pack(db, group_id, services().settings.reliable_change),
        "group_id": group_id,
        "zone": row.time_zone,
        "leading": leading,
        "own": core.own_text(db, group_id) if leading else "",
        "supervised_at": stop_signals.last_supervision(db, me()) if leading else None,
    }


def _text() -> str:
    try:
        return clean(request.form.get("text", "").replace("\r\n", "\n"))
    except Unreadable:
        return ""
