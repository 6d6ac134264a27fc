"""What a facilitator sees of their groups outside a session: today, groups, members, plans."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import gate, shelf, stored
from app.core.agenda import agenda_of
from app.core.models import Facilitator, Group, GroupFacilitator, GroupSession, Member, SessionState, now
from app.core.refusals import NotFound
from app.core.sealing import open_sealed

RECENT = timedelta(days=30)
OPEN = (SessionState.LOBBY, SessionState.LIVE, SessionState.HELD)


def groups_of(db: Connection, facilitator_id: str) -> list[dict[str, Any]]:
    """The groups of a facilitator by name, each with its members' number, its open or next session."""
    rows = db.execute(
        select(Group.__table__)
        .join(GroupFacilitator, col(GroupFacilitator.group_id) == col(Group.id))
        .where(col(GroupFacilitator.facilitator_id) == facilitator_id)
    ).all()
    groups = [group_card(db, row) for row in rows]
    return sorted(groups, key=lambda group: group["name"].casefold())


def group_card(db: Connection, row: Any) -> dict[str, Any]:
    sessions = sessions_of(db, row)
    members = db.execute(
        select(col(Member.id)).where(col(Member.group_id) == row.id, col(Member.left_at).is_(None))
    ).all()
    ahead = [each for each in sessions if each["state"] != SessionState.ENDED]
    ahead.sort(
        key=lambda each: (each["state"] == SessionState.PLANNED, each["scheduled_at"] is None, each["number"])
    )
    return {
        **group_facts(db, row),
        "members": len(members),
        "sessions": sessions,
        "next": ahead[0] if ahead else None,
    }


def today(db: Connection, facilitator_id: str) -> dict[str, Any]:
    """Sessions that are open or come next, those that ended in the last weeks, and those that ended by
    themselves and that nobody has looked at (``unclosed``), over all groups.
    """
    groups = groups_of(db, facilitator_id)
    everything = [(group, each) for group in groups for each in group["sessions"]]
    since = now() - RECENT
    coming = [
        {"group": group, **each}
        for group, each in everything
        if each["state"] in OPEN or (each["state"] == SessionState.PLANNED and each is group["next"])
    ]
    recent = [
        {"group": group, **each}
        for group, each in everything
        if each["state"] == SessionState.ENDED and each["ended_at"] > since
    ]
    far = now() + timedelta(days=3650)
    coming.sort(key=lambda each: (each["state"] == SessionState.PLANNED, each["scheduled_at"] or far))
    recent.sort(key=lambda each: each["ended_at"], reverse=True)
    unclosed = [
        {"group": group, **each}
        for group, each in everything
        if each["without_close"] and not each["followed_up"]
    ]
    return {"groups": groups, "coming": coming, "recent": recent, "unclosed": unclosed}


def group_page(db: Connection, group_id: str) -> dict[str, Any]:
    """One group with its facilitators, members (with their links) and sessions."""
    row = _group(db, group_id)
    members = db.execute(
        select(Member.__table__).where(col(Member.group_id) == group_id, col(Member.left_at).is_(None))
    ).all()
    return {
        "group": group_facts(db, row),
        "facilitators": facilitators_of(db, group_id),
        "members": sorted((_member(each) for each in members), key=lambda member: member["created_at"]),
        "sessions": sessions_of(db, row),
    }


def plan_page(db: Connection, group_session_id: str) -> dict[str, Any]:
    """A session as the planner shows it; ``stages`` may be changed freely."""
    row = stored.find(db, GroupSession, id=group_session_id)
    return session_facts(db, group_session_id) | {"missing": gate.of_session(db, row) if row else []}


def session_facts(db: Connection, group_session_id: str) -> dict[str, Any]:
    """A session's ``group``, its own facts as ``session``, and a copy of its ``stages``."""
    row = db.execute(
        select(GroupSession.__table__).where(col(GroupSession.id) == group_session_id)
    ).one_or_none()
    if row is None:
        raise NotFound()
    group = _group(db, row.group_id)
    facts = group_facts(db, group)
    stages = [dict(stage) for stage in agenda_of(row)]
    return {"group": facts, "session": _session(row, facts), "stages": stages}


def facilitators_of(db: Connection, group_id: str) -> list[dict[str, Any]]:
    """Who leads a group: lead first, then support, then observers."""
    rows = db.execute(
        select(col(Facilitator.id), col(Facilitator.name), col(GroupFacilitator.role))
        .join(GroupFacilitator, col(GroupFacilitator.facilitator_id) == col(Facilitator.id))
        .where(col(GroupFacilitator.group_id) == group_id)
    ).all()
    order = ["lead", "support", "observer"]
    people = [
        {"id": row.id, "name": open_sealed(Facilitator.name, row.id, row.name), "role": str(row.role)}
        for row in rows
    ]
    return sorted(people, key=lambda person: (order.index(person["role"]), person["name"].casefold()))


def sessions_of(db: Connection, group: Any) -> list[dict[str, Any]]:
    """All sessions of a group's row, in the order of their numbers, meetings at the end; no rehearsals."""
    rows = stored.find_all(db, GroupSession, group_id=group.id, rehearsal_of=None)
    facts = group_facts(db, group)
    return sorted(
        (_session(row, facts) for row in rows),
        key=lambda each: (each["kind"] != "group", each["kind"], each["number"]),
    )


def group_facts(db: Connection, row: Any) -> dict[str, Any]:
    """A group's own facts, with what its programme says."""
    programme = shelf.programme(db, row.programme_id)
    return {
        "id": row.id,
        "name": open_sealed(Group.name, row.id, row.name),
        "programme_id": row.programme_id,
        "programme": programme.title if programme else "",
        "of": row.sessions or (programme.group_sessions if programme else None),
        "minutes": programme.length_min if programme else None,
        "language": row.language,
        "time_zone": row.time_zone,
        "online": row.online,
        "emergency_number": row.emergency_number,
        "crisis_line": row.crisis_line,
        "purpose": row.purpose or "",
        "safeguarding": open_sealed(Group.safeguarding, row.id, row.safeguarding) or "",
        "conditional": bool(programme and programme.is_conditional),
    }


def minutes_of(stages: Iterable[dict[str, Any]]) -> int:
    """The planned minutes of an agenda, without what was skipped."""
    return sum(stage["minutes"] for stage in stages if not stage.get("skipped"))


def _group(db: Connection, group_id: str) -> Any:
    row = db.execute(select(Group.__table__).where(col(Group.id) == group_id)).one_or_none()
    if row is None:
        raise NotFound()
    return row


def _member(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "alias": open_sealed(Member.alias, row.id, row.alias),
        "token": open_sealed(Member.link, row.id, row.link),
        "created_at": row.created_at,
        "guardian_consented": row.guardian_consented_at is not None,
        "assented": row.assented_at is not None,
    }


def _session(row: Any, group: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "group_id": row.group_id,
        "kind": row.kind,
        "number": row.number,
        "of": group["of"] if row.kind == "group" else None,
        "title": open_sealed(GroupSession.title, row.id, row.title),
        "state": str(row.state),
        "scheduled_at": row.scheduled_at,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "minutes": minutes_of(agenda_of(row)),
        "version": row.version,
        "without_close": row.without_close,
        "followed_up": row.followed_up_at is not None,
    }
