"""Calls that come by a form: before a page's script is there, and from whoever was sent away. Those can still
call for support as long as the session is open, or say that they are not safe.
"""

from typing import Any
from uuid import uuid4

from flask import Blueprint, redirect, render_template, request

from app.core import alerts, pins, views
from app.core.changes import Who
from app.core.commands import REGISTRY, participant_row, perform
from app.core.door import OPEN_STATES
from app.core.models import SignalKind, SignalStatus, Standing
from app.core.refusals import Invalid
from app.places import called_from
from app.regions import speaking
from app.services import services

pages = Blueprint("last_call", __name__)
BY_HAND = (SignalKind.SUPPORT, SignalKind.HAND, SignalKind.SLOWER, SignalKind.STOP)


@pages.post("/room/<group_session_id>/call")
def call(group_session_id: str) -> Any:
    """Takes a call without a socket, under the id that its form was rendered with: sent again, it is the same
    call. With ``question`` it is a "no" that was tapped; what becomes of it, the verb knows. Any place that
    this browser was ever given may call; the seat itself asks for more.
    """
    who, (name, sent) = called_from(group_session_id), _sent()
    command = REGISTRY["participant"][name]
    try:
        payload = command.payload.model_validate(sent)
    except ValueError:
        raise Invalid() from None
    services().database.writer.do(perform, who, command, payload, of=group_session_id)
    return redirect(f"/room/{group_session_id}", 303)


def _sent() -> tuple[str, dict[str, Any]]:
    """The command that the form means, and its payload, not looked at yet."""
    if question := request.form.get("question"):
        return "answer_question", {"id": question, "answer": "no"}
    kind = request.form.get("kind", "")
    if kind not in BY_HAND:
        raise Invalid()
    if kind == SignalKind.STOP:
        return "stop_now", {"id": request.form.get(kind)}
    return "raise_signal", {"id": request.form.get(kind), "kind": kind}


def new_ids() -> dict[str, str]:
    """A fresh id for each kind that a page's form may send."""
    return {kind.value: str(uuid4()) for kind in BY_HAND}


def page_of(db: Any, who: Who) -> Any:
    """What somebody who was sent away reads while the session is open, with how their call stands; None for
    everybody else.
    """
    row, person = views.session_row(db, who.group_session_id), participant_row(db, who)
    if person.standing != Standing.REMOVED or row.state not in OPEN_STATES:
        return None
    screens = services().screens
    room = screens.doorway(db, row)
    own = alerts.own_signals(db, who.id)
    calls = [each for each in own["signals"] if each["kind"] == SignalKind.SUPPORT]
    calls = calls or [each for each in own["calls"] if each["status"] == SignalStatus.NEW]
    if who.shut:
        calls = pins.unanswered(calls)
    with speaking(room["language"], room["time_zone"]):
        html = render_template(
            "participant/sent_away.html",
            group_session_id=row.id,
            call=calls[-1] if calls else None,
            line={key: room[key] for key in ("nobody", "facilitators", "readers")},
            help=room["help"],
            new_id=new_ids()["support"],
        )
    return html, 404
