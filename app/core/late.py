"""Somebody who comes late sees what is shown from then on, not what was said before."""

from typing import Any

from sqlalchemy import Connection

from app.core import stored
from app.core.models import StageVisit

Row = Any


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
    """The room, or its plain form, without what was shown of these stages."""
    kept = {
        name: [each for each in room[name] if each.get("stage_id") not in missed]
        for name in ("shown", "tallies")
    }
    return room | kept
