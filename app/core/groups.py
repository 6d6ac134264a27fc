"""Verbs of groups, their members and their planned sessions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlmodel import col

from app.core import over, shelf, stored
from app.core.agenda import Stage, sealed_agenda
from app.core.changes import Who, changing
from app.core.door import new_link, new_room_link, new_wall
from app.core.models import (
    Group,
    GroupFacilitator,
    GroupSession,
    Member,
    Role,
    SessionState,
    new_id,
    now,
)
from app.core.refusals import Invalid, NotFound, NotNow, Stale
from app.core.sealing import seal

TALK = "talk"  # a talk one to one between sessions, in no programme


def create_group(
    db: Connection,
    facilitator_id: str,
    *,
    name: str,
    programme_id: str | None,
    language: str = "en",
    time_zone: str = "UTC",
    online: bool = True,
    emergency_number: str = "112",
    crisis_line: str = "",
    purpose: str | None = None,
    sessions: int | None = None,
    safeguarding: str = "",
    group_id: str | None = None,
) -> str:
    """Makes a group led by this facilitator and gives its id."""
    new = group_id or new_id()
    db.execute(
        insert(Group).values(
            id=new,
            name=seal(Group.name, new, name),
            programme_id=programme_id,
            language=language,
            time_zone=time_zone,
            online=online,
            emergency_number=emergency_number,
            crisis_line=crisis_line,
            purpose=purpose,
            sessions=sessions or _sessions_of(db, programme_id),
            safeguarding=seal(Group.safeguarding, new, safeguarding) if safeguarding else None,
            created_at=now(),
        )
    )
    set_role(db, new, facilitator_id, Role.LEAD)
    return new


def change_group(
    db: Connection,
    group_id: str,
    *,
    name: str,
    language: str,
    time_zone: str,
    online: bool,
    emergency_number: str,
    crisis_line: str,
    purpose: str | None = None,
    safeguarding: str = "",
) -> None:
    """Changes what a group is called, its frame and its help numbers; its programme stays. Other numbers have
    to be confirmed again on the safety page.
    """
    group = stored.find(db, Group, id=group_id)
    if group is None:
        raise NotFound()
    same = (group.emergency_number, group.crisis_line) == (emergency_number, crisis_line)
    db.execute(
        update(Group)
        .where(col(Group.id) == group_id)
        .values(
            name=seal(Group.name, group_id, name),
            language=language,
            time_zone=time_zone,
            online=online,
            emergency_number=emergency_number,
            crisis_line=crisis_line,
            numbers_confirmed_at=group.numbers_confirmed_at if same else None,
            purpose=purpose,
            safeguarding=seal(Group.safeguarding, group_id, safeguarding) if safeguarding else None,
        )
    )


def set_sessions(db: Connection, group_id: str, sessions: int | None) -> None:
    """How many sessions are meant (None: nobody says), in a group without a programme: a programme keeps its
    own number. Refuses fewer than have begun.
    """
    group = stored.find(db, Group, id=group_id)
    if group is None:
        raise NotFound()
    if group.programme_id is not None:
        raise NotNow("A programme keeps its own number of sessions.")
    own = stored.find_all(db, GroupSession, group_id=group_id, sandbox=False, rehearsal_of=None)
    begun = [each.number for each in own if each.started_at is not None]
    if sessions is not None and sessions < max(begun, default=0):
        raise Invalid("More sessions than that have been already.")
    with over.holding(db, group_id, now()):
        stored.change(db, Group, group_id, sessions=sessions)


def _sessions_of(db: Connection, programme_id: str | None) -> int | None:
    programme = shelf.programme(db, programme_id)
    return programme.group_sessions if programme else None


def set_role(db: Connection, group_id: str, facilitator_id: str, role: Role) -> None:
    """Gives a facilitator a role in a group, or another one than before."""
    place = (col(GroupFacilitator.group_id) == group_id) & (
        col(GroupFacilitator.facilitator_id) == facilitator_id
    )
    if db.execute(select(col(GroupFacilitator.role)).where(place)).first():
        db.execute(update(GroupFacilitator).where(place).values(role=role))
    else:
        db.execute(
            insert(GroupFacilitator).values(group_id=group_id, facilitator_id=facilitator_id, role=role)
        )


def add_members(db: Connection, group_id: str, aliases: Sequence[str]) -> list[str]:
    """Enrols members by alias, each with a personal link; gives their ids."""
    ids = []
    for alias in aliases:
        new = new_id()
        db.execute(
            insert(Member).values(
                id=new,
                group_id=group_id,
                alias=seal(Member.alias, new, alias),
                created_at=now(),
                **new_link(Member.link, "link_hash", new),
            )
        )
        ids.append(new)
    return ids


def renew_member_link(db: Connection, group_id: str, member_id: str) -> None:
    """A new personal link; the old one fails at once."""
    _member(db, group_id, member_id, **new_link(Member.link, "link_hash", member_id))


def member_consents(db: Connection, group_id: str, member_id: str, who: str, given: bool) -> None:
    """Records a guardian's consent or a young person's own assent (``who``), or takes the record back."""
    column = {"guardian": "guardian_consented_at", "young_person": "assented_at"}[who]
    _member(db, group_id, member_id, **{column: now() if given else None})


def plan_session(
    db: Connection,
    group_id: str,
    stages: list[Stage],
    *,
    number: int | None = None,
    kind: str = "group",
    title: str | None = None,
    scheduled_at: datetime | None = None,
    sandbox: bool = False,
    group_session_id: str | None = None,
    member_id: str | None = None,
    rehearsal_of: str | None = None,
) -> str:
    """Plans a session with this agenda and gives its id; without a number it is the next of its kind.

    ``member_id`` says whom a one-to-one meeting is with; nobody else comes in. ``rehearsal_of``: see
    rehearsal.py.
    """
    new = group_session_id or new_id()
    if number is None:
        highest = db.execute(
            select(func.max(col(GroupSession.number))).where(
                col(GroupSession.group_id) == group_id,
                col(GroupSession.kind) == kind,
            )
        ).scalar()
        number = (highest or 0) + 1
    db.execute(
        insert(GroupSession).values(
            id=new,
            group_id=group_id,
            kind=kind,
            number=number,
            member_id=member_id,
            title=seal(GroupSession.title, new, title) if title else None,
            scheduled_at=scheduled_at,
            agenda=sealed_agenda(new, stages),
            state=SessionState.PLANNED,
            sandbox=sandbox,
            rehearsal_of=rehearsal_of,
            **new_room_link(db, new),
            **new_wall(new),
        )
    )
    return new


def plan_talk(db: Connection, group_id: str, member_id: str, title: str, stages: list[Stage]) -> str:
    """A talk one to one with a member, between sessions; the one that is planned already, if there is one.
    Gives its id.
    """
    member = stored.find(db, Member, id=member_id, group_id=group_id, left_at=None)
    if member is None:
        raise NotFound()
    planned = stored.find_all(
        db,
        GroupSession,
        ("number",),
        group_id=group_id,
        member_id=member_id,
        kind=TALK,
        state=SessionState.PLANNED,
        rehearsal_of=None,
    )
    if planned:
        return str(planned[0].id)
    return plan_session(db, group_id, stages, kind=TALK, title=title, member_id=member_id)


def edit_agenda(
    db: Connection, facilitator_id: str, group_session_id: str, stages: list[Stage], version: int
) -> int:
    """Puts a planner's stages in place of the old ones, while the session is planned; gives the new version.

    Refuses as stale what was decided on an older version.
    """
    with changing(db, Who("facilitator", group_session_id, facilitator_id), "edit_agenda") as change:
        if change.before.state != SessionState.PLANNED:
            raise NotNow("The room is open. Change the agenda in the console.")
        if version < change.before.moved_version:
            raise Stale(version=change.before.version)
        change.wrote(group_session_id, moved=True, agenda=sealed_agenda(group_session_id, stages))
    return change.version


def schedule_session(
    db: Connection, facilitator_id: str, group_session_id: str, scheduled_at: datetime | None
) -> None:
    row = stored.find(db, GroupSession, id=group_session_id)
    if row is None:
        raise NotFound()
    who = Who("facilitator", group_session_id, facilitator_id)
    with over.holding(db, row.group_id, now()), changing(db, who, "schedule_session") as change:
        change.wrote(group_session_id, scheduled_at=scheduled_at)


def _member(db: Connection, group_id: str, member_id: str, **values: Any) -> None:
    found = db.execute(
        update(Member).where(col(Member.id) == member_id, col(Member.group_id) == group_id).values(**values)
    )
    if found.rowcount != 1:
        raise NotFound()
