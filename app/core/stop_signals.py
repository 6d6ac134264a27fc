"""Stop signals: what should make a facilitator stop and look. None of them blocks anything.

They stand for those who lead a group, quietly: on Today, on the group's page and in the console before a
session; while one runs, calls that are open at once stand there alone.
"""

import json
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import instruments, measures, roles, stored
from app.core.alerts import OPEN
from app.core.course_models import MeasureResponse
from app.core.models import (
    URGENT,
    Facilitator,
    Group,
    GroupFacilitator,
    GroupSession,
    Member,
    Participant,
    Role,
    Signal,
    now,
)
from app.core.refusals import Invalid
from app.core.sealing import open_sealed

MOST_OPEN = 2  # flags open at once
MOST_ALONE = 8  # members with one facilitator
SUPERVISED_WITHIN = timedelta(weeks=4)

FLAGS = (
    select(Signal.__table__, col(Participant.alias).label("alias"))
    .join(Participant, col(Participant.id) == col(Signal.participant_id))
    .join(GroupSession, col(GroupSession.id) == col(Signal.group_session_id))
    .where(
        col(Signal.kind).in_(URGENT),
        col(Signal.status).in_(OPEN),
        col(GroupSession.rehearsal_of).is_(None),
    )
    .order_by(col(Signal.raised_at))
)


def of_group(db: Connection, facilitator_id: str, group_id: str, reliable: int) -> list[dict[str, Any]]:
    """The stop signals of one group and its facilitator; empty for somebody who does not lead it.

    ``reliable`` is the number of points of the PHQ-9 that count as a change. Each has a ``kind``: ``flags``
    and ``worse`` name people, ``alone`` counts members, ``supervision`` has the last time or None.
    """
    if not _leads(db, facilitator_id, group_id):
        return []
    found = [*_flags(db, group_id), *_alone(db, group_id), *_worse(db, group_id, reliable)]
    return [*found, *supervision(db, facilitator_id)]


def counted(db: Connection, group_id: str, reliable: int) -> list[dict[str, Any]]:
    """Those of a group as kinds and numbers, without a name: open calls, members of a leader alone, people
    who grew worse twice.
    """
    found = [*_flags(db, group_id), *_alone(db, group_id)]
    told = [{"kind": each["kind"], "number": each["number"]} for each in found]
    worse = len(_worse(db, group_id, reliable))
    return told + ([{"kind": "worse", "number": worse}] if worse else [])


def of_all(db: Connection, facilitator_id: str, reliable: int) -> list[dict[str, Any]]:
    """Those of every group that a facilitator leads, each with its ``group``; supervision stands once."""
    roles = stored.find_all(db, GroupFacilitator, facilitator_id=facilitator_id)
    led = [each.group_id for each in roles if each.role != Role.OBSERVER]
    found: list[dict[str, Any]] = []
    for group_id in led:
        row = stored.find(db, Group, id=group_id)
        name = open_sealed(Group.name, group_id, row.name) if row else ""
        told = of_group(db, facilitator_id, group_id, reliable)
        found += [each | {"group": name} for each in told if each["kind"] != "supervision"]
    return found + (supervision(db, facilitator_id) if led else [])


def supervision(db: Connection, facilitator_id: str) -> list[dict[str, Any]]:
    """More than four weeks without a talk with a supervisor, or since the account began without any."""
    row = stored.find(db, Facilitator, id=facilitator_id)
    if row is None or now() - (row.supervised_at or row.created_at) <= SUPERVISED_WITHIN:
        return []
    return [{"kind": "supervision", "last": row.supervised_at}]


def last_supervision(db: Connection, facilitator_id: str) -> datetime | None:
    row = stored.find(db, Facilitator, id=facilitator_id)
    return row.supervised_at if row else None


def note_supervision(db: Connection, facilitator_id: str, day: date) -> None:
    """Keeps the day of the last talk with a supervisor; a day to come is refused."""
    at = datetime.combine(day, time(12), UTC)
    if at > now() + timedelta(days=1):
        raise Invalid("This day has not come yet.")
    stored.change(db, Facilitator, facilitator_id, supervised_at=min(at, now()))


def _leads(db: Connection, facilitator_id: str, group_id: str) -> bool:
    row = stored.find(db, GroupFacilitator, group_id=group_id, facilitator_id=facilitator_id)
    return row is not None and row.role != Role.OBSERVER


def _flags(db: Connection, group_id: str) -> list[dict[str, Any]]:
    unmet = db.execute(FLAGS.where(col(GroupSession.group_id) == group_id)).all()
    return flags([open_sealed(Participant.alias, each.participant_id, each.alias) for each in unmet])


def flags(names: list[str]) -> list[dict[str, Any]]:
    """The one about open calls, from the name behind each of them; empty while they are few."""
    if len(names) < MOST_OPEN:
        return []
    return [{"kind": "flags", "number": len(names), "names": list(dict.fromkeys(names))}]


def _alone(db: Connection, group_id: str) -> list[dict[str, Any]]:
    leading = roles.how_many_lead(db, group_id)
    members = len(stored.find_all(db, Member, group_id=group_id, left_at=None))
    return [{"kind": "alone", "number": members}] if leading < 2 and members > MOST_ALONE else []


def _worse(db: Connection, group_id: str, reliable: int) -> list[dict[str, Any]]:
    """Members whose last two changes on a measure were both reliably for the worse."""
    names = changes_for_the_worse(db, group_id, reliable, 2)
    members = stored.find_all(db, Member, ("created_at", "id"), group_id=group_id, left_at=None)
    return [
        {
            "kind": "worse",
            "member_id": each.id,
            "names": [open_sealed(Member.alias, each.id, each.alias)],
            "measures": names[each.id],
        }
        for each in members
        if each.id in names
    ]


def changes_for_the_worse(db: Connection, group_id: str, reliable: int, running: int) -> dict[str, list[str]]:
    """By member who has not left: the names of the measures on which the last changes, as many as are
    ``running``, were each reliably for the worse.
    """
    query = select(MeasureResponse.__table__).join(Member, col(Member.id) == col(MeasureResponse.member_id))
    rows = db.execute(
        query.where(col(Member.group_id) == group_id, col(Member.left_at).is_(None)).order_by(
            col(MeasureResponse.taken_at), col(MeasureResponse.id)
        )
    ).all()
    totals: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        total = json.loads(open_sealed(MeasureResponse.score, row.id, row.score))["total"]
        if total is not None:
            totals.setdefault((row.member_id, row.measure_id), []).append(total)
    known = instruments.known(db) if totals else {}
    found: dict[str, list[str]] = {}
    for (member_id, measure_id), scores in totals.items():
        measure = known.get(measure_id)
        if measure is None or len(scores) <= running:
            continue
        points = reliable if measure_id == "phq9" else measure.reliable
        last = pairwise(scores[-running - 1 :])
        if all("worse" in measures.change_of(measure, *pair, points) for pair in last):
            found.setdefault(member_id, []).append(measure.name)
    return found
