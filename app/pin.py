"""A PIN as somebody types it at the door: first chosen, later proved. Tries are few."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from app.core import pins
from app.hashing import hash_password, password_fits
from app.services import services

LEAST, MOST = 4, 8  # digits
TRIES, WITHIN = 5, 3600.0  # failures, seconds


def asks(member: Any, seat: Any) -> str:
    """What the page before the room asks of a member: to ``prove`` a PIN, to ``choose`` one, or nothing."""
    if member is None:
        return ""
    if member.pin_hash:
        return "prove"
    return "" if seat else "choose"


def read(form: Mapping[str, str], member: Any, seat: Any) -> tuple[bool, str | None, str]:
    """Whether the drawer opens, the hash of a PIN chosen now, and what is wrong with what was typed."""
    asked = asks(member, seat)
    typed = form.get("pin", "").strip()
    if asked == "choose":
        return _choose(typed, form.get("again", "").strip())
    if asked == "prove":
        return _prove(typed, member, seat)
    return member is None, None, ""


def _choose(typed: str, again: str) -> tuple[bool, str | None, str]:
    if not typed and not again:
        return True, None, ""
    if not (typed.isascii() and typed.isdigit() and LEAST <= len(typed) <= MOST):
        return False, None, gettext("A PIN has four to eight digits.")
    if typed != again:
        return False, None, gettext("The two PINs are not the same.")
    return True, hash_password(typed), ""


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
