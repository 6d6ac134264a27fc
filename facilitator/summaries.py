"""What a session came to: to read, to print, and what it leaves to do."""

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _
from pydantic import ValidationError

from app import access
from app.core import attendance as core_attendance
from app.core import groups, leaderless, notes, overview, tags, to_follow_up
from app.core import summary as core
from app.core.agenda import counts
from app.core.changes import Who
from app.core.commands import REGISTRY, perform
from app.core.refusals import Invalid
from app.library.agendas import for_one, talk_stage
from app.services import draft_key, services
from app.sign_in import facilitators_only
from facilitator.pages import LEADING, back, field, in_zone, me, my_session, page, read

pages = Blueprint("summaries", __name__)

TALK_MINUTES = 20


@pages.get("/sessions/<group_session_id>/summary")
@facilitators_only
def summary(group_session_id: str) -> str:
    told = read(_page, group_session_id)
    in_zone(told["group"]["time_zone"])
    if told["session"]["without_close"] and not told["session"]["followed_up"] and told["leading"]:
        services().database.writer.do(leaderless.follow_up, me(), group_session_id)
    key = draft_key(f"{me()} {group_session_id}") if told["may_tag"] else ""
    return page("facilitator/summary.html", "groups", draft_key=key, reader=me(), **told)


@pages.post("/sessions/<group_session_id>/followed-up")
@facilitators_only
def followed_up(group_session_id: str) -> Any:
    """Somebody knows of a session that ended by itself."""
    read(my_session, group_session_id, True)
    services().database.writer.do(leaderless.follow_up, me(), group_session_id)
    return back("today.today")


@pages.post("/sessions/<group_session_id>/attendance")
@facilitators_only
def attendance(group_session_id: str) -> Any:
    """Corrects who was there."""
    read(my_session, group_session_id, True)
    wanted = {
        name.removeprefix("was-"): value for name, value in request.form.items() if name.startswith("was-")
    }
    services().database.writer.do(core_attendance.correct, me(), group_session_id, wanted)
    told = _("Attendance is kept.")
    return back("summaries.summary", told, "attendance", group_session_id=group_session_id)


@pages.post("/sessions/<group_session_id>/heard")
@facilitators_only
def heard(group_session_id: str) -> Any:
    """Somebody was heard, though nobody marked it in the room."""
    read(my_session, group_session_id, True)
    services().database.writer.do(
        core_attendance.heard, me(), group_session_id, field("participant_id", 36), of=group_session_id
    )
    return back("summaries.summary", _("Marked as heard."), "to-do", group_session_id=group_session_id)


@pages.post("/sessions/<group_session_id>/met")
@facilitators_only
def met(group_session_id: str) -> Any:
    """A call was met; of an answer on a private form also how, with whom or when."""
    read(my_session, group_session_id, True)
    told, sent = _("It is kept."), {"id": field("signal_id", 36)}
    name = "resolve_signal"
    if "how" in request.form:
        name, sent = "meet_alert", sent | {"how": field("how", 8), "words": field("words", 200)}
    command, who = REGISTRY["facilitator"][name], Who("facilitator", group_session_id, me())
    try:
        payload = command.payload.model_validate(sent)
        services().database.writer.do(perform, who, command, payload, of=group_session_id)
    except (Invalid, ValidationError) as refusal:
        told = _(refusal.sentence) if isinstance(refusal, Invalid) else _("Nothing was changed.")
    return back("summaries.summary", told, "to-do", group_session_id=group_session_id)


@pages.post("/sessions/<group_session_id>/talk")
@facilitators_only
def talk(group_session_id: str) -> Any:
    """Plans a talk one to one with a member; its planner says when."""
    row = read(my_session, group_session_id, True)
    members = read(overview.group_page, row.group_id)["members"]
    alias = next((each["alias"] for each in members if each["id"] == field("member_id", 36)), "")
    title, stages = _("A talk: %(name)s", name=alias), for_one([talk_stage(_("A talk"), TALK_MINUTES)])
    planned = services().database.writer.do(
        groups.plan_talk, row.group_id, field("member_id", 36), title, stages
    )
    told = _("The talk is planned. Say when, and send the member's own link.")
    return back("planner.plan", told, group_session_id=planned)


def _page(db: Any, group_session_id: str) -> dict[str, Any]:
    """The summary with the reader's own notes, which the files leave out, and what it leaves to do."""
    row = my_session(db, group_session_id)
    leading = access.facilitator_role(db, me(), row.group_id) in LEADING
    told = core.summary_of(db, group_session_id)
    there = core_attendance.attendance(db, row)
    may_tag = leading and counts(row)
    return told | {
        "notes": notes.told(db, row, me()),
        "leading": leading,
        "may_tag": may_tag,
        "attendance": there,
        "status": {each["member_id"]: each["status"] for each in there},
        "to_do": to_follow_up.to_follow_up(db, row, told, there) if leading else [],
        "notes_left": to_follow_up.notes_to_sign(db, row, there) if leading else None,
        "known_themes": tags.themes_of_group(db, row.group_id) if may_tag else [],
    }
