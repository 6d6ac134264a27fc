"""What waits for a facilitator: the next session with all that is missing, notes to sign, people to call.

The number of queries depends on how many groups somebody leads, and on nothing else: not on members, sessions
or answers, and not on the groups of others.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlmodel import col

from app.core import (
    attendance,
    gate,
    measures,
    overview,
    retention,
    roles,
    stored,
    to_call,
    today_members,
)
from app.core.agenda import agenda_of, alone
from app.core.models import Group, GroupFacilitator, GroupSession, Member, Role, SessionState
from app.core.record_models import NoteKind, RecordNote
from app.library.small import rule


def today(db: Connection, facilitator_id: str, reliable: int, at: datetime) -> dict[str, Any]:
    """Everything that waits. ``next`` is the session that is open or comes first in a group that this
    facilitator leads, with what is ``missing`` for it and a line for each member (``before``), or
    without them the first where they only observe; ``unsigned`` says of how many sessions notes are to sign,
    and which is the oldest; ``calls`` are people with their reasons, ``soon`` drafts and ``going``
    answers and working material that are about to expire; ``paused`` for how many days nothing has been
    deleted, where a clock has to be confirmed first, else None.
    """
    told = overview.today(db, facilitator_id)
    roles = stored.find_all(db, GroupFacilitator, facilitator_id=facilitator_id)
    led = {each.group_id for each in roles if each.role != Role.OBSERVER}
    groups = {each["id"]: each for each in told["groups"] if each["id"] in led}
    soon = [each | {"group": groups[each["group_id"]]} for each in retention.soon(db, facilitator_id, at)]
    going = [
        each | {"group": groups[each["group_id"]]}
        for each in retention.going(db, groups, at, within=retention.SOON)
    ]
    jumped = retention.jumped(db, at) if groups else None
    return told | {
        "next": _next(db, told["coming"], led),
        "unsigned": _unsigned(db, groups),
        "calls": [
            each | {"group": group}
            for group in groups.values()
            for each in _to_call(db, group["id"], reliable, at)
        ],
        "soon": soon,
        "going": going,
        "paused": jumped.days if jumped else None,
    }


def _to_call(db: Connection, group_id: str, reliable: int, at: datetime) -> list[dict[str, Any]]:
    ids = [each.id for each in stored.find_all(db, Member, group_id=group_id)]
    return to_call.to_call(db, group_id, measures.courses_of(db, ids, reliable), at)


# the next session


def _next(db: Connection, coming: list[dict[str, Any]], led: set[str]) -> dict[str, Any] | None:
    own = next((each for each in coming if each["group_id"] in led), None)
    if own is None:
        return coming[0] if coming else None
    row = stored.find(db, GroupSession, id=own["id"])
    before = today_members.before(db, row)
    return own | {"missing": missing(db, row, before), "before": before}


def missing(db: Connection, row: Any, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a session still lacks: each ``{"what", "names"}``; ``what`` is a key of the gate, or ``date``,
    ``plan``, ``co_leader``, ``small``, ``members``, ``yes``, ``contact`` or ``meetings``.
    """
    group = stored.find(db, Group, id=row.group_id)
    gaps = [] if row.state != SessionState.PLANNED else gate.of_session(db, row)
    found = [{"what": each, "names": []} for each in gaps if each != "meeting"]

    def add(what: str, names: list[str] | None = None) -> None:
        found.append({"what": what, "names": names or []})

    if row.scheduled_at is None and row.state == SessionState.PLANNED:
        add("date")
    if not agenda_of(row):
        add("plan")
    for what, lacks in (("yes", "no_yes"), ("contact", "no_contact"), ("meetings", "no_meeting")):
        names = [each["alias"] for each in before if each[lacks]]
        if names:
            add(what, names)
    if not alone(row):
        if not before:
            add("members")
        elif len(before) < rule().fewer_than:
            add("small")
        if group is not None and not group.works_alone and roles.how_many_lead(db, group.id) < 2:
            add("co_leader")
    return found


# notes


def _unsigned(db: Connection, groups: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """How many sessions have notes to sign (``count``), and the oldest of them as ``session``."""
    rows = db.execute(
        select(GroupSession.__table__)
        .where(
            col(GroupSession.group_id).in_(list(groups)),
            col(GroupSession.state) == SessionState.ENDED,
            col(GroupSession.started_at).is_not(None),
            col(GroupSession.sandbox).is_(False),
            col(GroupSession.rehearsal_of).is_(None),
        )
        .order_by(col(GroupSession.ended_at))
    ).all()
    kinds = (NoteKind.GROUP, NoteKind.INDIVIDUAL)
    signed = db.execute(
        select(col(RecordNote.group_session_id), func.count().label("number"))
        .join(GroupSession, col(GroupSession.id) == col(RecordNote.group_session_id))
        .where(
            col(GroupSession.group_id).in_(list(groups)),
            col(RecordNote.signed_at).is_not(None),
            col(RecordNote.kind).in_(kinds),
        )
        .group_by(col(RecordNote.group_session_id))
    ).all()
    done = {each.group_session_id: each.number for each in signed}
    members = db.execute(select(Member.__table__).where(col(Member.group_id).in_(list(groups)))).all()
    open_ones = [row for row in rows if done.get(row.id, 0) < _due(row, members)]
    if not open_ones:
        return None
    oldest = open_ones[0]
    listed = groups[oldest.group_id]["sessions"]
    session = next(each for each in listed if each["id"] == oldest.id)
    return {"count": len(open_ones), "session": session, "group": groups[oldest.group_id]}


def _due(row: Any, members: Any) -> int:
    """One for each who belonged to the group then, there or not, and one of the group."""
    if alone(row):
        return 1
    own = [each for each in members if each.group_id == row.group_id and attendance.belonged(each, row)]
    return 1 + len(own)
