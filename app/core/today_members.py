"""Before the room opens: one line for each member who is expected, and what is not on record of them yet."""

from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import attendance, consents, contacts, goals, stored
from app.core import before as meetings
from app.core.agenda import agenda_of
from app.core.alerts import OPEN
from app.core.course import focus_of
from app.core.course_models import Step
from app.core.goals import opened
from app.core.models import URGENT, Group, GroupSession, Member, Participant, Reflection, SessionState, Signal
from app.core.sealing import open_sealed
from app.core.summary_answers import MOOD, answers_in, values

LOOKED_AT = 4  # sessions in which a last mood is looked for


def before(db: Connection, row: Any) -> list[dict[str, Any]]:
    """Of each member whom a session expects: ``alias``, ``areas``, the last ``step`` and whether it was
    ``reviewed``, the last ``mood`` with the session it is of, ``silent`` (weeks), ``alert`` (an urgent call
    is open), and ``no_yes``, ``no_contact``, ``no_meeting``.
    """
    members = stored.find_all(db, Member, ("created_at", "id"), group_id=row.group_id, left_at=None)
    members = [each for each in members if row.member_id in (None, each.id)]
    if not members:
        return []
    ids = [each.id for each in members]
    group = stored.find(db, Group, id=row.group_id)
    met = meetings.of_members(db, group) if row.kind == "group" else {}
    steps, moods, alerts = _steps(db, ids), _moods(db, row.group_id), _alerts(db, row.group_id)
    silent, yes = attendance.weeks_silent(db, row.group_id), consents.with_yes(db, ids)
    told = []
    for each in members:
        told.append(
            {
                "id": each.id,
                "alias": open_sealed(Member.alias, each.id, each.alias),
                "areas": focus_of(each)["areas"],
                **steps.get(each.id, {"step": "", "reviewed": False}),
                "mood": moods.get(each.id),
                "silent": silent.get(each.id, 0),
                "alert": each.id in alerts,
                "no_yes": each.id not in yes,
                "no_contact": not contacts.has_contact(each),
                "no_meeting": met.get(each.id, {"lacks": False})["lacks"],
            }
        )
    return told


def _steps(db: Connection, ids: list[str]) -> dict[str, dict[str, Any]]:
    query = (
        select(Step.__table__)
        .outerjoin(Reflection, col(Reflection.id) == col(Step.reflection_id))
        .where(col(Step.member_id).in_(ids), goals.THEIRS)
    )
    newest = {each.member_id: each for each in db.execute(query.order_by(col(Step.created_at))).all()}
    found = {}
    for key, each in newest.items():
        value = opened(Step, each)
        step = value["text"] or value["first_step"]
        found[key] = {"step": step, "reviewed": each.outcome is not None}
    return found


def _moods(db: Connection, group_id: str) -> dict[str, dict[str, int]]:
    """The newest mood of each member and the number of its session, of the last few sessions."""
    rows = db.execute(
        select(GroupSession.__table__)
        .where(
            col(GroupSession.group_id) == group_id,
            col(GroupSession.kind) == "group",
            col(GroupSession.state) == SessionState.ENDED,
            col(GroupSession.sandbox).is_(False),
            col(GroupSession.rehearsal_of).is_(None),
        )
        .order_by(col(GroupSession.number).desc())
        .limit(LOOKED_AT)
    ).all()
    numbers = {row.id: row.number for row in rows}
    prompts = {
        (row.id, stage["id"]): stage["prompts"]
        for row in rows
        for stage in agenda_of(row)
        if any(each.get("exercise") == MOOD for each in stage["prompts"])
    }
    people = db.execute(
        select(col(Participant.id), col(Participant.member_id)).where(
            col(Participant.group_session_id).in_(list(numbers)), col(Participant.member_id).is_not(None)
        )
    ).all()
    of = {each.id: each.member_id for each in people}
    found: dict[str, dict[str, int]] = {}
    given = values(answers_in(db, prompts), MOOD, "mood")
    for answer, value in sorted(given, key=lambda each: numbers[each[0]["group_session_id"]]):
        if answer["participant_id"] in of and not answer["scribed"]:  # theirs once they said yes
            number = numbers[answer["group_session_id"]]
            found[of[answer["participant_id"]]] = {"value": value, "number": number}
    return found


def _alerts(db: Connection, group_id: str) -> set[str]:
    """The members with an urgent call that is still open."""
    query = (
        select(col(Participant.member_id))
        .join(Signal, col(Signal.participant_id) == col(Participant.id))
        .join(GroupSession, col(GroupSession.id) == col(Signal.group_session_id))
        .where(
            col(GroupSession.group_id) == group_id,
            col(GroupSession.sandbox).is_(False),
            col(GroupSession.rehearsal_of).is_(None),
            col(Signal.kind).in_(URGENT),
            col(Signal.status).in_(OPEN),
            col(Participant.member_id).is_not(None),
        )
    )
    return {key for key in db.execute(query).scalars() if key is not None}
