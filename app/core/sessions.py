"""Verbs of the live session: its states, its stages, its door. See commands.py."""

from typing import Any

from sqlalchemy import func, insert, select, update
from sqlmodel import col

from app.core import door
from app.core.agenda import Stage, agenda_of, edited, find_stage, next_index, sealed_agenda
from app.core.changes import Change
from app.core.models import (
    Facilitator,
    LogEntry,
    Note,
    Participant,
    SessionState,
    StageVisit,
    Standing,
    new_id,
)
from app.core.refusals import Invalid, NotFound, NotNow, Stale, Superseded
from app.core.sealing import open_sealed, seal
from app.library.agendas import for_one, stage_of_exercise, talk_stage

OK: dict[str, Any] = {"ok": True}
LARGEST_AGENDA = 60


def open_lobby(change: Change, command: Any) -> dict[str, Any]:
    """planned → lobby. From here on the agenda changes only through the commands of the live session."""
    if change.before.state == SessionState.LOBBY:
        return _at(change)
    _from(change, command, SessionState.PLANNED)
    if next_index(agenda_of(change.before), -1) is None:
        raise Invalid("There is no stage in the plan yet.")
    return _to(change, SessionState.LOBBY, opened_at=change.at)


def start(change: Change, command: Any) -> dict[str, Any]:
    """lobby → live, at the first stage that is not skipped."""
    if change.before.state == SessionState.LIVE:
        return _at(change)
    _from(change, command, SessionState.LOBBY)
    stages = agenda_of(change.before)
    first = next_index(stages, -1)
    if first is None:
        raise Invalid("There is no stage in the plan yet.")
    _enter(change, stages[first])
    return _to(change, SessionState.LIVE, stage_index=first, started_at=change.at)


def hold(change: Change, command: Any) -> dict[str, Any]:
    """live → held: the group takes a pause, answers and signals are still taken."""
    if change.before.state == SessionState.HELD:
        return _at(change)
    _from(change, command, SessionState.LIVE)
    return _to(change, SessionState.HELD, held_at=change.at)


def resume(change: Change, command: Any) -> dict[str, Any]:
    """held → live, at the same stage."""
    if change.before.state == SessionState.LIVE:
        return _at(change)
    _from(change, command, SessionState.HELD)
    return _to(change, SessionState.LIVE, held_at=None)


def end(change: Change, command: Any) -> dict[str, Any]:
    """lobby, live or held → ended. Nothing opens an ended session again."""
    if change.before.state == SessionState.ENDED:
        return _at(change)
    _from(change, command, SessionState.LOBBY, SessionState.LIVE, SessionState.HELD)
    _leave_stage(change)
    return _to(change, SessionState.ENDED, ended_at=change.at, held_at=None)


def go_to_stage(change: Change, command: Any) -> dict[str, Any]:
    """Makes a stage the current one, forwards or back. To the current one: nothing happens."""
    stages = agenda_of(change.before)
    index = find_stage(stages, command.stage_id)
    if index == change.before.stage_index:
        return _at(change)
    _fresh(change, command)
    if stages[index].get("skipped"):
        raise NotNow("This stage was taken out of the agenda.")
    return _move_to(change, stages, index)


def skip_stage(change: Change, command: Any) -> dict[str, Any]:
    """Takes a stage out of the agenda; if it is the current one, the next becomes current."""
    stages = edited(change.before)
    index = find_stage(stages, command.stage_id)
    if stages[index].get("skipped"):
        return _at(change)
    _fresh(change, command)
    current = change.before.stage_index if change.before.state != SessionState.LOBBY else -1
    if index < current:
        raise NotNow("This stage has been already.")
    following = next_index(stages, index)
    if index == current and following is None:
        raise NotNow("This is the last stage. End the session instead.")
    if current == -1 and [i for i, stage in enumerate(stages) if not stage.get("skipped")] == [index]:
        raise NotNow("This is the only stage left in the agenda.")
    stages[index]["skipped"] = True
    change.wrote(command.stage_id, moved=True, agenda=sealed_agenda(change.before.id, stages))
    if index == current and following is not None:
        return _move_to(change, stages, following)
    return _at(change)


def add_minutes(change: Change, command: Any) -> dict[str, Any]:
    """More or fewer minutes for the current stage; only facilitators see it, and no move becomes stale."""
    stages = edited(change.before)
    stage = stages[change.before.stage_index]
    minutes = max(1, min(240, stage["minutes"] + command.minutes))
    if minutes != stage["minutes"]:
        stage["minutes"] = minutes
        change.wrote(stage["id"], agenda=sealed_agenda(change.before.id, stages))
    return _at(change) | {"minutes": minutes}


def insert_stage(change: Change, command: Any) -> dict[str, Any]:
    """Puts an exercise of the library, or a talk stage, into what lies ahead."""
    _fresh(change, command)
    stages = edited(change.before)
    index = find_stage(stages, command.after_stage_id)
    if change.before.state != SessionState.LOBBY and index < change.before.stage_index:
        raise NotNow("A stage can only be added to what lies ahead.")
    if len(stages) >= LARGEST_AGENDA:
        raise NotNow("The agenda is full.")
    stage = _new_stage(command)
    if change.before.kind != "group":
        stage = for_one([stage])[0]
    stages.insert(index + 1, stage)
    change.wrote(stage["id"], moved=True, agenda=sealed_agenda(change.before.id, stages))
    return _at(change) | {"stage_id": stage["id"]}


def admit(change: Change, command: Any) -> dict[str, Any]:
    """waiting → admitted."""
    person = _someone(change, command.participant_id)
    if person.standing == Standing.ADMITTED:
        return _at(change)
    if person.standing == Standing.REMOVED:
        raise NotNow("This person was removed from the session.")
    _stand(change, person.id, Standing.ADMITTED, admitted_at=change.at)
    return _at(change)


def refuse(change: Change, command: Any) -> dict[str, Any]:
    """waiting → removed."""
    person = _someone(change, command.participant_id)
    if person.standing == Standing.ADMITTED:
        raise NotNow("This person is in the room already.")
    if person.standing == Standing.WAITING:
        _stand(change, person.id, Standing.REMOVED)
    return _at(change)


def remove(change: Change, command: Any) -> dict[str, Any]:
    """Any standing → removed; nobody comes back from there in this session."""
    person = _someone(change, command.participant_id)
    if person.standing != Standing.REMOVED:
        _stand(change, person.id, Standing.REMOVED)
    return _at(change)


def lock(change: Change, command: Any) -> dict[str, Any]:
    """Locked: nobody new comes in, whoever is in the room stays and may come back."""
    if (change.before.locked_at is not None) != command.locked:
        change.wrote(change.before.id, locked_at=change.at if command.locked else None)
    return _at(change)


def rotate_link(change: Change, command: Any) -> dict[str, Any]:
    """A new room link and code; the old ones fail at once, whoever is in the room stays."""
    change.wrote(change.before.id, shared=True, **door.new_room_link(change.db, change.before.id))
    return _at(change)


def mark_heard(change: Change, command: Any) -> dict[str, Any]:
    """The person has been heard today; again takes it back."""
    person = _someone(change, command.participant_id)
    heard = None if person.heard_at else change.at
    change.db.execute(_update_person(person.id).values(heard_at=heard))
    change.wrote(person.id)
    return _at(change) | {"heard": heard is not None}


def leave(change: Change, command: Any) -> dict[str, Any]:
    """The person has closed the door behind them; they may come back."""
    if change.person.left_at is None:
        change.db.execute(_update_person(change.who.id).values(left_at=change.at))
        change.wrote(change.who.id)
    return _at(change)


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
    return _at(change) | {"revision": command.revision, "saved_at": change.at.isoformat()}


def _at(change: Change) -> dict[str, Any]:
    return {"ok": True, "version": change.version}


def _fresh(change: Change, command: Any) -> None:
    if command.version < change.before.moved_version:
        raise Stale(version=change.before.version, **_who_moved(change))


def _who_moved(change: Change) -> dict[str, str]:
    """Which facilitator moved the session last, and when, for another one whose press came too late."""
    row = change.db.execute(
        select(LogEntry.at, Facilitator.id, Facilitator.name)  # type: ignore[call-overload]
        .join(Facilitator, Facilitator.id == LogEntry.actor_id)
        .where(
            LogEntry.group_session_id == change.before.id,
            LogEntry.version == change.before.moved_version,
        )
    ).one_or_none()
    if row is None:
        return {}
    return {"by": open_sealed(Facilitator.name, row.id, row.name), "at": row.at.isoformat()}


def _from(change: Change, command: Any, *states: SessionState) -> None:
    _fresh(change, command)
    if change.before.state not in states:
        raise NotNow()


def _to(change: Change, state: SessionState, **values: Any) -> dict[str, Any]:
    change.wrote(change.before.id, shared=True, moved=True, state=state, **values)
    return _at(change)


def _enter(change: Change, stage: Stage) -> None:
    change.db.execute(
        insert(StageVisit).values(
            group_session_id=change.before.id, stage_id=stage["id"], entered_at=change.at, left_at=None
        )
    )


def _leave_stage(change: Change) -> None:
    change.db.execute(
        update(StageVisit)
        .where(col(StageVisit.group_session_id) == change.before.id, col(StageVisit.left_at).is_(None))
        .values(left_at=change.at)
    )


def _move_to(change: Change, stages: list[Stage], index: int) -> dict[str, Any]:
    _leave_stage(change)
    _enter(change, stages[index])
    change.wrote(stages[index]["id"], shared=True, moved=True, stage_index=index)
    return _at(change)


def _new_stage(command: Any) -> Stage:
    if command.exercise_id is None:
        return talk_stage(command.title or "Talk", command.minutes)
    try:
        return stage_of_exercise(command.exercise_id, minutes=command.minutes, title=command.title)
    except KeyError:
        raise NotFound() from None


def _someone(change: Change, participant_id: str) -> Any:
    row = change.db.execute(
        select(Participant.__table__).where(
            col(Participant.id) == participant_id, col(Participant.group_session_id) == change.before.id
        )
    ).one_or_none()
    if row is None:
        raise NotFound()
    return row


def _update_person(participant_id: str) -> Any:
    return update(Participant).where(col(Participant.id) == participant_id)


def _stand(change: Change, participant_id: str, standing: Standing, **values: Any) -> None:
    change.db.execute(_update_person(participant_id).values(standing=standing, **values))
    change.wrote(participant_id, shared=True, people=[participant_id])


def admitted_count(db: Any, group_session_id: str) -> int:
    """How many people are in the room, present or not."""
    return int(
        db.execute(
            select(func.count())
            .select_from(Participant)
            .where(
                col(Participant.group_session_id) == group_session_id,
                col(Participant.standing) == Standing.ADMITTED,
            )
        ).scalar_one()
    )
