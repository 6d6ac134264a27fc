"""What is seen of signals: by facilitators, on the console and on every other page, and by their sender."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row, bindparam, select
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.core import escalation, measure_alerts, measures, replies
from app.core.door import OPEN_STATES
from app.core.models import (
    ESCALATING,
    URGENT,
    Facilitator,
    Group,
    GroupFacilitator,
    GroupSession,
    Participant,
    Role,
    SessionState,
    Signal,
    SignalKind,
    SignalStatus,
)
from app.core.sealing import open_sealed
from app.core.signals import OF_THE_SERVER

OPEN = measure_alerts.OPEN

UNMET = (
    select(Signal.__table__, col(Participant.alias).label("alias"), col(Facilitator.name).label("seen_name"))
    .join(Participant, col(Participant.id) == col(Signal.participant_id))
    .outerjoin(Facilitator, col(Facilitator.id) == col(Signal.seen_by))
    .where(col(Signal.group_session_id) == bindparam("session"), col(Signal.status).in_(OPEN))
    .order_by(col(Signal.raised_at))
)
OWN = (
    select(Signal.__table__, col(Facilitator.name).label("seen_name"))
    .outerjoin(Facilitator, col(Facilitator.id) == col(Signal.seen_by))
    # a stop is told to nobody's own screen: somebody else may look at it
    .where(col(Signal.participant_id) == bindparam("person"), col(Signal.kind) != SignalKind.STOP)
    .order_by(col(Signal.raised_at))
)

MINE = (
    select(
        Signal.__table__,
        col(Participant.alias).label("alias"),
        sa.null().label("seen_name"),
        col(Group.id).label("group_id"),
        col(Group.name).label("group_name"),
        col(Group.time_zone).label("time_zone"),
    )
    .join(Participant, col(Participant.id) == col(Signal.participant_id))
    .join(GroupSession, col(GroupSession.id) == col(Signal.group_session_id))
    .join(Group, col(Group.id) == col(GroupSession.group_id))
    .join(GroupFacilitator, col(GroupFacilitator.group_id) == col(Group.id))
    .where(
        col(GroupFacilitator.facilitator_id) == bindparam("facilitator"),
        col(GroupFacilitator.role).in_((Role.LEAD, Role.SUPPORT)),
        col(Signal.kind).in_(URGENT),
        col(Signal.status) == SignalStatus.NEW,
        col(GroupSession.sandbox).is_(False),
        col(GroupSession.rehearsal_of).is_(None),
    )
    .order_by(col(Signal.raised_at))
)

DAY = timedelta(days=1)  # a plan that nobody opened for so long is not about to begin
AFTERWARDS = timedelta(hours=1)  # a call may still come when the session has just ended
CALLABLE: Any = (
    select(sa.literal(1))
    .select_from(GroupSession)
    .join(GroupFacilitator, col(GroupFacilitator.group_id) == col(GroupSession.group_id))
    .where(
        col(GroupFacilitator.facilitator_id) == bindparam("facilitator"),
        col(GroupFacilitator.role).in_((Role.LEAD, Role.SUPPORT)),
        col(GroupSession.sandbox).is_(False),
        col(GroupSession.rehearsal_of).is_(None),
        col(GroupSession.id) != bindparam("but"),
        col(GroupSession.state).in_(OPEN_STATES)
        | (col(GroupSession.ended_at) > bindparam("lately", type_=UTCDateTime()))
        | (
            (col(GroupSession.state) == SessionState.PLANNED)
            & col(GroupSession.scheduled_at).between(
                bindparam("yesterday", type_=UTCDateTime()), bindparam("early", type_=UTCDateTime())
            )
        ),
    )
    .limit(1)
)


def may_come(db: Connection, facilitator_id: str, at: datetime, but: str = "") -> bool:
    """Whether a call may come now in a group that this facilitator leads: a session is open, or has just
    ended, or begins so soon that its private form is open. Pages ask more often then; ``but`` is a session
    whose calls the page hears of by another way.
    """
    bounds: dict[str, Any] = {"lately": at - AFTERWARDS, "yesterday": at - DAY}
    bounds |= {"early": at + measures.OPENS_BEFORE, "but": but}
    return db.execute(CALLABLE, {"facilitator": facilitator_id} | bounds).first() is not None


def unseen(db: Connection, facilitator_id: str) -> list[dict[str, Any]]:
    """The urgent signals that nobody has seen yet, in all groups that a facilitator leads; oldest first.

    A rehearsal's and a sandbox's are nobody's.
    """
    rows = db.execute(MINE, {"facilitator": facilitator_id}).all()
    called = escalation.of_signals(db, [each.id for each in rows]) if rows else {}
    return [
        told(db, each)
        | {
            "on_call": called.get(each.id),
            "group_session_id": each.group_session_id,
            "group_name": open_sealed(Group.name, each.group_id, each.group_name),
            "time_zone": each.time_zone,
        }
        for each in rows
    ]


def open_signals(db: Connection, row: Any) -> list[dict[str, Any]]:
    """The signals of a session that nobody has met yet: urgent ones first, then the oldest."""
    rows = db.execute(UNMET, {"session": row.id}).all()
    calls = escalation.of_signals(db, [each.id for each in rows if each.kind in ESCALATING]) if rows else {}
    entries = [
        told(db, each)
        | {"on_call": calls.get(each.id)}
        | (measure_alerts.about(db, each) if each.kind == SignalKind.ITEM_9 else {})
        for each in rows
    ]
    return sorted(entries, key=lambda each: each["kind"] not in URGENT)


def told(db: Connection, each: Row[Any]) -> dict[str, Any]:
    """A signal as facilitators read it."""
    return {
        "id": each.id,
        "kind": each.kind.value,
        "status": each.status.value,
        "alias": open_sealed(Participant.alias, each.participant_id, each.alias),
        "participant_id": each.participant_id,
        "raised_at": each.raised_at,
        "shown": each.shown_at is not None,
        "safe_for_now_at": each.safe_for_now_at,
        "talk_wanted_at": each.talk_wanted_at,
        **replies.of(db, each),
        "taken_back": each.lowered_at is not None,
        "why": measures.why(db, each.participant_id) if each.kind == SignalKind.ITEM_9 else "",
        "seen_by": open_sealed(Facilitator.name, each.seen_by, each.seen_name) if each.seen_by else "",
    }


def own_signals(db: Connection, participant_id: str) -> dict[str, list[dict[str, Any]]]:
    """A person's open signals and the newest that was met, oldest first; and their open urgent ones, as
    ``calls``. What an answer on a private form has raised is a call like any other, and says no more.
    """
    rows = db.execute(OWN, {"person": participant_id}).all()
    tapped = [each for each in rows if each.kind not in OF_THE_SERVER]
    rest = [each for each in tapped if each.status == SignalStatus.RESOLVED][-1:]
    stands = [each for each in rows if each.status in OPEN and each.lowered_at is None]
    return {
        "signals": [_own(db, each) for each in tapped if each in stands or each in rest],
        "calls": [_own(db, each) | {"kind": "call"} for each in stands if each.kind in URGENT],
    }


def _own(db: Connection, each: Row[Any]) -> dict[str, Any]:
    """``by``: who answered, else who has seen it."""
    reply = replies.of(db, each)
    seen_by = open_sealed(Facilitator.name, each.seen_by, each.seen_name) if each.seen_by else ""
    return {
        "id": each.id,
        "kind": each.kind.value,
        "status": each.status.value,
        "reply": reply["reply"],
        "reply_name": reply["reply_name"],
        "by": reply["replied_by"] or seen_by,
        "raised_at": each.raised_at,
        "shown": each.shown_at is not None,
        "safe_for_now": each.safe_for_now_at is not None,
        "talk_wanted": each.talk_wanted_at is not None,
    }
