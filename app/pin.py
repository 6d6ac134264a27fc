"""A PIN as somebody types it at the door: first chosen, later proved. Tries are few."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from app.core import pins
from app.core.changes import Who
from app.hashing import hash_password, password_fits
from app.services import services

LEAST, MOST = 4, 8  # digits
TRIES, WITHIN = 5, 3600.0  # failures, seconds


def asks(db: Any, member: Any) -> str:
    """What the page before the room asks of a member: to ``prove`` a PIN, to ``choose`` one, or nothing,
    since what they wrote earlier stays ``closed``; "" for a guest.
    """
    if member is None:
        return ""
    if member.pin_hash:
        return "prove"
    return "choose" if pins.may_choose(db, member) else "closed"


def could_open(here: Who, member: Any) -> bool:
    """Whether somebody who has a place in this browser may have come by their link to open their words."""
    return member is not None and ((here.shut and bool(member.pin_hash)) or pins.is_reset(member))


def read(asked: str, form: Mapping[str, str], member: Any, seat: Any) -> tuple[bool, str | None, str]:
    """Whether a PIN was proved, the hash of one chosen now, and what is wrong with what was typed."""
    typed = form.get("pin", "").strip()
    if asked == "choose":
        return _choose(typed, form.get("again", "").strip())
    if asked == "prove":
        return _prove(typed, member, seat)
    return False, None, ""


def _choose(typed: str, again: str) -> tuple[bool, str | None, str]:
    if not typed and not again:
        return False, None, ""
    if not (typed.isascii() and typed.isdigit() and LEAST <= len(typed) <= MOST):
        return False, None, gettext("A PIN has four to eight digits.")
    if typed != again:
        return False, None, gettext("The two PINs are not the same.")
    return False, hash_password(typed), ""


def _prove(typed: str, member: Any, seat: Any) -> tuple[bool, str | None, str]:
    if not typed:
        needed = gettext("You have been here today. Type your PIN to come in again.")
        return False, None, needed if pins.taken_elsewhere(seat) else ""
    tries = f"pin:{member.id}"
    if services().limiter.blocked(tries, TRIES, WITHIN):
        return False, None, gettext("Too many tries. Come in without your PIN, or ask your facilitator.")
    services().limiter.failed(tries)  # before hashing, which lets others in: many tries at once count as many
    if not password_fits(member.pin_hash, typed[: MOST + 1]):
        return False, None, gettext("This is not your PIN. You can leave it empty, or ask your facilitator.")
    services().limiter.cleared(tries)
    return True, None, ""
