"""A member's PIN: the personal link opens the door, the PIN the drawer with earlier words.

A seat whose ``unlocked_at`` is set shows them. It is unlocked by the PIN; for a member who has none, only at
their first entry ever, when there is nothing earlier, or by choosing one after a facilitator's reset. A
browser that comes to an occupied seat without proof is shut (``Who.shut``): people take part from it, and
nothing that was written in the seat is read back to it.
"""

from typing import Any

from sqlalchemy import Connection, update
from sqlmodel import col

from app.core import pin_tries, stored
from app.core.changes import Change
from app.core.models import Member, Participant, now
from app.core.refusals import NotFound, NotNow

# what stays in a closed drawer
CLOSED: dict[str, Any] = {"last": {"mood": None, "step": None}, "missed": []}
# of an answer that is not read back, nothing but that it stands
KEPT = {"answer": {}, "passed": False, "parts": [], "for_group": [], "share": None, "scribed": False}


def is_open(person: Any) -> bool:
    """Whether earlier words may be read in this person's seat."""
    return person.unlocked_at is not None


def shut(me: dict[str, Any]) -> dict[str, Any]:
    """A person's own part without a word that was written in their seat or to them. The form still knows that
    there is an answer, so that a new one takes its place.
    """
    kept = [each | KEPT for each in me["mine"] if each["id"] == me["in_form"]]
    told = {name: unanswered(me[name]) for name in ("signals", "calls")}
    return me | CLOSED | told | {"mine": kept, "received": []}


def unanswered(signals: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Signals with how they stand, and without what a facilitator answered to them."""
    return [each | {"reply": ""} for each in signals]


def taken_elsewhere(seat: Any) -> bool:
    """Whether this seat has had its drawer open today: what was written there is behind the PIN as well."""
    return seat is not None and is_open(seat)


def may_choose(db: Connection, member: Any) -> bool:
    """Whether a member may choose a PIN as they come in: at their first entry ever, which makes their first
    seat, and at the one entry after a facilitator's reset. Anybody later may be somebody else with the link.
    """
    if member.pin_hash is not None:
        return False
    return member.pin_open_at is not None or not stored.exists(db, Participant, member_id=member.id)


def is_reset(member: Any) -> bool:
    """Whether a facilitator has just opened the choosing of a PIN to a member."""
    return member is not None and member.pin_open_at is not None


def enters(change: Change, seat: Any, member: Any, proved: bool, pin_hash: str | None) -> Any:
    """When the seat of somebody who comes in is unlocked; None leaves the drawer closed. Keeps the PIN that
    they chose, where they may choose one. ``seat`` is theirs already, or None.
    """
    if member is None:
        return change.at
    now_has: Any = stored.find(change.db, Member, id=member.id)
    again = pin_hash is not None and pin_hash == now_has.pin_hash  # this very entry, run once more
    opens = proved or again if now_has.pin_hash is not None else _chooses(change, now_has, pin_hash)
    if opens:
        return (seat.unlocked_at if seat is not None else None) or change.at
    if now_has.pin_hash is not None and taken_elsewhere(seat):
        raise NotNow("This place is in use in another browser.")
    return None


def _chooses(change: Change, member: Any, pin_hash: str | None) -> bool:
    """Uses up the choosing, and says whether the drawer opens: for a new PIN, and while it is empty."""
    if not may_choose(change.db, member):
        return False
    empty = not stored.exists(change.db, Participant, member_id=member.id)
    if member.pin_open_at is not None:
        stored.change(change.db, Member, member.id, pin_open_at=None)
    if pin_hash is not None:
        set_first(change.db, member.id, pin_hash)
    return empty or pin_hash is not None


def set_first(db: Connection, member_id: str, pin_hash: str) -> None:
    """Keeps the PIN of a member who has none; one that stands is never replaced."""
    without = (col(Member.id) == member_id) & col(Member.pin_hash).is_(None)
    db.execute(update(Member).where(without).values(pin_hash=pin_hash, pin_open_at=None))


def reset(db: Connection, group_id: str, member_id: str) -> None:
    """A facilitator takes a forgotten PIN away, or opens the choosing of one: the next entry may choose it,
    once. Whoever sits there keeps the seat, and the drawer closes.
    """
    _member(db, group_id, member_id)
    pin_tries.forget(db, member_id)
    stored.change(db, Member, member_id, pin_hash=None, pin_open_at=now())
    db.execute(update(Participant).where(col(Participant.member_id) == member_id).values(unlocked_at=None))


def standing(db: Connection, group_id: str, member_id: str) -> str:
    """Of a member's PIN: it is ``set``, may be chosen at the next entry (``open``), or is ``missing``;
    NotFound if they are not of this group.
    """
    member = _member(db, group_id, member_id)
    if member.pin_hash is not None:
        return "set"
    return "open" if may_choose(db, member) else "missing"


def _member(db: Connection, group_id: str, member_id: str) -> Any:
    row = stored.find(db, Member, id=member_id, group_id=group_id)
    if row is None:
        raise NotFound()
    return row
