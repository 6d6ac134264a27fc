"""Follow-ups: what was seen, asked, judged and done about a call, who was told, and when the next contact is.

They belong to the record of one member alone and stand nowhere else.
"""

import json
from datetime import date
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import stored
from app.core.models import URGENT, Facilitator, GroupSession, Member, Participant, Signal, now
from app.core.refusals import Invalid, NotFound
from app.core.safety_models import FollowUp
from app.core.sealing import open_sealed, seal

PARTS = ("seen", "asked", "judged", "done", "told", "next")


def write(
    db: Connection,
    facilitator_id: str,
    group_id: str,
    member_id: str,
    row_id: str,
    signal_id: str,
    **parts: str,
) -> None:
    """Keeps a follow-up under the id that its form was given, so that a form sent twice is one.

    ``signal_id`` is the call that it is about, or "". ``on`` is the day of the next contact (YYYY-MM-DD, or
    ""), which Today reminds of. Raises Invalid when nothing is written in it.
    """
    if stored.find(db, Member, id=member_id, group_id=group_id) is None:
        raise NotFound()
    if signal_id and signal_id not in {each["id"] for each in calls(db, member_id)}:
        raise NotFound()
    body = {name: parts.get(name, "").strip() for name in PARTS}
    if not any(body.values()):
        raise Invalid("Nothing is written yet.")
    body["on"] = _day(parts.get("on", ""))
    stands = stored.find(db, FollowUp, id=row_id)
    if stands is not None:
        if (stands.member_id, stands.facilitator_id) != (member_id, facilitator_id):
            raise NotFound()
        return
    stored.add(
        db,
        FollowUp,
        id=row_id,
        member_id=member_id,
        signal_id=signal_id or None,
        facilitator_id=facilitator_id,
        body=seal(FollowUp.body, row_id, json.dumps(body)),
        written_at=now(),
    )


def calls(db: Connection, member_id: str) -> list[dict[str, Any]]:
    """The urgent signals of a member, newest first: what a follow-up may be about."""
    rows = db.execute(
        select(Signal.__table__)
        .join(Participant, col(Participant.id) == col(Signal.participant_id))
        .join(GroupSession, col(GroupSession.id) == col(Signal.group_session_id))
        .where(
            col(Participant.member_id) == member_id,
            col(Signal.kind).in_(URGENT),
            col(GroupSession.sandbox).is_(False),
            col(GroupSession.rehearsal_of).is_(None),
        )
        .order_by(col(Signal.raised_at).desc())
    ).all()
    return [{"id": each.id, "kind": each.kind.value, "raised_at": each.raised_at} for each in rows]


def of_member(db: Connection, member_id: str) -> list[dict[str, Any]]:
    """The follow-ups of a member, newest first."""
    kinds = {each["id"]: each for each in calls(db, member_id)}
    rows = stored.find_all(db, FollowUp, ("written_at", "id"), member_id=member_id)
    return [
        {
            "by": _name(db, each.facilitator_id),
            "written_at": each.written_at,
            "call": kinds.get(each.signal_id),
            "parts": json.loads(open_sealed(FollowUp.body, each.id, each.body)),
        }
        for each in reversed(rows)
    ]


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise Invalid("This is not a date.") from None


def _name(db: Connection, facilitator_id: str) -> str:
    row = stored.find(db, Facilitator, id=facilitator_id)
    return open_sealed(Facilitator.name, row.id, row.name) if row else ""
