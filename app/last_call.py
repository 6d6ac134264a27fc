"""What somebody who was sent away can still do as long as the session is open: call for support, or say that
they are not safe.
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
from app.places import place_in
from app.regions import speaking
from app.services import services

pages = Blueprint("last_call", __name__)
CALL, ANSWER = (REGISTRY["participant"][name] for name in ("raise_signal", "answer_question"))


@pages.post("/room/<group_session_id>/call")
def call(group_session_id: str) -> Any:
    """Takes a call whose socket is closed: from the page below, or from a script that still held one. With
    ``question`` it is a "no" that was tapped; what becomes of it, the verb knows.
    """
    who, question = place_in(group_session_id), request.form.get("question")
    command = ANSWER if question else CALL
    sent = {"id": question, "answer": "no"} if question else {"id": request.form.get("id"), "kind": "support"}
    try:
        payload = command.payload.model_validate(sent)
    except ValueError:
        raise Invalid() from None
    services().database.writer.do(perform, who, command, payload, of=group_session_id)
    return redirect(f"/room/{group_session_id}", 303)


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
            line={"nobody": screens.presence.line(row.id) == "nobody", "facilitators": room["facilitators"]},
            help=room["help"],
            new_id=str(uuid4()),
        )
    return html, 404
