"""The signals of a session and how they were met: who saw each, what was done, what was written since."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select
from sqlmodel import col

from app.core import escalation, replies
from app.core.agenda import counts
from app.core.alerts import OPEN
from app.core.measure_alerts import OF_MEMBERS
from app.core.models import ESCALATING, URGENT, Facilitator, GroupSession, Participant, Signal, now
from app.core.safety_models import FollowUp
from app.core.sealing import open_sealed

OF_SESSION = (
    select(Signal.__table__, col(Participant.alias).label("alias"), col(Participant.member_id))
    .join(Participant, col(Participant.id) == col(Signal.participant_id))
    .where(col(Signal.group_session_id) == bindparam("session"))
    .order_by(col(Signal.raised_at), col(Signal.id))
)


def signals_of(db: Connection, group_session_id: str) -> list[dict[str, Any]]:
    """The signals of a session, the oldest first.

    ``met`` is how an alert of a private form was met (how, words), or None; ``followed_up`` who wrote a
    follow-up about it and when, without a word of it; ``lacks`` whether an urgent one of a member has none.
    """
    rows = list(db.execute(OF_SESSION, {"session": group_session_id}).all())
    if not rows:
        return []
    urgent = [row.id for row in rows if row.kind in URGENT]
    written = _written(db, urgent) if urgent else []
    calls = escalation.of_signals(db, [row.id for row in rows if row.kind in ESCALATING]) if urgent else {}
    names = _names(db, [*rows, *written])
    return [_told(db, row, written, names) | {"on_call": calls.get(row.id)} for row in rows]


def earlier_alerts(db: Connection, session: Row[Any]) -> list[dict[str, Any]]:
    """Alerts of private forms that earlier sessions had left to this one: they were open when it began, or
    are met for it. As ``signals_of`` tells them, the oldest first.
    """
    if not counts(session):
        return []
    before = OF_MEMBERS.where(
        col(GroupSession.group_id) == session.group_id,
        col(Signal.group_session_id) != session.id,
        col(Signal.raised_at) < (session.ended_at or now()),
    )
    rows = [
        each
        for each in db.execute(before).all()
        if session.member_id in (None, each.member_id) and _left_to(each, session)
    ]
    written = _written(db, [row.id for row in rows]) if rows else []
    names = _names(db, [*rows, *written]) if rows else {}
    calls = escalation.of_signals(db, [row.id for row in rows]) if rows else {}
    return [_told(db, row, written, names) | {"on_call": calls.get(row.id)} for row in rows]


def _left_to(alert: Row[Any], session: Row[Any]) -> bool:
    if alert.resolved_at is None or alert.resolved_at >= (session.started_at or now()):
        return True
    return bool((_met(alert) or {}).get("session") == session.id)


def _met(row: Row[Any]) -> dict[str, Any] | None:
    found: dict[str, Any] | None = json.loads(open_sealed(Signal.met, row.id, row.met) or "null")
    return found


def _told(
    db: Connection, row: Row[Any], written: Iterable[Row[Any]], names: dict[str, str]
) -> dict[str, Any]:
    met = _met(row)
    followed_up = [
        {"by": names.get(each.facilitator_id, ""), "at": each.written_at}
        for each in written
        if each.signal_id == row.id
    ]
    return {
        "id": row.id,
        "kind": row.kind.value,
        "participant_id": row.participant_id,
        "member_id": row.member_id,
        "alias": open_sealed(Participant.alias, row.participant_id, row.alias),
        "status": row.status.value,
        "open": row.status in OPEN,
        "urgent": row.kind in URGENT,
        "taken_back": row.lowered_at is not None,
        "raised_at": row.raised_at,
        "seen_at": row.seen_at,
        "seen_by": names.get(row.seen_by, ""),
        "resolved_at": row.resolved_at,
        "resolved_by": names.get(row.resolved_by, ""),
        **replies.of(db, row),
        "met": {"how": met["how"], "words": met["words"]} if met else None,
        "safe_for_now_at": row.safe_for_now_at,
        "talk_wanted_at": row.talk_wanted_at,
        "followed_up": followed_up,
        "lacks": row.kind in URGENT and row.member_id is not None and not followed_up,
    }


def _written(db: Connection, signal_ids: list[str]) -> list[Row[Any]]:
    query = select(FollowUp.__table__).where(col(FollowUp.signal_id).in_(signal_ids))
    return list(db.execute(query.order_by(col(FollowUp.written_at))).all())


def _names(db: Connection, rows: Iterable[Any]) -> dict[str, str]:
    fields = ("seen_by", "resolved_by", "facilitator_id")
    ids = {getattr(row, name, None) for row in rows for name in fields} - {None}
    found = db.execute(
        select(col(Facilitator.id), col(Facilitator.name)).where(col(Facilitator.id).in_(sorted(ids)))
    ).all()
    return {row.id: open_sealed(Facilitator.name, row.id, row.name) for row in found}
