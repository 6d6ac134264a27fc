"""Who of a group needs a call, and why: one answer, for Today and for the course of the group.

Open calls for a person are no part of it: they stand on their own, the most pressing of all.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select
from sqlmodel import col

from app.core import attendance, course, measures, stored
from app.core.course_models import Turn
from app.core.models import Group, GroupSession, Member, Participant, SessionState
from app.core.safety_models import FollowUp
from app.core.sealing import open_sealed

REASONS = ("left", "contact", "worse", "work", "silent", "missed")  # the most pressing first
AFTER_LEAVING = ("left", "contact")
LATELY = timedelta(days=21)  # how long a missed session asks for a call
HARD = {"grief", "dispute"}  # whoever worked on these is asked again within a day
AFTER_WORK = timedelta(days=7)  # how long that is said until somebody has written that they asked


def to_call(
    db: Connection, group_id: str, measured: Mapping[str, list[dict[str, Any]]], at: datetime
) -> list[dict[str, Any]]:
    """The members of a group who need a call: ``id``, ``alias``, and ``reasons``, each with its ``why`` (of
    REASONS) and what belongs to it; the most pressing first. ``measured`` is what ``measures.courses_of``
    says of them, by id.

    A contact that was promised is due from its day until something newer is written, also of somebody who has
    left. ``worse`` names the ``measures`` that are reliably worse since last time, and those that are so only
    since the first score (``over_all``). ``work`` is that of the last session on grief or a dispute. A
    follow-up written since takes that and a missed session off, and what is worse over all.
    """
    group = stored.find(db, Group, id=group_id)
    members = {each.id: each for each in stored.find_all(db, Member, ("created_at", "id"), group_id=group_id)}
    if group is None or not members:
        return []
    reasons: dict[str, list[dict[str, Any]]] = {key: [] for key in members}
    written = _written(db, group_id)
    for key, member in members.items():
        if member.left_at is not None and member.called_at is None:
            reasons[key].append({"why": "left", "at": member.left_at})
    for key, day in _promised(written, group.time_zone, at).items():
        reasons[key].append({"why": "contact", "at": measures.noon_of(day, group.time_zone)})
    for key in members:
        reasons[key] += _worse(measured.get(key, []), written.get(key))
    for key in attendance.silent(db, group_id):
        reasons[key].append({"why": "silent"})
    last = _last_session(db, group_id)
    for why, keys in (("work", _worked(db, last, members, at)), ("missed", _missed(db, last, at))):
        for key in keys:
            if key not in written or written[key].written_at < last.ended_at:
                reasons[key].append({"why": why, "at": last.ended_at, "number": last.number})
    found = []
    for key, member in members.items():
        own = [each for each in reasons[key] if member.left_at is None or each["why"] in AFTER_LEAVING]
        if own:
            found.append({"id": key, "alias": open_sealed(Member.alias, key, member.alias), "reasons": own})
    return sorted(found, key=lambda each: REASONS.index(each["reasons"][0]["why"]))


def _written(db: Connection, group_id: str) -> dict[str, Row[Any]]:
    """The newest follow-up of each member."""
    rows = db.execute(
        select(FollowUp.__table__)
        .join(Member, col(Member.id) == col(FollowUp.member_id))
        .where(col(Member.group_id) == group_id)
        .order_by(col(FollowUp.written_at), col(FollowUp.id))
    ).all()
    return {each.member_id: each for each in rows}


def _promised(written: Mapping[str, Row[Any]], time_zone: str, at: datetime) -> dict[str, date]:
    """The days of the next contact that have come where the group is."""
    today = at.astimezone(ZoneInfo(time_zone)).date()
    days = {
        key: json.loads(open_sealed(FollowUp.body, last.id, last.body)).get("on", "")
        for key, last in written.items()
    }
    return {key: date.fromisoformat(on) for key, on in days.items() if on and on <= today.isoformat()}


def _worse(told: list[dict[str, Any]], written: Row[Any] | None) -> list[dict[str, Any]]:
    since = [each["name"] for each in told if "worse" in each["since"]]
    over_all = [
        each["name"]
        for each in told
        if "worse" in each["change"]
        and each["name"] not in since
        and (written is None or written.written_at < each["series"][-1]["at"])
    ]
    return [{"why": "worse", "measures": since, "over_all": over_all}] if since or over_all else []


def _last_session(db: Connection, group_id: str) -> Any:
    """The last session of the group that is over; None before the first."""
    return db.execute(
        select(GroupSession.__table__)
        .where(
            col(GroupSession.group_id) == group_id,
            col(GroupSession.kind) == "group",
            col(GroupSession.state) == SessionState.ENDED,
            col(GroupSession.started_at).is_not(None),
            col(GroupSession.sandbox).is_(False),
            col(GroupSession.rehearsal_of).is_(None),
        )
        .order_by(col(GroupSession.number).desc())
        .limit(1)
    ).first()


def _worked(db: Connection, last: Any, members: Mapping[str, Row[Any]], at: datetime) -> list[str]:
    """Who had the turn in it and has grief or a dispute among their areas."""
    if last is None or last.ended_at < at - AFTER_WORK:
        return []
    had = db.execute(
        select(col(Participant.member_id))
        .join(Turn, col(Turn.participant_id) == col(Participant.id))
        .where(col(Turn.group_session_id) == last.id, col(Participant.member_id).in_(list(members)))
    ).scalars()
    return [key for key in dict.fromkeys(had) if key and HARD & set(course.focus_of(members[key])["areas"])]


def _missed(db: Connection, last: Any, at: datetime) -> list[str]:
    """Who was not there and is not excused."""
    if last is None or last.ended_at < at - LATELY:
        return []
    return [each["member_id"] for each in attendance.attendance(db, last) if each["status"] == "absent"]
