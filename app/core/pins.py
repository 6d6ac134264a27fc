"""A member's PIN: the personal link opens the door, the PIN the drawer with earlier words.

A seat whose ``unlocked_at`` is set shows them. It is unlocked by the PIN; for a member who never set one, by
being the first browser of the session.
"""

from typing import Any

from sqlalchemy import Connection, update
from sqlmodel import col

from app.core import stored
from app.core.changes import Change
from app.core.models import Member, Participant
from app.core.refusals import NotFound, NotNow

# what stays in a closed drawer
CLOSED: dict[str, Any] = {"last": {"mood": None, "step": None}, "missed": None}


def is_open(person: Any) -> bool:
    """Whether earlier words may be read in this person's seat."""
    return person.unlocked_at is not None


def taken_elsewhere(seat: Any) -> bool:
    """Whether this seat has had its drawer open today: what was written there is behind the PIN as well."""
    return seat is not None and is_open(seat)


def comes_back(change: Change, seat: Any, member: Any, unlocked: bool) -> Any:
    """When a seat is unlocked, for somebody who comes to it from a browser that has no place there."""
    if unlocked:
        return seat.unlocked_at or change.at
    if member is not None and member.pin_hash and taken_elsewhere(seat):
        raise NotNow("This place is in use in another browser.")
    return None


def set_first(db: Connection, member_id: str, pin_hash: str) -> None:
    """Keeps the PIN of a member who has none; one that stands is never replaced."""
    without = (col(Member.id) == member_id) & col(Member.pin_hash).is_(None)
    db.execute(update(Member).where(without).values(pin_hash=pin_hash))


def reset(db: Connection, group_id: str, member_id: str) -> None:
    """A facilitator takes a forgotten PIN away; whoever sits there keeps the seat, and the drawer closes."""
    _member(db, group_id, member_id)
    db.execute(update(Member).where(col(Member.id) == member_id).values(pin_hash=None))
    db.execute(update(Participant).where(col(Participant.member_id) == member_id).values(unlocked_at=None))


def is_set(db: Connection, group_id: str, member_id: str) -> bool:
    """Whether a member has a PIN; NotFound if they are not of this group."""
    return _member(db, group_id, member_id).pin_hash is not None


def _member(db: Connection, group_id: str, member_id: str) -> Any:
    row = stored.find(db, Member, id=member_id, group_id=group_id)
    if row is None:
        raise NotFound()
    return row
