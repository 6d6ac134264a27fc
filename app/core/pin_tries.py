"""How often a PIN may be typed: what counts is in the database, so that no restart and no second process
forgets it.

Wrong tries cost the browser that makes them growing pauses, so that a stranger with the link slows down
nobody else. A browser without its cookie is a new one, hence a bound for all that never proved this PIN:
together at most ``STRANGERS`` tries in ``WITHIN``, which find one of the 10,000 shortest PINs in a day with a
chance of 0.3 %. A browser that has proved it is not kept out by that, and has fewer than 60.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlmodel import col

from app.core import stored
from app.core.safety_models import PinTry
from app.core.tables import now

PAUSES = (0, 0, 10, 30, 120, 600, 1800)  # seconds after the n-th wrong try; the last one after all further
STRANGERS, WITHIN = 30, timedelta(hours=24)


@dataclass(frozen=True)
class Refusal:
    """Why a PIN is not even looked at: ``wait`` seconds in this browser, or too many strange tries today."""

    wait: float = 0.0


def begin(db: Connection, try_id: str, member_id: str, browser: str, known: bool) -> Refusal | None:
    """Counts a try before it is compared, so that many at once count as many; or says why it is refused.

    ``browser`` stands for the one in which it is typed; ``known`` says that it has proved this PIN before.
    The same ``try_id`` again is the same try.
    """
    at = now()
    db.execute(delete(PinTry).where(col(PinTry.tried_at) <= at - WITHIN))
    rows = db.execute(
        select(PinTry.__table__)
        .where(col(PinTry.member_id) == member_id, col(PinTry.tried_at) <= at)  # a clock that was put back
        .order_by(col(PinTry.tried_at))
    ).all()
    rows = [each for each in rows if each.id != try_id]
    own = [each.tried_at for each in rows if each.browser == browser]
    if own:
        pause = timedelta(seconds=PAUSES[min(len(own), len(PAUSES)) - 1])
        if own[-1] + pause > at:
            return Refusal((own[-1] + pause - at).total_seconds())
    if not known and sum(each.stranger for each in rows) >= STRANGERS:
        return Refusal()
    if not stored.exists(db, PinTry, id=try_id):
        values: dict[str, Any] = {"browser": browser, "stranger": not known, "tried_at": at}
        stored.add(db, PinTry, id=try_id, member_id=member_id, **values)
    return None


def proved(db: Connection, try_id: str, member_id: str, browser: str) -> None:
    """The try was right: it is none, and what the browser typed wrong before costs it no pause any more. As
    tries of a stranger they still count.
    """
    db.execute(delete(PinTry).where(col(PinTry.id) == try_id))
    own = (col(PinTry.member_id) == member_id) & (col(PinTry.browser) == browser)
    db.execute(update(PinTry).where(own).values(browser=None))


def forget(db: Connection, member_id: str) -> None:
    """The PIN is another one, or none: its tries count no more."""
    db.execute(delete(PinTry).where(col(PinTry.member_id) == member_id))
