"""The console of a live session: its page, the ticket for its socket, and the words of uncovered answers."""

from typing import Any

from flask import Blueprint, abort, jsonify, render_template, request
from flask import session as cookie

from app.core import accounts, alerts, feedback, gate, shelf, stop_signals
from app.core.changes import Who
from app.core.console import LEADING, answer_body
from app.core.door import OPEN_STATES, hashed
from app.core.models import SessionState
from app.core.views import group_row
from app.regions import speaking
from app.services import services
from app.sign_in import (
    MOST_PASSWORD,
    also_idle,
    asked_by_pages,
    facilitators_only,
    sign_in_again,
    who_is_here,
)
from facilitator.pages import me, my_session, read

pages = Blueprint("console", __name__)

MOST_AT_ONCE = 200


@pages.get("/sessions/<group_session_id>/console")
@facilitators_only
def console(group_session_id: str) -> str:
    return str(read(_page, group_session_id))


@pages.post("/sessions/<group_session_id>/ticket")
@also_idle
def ticket(group_session_id: str) -> Any:
    """A ticket for the console's socket. The console of a running session gets one however long nobody has
    touched it: it covers itself instead. ``active`` says that somebody has pressed a key or moved a pointer.
    """
    row, here = read(my_session, group_session_id), who_is_here()
    idle = here is None or here["idle"]
    if idle and row.state not in OPEN_STATES:
        abort(401)
    if request.form.get("active") and not idle:
        services().database.writer.do(accounts.touch_sign_in, cookie["facilitator"])
    who = Who("facilitator", row.id, me())
    return jsonify(ticket=services().tickets.issue(who, sign_in=hashed(cookie["facilitator"])))


@pages.post("/sessions/<group_session_id>/password")
@also_idle
def password(group_session_id: str) -> Any:
    """Uncovers a console in place, in the middle of its session."""
    read(my_session, group_session_id)
    wrong = sign_in_again(request.form.get("password", "")[: MOST_PASSWORD + 1])
    return jsonify(ok=not wrong, sentence=wrong)


@pages.get("/sessions/<group_session_id>/answers")
@asked_by_pages
def answers(group_session_id: str) -> Any:
    """The words of some answers, for a facilitator who uncovers them on their own screen."""
    return jsonify(answers=read(_bodies, group_session_id, request.args.getlist("id")))


@pages.get("/sessions/<group_session_id>/write/<participant_id>")
@facilitators_only
def scribe(group_session_id: str, participant_id: str) -> Any:
    """The questions that one person is asked now, for a facilitator who writes for them."""
    return jsonify(html=read(_questions, group_session_id, participant_id))


@pages.get("/sessions/<group_session_id>/lines")
@asked_by_pages
def lines(group_session_id: str) -> Any:
    """The words of some lines from person to person, for a facilitator who reads them first."""
    return jsonify(lines=read(_lines, group_session_id, request.args.getlist("id")))


def _lines(db: Any, group_session_id: str, wanted: list[str]) -> dict[str, str]:
    row = my_session(db, group_session_id)
    if len(wanted) > MOST_AT_ONCE:
        abort(400)
    return feedback.words(db, row, wanted)


def _questions(db: Any, group_session_id: str, participant_id: str) -> str:
    row = my_session(db, group_session_id, leading=True)
    room = services().screens.room(db, row)
    me = services().screens.me(db, row, Who("participant", row.id, participant_id))
    with speaking(room["language"], room["time_zone"]):
        return render_template("facilitator/scribe.html", room=room, me=me)


def _page(db: Any, group_session_id: str) -> str:
    row = my_session(db, group_session_id)
    context = services().screens.console(db, row, Who("facilitator", row.id, me()))
    with speaking(context["language"], context["time_zone"]):
        return render_template(
            "facilitator/console.html",
            console=context,
            facilitator_id=me(),
            plan=_plan(db, row) if context["me"]["role"] in LEADING else None,
            stop_signals=_stop_signals(db, row),
            alerts=[each for each in alerts.unseen(db, me()) if each["group_session_id"] != row.id],
            idle_minutes=int(accounts.IDLE.total_seconds() // 60),
            page_language=context["language"],
            exercises=shelf.offered(db, me()).filtered(),
        )


def _plan(db: Any, row: Any) -> dict[str, Any]:
    """Whom to call and what to do when somebody is in danger, for those who lead."""
    return gate.safety_plan(group_row(db, row.group_id))


def _stop_signals(db: Any, row: Any) -> list[dict[str, Any]]:
    """What should make somebody stop and look before they start; made-up people need none of it."""
    if row.state not in (SessionState.PLANNED, SessionState.LOBBY) or row.rehearsal_of is not None:
        return []
    return stop_signals.of_group(db, me(), row.group_id, services().settings.reliable_change)


def _bodies(db: Any, group_session_id: str, wanted: list[str]) -> dict[str, str]:
    row = my_session(db, group_session_id)
    if len(wanted) > MOST_AT_ONCE:
        abort(400)
    context = services().screens.console(db, row, Who("facilitator", row.id, me()))
    with speaking(context["language"], context["time_zone"]):
        return {
            each["id"]: render_template("regions/facilitator/answer_body.html", **each)
            for each in answer_body(db, row, wanted)
        }
