"""What an answer on a private form calls for: a person who asks, and a word on how before a session starts;
and every open call, of whatever kind, for Today.

An alert is open until somebody has talked with the member or handed it to a named person; "I will talk at …"
keeps it open, and the next session asks again. Another answer later removes nothing.
"""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select
from sqlmodel import col

from app.core import instruments, replies, stored
from app.core.changes import Change, at
from app.core.course_models import MeasureResponse
from app.core.models import (
    URGENT,
    Group,
    GroupFacilitator,
    GroupSession,
    Member,
    Participant,
    Role,
    SessionState,
    Signal,
    SignalKind,
    SignalStatus,
)
from app.core.refusals import Invalid, NotFound, NotNow
from app.core.sealing import open_sealed, seal
from app.exercises.plain import N_
from app.library.measures import Measure

OPEN = (SignalStatus.NEW, SignalStatus.SEEN)
HOW = ("talked", "later", "handed")
UNMET = N_(
    "An answer on a private form is still open. Say first how it is met: talked, when you will, or with whom."
)

CALLS = (
    select(
        Signal.__table__,
        col(Participant.member_id),
        col(Participant.alias).label("alias"),
        col(Participant.left_at).label("gone_at"),
        col(Member.alias).label("member_alias"),
        col(GroupSession.group_id),
        col(GroupSession.state).label("state"),
    )
    .join(Participant, col(Participant.id) == col(Signal.participant_id))
    .outerjoin(Member, col(Member.id) == col(Participant.member_id))
    .join(GroupSession, col(GroupSession.id) == col(Signal.group_session_id))
    .where(
        col(Signal.kind).in_(URGENT),
        col(GroupSession.sandbox).is_(False),
        col(GroupSession.rehearsal_of).is_(None),
    )
    .order_by(col(Signal.raised_at), col(Signal.id))
)
OF_MEMBERS = CALLS.where(col(Signal.kind) == SignalKind.ITEM_9, col(Participant.member_id).is_not(None))
OF_GROUP = OF_MEMBERS.where(
    col(GroupSession.group_id) == bindparam("group"),
    col(Member.left_at).is_(None),
    col(Signal.status).in_(OPEN),
)
OF_MINE = (
    CALLS.add_columns(col(Group.name).label("group_name"), col(Group.time_zone))
    .join(Group, col(Group.id) == col(GroupSession.group_id))
    .join(GroupFacilitator, col(GroupFacilitator.group_id) == col(Group.id))
    .where(
        col(GroupFacilitator.facilitator_id) == bindparam("facilitator"),
        col(GroupFacilitator.role).in_((Role.LEAD, Role.SUPPORT)),
        col(Signal.status).in_(OPEN),
    )
)


def must_be_met(change: Change) -> None:
    """Refuses to start while an alert of somebody in this session has not been met for it."""
    for each in _concerning(change.db, change.before):
        met = _met(each)
        if met is None or met["session"] != change.before.id:
            raise NotNow(UNMET, alert=each.id)


def meet_alert(change: Change, command: Any) -> dict[str, Any]:
    """Says how an alert of this group is met; the same again changes nothing."""
    rows = change.db.execute(OF_MEMBERS.where(col(Signal.id) == command.id)).all()
    own = stored.find(
        change.db, Signal, id=command.id, group_session_id=change.before.id, kind=SignalKind.ITEM_9
    )
    signal = next((each for each in rows if each.group_id == change.before.group_id), own)
    if signal is None:
        raise NotFound()
    words = command.words.strip()
    if command.how != "talked" and not words:
        raise Invalid("Say when you will talk, or who has it now.")
    met = {"how": command.how, "words": words, "session": change.before.id, "by": change.who.id}
    stands = _met(signal)
    if stands is not None and {key: stands[key] for key in met} == met:
        return at(change)
    values: dict[str, Any] = {"met": keep(signal.id, met | {"at": change.at.isoformat()})}
    if signal.seen_at is None:
        values |= {"seen_at": change.at, "seen_by": change.who.id, "status": SignalStatus.SEEN}
    if command.how != "later":
        values |= {"status": SignalStatus.RESOLVED, "resolved_at": change.at, "resolved_by": change.who.id}
    stored.change(change.db, Signal, signal.id, **values)
    here = signal.group_session_id == change.before.id
    change.wrote(signal.id, people=[signal.participant_id] if here else [])
    return at(change)


def keep(signal_id: str, met: dict[str, Any]) -> Any:
    """How an alert was met, as it is stored."""
    return seal(Signal.met, signal_id, json.dumps(met))


def about(db: Connection, signal: Row[Any]) -> dict[str, Any]:
    """What stands beside an alert: the last answer, how it is met, and how the one before was met."""
    person = stored.find(db, Participant, id=signal.participant_id)
    member_id = person.member_id if person else None
    earlier = (
        db.execute(
            OF_MEMBERS.where(
                col(Participant.member_id) == member_id, col(Signal.raised_at) < signal.raised_at
            )
        ).all()
        if member_id
        else []
    )
    return {
        "answer": _last_answer(db, member_id) if member_id else None,
        "met": _told_met(db, signal),
        "before": next((met for each in reversed(earlier) if (met := _told_met(db, each))), None),
    }


def from_earlier(db: Connection, row: Any) -> list[Row[Any]]:
    """Alerts of this session's members that earlier sessions have left open."""
    return [each for each in _concerning(db, row) if each.group_session_id != row.id]


def told_earlier(db: Connection, row: Any) -> list[dict[str, Any]]:
    """The same as the console shows them."""
    return [_told(db, each) | about(db, each) for each in from_earlier(db, row)]


def on_today(db: Connection, facilitator_id: str) -> list[dict[str, Any]]:
    """Every open call in the groups that a facilitator leads, of whatever kind and whether of a member or a
    guest (``member_id`` None), and whether the person has left with it.
    """
    return [
        _told(db, each)
        | {
            "group_id": each.group_id,
            "group_session_id": each.group_session_id,
            "group_name": open_sealed(Group.name, each.group_id, each.group_name),
            "time_zone": each.time_zone,
            "left": each.state == SessionState.ENDED or each.gone_at is not None,
            "met": _told_met(db, each),
            "answer": _last_answer(db, each.member_id)
            if each.kind == SignalKind.ITEM_9 and each.member_id
            else None,
        }
        for each in db.execute(OF_MINE, {"facilitator": facilitator_id}).all()
    ]


def _concerning(db: Connection, row: Any) -> list[Row[Any]]:
    if row.sandbox or row.rehearsal_of is not None:
        return []
    found = db.execute(OF_GROUP, {"group": row.group_id}).all()
    return [each for each in found if row.member_id in (None, each.member_id)]


def _told(db: Connection, each: Row[Any]) -> dict[str, Any]:
    return {
        "id": each.id,
        "kind": each.kind.value,
        "status": each.status.value,
        "alias": open_sealed(Member.alias, each.member_id, each.member_alias)
        if each.member_id is not None
        else open_sealed(Participant.alias, each.participant_id, each.alias),
        "member_id": each.member_id,
        "raised_at": each.raised_at,
    }


def _met(signal: Any) -> dict[str, Any] | None:
    text = open_sealed(Signal.met, signal.id, signal.met)
    return json.loads(text) if text else None


def _told_met(db: Connection, signal: Any) -> dict[str, Any] | None:
    """How an alert is met, with the name of who said so in ``by`` and ``at`` as a time."""
    met = _met(signal)
    if met is None:
        return None
    return met | {"by": replies.name_of(db, met["by"]), "at": datetime.fromisoformat(met["at"])}


def _last_answer(db: Connection, member_id: str) -> dict[str, Any] | None:
    """The words of the answer that a member gave last to a question of this kind; "" for left blank."""
    listed = instruments.known(db)
    for row in reversed(stored.find_all(db, MeasureResponse, ("saved_at",), member_id=member_id)):
        measure = listed.get(row.measure_id)
        answers = json.loads(open_sealed(MeasureResponse.answers, row.id, row.answers))
        if answers and isinstance(measure, Measure) and measure.alert_items:  # not a score from elsewhere
            value = answers.get(measure.alert_items[0])
            words = next((each.text for each in measure.anchors if each.value == value), "")
            return {"words": words, "measure": measure.name, "language": measure.language, "at": row.saved_at}
    return None
