"""Rehearsals: a planned session played with made-up members, and kept out of every record.

A rehearsal is a session of its own kind, so that it takes no number from the group's sessions. Its people
have no member behind them. Whatever was written in it is gone with its end.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, or_, select
from sqlmodel import SQLModel, col

from app.core import groups, stored
from app.core.agenda import REHEARSAL, REHEARSAL_ALONE, agenda_of, alone, next_index
from app.core.changes import Change, Who, at, changing
from app.core.models import (
    GroupSession,
    Member,
    Participant,
    SessionState,
    Standing,
    new_id,
    now,
)
from app.core.refusals import Invalid, NotFound, NotNow
from app.core.sealing import open_sealed, seal

LONGEST = timedelta(hours=12)
KEPT = timedelta(hours=1)  # the empty frame stays this long, for a console that is still open
PEOPLE = 6
PACES = (1, 4)  # how many times as fast as people the made-up ones are
FRAME = ("group_session", "log_entry")  # what is left of a rehearsal until it is cleared away: no words


def rehearse(
    db: Connection, facilitator_id: str, group_session_id: str, *, aliases: Sequence[str], title: str
) -> dict[str, Any]:
    """Opens the lobby of a rehearsal of a planned session, with six made-up people in it.

    They take the first of ``aliases`` that no member of the group goes by, so that a call of somebody real
    is never taken for theirs. One that runs already ends. Gives ``id``, ``people`` (participant ids; one
    alone where the session is one to one) and the ``number`` of the session that is rehearsed.
    """
    origin = stored.find(db, GroupSession, id=group_session_id)
    if origin is None or origin.rehearsal_of is not None:
        raise NotFound()
    if origin.state != SessionState.PLANNED:
        raise NotNow("Only a session that is planned can be rehearsed.")
    stages = agenda_of(origin)
    if next_index(stages, -1) is None:
        raise Invalid("There is no stage in the plan yet.")
    for each in _running(db, group_session_id):
        with changing(db, Who("facilitator", each.id, facilitator_id), "end") as change:
            close(change)
    new = groups.plan_session(
        db,
        origin.group_id,
        stages,
        kind=REHEARSAL_ALONE if alone(origin) else REHEARSAL,
        title=title,
        rehearsal_of=origin.id,
    )
    with changing(db, Who("facilitator", new, facilitator_id), "rehearse") as change:
        change.wrote(new, shared=True, moved=True, state=SessionState.LOBBY, opened_at=change.at)
    free = _not_taken(db, origin.group_id, aliases)
    people = [_comes_in(db, new, alias) for alias in free[: 1 if alone(origin) else PEOPLE]]
    return {"id": new, "people": people, "number": origin.number}


def running(db: Connection, group_session_id: str) -> str | None:
    """The id of the rehearsal of this session that has not ended; None where there is none."""
    found = _running(db, group_session_id)
    return str(found[0].id) if found else None


def close(change: Change) -> dict[str, Any]:
    """Ends a rehearsal and erases everything in it; an ended one stays as it is."""
    if change.before.rehearsal_of is None:
        raise ValueError("no rehearsal")
    if change.before.state != SessionState.ENDED:
        _erase(change.db, change.before.id)
        values: dict[str, Any] = {"state": SessionState.ENDED, "ended_at": change.at, "held_at": None}
        change.wrote(change.before.id, shared=True, moved=True, **values)
    return at(change)


def clear(db: Connection) -> None:
    """Ends rehearsals that were left open for twelve hours, and clears away those that ended an hour ago."""
    is_one = col(GroupSession.rehearsal_of).is_not(None)
    for each in db.execute(select(GroupSession.__table__).where(is_one)).all():
        if each.ended_at is not None and each.ended_at < now() - KEPT:
            for name in reversed(FRAME):
                table = SQLModel.metadata.tables[name]
                key = table.c.id if name == "group_session" else table.c.group_session_id
                db.execute(delete(table).where(key == each.id))
        elif each.ended_at is None and each.opened_at < now() - LONGEST:
            with changing(db, Who("clock", each.id), "end") as change:
                close(change)


def number_of(db: Connection, row: Any) -> int:
    """The number to read on a session's screens: a rehearsal has that of the session it rehearses."""
    origin = stored.find(db, GroupSession, id=row.rehearsal_of) if row.rehearsal_of else None
    return int(row.number if origin is None else origin.number)


def _running(db: Connection, group_session_id: str) -> list[Any]:
    found = stored.find_all(db, GroupSession, ("opened_at",), rehearsal_of=group_session_id)
    return [each for each in found if each.state != SessionState.ENDED]


def _not_taken(db: Connection, group_id: str, aliases: Sequence[str]) -> list[str]:
    members = stored.find_all(db, Member, group_id=group_id)
    known = {open_sealed(Member.alias, each.id, each.alias).casefold() for each in members}
    return [alias for alias in aliases if alias.casefold() not in known]


def _comes_in(db: Connection, group_session_id: str, alias: str) -> str:
    """A made-up person, let in at once, with no member behind them."""
    new, at_once = new_id(), now()
    stored.add(
        db,
        Participant,
        id=new,
        group_session_id=group_session_id,
        alias=seal(Participant.alias, new, alias),
        standing=Standing.ADMITTED,
        agreed_at=at_once,
        joined_at=at_once,
        admitted_at=at_once,
    )
    return new


def _erase(db: Connection, group_session_id: str) -> None:
    """Deletes every row that hangs on this session, in whichever table, and leaves its frame.

    It follows the foreign keys, so that a table which comes later is not forgotten.
    """
    tables = SQLModel.metadata.sorted_tables  # whatever is pointed at comes first
    doomed: dict[str, Any] = {"group_session": GroupSession.__table__.c.id == group_session_id}
    for table in tables:
        keys = [key for key in table.foreign_keys if key.column.table.name in doomed]
        if keys and table.name not in FRAME:
            doomed[table.name] = or_(
                *(
                    key.parent.in_(select(key.column).where(doomed[key.column.table.name]))
                    for key in sorted(keys, key=lambda key: key.parent.name)
                )
            )
    for table in reversed(tables):
        if table.name in doomed and table.name not in FRAME:
            db.execute(delete(table).where(doomed[table.name]))
