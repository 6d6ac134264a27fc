"""Verbs of the private signals to the facilitators. A signal is never lost and never refused."""

from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import col

from app.core import replies, stored
from app.core.changes import Change, at
from app.core.models import (
    URGENT,
    Participant,
    SessionState,
    Signal,
    SignalKind,
    SignalStatus,
    Standing,
    new_id,
)
from app.core.refusals import NotFound, NotNow, Stale
from app.core.sealing import open_sealed, seal

OF_THE_SERVER = frozenset({SignalKind.ITEM_9, SignalKind.NOT_SAFE})  # raised by what somebody answered
OF_SOMEBODY_SENT_AWAY = (SignalKind.SUPPORT, SignalKind.STOP)


def raise_for(change: Change, participant_id: str, kind: SignalKind) -> str:
    """Stores a signal with what caused it, in the same transaction, and gives its id.

    One that nobody has seen yet stands for both: whatever a person says again, it is one signal.
    """
    stands = _unseen(change, participant_id, kind)
    if stands is not None:
        return str(stands.id)
    new = new_id()
    stored.add(
        change.db,
        Signal,
        id=new,
        group_session_id=change.before.id,
        participant_id=participant_id,
        kind=kind,
        status=SignalStatus.NEW,
        raised_at=change.at,
    )
    return new


def raise_signal(change: Change, command: Any) -> dict[str, Any]:
    """Stores a signal; the same one again gets the status it has by now."""
    stands = _signal(change, command.id)
    if stands is not None:
        if stands.participant_id != change.who.id or stands.kind in OF_THE_SERVER:
            raise NotFound()
        return {"ok": True, "status": stands.status.value}
    if change.person.standing == Standing.REMOVED:
        open_one = _call_of_somebody_sent_away(change, command)
        if open_one is not None:
            return {"ok": True, "status": open_one.status.value}
    change.db.execute(
        insert(Signal).values(
            id=command.id,
            group_session_id=change.before.id,
            participant_id=change.who.id,
            kind=SignalKind(command.kind),
            status=SignalStatus.NEW,
            raised_at=change.at,
        )
    )
    change.wrote(command.id, people=[change.who.id])
    return {"ok": True, "status": SignalStatus.NEW.value}


def _call_of_somebody_sent_away(change: Change, command: Any) -> Any:
    """Their call that nobody has seen yet, which stands for the new one; NotFound for anything but a call for
    support or a stop while the session is open.
    """
    if command.kind not in OF_SOMEBODY_SENT_AWAY or change.before.state == SessionState.ENDED:
        raise NotFound()
    return _unseen(change, change.who.id, SignalKind(command.kind))


def lower_signal(change: Change, command: Any) -> dict[str, Any]:
    """The sender takes a signal back; an urgent one stays with the facilitators until it was seen."""
    stands = _own(change, command.id)
    if stands.kind in OF_THE_SERVER:
        raise NotFound()
    if stands.lowered_at is None and stands.status in (SignalStatus.NEW, SignalStatus.SEEN):
        keeps = stands.kind in URGENT and stands.status == SignalStatus.NEW
        status = SignalStatus.NEW if keeps else SignalStatus.LOWERED
        change.db.execute(_update(command.id).values(lowered_at=change.at, status=status))
        change.wrote(command.id, people=[change.who.id])
    return {"ok": True}


def say_safe_for_now(change: Change, command: Any) -> dict[str, Any]:
    """The sender is safe for now: recorded, told to the facilitators, and it closes nothing."""
    return _notes(change, command.id, "safe_for_now_at")


def ask_to_talk(change: Change, command: Any) -> dict[str, Any]:
    """The sender would like somebody to talk to them now."""
    return _notes(change, command.id, "talk_wanted_at")


def signals_shown(change: Change, command: Any) -> dict[str, Any]:
    """A facilitator's page confirms that these signals stand on it; their senders read so."""
    known = [_known(change, each) for each in dict.fromkeys(command.ids)]
    for signal in known:
        if signal.shown_at is None:
            change.db.execute(_update(signal.id).values(shown_at=change.at))
            change.wrote(signal.id, people=[signal.participant_id])
    return {"ok": True}


def acknowledge_signal(change: Change, command: Any) -> dict[str, Any]:
    """A facilitator has seen it; the sender reads so."""
    return _see(change, command.id, {})


def answer_signal(change: Change, command: Any) -> dict[str, Any]:
    """A facilitator has seen it and answers with a line; the same line again changes nothing. ``after`` is
    the line that stood on their page: where another stands by now, which its sender has read, it stays.
    The refusal's ``by`` is "" where nobody's name is known.
    """
    stands = _known(change, command.id)
    if stands.kind == SignalKind.ITEM_9:
        raise NotNow("This is answered in person.")
    stood = open_sealed(Signal.reply, stands.id, stands.reply) or ""
    if stood == command.reply:
        return {"ok": True}
    if stands.status == SignalStatus.RESOLVED:
        raise NotNow("This is resolved already.")
    if stood != command.after:
        told = {"by": replies.name_of(change.db, stands.replied_by or stands.seen_by)}
        raise Stale("Somebody else has answered already.", **told, at=_when(stands))
    if not replies.can_join(change.db, change.before.group_id, command.reply):
        raise NotFound()
    reply = seal(Signal.reply, command.id, command.reply)
    return _see(change, command.id, {"reply": reply, "replied_by": change.who.id, "replied_at": change.at})


def mark_not_safe(change: Change, command: Any) -> dict[str, Any]:
    """A facilitator has heard or read that somebody is not safe: the same call as that person's own tap, and
    seen by whoever marked it. One that is open already stands for it.
    """
    person = stored.find(change.db, Participant, id=command.participant_id, group_session_id=change.before.id)
    if person is None:
        raise NotFound()
    open_ones = stored.find_all(
        change.db, Signal, participant_id=person.id, kind=SignalKind.NOT_SAFE, status=SignalStatus.SEEN
    )
    if not open_ones:
        _see(change, raise_for(change, person.id, SignalKind.NOT_SAFE), {})
    return at(change)


def resolve_signal(change: Change, command: Any) -> dict[str, Any]:
    """A facilitator has met it."""
    stands = _known(change, command.id)
    if stands.kind == SignalKind.ITEM_9:
        raise NotNow("This is met in person: talked, a time to talk, or handed to somebody.")
    if stands.status != SignalStatus.RESOLVED:
        values = {"status": SignalStatus.RESOLVED, "resolved_at": change.at, "resolved_by": change.who.id}
        if stands.seen_at is None:
            values |= {"seen_at": change.at, "seen_by": change.who.id}
        change.db.execute(_update(command.id).values(**values))
        change.wrote(command.id, people=[stands.participant_id])
    return {"ok": True}


def _when(signal: Any) -> str:
    """When somebody answered; when it was raised, where nobody has touched it."""
    return str((signal.replied_at or signal.seen_at or signal.raised_at).isoformat())


def _see(change: Change, signal_id: str, more: dict[str, Any]) -> dict[str, Any]:
    stands = _known(change, signal_id)
    values = dict(more)
    if stands.status == SignalStatus.NEW:
        taken_back = stands.lowered_at is not None
        values["status"] = SignalStatus.LOWERED if taken_back and not more else SignalStatus.SEEN
        values |= {"seen_at": change.at, "seen_by": change.who.id}
    if values:
        change.db.execute(_update(signal_id).values(**values))
        change.wrote(signal_id, people=[stands.participant_id])
    return {"ok": True}


def _notes(change: Change, signal_id: str, what: str) -> dict[str, Any]:
    """Keeps when the sender of an urgent signal said something about it, for the first time."""
    stands = _own(change, signal_id)
    if stands.kind not in URGENT:
        raise NotFound()
    if getattr(stands, what) is None:
        change.db.execute(_update(signal_id).values(**{what: change.at}))
        change.wrote(signal_id, people=[change.who.id])
    return {"ok": True}


def _unseen(change: Change, participant_id: str, kind: SignalKind) -> Any:
    """A signal of this kind and person that nobody has seen yet, or None."""
    return change.db.execute(
        select(Signal.__table__).where(
            col(Signal.group_session_id) == change.before.id,
            col(Signal.participant_id) == participant_id,
            col(Signal.kind) == kind,
            col(Signal.status) == SignalStatus.NEW,
            col(Signal.lowered_at).is_(None),  # who calls again after taking it back means it
        )
    ).first()


def _signal(change: Change, signal_id: str) -> Any:
    return change.db.execute(select(Signal.__table__).where(col(Signal.id) == signal_id)).one_or_none()


def _known(change: Change, signal_id: str) -> Any:
    row = _signal(change, signal_id)
    if row is None or row.group_session_id != change.before.id:
        raise NotFound()
    return row


def _own(change: Change, signal_id: str) -> Any:
    row = _known(change, signal_id)
    if row.participant_id != change.who.id:
        raise NotFound()
    return row


def _update(signal_id: str) -> Any:
    return update(Signal).where(col(Signal.id) == signal_id)
