"""Among whom a name is hidden: who is in a session now, and who of them was there for a stage.

Somebody who left, or whose pages have been away for two minutes, hides nobody any more. Who is connected a
worker alone knows; what follows from it is kept in ``Participant.gone_at``.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlmodel import col

from app.core import stored
from app.core.changes import Change, Who, changing
from app.core.models import (
    SMALL,
    Audience,
    GroupSession,
    Participant,
    Reflection,
    SessionState,
    StageVisit,
    Standing,
)

Row = Any
SERVER = "server"
OPEN = (SessionState.LOBBY, SessionState.LIVE, SessionState.HELD)


def here(db: Connection, group_session_id: str) -> list[Row]:
    """Everybody who is in a session now: let in, not left, and not long gone."""
    inside: dict[str, Any] = {"group_session_id": group_session_id, "standing": Standing.ADMITTED}
    return stored.find_all(db, Participant, **inside, left_at=None, gone_at=None)


def count(db: Connection, group_session_id: str) -> int:
    """How many people are in a session now."""
    found = db.execute(
        select(func.count())
        .select_from(Participant)
        .where(
            col(Participant.group_session_id) == group_session_id,
            col(Participant.standing) == Standing.ADMITTED,
            col(Participant.left_at).is_(None),
            col(Participant.gone_at).is_(None),
        )
    )
    return int(found.scalar_one())


def there_for(
    db: Connection, group_session_id: str, stage_id: str, people: Iterable[Row], until: datetime | None = None
) -> set[str]:
    """The ids of those of these people who were there when the group was last at this stage, as it was at
    ``until``; also of somebody who was away after it and is back.
    """
    visits = [
        each
        for each in stored.find_all(db, StageVisit, group_session_id=group_session_id, stage_id=stage_id)
        if until is None or each.entered_at <= until
    ]
    if not visits:
        return set()
    if any(each.left_at is None or (until is not None and each.left_at > until) for each in visits):
        return {each.id for each in people}
    last = max(visits, key=lambda each: each.left_at)
    if last.there is None:  # left by a release that did not write it down: its sessions may still be on
        return {each.id for each in people if since(each) < last.left_at}
    return {each.id for each in people} & set(json.loads(last.there))


def since(person: Row) -> datetime:
    """Since when somebody in the room has been there without a long gap."""
    came, back = person.admitted_at, person.back_at
    latest: datetime = came if back is None else max(came, back)
    return latest


def came(change: Change) -> None:
    """Somebody has come in: with the fifth, everybody is offered to answer without their name."""
    _tell(change, count(change.db, change.before.id) == SMALL)


def went(change: Change) -> None:
    """Somebody has gone: with the fifth, nobody is offered it any more."""
    _tell(change, count(change.db, change.before.id) == SMALL - 1)


def note(db: Connection, group_session_id: str, gone: Mapping[str, datetime], back: Iterable[str]) -> None:
    """Keeps who has been away for long, by id since when, and who is back. Their group hears of it only where
    what it is offered changes, and of an answer that waits its writer alone.
    """
    with changing(db, Who(SERVER, group_session_id), "come_and_go") as change:
        before = count(db, group_session_id)
        for person_id, at in gone.items():
            _keep(change, person_id, gone_at=at)
        for person_id in back:
            _keep(change, person_id, gone_at=None, back_at=change.at)
        if gone or back:
            _tell(change, (before >= SMALL) != (count(db, group_session_id) >= SMALL))


def connected(db: Connection, group_session_id: str) -> list[Row]:
    """Those let into an open session with a phone of their own, and since when they are there or gone."""
    found = (
        select(
            col(Participant.id),
            col(Participant.gone_at),
            col(Participant.admitted_at),
            col(Participant.back_at),
        )
        .join(GroupSession, col(GroupSession.id) == col(Participant.group_session_id))
        .where(
            col(Participant.group_session_id) == group_session_id,
            col(Participant.standing) == Standing.ADMITTED,
            col(Participant.without_phone).is_(False),
            col(GroupSession.state).in_(OPEN),
        )
    )
    return list(db.execute(found).all())


def _keep(change: Change, person_id: str, **values: Any) -> None:
    own = (col(Participant.id) == person_id) & (col(Participant.group_session_id) == change.before.id)
    change.db.execute(update(Participant).where(own).values(**values))


def _tell(change: Change, offer_changed: bool) -> None:
    """Everybody's form says something else where the offer has changed. Else what becomes of an answer
    without a name that waits may have, which hangs on who was there and not on how many are here: its writer
    alone hears of that, for nobody else may know that there is one. The log keeps whom the change was about.
    """
    if change.before.state not in OPEN:
        return
    session = {"group_session_id": change.before.id}
    if offer_changed:
        found = stored.find_all(change.db, Participant, **session, standing=Standing.ADMITTED)
        people = {each.id for each in found}
    else:
        waiting = session | {"audience": Audience.UNNAMED, "shown_at": None, "withdrawn_at": None}
        people = {each.participant_id for each in stored.find_all(change.db, Reflection, **waiting)}
    if people:
        change.wrote(change.subject_id or change.before.id, shared=offer_changed, people=sorted(people))
