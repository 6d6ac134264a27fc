"""A session without anybody who leads: what its members read, and when it ends by itself.

Nothing advances meanwhile; answers and signals are still taken. A worker says who is connected, since
nothing of that is stored; everything else follows from ``leaderless_since``.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select
from sqlmodel import col

from app.core import sessions, stored
from app.core.agenda import agenda_of
from app.core.changes import Who, changing
from app.core.models import GroupSession, LogEntry, SessionState, now
from app.core.overview import minutes_of
from app.core.stages import leave_stage

LATE = timedelta(minutes=10)  # after this the group reads until when it waits
STOPPED = timedelta(minutes=20)  # and after this that it stops for today
RESTARTED = timedelta(seconds=30)  # within this time lines come back to a server that was restarted
FORGOTTEN = timedelta(hours=2)  # after its planned end
BUSY = timedelta(minutes=30)  # a facilitator who pressed anything within this time is still at it
ON = (SessionState.LIVE, SessionState.HELD)
OPEN = (SessionState.LOBBY, *ON)
SERVER = "server"  # who acts when nobody does


def phase_of(row: Any, at: datetime) -> str:
    """What the group reads of a leader who is away: "" (at once), late, stopped."""
    if row.leaderless_since is None or row.state not in OPEN:
        return ""
    gone = at - _waits_since(row)
    return "stopped" if gone >= STOPPED else "late" if gone >= LATE else ""


def told(row: Any, leader_here: bool, at: datetime) -> dict[str, Any]:
    """The group's part: ``phase`` as phase_of(), and the time until which it waits."""
    if leader_here or row.leaderless_since is None:
        return {"phase": "", "until": None}
    return {"phase": phase_of(row, at), "until": _waits_since(row) + STOPPED}


def led_until(row: Any, began: datetime, at: datetime) -> bool:
    """Whether somebody led a session until this server ``began`` a moment ago: nobody's line is back yet."""
    led = row.leaderless_since is None or row.leaderless_since >= began
    return row.state in ON and led and at - began < RESTARTED


def note(db: Connection, group_session_id: str, leader_here: bool) -> None:
    """Keeps since when nobody leads, and gives the group a new version whenever it reads something else."""
    row = stored.find(db, GroupSession, id=group_session_id)
    if row is None or row.state not in OPEN:
        return
    if leader_here:
        if row.leaderless_since is not None:
            stored.change(db, GroupSession, row.id, leaderless_since=None)
    elif row.leaderless_since is None:
        stored.change(db, GroupSession, row.id, leaderless_since=now())
    elif _news(db, row):
        with changing(db, Who(SERVER, group_session_id), "leaderless") as change:
            change.wrote(phase_of(row, change.at), shared=True, people=sessions.inside(db, row.id))


def due(db: Connection, row: Any, leader_here: bool) -> bool:
    """Whether there is anything for ``note`` to do."""
    if row.state not in OPEN:
        return False
    if leader_here or row.leaderless_since is None:
        return leader_here == (row.leaderless_since is not None)
    return _news(db, row)


def forgotten(db: Connection) -> list[str]:
    """The ids of sessions that are still open two hours after their planned end and that nobody is at."""
    rows = db.execute(
        select(GroupSession.__table__).where(
            col(GroupSession.state).in_(OPEN),
            col(GroupSession.sandbox).is_(False),
            col(GroupSession.rehearsal_of).is_(None),
            col(GroupSession.opened_at) < now() - FORGOTTEN,
        )
    ).all()
    return [row.id for row in rows if _is_forgotten(db, row, now())]


def close(db: Connection, group_session_id: str) -> None:
    """Ends a session that was left open; the facilitators are told so until one of them has looked."""
    with changing(db, Who(SERVER, group_session_id), "close_by_itself") as change:
        if change.before.state in OPEN and _is_forgotten(db, change.before, change.at):
            leave_stage(change)
            change.wrote(
                group_session_id,
                shared=True,
                moved=True,
                state=SessionState.ENDED,
                ended_at=change.at,
                held_at=None,
                without_close=True,
            )


def follow_up(db: Connection, facilitator_id: str, group_session_id: str) -> None:
    """A facilitator has looked at a session that ended by itself: Today no longer tells of it."""
    with changing(db, Who("facilitator", group_session_id, facilitator_id), "follow_up") as change:
        if change.before.without_close and change.before.followed_up_at is None:
            change.wrote(group_session_id, followed_up_at=change.at)


def _waits_since(row: Any) -> datetime:
    """Since when the group waits for a leader: in the lobby not before the time for which it was asked."""
    since: datetime = row.leaderless_since
    early = row.state == SessionState.LOBBY and row.scheduled_at is not None
    return max(since, row.scheduled_at) if early else since


def _news(db: Connection, row: Any) -> bool:
    """Whether the group has not been told yet of the phase that the session is in."""
    phase = phase_of(row, now())
    if not phase:
        return False
    entries = stored.find_all(
        db, LogEntry, group_session_id=row.id, actor_kind=SERVER, action="leaderless", subject_id=phase
    )
    return not any(each.at > row.leaderless_since for each in entries)


def _is_forgotten(db: Connection, row: Any, at: datetime) -> bool:
    began = row.started_at or max(each for each in (row.opened_at, row.scheduled_at) if each is not None)
    planned_end = began + timedelta(minutes=minutes_of(agenda_of(row)))
    pressed = db.execute(_last_of_facilitators(row.id)).scalar()
    return bool(at - planned_end >= FORGOTTEN and (pressed is None or at - pressed >= BUSY))


def _last_of_facilitators(group_session_id: str) -> Select[Any]:
    """When a facilitator did anything last; what their pages send by themselves shows nobody there."""
    return select(func.max(col(LogEntry.at))).where(
        col(LogEntry.group_session_id) == group_session_id,
        col(LogEntry.actor_kind) == "facilitator",
        col(LogEntry.action) != "signals_shown",
    )
