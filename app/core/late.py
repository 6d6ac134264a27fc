"""Somebody who comes late: they wait while a stage holds the door, see what is shown from then on and not
what was said before, and may still give their number for the week.
"""

from typing import Any

from sqlalchemy import Connection

from app.core import stored
from app.core.agenda import agenda_of
from app.core.models import Participant, Reflection, SessionState, StageVisit, Standing

Row = Any
ON = (SessionState.LIVE, SessionState.HELD)
OPEN = (SessionState.LOBBY, *ON)


def came_late(row: Row, person: Row) -> bool:
    """Whether this person entered after the session had begun."""
    return bool(row.started_at and person.admitted_at and person.admitted_at > row.started_at)


def missed_stages(db: Connection, row: Row, person: Row) -> frozenset[str]:
    """The stages that the group had left before this person came in, and has not come back to since: what was
    said there stays with those who were there. Nobody but who came late has any.
    """
    if not came_late(row, person):
        return frozenset()
    visits = stored.find_all(db, StageVisit, group_session_id=row.id)
    there = {each.stage_id for each in visits if each.left_at is None or each.left_at > person.admitted_at}
    return frozenset(each.stage_id for each in visits) - there


def without_stages(room: dict[str, Any], missed: frozenset[str]) -> dict[str, Any]:
    """The room, or its plain form, without what was shown of these stages, and without their names."""
    kept = {
        name: [each for each in room[name] if each.get("stage_id") not in missed]
        for name in ("shown", "tallies")
    }
    stages = [each for each in room["session"]["stages"] if each["id"] not in missed]
    return room | kept | {"session": room["session"] | {"stages": stages}}


def door_is_held(row: Row) -> bool:
    """Whether the current stage keeps the door shut for whoever comes now."""
    return row.state in ON and bool(agenda_of(row)[row.stage_index].get("holds_door"))


def may_come_in(row: Row, person: Row) -> bool:
    """Whether a member who waits may enter an open room by themselves; a guest is let in by a facilitator."""
    free = row.locked_at is None and not door_is_held(row)
    return person.member_id is not None and row.state in OPEN and free


def waiting_members(db: Connection, group_session_id: str) -> list[str]:
    """The members who wait at the door: of what holds it they alone hear."""
    at_it: dict[str, Any] = {"group_session_id": group_session_id, "standing": Standing.WAITING}
    return [each.id for each in stored.find_all(db, Participant, **at_it) if each.member_id is not None]


def at_the_door(row: Row, person: Row) -> str:
    """What somebody who waits reads: ``early``, ``held``, ``open``, ``over`` or, where a facilitator decides,
    nothing of it.
    """
    if person.standing != Standing.WAITING:
        return ""
    if row.state not in OPEN:
        return "early" if row.state == SessionState.PLANNED else "over"
    if person.member_id is None or row.locked_at is not None:
        return ""
    return "held" if door_is_held(row) else "open"


def late_mood(db: Connection, row: Row, person: Row) -> dict[str, Any] | None:
    """The question for the week's mood, for somebody who came after the opening round."""
    if row.state not in ON or not came_late(row, person):
        return None
    missed = missed_stages(db, row, person)
    for stage in agenda_of(row):
        asked = next((each for each in stage["prompts"] if _is_mood(each)), None)
        if asked is None or stage["id"] not in missed:
            continue
        mine: dict[str, Any] = {"participant_id": person.id, "stage_id": stage["id"], "withdrawn_at": None}
        if not stored.exists(db, Reflection, **mine):
            return {"stage_id": stage["id"], "key": asked["key"], "text": asked["text"]}
    return None


def _is_mood(prompt: dict[str, Any]) -> bool:
    return prompt.get("exercise") == "mood_event_checkin" and prompt["type"] == "scale_0_10"
