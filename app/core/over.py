"""When the programme of a group is over, from which day its answers and working material are counted.

It is over with its last session, when the last that the group plans (``Group.sessions``) has been held and
no further one is planned. A group that stopped earlier, or planned one more and gave it no day, is over IDLE
after the last session that ended. A planned day that has passed without a session counts for PAST and no
longer, and a talk or a meeting one to one without a day counts for nothing, so that what never happens keeps
nothing.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, case, func, select
from sqlmodel import col

from app.core import stored
from app.core.models import Group, GroupSession, SessionState

IDLE = timedelta(days=180)
PAST = timedelta(days=14)

ENDED = col(GroupSession.state) == SessionState.ENDED
PLANNED = col(GroupSession.state) == SessionState.PLANNED
OF_ALL = col(GroupSession.kind) == "group"
HELD = and_(ENDED, OF_ALL, col(GroupSession.started_at).is_not(None))
UNDATED = and_(PLANNED, OF_ALL, col(GroupSession.scheduled_at).is_(None))
ROOMS: Any = (
    select(
        col(Group.id),
        col(Group.sessions),
        func.max(case((ENDED, col(GroupSession.ended_at)))).label("last"),
        func.max(case((HELD, col(GroupSession.number)))).label("number"),
        func.max(case((PLANNED, col(GroupSession.scheduled_at)))).label("day"),
        func.sum(case((UNDATED, 1), else_=0)).label("undated"),
        func.sum(case((ENDED, 0), (PLANNED, 0), else_=1)).label("open"),
    )
    .join(GroupSession, col(GroupSession.group_id) == col(Group.id))
    .where(col(GroupSession.sandbox).is_(False), col(GroupSession.rehearsal_of).is_(None))
    .group_by(col(Group.id), col(Group.sessions))
)


def moments(db: Connection, group_ids: Iterable[str]) -> dict[str, datetime]:
    """By group, when its programme was over, or will be if no further session is held or planned. Without
    groups in which nothing has ended, or a room is open.
    """
    rows = db.execute(ROOMS.where(col(Group.id).in_(list(group_ids)))).all()
    return {row.id: _moment(row) for row in rows if row.last is not None and not row.open}


def over_at(db: Connection, group_id: str, at: datetime) -> datetime | None:
    """When the programme of a group was over; None while it goes on."""
    moment = moments(db, [group_id]).get(group_id)
    return moment if moment is not None and moment <= at else None


@contextmanager
def holding(db: Connection, group_id: str, at: datetime) -> Iterator[None]:
    """Around a change after which a programme may have been over earlier than it was to be: then nothing goes
    for a week, as after days that were made shorter (retention.py), so that it is told before.
    """
    before = moments(db, [group_id]).get(group_id)
    yield
    after = moments(db, [group_id]).get(group_id)
    if before is not None and after is not None and after < before and after <= at:
        stored.change(db, Group, group_id, days_changed_at=at)


def _moment(row: Row[Any]) -> datetime:
    more_to_come = row.undated or (row.sessions is not None and (row.number or 0) < row.sessions)
    last: datetime = row.last + IDLE if more_to_come else row.last
    return max(last, row.day + PAST) if row.day is not None else last
