"""The private form of a measure: outside the shared stages, and only while a facilitator is present."""

import hashlib
from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask_babel import gettext as _
from pydantic import ValidationError

from app import last_call
from app.access import access_group_session
from app.core import consents, instruments, leaderless, measures, views
from app.core.changes import Who, changing
from app.core.commands import Payload, Uuid4
from app.core.models import Standing, now
from app.core.refusals import Invalid, NotFound, NotNow, Refused
from app.library.measures import Measure
from app.places import my_place, place_in
from app.regions import clock_or_day, speaking
from app.services import draft_key, services

pages = Blueprint("private_form", __name__)


class SubmitMeasure(Payload):
    id: Uuid4
    revision: int = 1
    answers: dict[str, int | None]


@pages.app_template_filter("sign")
def sign_of(measure_id: str) -> str:
    """What stands for a measure in addresses and in what a browser keeps: neither names a questionnaire."""
    return hashlib.sha256(measure_id.encode()).hexdigest()[:10]


@pages.get("/room/<group_session_id>/form/<sign>")
def form(group_session_id: str, sign: str) -> Any:
    try:
        return _page(group_session_id, sign)
    except NotFound:
        return render_template("participant/closed.html"), 404


@pages.post("/room/<group_session_id>/form/<sign>")
def submit(group_session_id: str, sign: str) -> Any:
    """Answers as JSON; stored once, with the alert where there is need, or refused with nothing stored."""
    who = my_place(group_session_id)
    try:
        sent = SubmitMeasure.model_validate(request.get_json(silent=True))
        here = services().screens.presence.led_lately(group_session_id)  # a line that blinks loses no answer
        answer = services().database.writer.do(_store, who, sign, sent, here, _began(), of=group_session_id)
    except ValidationError:
        refusal: Refused = Invalid()
        return jsonify(refusal.answer()), 422
    except Refused as refused:
        return jsonify(refused.answer()), 503 if refused.code == "retry" else 409
    if "opens" in answer.get("error", {}):
        _says_when(group_session_id, answer["error"])
    return jsonify(answer), 200 if answer["ok"] else 409


def _page(group_session_id: str, sign: str) -> Any:
    with services().database.reader() as db:
        who = place_in(db, group_session_id)
        row = access_group_session(db, who)
        measure = _measure(db, row, sign)
        person = views.participant(db, row.id, who.id)
        if person.member_id is None:
            raise NotFound()
        room = services().screens.doorway(db, row)
        said_yes = consents.may_store(db, row, person)
        led = _leader_here(row.id) or leaderless.led_until(row, _began(), now())
        is_open = said_yes and measures.is_open(row, led, now())
        with speaking(room["language"], room["time_zone"]):
            return render_template(
                "participant/measure.html",
                room=room,
                help=room["help"],
                measure=measure,
                is_open=is_open,
                said_yes=said_yes,
                opens=measures.opens_later(row, now()),
                person_id=person.id,
                draft_key=draft_key(person.id),
                new_ids=last_call.new_ids(),
            )


def _store(
    db: Any, who: Who, sign: str, sent: SubmitMeasure, leader_here: bool, began: datetime
) -> dict[str, Any]:
    """What the person is told; a refusal is told and not raised, for the alert that goes with it stays."""
    with changing(db, who, "submit_measure") as change:
        person = views.participant(db, who.group_session_id, who.id)
        measure = _measure(db, change.before, sign)
        refusal: Refused | None = None
        if person.standing == Standing.REMOVED:
            refusal = NotFound()
        elif (opens := measures.opens_later(change.before, change.at)) is not None:
            refusal = NotNow(opens=opens.isoformat())
        elif not measures.is_open(
            change.before, leader_here or leaderless.led_until(change.before, began, change.at), change.at
        ):
            refusal = NotNow("This form is open only while your facilitators are here.")
        if refusal is not None:
            measures.call_for_a_person(change, person, measure, sent.answers)
            return refusal.answer()
        return measures.submit_measure(
            change,
            person=person,
            measure=measure,
            response_id=sent.id,
            revision=sent.revision,
            answers=sent.answers,
        )


def _says_when(group_session_id: str, error: dict[str, Any]) -> None:
    """Puts the time at which a form opens into the sentence of a refusal."""
    with services().database.reader() as db:
        group = views.group_row(db, views.session_row(db, group_session_id).group_id)
    opens = datetime.fromisoformat(error["opens"])
    with speaking(group.language, group.time_zone):
        words = _("This form is open from %(time)s. Your answers are still here.", time=clock_or_day(opens))
    error["message"] = str(words)


def _measure(db: Any, row: Any, sign: str) -> Measure:
    for measure_id in measures.of_session(db, row):
        if sign_of(measure_id) == sign:
            return instruments.find(db, measure_id)
    raise NotFound()


def _began() -> datetime:
    """Since when this server knows who is connected."""
    began: datetime = services().screens.presence.began
    return began


def _leader_here(group_session_id: str) -> bool:
    return bool(services().screens.presence.facilitators_here(group_session_id))
