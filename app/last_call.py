"""Calls and taps that come by a form: before a page's script is there, and from whoever was sent away. Those
can still call for support as long as the session is open, say that they are not safe, or stop.
"""

from typing import Any
from uuid import uuid4

from flask import Blueprint, jsonify, redirect, render_template, request

from app.access import access_group_session
from app.core import alerts, pins, views
from app.core.changes import Who
from app.core.commands import REGISTRY, participant_row, perform
from app.core.door import OPEN_STATES
from app.core.models import SignalKind, SignalStatus, Standing
from app.core.refusals import Invalid
from app.places import called_from, my_place, place_in
from app.regions import speaking
from app.services import services

pages = Blueprint("last_call", __name__)
BY_HAND = (SignalKind.SUPPORT, SignalKind.HAND, SignalKind.SLOWER, SignalKind.STOP)
WORD = "word"  # a wish for a private word: a raised hand with an id of its own
ANSWERS = {
    "question": "no",
    "no": "no",
    "yes": "yes",
    "not_now": "not_now",
}  # the field that is pressed, and what it says; `question` calls
SAYS = {"safe": "say_safe_for_now", "talk": "ask_to_talk", "lower": "lower_signal"}
CALLS = ("kind", "question")  # the fields that call, also from a place whose token opens no seat any more


@pages.post("/room/<group_session_id>/call")
def call(group_session_id: str) -> Any:
    """Takes a call or a tap without a socket, under the id that its form was rendered with: sent again, it is
    the same. What becomes of it, the verb knows. Any place that this browser was ever given may call; for
    everything else the seat must be open. A script that asks for JSON gets the verb's own answer.
    """
    who = called_from(group_session_id)  # first: whoever has no place here is told nothing else
    field, name, sent = _sent()
    who = who if field in CALLS else my_place(group_session_id)
    command = REGISTRY["participant"][name]
    try:
        payload = command.payload.model_validate(sent)
    except ValueError:
        raise Invalid() from None
    answer = services().database.writer.do(perform, who, command, payload, of=group_session_id)
    if "application/json" in request.headers.get("Accept", ""):
        return jsonify(answer)
    return redirect(f"/room/{group_session_id}", 303)


@pages.get("/room/<group_session_id>/call")
def standing(group_session_id: str) -> Any:
    """How a person's calls stand now: the regions that tell it, for a page without a socket, and new ids."""
    screens = services().screens
    with services().database.reader() as db:
        who = place_in(db, group_session_id)
        row = access_group_session(db, who)
        person = views.participant(db, row.id, who.id)
        room, me = screens.place(db, row, person), screens.me(db, row, who)
        with speaking(room["language"], room["time_zone"]):
            return render_template("participant/standing.html", room=room, me=me, new_ids=new_ids())


def _sent() -> tuple[str, str, dict[str, Any]]:
    """The field that was pressed, the command that it means, and its payload, not looked at yet."""
    form = request.form
    for field, answer in ANSWERS.items():
        if field in form:
            return field, "answer_question", {"id": form[field], "answer": answer}
    for field, name in SAYS.items():
        if field in form:
            return field, name, {"id": form[field]}
    if "come_in" in form:
        return "come_in", "come_in", {}
    if choice := form.get("pause"):
        wish = {"id": form.get(WORD)} if choice == WORD else {}
        return "pause", "pause_for_me", {"choice": choice} | wish
    kind = form.get("kind", "")
    if kind not in BY_HAND:
        raise Invalid()
    if kind == SignalKind.STOP:
        return "kind", "stop_now", {"id": form.get(kind)}
    return "kind", "raise_signal", {"id": form.get(kind), "kind": kind}


def new_ids() -> dict[str, str]:
    """A fresh id for each kind that a page's form may send."""
    return {kind: str(uuid4()) for kind in (*(each.value for each in BY_HAND), WORD)}


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
            rehearsal=room["rehearsal"],
            call=calls[-1] if calls else None,
            line={key: room[key] for key in ("nobody", "facilitators", "readers")},
            help=room["help"],
            new_id=new_ids()["support"],
        )
    return html, 404
