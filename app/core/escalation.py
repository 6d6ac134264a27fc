"""Calls to the on-call contact of a group: due when nobody has seen an urgent signal in time.

Each channel of the contact is one row. A row is taken by one process at a time, and taking it puts its next
try off, so that a process that dies in the middle leaves the row to be taken again. Nothing is called out any
more once a person has seen the signal.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update
from sqlmodel import col

from app.core import stored
from app.core.changes import Who, changing
from app.core.models import ESCALATING, Group, GroupSession, Signal, SignalStatus, new_id
from app.core.refusals import NotFound
from app.core.safety_models import Escalation
from app.core.sealing import open_sealed

CHANNELS = ("mail", "webhook")
PAUSES = (30, 60, 120, 300, 600)  # seconds until the next try; the last of them stays
OLDEST = timedelta(days=1)  # nobody is woken for what is older: it stands on Today

UNSEEN = (
    select(
        Signal.__table__,
        col(Group.id).label("group_id"),
        col(Group.on_call),
        col(Group.escalate_after),
        col(Group.language),
    )
    .join(GroupSession, col(GroupSession.id) == col(Signal.group_session_id))
    .join(Group, col(Group.id) == col(GroupSession.group_id))
    .where(
        col(Signal.kind).in_(ESCALATING),
        col(Signal.status) == SignalStatus.NEW,
        col(Signal.seen_at).is_(None),
        col(Signal.raised_at) > bindparam("oldest"),
        col(Group.on_call).is_not(None),
        col(GroupSession.sandbox).is_(False),
        col(GroupSession.rehearsal_of).is_(None),
    )
    .order_by(col(Signal.raised_at))
)


def overdue(db: Connection, at: datetime) -> list[tuple[str, str]]:
    """The signals for which a channel has to be called now, with the session of each."""
    found = []
    for signal in db.execute(UNSEEN, {"oldest": at - OLDEST}).all():
        if signal.raised_at + timedelta(seconds=signal.escalate_after) > at:
            continue
        rows = {each.channel: each for each in stored.find_all(db, Escalation, signal_id=signal.id)}
        if any(_is_due(rows.get(channel), at) for channel in _addresses(signal)):
            found.append((signal.id, signal.group_session_id))
    return found


def take(db: Connection, signal_id: str, group_session_id: str, at: datetime) -> list[dict[str, Any]]:
    """Takes the due channels of a signal for this process: what to send, and where.

    The session's row is held meanwhile, so that of two processes one finds nothing left to do.
    """
    with changing(db, Who("server", group_session_id), "take_call"):
        rows = db.execute(UNSEEN.where(col(Signal.id) == signal_id), {"oldest": at - OLDEST}).all()
        taken = []
        for signal in rows:
            for channel, address in _addresses(signal).items():
                row = stored.find(db, Escalation, signal_id=signal.id, channel=channel)
                if _is_due(row, at):
                    sent = {"id": _taken(db, signal, channel, row, at), "signal_id": signal.id}
                    taken.append(sent | {"channel": channel, "to": address, "language": signal.language})
        return taken


def called(db: Connection, group_session_id: str, escalation_id: str, failure: str, at: datetime) -> None:
    """What became of a call: without ``failure`` it went out. The console of the session is told."""
    with changing(db, Who("server", group_session_id), "call_out") as change:
        row = stored.find(db, Escalation, id=escalation_id)
        if row is None:
            raise NotFound()
        if row.sent_at is None:
            values: dict[str, Any] = (
                {"failure": failure[:64]} if failure else {"failure": None, "sent_at": at}
            )
            stored.change(db, Escalation, row.id, **values)
            change.wrote(row.signal_id)


def of_signals(db: Connection, signal_ids: list[str]) -> dict[str, dict[str, Any]]:
    """What the console says of calls to the on-call contact, by signal: when one went out, or that it
    failed.
    """
    rows = db.execute(
        select(Escalation.__table__).where(col(Escalation.signal_id).in_(signal_ids)).order_by("sent_at")
    ).all()
    told: dict[str, dict[str, Any]] = {}
    for each in rows:
        stands = told.setdefault(each.signal_id, {"at": None, "failed": False})
        stands["at"] = min(filter(None, (stands["at"], each.sent_at)), default=None)
        stands["failed"] |= each.sent_at is None and each.failure is not None
    return told


def _addresses(signal: Row[Any]) -> dict[str, str]:
    """Where the on-call contact of a signal's group is reached, by channel."""
    contact = json.loads(open_sealed(Group.on_call, signal.group_id, signal.on_call) or "{}")
    return {channel: contact[channel] for channel in CHANNELS if contact.get(channel)}


def _is_due(row: Row[Any] | None, at: datetime) -> bool:
    return row is None or (row.sent_at is None and row.due_at <= at)


def _taken(db: Connection, signal: Row[Any], channel: str, row: Row[Any] | None, at: datetime) -> str:
    tries = row.tries if row else 0
    again = at + timedelta(seconds=PAUSES[min(tries, len(PAUSES) - 1)])
    if row is not None:
        db.execute(
            update(Escalation).where(col(Escalation.id) == row.id).values(tries=tries + 1, due_at=again)
        )
        return str(row.id)
    new = new_id()
    stored.add(db, Escalation, id=new, signal_id=signal.id, channel=channel, due_at=again, tries=1)
    return new
