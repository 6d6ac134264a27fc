"""Seats: the tokens by which a browser opens its person's place in a session, a new one with each use.

Pages load in parallel, answers get lost, and a browser that is killed comes back with the cookies that it
had written down. So a token is not worth nothing the moment that the next one is given, but once the browser
has shown, ``SETTLED`` or longer after a newer one was given, that it has that one or a newer one: it can
never come back to the older then. Each browser goes on by itself: two devices of one person both stay.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select
from sqlmodel import col

from app.core import door, pins, stored
from app.core.door import hashed
from app.core.models import Participant
from app.core.safety_models import SeatToken
from app.core.tables import now

SETTLED = timedelta(minutes=2)  # browsers write their cookies down within half of that


def opens(db: Connection, participant_id: str, token: str) -> bool:
    """Whether this token opens this person's seat now."""
    return stored.exists(db, SeatToken, token_hash=hashed(token), participant_id=participant_id)


def come_in(
    db: Connection, group_session_id: str, *, token: str, held: str, **joins: Any
) -> tuple[str, bool]:
    """Lets somebody in (``door.join`` takes ``joins``) and gives their browser its token, the one after
    ``held``: both or neither, so that nobody stands at the door without a seat. Gives the participant's id,
    and whether earlier words may be read in their seat.
    """
    participant_id = door.join(db, group_session_id, **joins)
    give(db, participant_id, token, held)
    return participant_id, pins.is_open(stored.find(db, Participant, id=participant_id))


def give(db: Connection, participant_id: str, new: str, held: str = "") -> None:
    """Gives a browser the token ``new`` after the one it ``held``, and takes away what that has settled.

    Without one that opens the seat the browser begins anew.
    """
    if opens(db, participant_id, new):
        return  # run again
    before = _held(db, participant_id, held)
    browser = before.browser if before is not None else hashed(new)
    stored.add(
        db,
        SeatToken,
        token_hash=hashed(new),
        participant_id=participant_id,
        browser=browser,
        given_at=now(),
    )
    if before is not None:
        _settle(db, before)


def give_up(db: Connection, participant_id: str, held: str) -> None:
    """The browser leaves its seat: nothing it was ever given opens it any more."""
    before = _held(db, participant_id, held)
    if before is not None:
        db.execute(delete(SeatToken).where(col(SeatToken.browser) == before.browser))


def _held(db: Connection, participant_id: str, token: str) -> Any:
    return stored.find(db, SeatToken, token_hash=hashed(token), participant_id=participant_id)


def _settle(db: Connection, held: Any) -> None:
    own = col(SeatToken.browser) == held.browser
    until = min(held.given_at, now() - SETTLED)
    newest = db.execute(
        select(func.max(col(SeatToken.given_at))).where(own, col(SeatToken.given_at) <= until)
    ).scalar_one()
    if newest is not None:
        db.execute(delete(SeatToken).where(own, col(SeatToken.given_at) < newest))
