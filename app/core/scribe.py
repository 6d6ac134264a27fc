"""A facilitator writes for somebody who speaks; it is theirs once they say "yes, like that"."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from app.core import answers, consents, course, crowd, gate, goodbye, lots, pairs, stored
from app.core.agenda import agenda_of, find_stage
from app.core.changes import Change, at
from app.core.models import Member, Participant, Reflection, Standing, new_id
from app.core.opened import answer_of
from app.core.refusals import NotFound, NotNow
from app.core.sealing import open_sealed, seal


def write_for(change: Change, command: Any) -> dict[str, Any]:
    """Stores an answer for somebody in the room; nobody else sees it before that person has confirmed it."""
    person = stored.find(change.db, Participant, id=command.participant_id, group_session_id=change.before.id)
    if person is None or person.standing != Standing.ADMITTED:
        raise NotFound()
    return answers.store(change, command, person, written_by=change.who.id)


def confirm_reflection(change: Change, command: Any) -> dict[str, Any]:
    """What was written for me is as I said it; or it is not, and its words are gone."""
    row = _scribed(change, command.id)
    if row.participant_id != change.who.id:
        raise NotFound()
    if command.accept:
        return _confirm(change, row)
    if row.withdrawn_at is not None:
        return {"ok": True, "id": row.id}
    if row.confirmed_at is not None:
        raise NotNow("You have said yes to this. You can take the answer back instead.")
    return {"ok": True, "id": answers.withdraw_reflection(change, command)["id"]}


def confirm_for(change: Change, command: Any) -> dict[str, Any]:
    """Somebody without a phone has said "yes, like that" aloud."""
    row = _scribed(change, command.id)
    person = stored.find(change.db, Participant, id=row.participant_id)
    if person is None or not person.without_phone:
        raise NotNow("They have a phone here: they say yes on it themselves.")
    return _confirm(change, row)


def seat(change: Change, command: Any) -> dict[str, Any]:
    """A member is in the room without a phone: facilitators write for them."""
    member = stored.find(change.db, Member, id=command.member_id, group_id=change.before.group_id)
    if member is None or member.left_at is not None or change.before.rehearsal_of is not None:
        raise NotFound()
    if change.before.member_id not in (None, member.id):
        raise NotFound()
    place = stored.find(change.db, Participant, group_session_id=change.before.id, member_id=member.id)
    if place is not None:
        if place.standing == Standing.REMOVED:
            raise NotNow("This person was removed from the session.")
        if place.standing == Standing.WAITING:  # they came to the private form, and are here without a phone
            gate.must_have_consents(change, member, asked_by_leader=True)
            values = {"standing": Standing.ADMITTED, "without_phone": True, "admitted_at": change.at}
            stored.change(change.db, Participant, place.id, **values, left_at=None)
            _sits_down(change, place.id)
        return at(change) | {"participant_id": place.id}
    gate.must_have_consents(change, member, asked_by_leader=True)
    new = new_id()
    stored.add(
        change.db,
        Participant,
        id=new,
        group_session_id=change.before.id,
        member_id=member.id,
        alias=seal(Participant.alias, new, open_sealed(Member.alias, member.id, member.alias)),
        standing=Standing.ADMITTED,
        without_phone=True,
        joined_at=change.at,
        admitted_at=change.at,
    )
    _sits_down(change, new)
    return at(change) | {"participant_id": new}


def _sits_down(change: Change, participant_id: str) -> None:
    change.wrote(participant_id, shared=True, people=[participant_id])
    lots.draw_here(change)
    crowd.came(change)


def absent_members(db: Any, row: Any) -> list[dict[str, str]]:
    """Members of the group who have no place in this session: id and alias; a rehearsal has none of them."""
    if row.rehearsal_of is not None:
        return []
    here = select(col(Participant.member_id)).where(
        col(Participant.group_session_id) == row.id, col(Participant.member_id).is_not(None)
    )
    found = db.execute(
        select(col(Member.id), col(Member.alias))
        .where(
            col(Member.group_id) == row.group_id, col(Member.left_at).is_(None), col(Member.id).not_in(here)
        )
        .order_by(col(Member.created_at), col(Member.id))
    ).all()
    if row.member_id is not None:
        found = [each for each in found if each.id == row.member_id]
    return [{"id": each.id, "alias": open_sealed(Member.alias, each.id, each.alias)} for each in found]


def _scribed(change: Change, reflection_id: str) -> Any:
    row = stored.find(change.db, Reflection, id=reflection_id, group_session_id=change.before.id)
    if row is None or row.written_by is None:
        raise NotFound()
    return row


def _confirm(change: Change, row: Any) -> dict[str, Any]:
    if row.withdrawn_at is not None:
        raise NotNow("This was taken back already.")
    if row.confirmed_at is None:
        person = stored.find(change.db, Participant, id=row.participant_id)
        consents.must_stand(change, person)
        stages = agenda_of(change.before)
        stage = stages[find_stage(stages, row.stage_id)]
        stored.change(change.db, Reflection, row.id, confirmed_at=change.at)
        change.wrote(row.id, people=[row.participant_id], reflections=[row.id])
        pairs.keep_scene(change, stage, row.participant_id, answer_of(row))
        course.keep(change, stage, person, row.id, answer_of(row))
        goodbye.give_way(change, stage, person, answer_of(row))
    return {"ok": True, "id": row.id}
