"""Verbs of the live session: its states and its door. See commands.py."""

from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import col

from app.core import crowd, door, gate, late, lots, measure_alerts, rehearsal, reveals, stored
from app.core.agenda import agenda_of, find_stage, next_index
from app.core.changes import Change, at
from app.core.models import (
    Member,
    Note,
    Participant,
    SessionState,
    Standing,
    new_id,
)
from app.core.refusals import Invalid, NotFound, NotNow, Superseded
from app.core.sealing import seal
from app.core.stages import enter, fresh, leave_stage

OK: dict[str, Any] = {"ok": True}


def open_lobby(change: Change, command: Any) -> dict[str, Any]:
    """planned → lobby. From here on the agenda changes only through the commands of the live session."""
    if change.before.state == SessionState.LOBBY:
        return at(change)
    _from(change, command, SessionState.PLANNED)
    if next_index(agenda_of(change.before), -1) is None:
        raise Invalid("There is no stage in the plan yet.")
    gate.must_be_passed(change)
    return _to(change, SessionState.LOBBY, opened_at=change.at, **door.wall_for_today(change.before))


def start(change: Change, command: Any) -> dict[str, Any]:
    """lobby → live, at the first stage that is not skipped."""
    if change.before.state == SessionState.LIVE:
        return at(change)
    _from(change, command, SessionState.LOBBY)
    stages = agenda_of(change.before)
    first = next_index(stages, -1)
    if first is None:
        raise Invalid("There is no stage in the plan yet.")
    gate.must_still_stand(change)
    measure_alerts.must_be_met(change)
    enter(change, stages[first])
    return _to(change, SessionState.LIVE, stage_index=first, started_at=change.at)


def hold(change: Change, command: Any) -> dict[str, Any]:
    """live → held: the group takes a pause, answers and signals are still taken."""
    if change.before.state == SessionState.HELD:
        return at(change)
    _from(change, command, SessionState.LIVE)
    return _to(change, SessionState.HELD, held_at=change.at)


def resume(change: Change, command: Any) -> dict[str, Any]:
    """held → live, at the same stage."""
    if change.before.state == SessionState.LIVE:
        return at(change)
    _from(change, command, SessionState.HELD)
    return _to(change, SessionState.LIVE, held_at=None)


def end(change: Change, command: Any) -> dict[str, Any]:
    """lobby, live or held → ended. Nothing opens an ended session again."""
    if change.before.state == SessionState.ENDED:
        return at(change)
    _from(change, command, SessionState.LOBBY, SessionState.LIVE, SessionState.HELD)
    if change.before.rehearsal_of is not None:
        return rehearsal.close(change)
    leave_stage(change)
    return _to(change, SessionState.ENDED, ended_at=change.at, held_at=None)


def admit(change: Change, command: Any) -> dict[str, Any]:
    """waiting → admitted."""
    person = _someone(change, command.participant_id)
    if person.standing == Standing.ADMITTED:
        return at(change)
    if person.standing == Standing.REMOVED:
        raise NotNow("This person was removed from the session.")
    gate.must_have_consents(change, _member_of(change, person), asked_by_leader=True)
    _come_in(change, person.id)
    return at(change)


def come_in(change: Change, command: Any) -> dict[str, Any]:
    """A member who has waited at a held door enters by themselves once it is open."""
    if change.person.standing == Standing.ADMITTED:
        return at(change)
    if not late.may_come_in(change.before, change.person):
        raise NotNow("They are in the middle of something. You come in at the next pause.")
    gate.must_have_consents(change, _member_of(change, change.person))
    _come_in(change, change.who.id)
    change.person = stored.find(
        change.db, Participant, id=change.who.id
    )  # inside: the group's version counts
    return at(change)


def refuse(change: Change, command: Any) -> dict[str, Any]:
    """waiting → removed."""
    person = _someone(change, command.participant_id)
    if person.standing == Standing.ADMITTED:
        raise NotNow("This person is in the room already.")
    if person.standing == Standing.WAITING:
        _turn_away(change, person)
    return at(change)


def remove(change: Change, command: Any) -> dict[str, Any]:
    """Any standing → removed; nobody comes back from there in this session. What they had shown with their
    name goes from the shared screens, since they cannot take it back any more.
    """
    person = _someone(change, command.participant_id)
    if person.standing != Standing.REMOVED:
        hidden = reveals.hide_named(change, person.id)
        _turn_away(change, person)
        change.wrote(person.id, reflections=hidden)
        if person.standing == Standing.ADMITTED:
            crowd.went(change)
    return at(change)


def lock(change: Change, command: Any) -> dict[str, Any]:
    """Locked: nobody new comes in, whoever is in the room stays and may come back. Who waits hears of it: the
    button with which they come in goes, or is there.
    """
    if (change.before.locked_at is not None) != command.locked:
        people = late.waiting_members(change.db, change.before.id)
        change.wrote(change.before.id, people=people, locked_at=change.at if command.locked else None)
    return at(change)


def rotate_link(change: Change, command: Any) -> dict[str, Any]:
    """A new room link and code; the old ones fail at once, whoever is in the room stays. So does the wall;
    where its address has had its time there is a new one.
    """
    values = door.new_room_link(change.db, change.before.id) | door.wall_for_today(change.before)
    change.wrote(change.before.id, shared=True, **values)
    return at(change)


def mark_heard(change: Change, command: Any) -> dict[str, Any]:
    """The person has been heard today, or has not after all; the same again changes nothing."""
    person = _someone(change, command.participant_id)
    if (person.heard_at is not None) != command.heard:
        heard_at = change.at if command.heard else None
        change.db.execute(_update_person(person.id).values(heard_at=heard_at))
        change.wrote(person.id)
    return at(change) | {"heard": command.heard}


def leave(change: Change, command: Any) -> dict[str, Any]:
    """The person has closed the door behind them; they may come back."""
    if change.person.left_at is None:
        change.db.execute(_update_person(change.who.id).values(left_at=change.at))
        change.wrote(change.who.id)
        if change.person.standing == Standing.ADMITTED:
            crowd.went(change)
    return at(change)


def save_note(change: Change, command: Any) -> dict[str, Any]:
    """Keeps a private note for a stage or a person; ``revision`` is one above what stands."""
    if command.stage_id is not None:
        find_stage(agenda_of(change.before), command.stage_id)
    if command.participant_id is not None:
        _someone(change, command.participant_id)
    found = change.db.execute(
        select(col(Note.id), col(Note.revision)).where(
            col(Note.group_session_id) == change.before.id,
            col(Note.facilitator_id) == change.who.id,
            col(Note.stage_id) == command.stage_id,
            col(Note.participant_id) == command.participant_id,
        )
    ).one_or_none()
    stands = found.revision if found else 0
    if command.revision <= stands:
        raise Superseded("A newer version of this note is already stored.", revision=stands)
    row_id = found.id if found else new_id()
    values = {
        "text": seal(Note.text, row_id, command.text),
        "revision": command.revision,
        "saved_at": change.at,
    }
    if found:
        change.db.execute(update(Note).where(col(Note.id) == row_id).values(**values))
    else:
        change.db.execute(
            insert(Note).values(
                id=row_id,
                group_session_id=change.before.id,
                facilitator_id=change.who.id,
                stage_id=command.stage_id,
                participant_id=command.participant_id,
                **values,
            )
        )
    change.wrote(row_id)
    return at(change) | {"revision": command.revision, "saved_at": change.at.isoformat()}


def _from(change: Change, command: Any, *states: SessionState) -> None:
    fresh(change, command)
    if change.before.state not in states:
        raise NotNow()


def _to(change: Change, state: SessionState, **values: Any) -> dict[str, Any]:
    change.wrote(change.before.id, shared=True, moved=True, state=state, **values)
    return at(change)


def _someone(change: Change, participant_id: str) -> Any:
    row = change.db.execute(
        select(Participant.__table__).where(
            col(Participant.id) == participant_id, col(Participant.group_session_id) == change.before.id
        )
    ).one_or_none()
    if row is None:
        raise NotFound()
    return row


def _member_of(change: Change, person: Any) -> Any:
    """The member whose place this is; None for a guest."""
    return stored.find(change.db, Member, id=person.member_id) if person.member_id else None


def _update_person(participant_id: str) -> Any:
    return update(Participant).where(col(Participant.id) == participant_id)


def _come_in(change: Change, participant_id: str) -> None:
    values = {"standing": Standing.ADMITTED, "admitted_at": change.at}
    change.db.execute(_update_person(participant_id).values(**values))
    change.wrote(participant_id, shared=True, people=[participant_id])
    lots.draw_here(change)
    crowd.came(change)


def _turn_away(change: Change, person: Any) -> None:
    """Of somebody who had not been let in the room learns nothing, nor that anybody stood at its door."""
    change.db.execute(_update_person(person.id).values(standing=Standing.REMOVED))
    change.wrote(person.id, shared=person.standing == Standing.ADMITTED, people=[person.id])


def inside(db: Any, group_session_id: str) -> list[str]:
    """The ids of everybody who is in the room, present or not."""
    rows = stored.find_all(db, Participant, group_session_id=group_session_id, standing=Standing.ADMITTED)
    return [row.id for row in rows]
