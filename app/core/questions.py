"""Quiet questions: a facilitator asks one person, who answers with a tap. Nobody else ever learns of it."""

from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from app.core import signals, stored
from app.core.changes import Change, at
from app.core.models import Facilitator, Participant, SessionState, SignalKind, Standing, new_id
from app.core.refusals import NotFound
from app.core.safety_models import QuietQuestion
from app.core.sealing import open_sealed, seal
from app.exercises.plain import N_

QUESTIONS = {
    "speak": N_("Do you want to speak?"),
    "all_right": N_("Are you all right?"),
    "safe": N_("Are you safe right now?"),
    "alone": N_("Are you alone where you are?"),
    "pause": N_("Do you need a pause?"),
    "stay": N_("Can you stay until the end?"),
    "call": N_("May I call you after the session?"),
}
NOT_SAFE = ("safe", "no")
UNREAD = (
    select(QuietQuestion.__table__, col(Participant.alias).label("alias"))
    .join(Participant, col(Participant.id) == col(QuietQuestion.participant_id))
    .where(
        col(QuietQuestion.group_session_id) == bindparam("session"),
        col(QuietQuestion.answered_at).is_not(None),
        col(QuietQuestion.read_at).is_(None),
    )
    .order_by(col(QuietQuestion.answered_at), col(QuietQuestion.id))
)


def ask(change: Change, command: Any) -> dict[str, Any]:
    """Asks one person. The same question that still waits for its answer is not asked twice."""
    person = stored.find(change.db, Participant, id=command.participant_id, group_session_id=change.before.id)
    if person is None or person.standing == Standing.REMOVED:
        raise NotFound()
    stands = stored.find_all(
        change.db, QuietQuestion, participant_id=person.id, question=command.question, answered_at=None
    )
    if stands:
        return at(change) | {"id": stands[0].id}
    new = new_id()
    stored.add(
        change.db,
        QuietQuestion,
        id=new,
        group_session_id=change.before.id,
        participant_id=person.id,
        facilitator_id=change.who.id,
        question=command.question,
        asked_at=change.at,
    )
    change.wrote(new, people=[person.id])
    return at(change) | {"id": new}


def answer_question(change: Change, command: Any) -> dict[str, Any]:
    """The tap. Whoever is not safe raises a signal with it, and another answer later does not lower it. Of
    somebody who was sent away meanwhile that one answer is taken, like a call, until the session ends.
    """
    asked = stored.find(change.db, QuietQuestion, id=command.id, participant_id=change.who.id)
    if asked is None:
        raise NotFound()
    if change.person.standing == Standing.REMOVED:
        is_call = (asked.question, command.answer) == NOT_SAFE
        if not is_call or change.before.state == SessionState.ENDED:
            raise NotFound()
    if asked.answer is None or open_sealed(QuietQuestion.answer, asked.id, asked.answer) != command.answer:
        answer = seal(QuietQuestion.answer, asked.id, command.answer)
        stored.change(change.db, QuietQuestion, asked.id, answer=answer, answered_at=change.at, read_at=None)
        if (asked.question, command.answer) == NOT_SAFE:
            signals.raise_for(change, change.who.id, SignalKind.NOT_SAFE)
        change.wrote(asked.id, people=[change.who.id])
    return {"ok": True, "id": asked.id}


def read_answer(change: Change, command: Any) -> dict[str, Any]:
    """A facilitator has read the answer; it stands beside its person from then on, and nowhere else."""
    asked = stored.find(change.db, QuietQuestion, id=command.id, group_session_id=change.before.id)
    if asked is None or asked.answered_at is None:
        raise NotFound()
    if asked.read_at is None:
        stored.change(change.db, QuietQuestion, asked.id, read_at=change.at)
        change.wrote(asked.id)
    return {"ok": True}


def waiting_for(db: Connection, participant_id: str) -> dict[str, Any] | None:
    """The oldest question that a person has not answered yet, with who asks."""
    rows = stored.find_all(
        db, QuietQuestion, ("asked_at", "id"), participant_id=participant_id, answered_at=None
    )
    if not rows:
        return None
    by = stored.find(db, Facilitator, id=rows[0].facilitator_id)
    return {
        "id": rows[0].id,
        "question": rows[0].question,
        "text": QUESTIONS[rows[0].question],
        "by": open_sealed(Facilitator.name, by.id, by.name) if by else "",
    }


def asked_in(db: Connection, row: Any) -> dict[str, dict[str, Any]]:
    """The newest question to each person of a session, by participant, with the answer once there is one."""
    table = QuietQuestion.__table__
    rows = db.execute(
        table.select()
        .where(col(QuietQuestion.group_session_id) == row.id)
        .order_by(table.c.asked_at, table.c.id)
    ).all()
    return {
        each.participant_id: {
            "text": QUESTIONS[each.question],
            "question": each.question,
            "answer": open_sealed(QuietQuestion.answer, each.id, each.answer) or "",
            "at": each.answered_at or each.asked_at,
        }
        for each in rows
    }


def unread(db: Connection, row: Any) -> list[dict[str, Any]]:
    """The answers of a session that no facilitator has read yet, the oldest first. Whoever said not to be
    safe has called with it, and stands among the calls.
    """
    rows = db.execute(UNREAD, {"session": row.id}).all()
    answers = {each.id: open_sealed(QuietQuestion.answer, each.id, each.answer) for each in rows}
    return [
        {
            "id": each.id,
            "alias": open_sealed(Participant.alias, each.participant_id, each.alias),
            "text": QUESTIONS[each.question],
            "answer": answers[each.id],
            "at": each.answered_at,
        }
        for each in rows
        if (each.question, answers[each.id]) != NOT_SAFE
    ]
