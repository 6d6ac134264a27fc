"""Who was there: recorded by the session itself, corrected by a facilitator; and who has long been silent.

Rehearsals, sandboxes and one-to-one meetings count for nothing here, except that a meeting's own page says
whether its member came.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, exists, or_, select
from sqlmodel import col

from app.core import stored
from app.core.agenda import counts
from app.core.changes import Who, changing
from app.core.course_models import Turn
from app.core.models import (
    Audience,
    GroupFacilitator,
    GroupSession,
    LogEntry,
    Member,
    Participant,
    Reflection,
    Role,
    SessionState,
)
from app.core.refusals import Invalid, NotFound, NotNow
from app.core.safety_models import Attendance
from app.core.sealing import open_sealed

STATUSES = ("present", "late", "excused", "absent")
THERE = ("present", "late")
LATE = timedelta(minutes=10)  # admitted more than this after the start
SILENT = 3  # sessions in a row, of those in which the member was there
ENDED = (
    select(col(GroupSession.id), col(GroupSession.version))
    .where(
        col(GroupSession.group_id) == bindparam("group"),
        col(GroupSession.kind) == "group",
        col(GroupSession.sandbox).is_(False),
        col(GroupSession.rehearsal_of).is_(None),
        col(GroupSession.state) == SessionState.ENDED,
        col(GroupSession.started_at).is_not(None),
    )
    .order_by(col(GroupSession.number))
)


def _still_there(since: Any) -> Any:
    """Whether somebody was not gone before the session began and ever since: ``since`` is when they went."""
    return or_(since.is_(None), since >= col(GroupSession.started_at))


def _left_a_trace(model: Any) -> Any:
    """Whether the session holds a row of this kind of somebody."""
    return exists(select(model.id).where(model.participant_id == Participant.id)).correlate(Participant)


# Whoever was gone when the session began, by the door or with a closed tab, and did not come back was not
# there; unless they sat there with a phone that was off: heard, given a turn, or written for.
STAYED = or_(
    col(GroupSession.started_at).is_(None),
    col(Participant.admitted_at) >= col(GroupSession.started_at),
    and_(_still_there(col(Participant.left_at)), _still_there(col(Participant.gone_at))),
    col(Participant.heard_at).is_not(None),
    _left_a_trace(Turn),
    _left_a_trace(Reflection),
)
INSIDE = (
    select(Participant.__table__)
    .join(GroupSession, col(GroupSession.id) == col(Participant.group_session_id))
    .where(col(Participant.admitted_at).is_not(None), STAYED)
)
LOOKED_AT = 6  # sessions, at most, for how long somebody was not heard
MOST_KEPT = 500  # groups
_kept: dict[
    str, tuple[list[tuple[str, int]], frozenset[str]]
] = {}  # by group: its sessions, and who was silent


def attendance(db: Connection, row: Any) -> list[dict[str, Any]]:
    """Who of the group's members was there: id, alias, status, and whether a facilitator corrected it."""
    corrected = {each.member_id: each for each in stored.find_all(db, Attendance, group_session_id=row.id)}
    places = _places(db, [row.id]).get(row.id, {})
    found = []
    for member in _members(db, row):
        status = _recorded(row, places.get(member.id))
        if member.id in corrected:
            status = corrected[member.id].status
        found.append(
            {
                "member_id": member.id,
                "alias": open_sealed(Member.alias, member.id, member.alias),
                "status": status,
                "corrected": member.id in corrected,
            }
        )
    return found


def correct(db: Connection, facilitator_id: str, group_session_id: str, wanted: Mapping[str, str]) -> None:
    """Says for some members (by id) whether they were there. What equals the record needs no correction."""
    with changing(db, Who("facilitator", group_session_id, facilitator_id), "correct_attendance") as change:
        row = change.before
        if row.rehearsal_of is not None or row.sandbox:
            raise NotFound()
        if row.started_at is None:
            raise NotNow("The session has not begun yet.")
        if not set(wanted.values()) <= set(STATUSES):
            raise Invalid()
        before = {each["member_id"]: each["status"] for each in attendance(db, row)}
        if not wanted.keys() <= before.keys():
            raise NotFound()
        places = _places(db, [row.id]).get(row.id, {})
        for member_id, status in wanted.items():
            if status == before[member_id]:
                continue
            place = {"group_session_id": row.id, "member_id": member_id}
            db.execute(
                delete(Attendance).where(
                    col(Attendance.group_session_id) == row.id, col(Attendance.member_id) == member_id
                )
            )
            if status != _recorded(row, places.get(member_id)):
                stored.add(db, Attendance, **place, status=status, set_by=facilitator_id, set_at=change.at)
            change.wrote(member_id)


def heard(db: Connection, facilitator_id: str, group_session_id: str, participant_id: str) -> None:
    """Says afterwards that somebody was heard; during a session the console does it."""
    with changing(db, Who("facilitator", group_session_id, facilitator_id), "heard_after_all") as change:
        person = stored.find(db, Participant, id=participant_id, group_session_id=group_session_id)
        if person is None or person.admitted_at is None or not counts(change.before):
            raise NotFound()
        if change.before.state != SessionState.ENDED:
            raise NotNow("The session is still open. Mark it in the console.")
        if person.heard_at is None:
            stored.change(db, Participant, person.id, heard_at=change.before.ended_at)
            change.wrote(person.id)


def sessions_with(db: Connection, member_id: str) -> set[str]:
    """The ids of the sessions in which a member was there, corrections heard."""
    inside = db.execute(INSIDE.where(col(Participant.member_id) == member_id)).all()
    there = {each.group_session_id for each in inside}
    for each in stored.find_all(db, Attendance, member_id=member_id):
        (there.add if each.status in THERE else there.discard)(each.group_session_id)
    return there


def came(db: Connection, group_session_ids: Iterable[str]) -> dict[str, set[str]]:
    """By member: in which of these sessions they were there, corrections heard."""
    sessions = list(group_session_ids)
    found: dict[str, set[str]] = {}
    for session, inside in _places(db, sessions).items():
        for member_id in inside:
            found.setdefault(member_id, set()).add(session)
    for each in _corrections(db, sessions):
        own = found.setdefault(each.member_id, set())
        (own.add if each.status in THERE else own.discard)(each.group_session_id)
    return found


def of_sessions(db: Connection, rows: Iterable[Any], members: Iterable[Any]) -> dict[str, dict[str, str]]:
    """By member and session, both rows of one group: how they were there, corrections heard. What has not
    begun, or was while they were not in the group, is left out.
    """
    held = [row for row in rows if row.started_at is not None]
    places = _places(db, [row.id for row in held])
    corrected = {(each.group_session_id, each.member_id): each.status for each in _corrections(db, places)}
    found: dict[str, dict[str, str]] = {}
    for member in members:
        own = found.setdefault(member.id, {})
        for row in held:
            if belonged(member, row):
                recorded = _recorded(row, places.get(row.id, {}).get(member.id))
                own[row.id] = corrected.get((row.id, member.id), recorded)
    return found


def leaders_of(db: Connection, rows: Iterable[Any]) -> dict[str, list[str]]:
    """Who led these sessions (rows), by their ids: facilitators who did something in a session while it was
    on, else those who lead or support the group.
    """
    sessions = {row.id: row for row in rows}
    found: dict[str, list[str]] = {key: [] for key in sessions}
    did = db.execute(
        select(col(LogEntry.group_session_id), col(LogEntry.actor_id), col(LogEntry.at))
        .where(col(LogEntry.group_session_id).in_(list(sessions)), col(LogEntry.actor_kind) == "facilitator")
        .order_by(col(LogEntry.group_session_id), col(LogEntry.version))
    ).all()
    for each in did:
        row, own = sessions[each.group_session_id], found[each.group_session_id]
        on = row.started_at is not None and row.started_at <= each.at <= (row.ended_at or each.at)
        if on and each.actor_id not in own:
            own.append(each.actor_id)
    if not all(found.values()):
        groups = {row.group_id for row in sessions.values()}
        roles = select(GroupFacilitator.__table__).where(
            col(GroupFacilitator.group_id).in_(groups), col(GroupFacilitator.role) != Role.OBSERVER
        )
        leading = sorted(db.execute(roles).all(), key=lambda each: (each.role, each.facilitator_id))
        for key, own in found.items():
            own += [] if own else [e.facilitator_id for e in leading if e.group_id == sessions[key].group_id]
    return found


def silent(db: Connection, group_id: str) -> set[str]:
    """The ids of members who were silent in the last three group sessions in which they were there: not
    marked as heard, without a turn of their own, and with nothing sent to the group. Time for a meeting.

    Every console asks for it at each render, and it costs five queries: it is kept for as long as those
    sessions stay as they are, which their versions tell.
    """
    ended = [(each.id, each.version) for each in db.execute(ENDED, {"group": group_id}).all()]
    if len(ended) < SILENT:
        return set()
    kept = _kept.get(group_id)
    if kept is None or kept[0] != ended:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        kept = _kept[group_id] = (ended, _silent_in(db, [key for key, _ in ended]))
    members = stored.find_all(db, Member, group_id=group_id, left_at=None)
    return {each.id for each in members} & kept[1]


def weeks_silent(db: Connection, group_id: str) -> dict[str, int]:
    """In how many of the last sessions in a row each member was not heard, there or not; none: left out."""
    ended = [each.id for each in db.execute(ENDED, {"group": group_id}).all()][-LOOKED_AT:]
    places, told, weeks = _places(db, ended), spoke(db, ended), {}
    for member in stored.find_all(db, Member, group_id=group_id, left_at=None):
        here = [places.get(key, {}).get(member.id) for key in ended]
        heard = [place is not None and _was_heard(place, told) for place in here]
        first = next((at for at, place in enumerate(here) if place is not None), len(ended))
        weeks[member.id] = next(
            (n for n, each in enumerate(reversed(heard[first:])) if each), len(ended) - first
        )
    return {key: number for key, number in weeks.items() if number}


def _silent_in(db: Connection, ended: list[str]) -> frozenset[str]:
    """The same of all who were ever in these sessions, given in their order."""
    places = _places(db, ended)
    told = spoke(db, ended)
    corrected = {
        (each.group_session_id, each.member_id): each.status in THERE for each in _corrections(db, ended)
    }
    found = set()
    for member_id in {member for place in places.values() for member in place} | {
        key[1] for key in corrected
    }:
        was_in = [
            places.get(key, {}).get(member_id)
            for key in ended
            if corrected.get((key, member_id), member_id in places.get(key, {}))
        ][-SILENT:]
        if len(was_in) == SILENT and not any(place and _was_heard(place, told) for place in was_in):
            found.add(member_id)
    return frozenset(found)


def _was_heard(place: Any, spoke: set[str]) -> bool:
    return place.heard_at is not None or place.id in spoke


def spoke(db: Connection, group_session_ids: Iterable[str]) -> set[str]:
    """Participants who had a turn, or sent anything to the group and left it there."""
    sessions = list(group_session_ids)
    turns = db.execute(select(col(Turn.participant_id)).where(col(Turn.group_session_id).in_(sessions)))
    sent = db.execute(
        select(col(Reflection.participant_id)).where(
            col(Reflection.group_session_id).in_(sessions),
            col(Reflection.audience) != Audience.FACILITATORS,
            col(Reflection.passed).is_(False),
            col(Reflection.withdrawn_at).is_(None),
        )
    )
    return {*turns.scalars(), *sent.scalars()}


def _corrections(db: Connection, group_session_ids: Iterable[str]) -> list[Any]:
    query = select(Attendance.__table__).where(col(Attendance.group_session_id).in_(list(group_session_ids)))
    return list(db.execute(query).all())


def _places(db: Connection, group_session_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Who was let in and stayed, by session and member."""
    rows = db.execute(
        INSIDE.where(
            col(Participant.group_session_id).in_(list(group_session_ids)),
            col(Participant.member_id).is_not(None),
        )
    ).all()
    found: dict[str, dict[str, Any]] = {}
    for each in rows:
        found.setdefault(each.group_session_id, {})[each.member_id] = each
    return found


def _members(db: Connection, row: Any) -> list[Any]:
    """The members who belonged to the group when the session was: of a meeting, the one it is with."""
    if row.started_at is None or row.rehearsal_of is not None:
        return []
    rows = stored.find_all(db, Member, ("created_at", "id"), group_id=row.group_id)
    return [
        each for each in rows if (row.member_id is None or each.id == row.member_id) and belonged(each, row)
    ]


def belonged(member: Any, row: Any) -> bool:
    """Whether a member was in the group while a session was."""
    return (row.ended_at is None or member.created_at <= row.ended_at) and (
        member.left_at is None or member.left_at >= row.started_at
    )


def _recorded(row: Any, place: Any) -> str:
    if place is None or row.started_at is None:
        return "absent"
    return "late" if place.admitted_at - row.started_at > LATE else "present"
