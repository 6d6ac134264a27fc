"""Verbs of a session's stages: to move along the agenda, and to change what lies ahead. See commands.py."""

import json
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import col

from app.core import crowd, late, lots, shelf, stored
from app.core.agenda import Stage, agenda_of, alone, edited, find_stage, next_index, sealed_agenda
from app.core.changes import Change, at
from app.core.models import Facilitator, LogEntry, Reflection, SessionState, StageVisit
from app.core.refusals import NotFound, NotNow, Stale
from app.core.sealing import open_sealed
from app.library.agendas import for_one, stage_of_exercise, talk_stage, with_exercise

LARGEST_AGENDA = 60


def go_to_stage(change: Change, command: Any) -> dict[str, Any]:
    """Makes a stage the current one, forwards or back. To the current one: nothing happens."""
    stages = agenda_of(change.before)
    index = find_stage(stages, command.stage_id)
    if index == change.before.stage_index:
        return at(change)
    fresh(change, command)
    if stages[index].get("skipped"):
        raise NotNow("This stage was taken out of the agenda.")
    return _move_to(change, stages, index)


def skip_stage(change: Change, command: Any) -> dict[str, Any]:
    """Takes a stage out of the agenda; if it is the current one, the next becomes current."""
    stages = edited(change.before)
    index = find_stage(stages, command.stage_id)
    if stages[index].get("skipped"):
        return at(change)
    fresh(change, command)
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
    return at(change)


def add_minutes(change: Change, command: Any) -> dict[str, Any]:
    """More or fewer minutes for the current stage; only facilitators see it, and no move becomes stale."""
    stages = edited(change.before)
    stage = stages[change.before.stage_index]
    minutes = max(1, min(240, stage["minutes"] + command.minutes))
    if minutes != stage["minutes"]:
        stage.setdefault("planned", stage["minutes"])
        stage["minutes"] = minutes
        change.wrote(stage["id"], agenda=sealed_agenda(change.before.id, stages))
    return at(change) | {"minutes": minutes}


def hold_door(change: Change, command: Any) -> dict[str, Any]:
    """The current stage keeps whoever comes late at the door, or no longer; nobody inside learns of it."""
    stages = edited(change.before)
    stage = stages[change.before.stage_index]
    if bool(stage.get("holds_door")) != command.held:
        stage["holds_door"] = command.held
        people = late.waiting_members(change.db, change.before.id)
        change.wrote(stage["id"], people=people, agenda=sealed_agenda(change.before.id, stages))
    return at(change)


def insert_stage(change: Change, command: Any) -> dict[str, Any]:
    """Puts an exercise of the library, or a talk stage, into what lies ahead."""
    fresh(change, command)
    stages = edited(change.before)
    index = find_stage(stages, command.after_stage_id)
    if change.before.state != SessionState.LOBBY and index < change.before.stage_index:
        raise NotNow("A stage can only be added to what lies ahead.")
    if len(stages) >= LARGEST_AGENDA:
        raise NotNow("The agenda is full.")
    stage = _new_stage(change, command)
    if alone(change.before):
        stage = for_one([stage])[0]
    if change.before.state != SessionState.LOBBY:
        stage["added"] = True  # while people were there: the summary tells it from what was planned
    stages.insert(index + 1, stage)
    change.wrote(stage["id"], moved=True, agenda=sealed_agenda(change.before.id, stages))
    return at(change) | {"stage_id": stage["id"]}


def move_stage(change: Change, command: Any) -> dict[str, Any]:
    """Puts a stage that lies ahead after another one, or first of all in the lobby (null)."""
    stages = edited(change.before)
    index = find_stage(stages, command.stage_id)
    after = -1 if command.after_stage_id is None else find_stage(stages, command.after_stage_id)
    if index == after or index == after + 1:
        return at(change)
    fresh(change, command)
    current = _current(change)
    if index <= current or after < current:
        raise NotNow("Only what lies ahead can be moved.")
    stage = stages.pop(index)
    stages.insert(after + 1 if after < index else after, stage)
    change.wrote(stage["id"], moved=True, agenda=sealed_agenda(change.before.id, stages))
    return at(change)


def choose_exercise(change: Change, command: Any) -> dict[str, Any]:
    """Puts an exercise of its pool into a stage of member work; null makes it a talk again."""
    stages = edited(change.before)
    index = find_stage(stages, command.stage_id)
    stage = stages[index]
    if command.exercise_id is not None and command.exercise_id not in stage["pool"]:
        raise NotFound()
    if stage["exercises"] == [each for each in [command.exercise_id] if each]:
        return at(change)
    fresh(change, command)
    if index < _current(change):
        raise NotNow("This stage has been already.")
    if stored.exists(
        change.db,
        Reflection,
        group_session_id=change.before.id,
        stage_id=command.stage_id,
        withdrawn_at=None,
    ):
        raise NotNow("People have answered here already. Add the other exercise as a stage of its own.")
    chosen = with_exercise(
        stage, shelf.exercise(change.db, command.exercise_id) if command.exercise_id else None
    )
    stages[index] = for_one([chosen])[0] if alone(change.before) else chosen
    now_current = index == _current(change)
    change.wrote(stage["id"], shared=now_current, moved=True, agenda=sealed_agenda(change.before.id, stages))
    return at(change)


def fresh(change: Change, command: Any) -> None:
    """Refuses what was decided before the session moved."""
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


def _current(change: Change) -> int:
    """The place of the current stage; -1 where there is none yet."""
    began = change.before.state not in (SessionState.PLANNED, SessionState.LOBBY)
    return int(change.before.stage_index) if began else -1


def enter(change: Change, stage: Stage) -> None:
    """From now on the stage has been shown."""
    change.db.execute(
        insert(StageVisit).values(
            group_session_id=change.before.id, stage_id=stage["id"], entered_at=change.at, left_at=None
        )
    )
    lots.draw(change, stage)


def leave_stage(change: Change) -> None:
    """The current stage is over; who is in the room now was there for it."""
    there = json.dumps(sorted(each.id for each in crowd.here(change.db, change.before.id)))
    change.db.execute(
        update(StageVisit)
        .where(col(StageVisit.group_session_id) == change.before.id, col(StageVisit.left_at).is_(None))
        .values(left_at=change.at, there=there)
    )


def _move_to(change: Change, stages: list[Stage], index: int) -> dict[str, Any]:
    leave_stage(change)
    enter(change, stages[index])
    change.wrote(stages[index]["id"], shared=True, moved=True, stage_index=index)
    return at(change)


def _new_stage(change: Change, command: Any) -> Stage:
    if command.exercise_id is None:
        return talk_stage(command.title or "Talk", command.minutes)
    if not shelf.may_use(change.db, change.who.id, command.exercise_id):
        raise NotFound()
    exercise = shelf.exercise(change.db, command.exercise_id)
    return stage_of_exercise(exercise, minutes=command.minutes, title=command.title)
