"""A PIN as somebody types it at the door: first chosen, later proved. Tries are few."""

import hashlib
import math
from collections.abc import Mapping
from typing import Any

from flask import session as cookie
from flask_babel import gettext, ngettext

from app.core import pin_tries, pins
from app.core.changes import Who
from app.core.door import hashed
from app.core.models import new_id
from app.hashing import hash_password, password_fits
from app.services import services

LEAST, MOST = 4, 8  # digits
KEPT = ("tries", "proved")  # of the browser's cookie: which browser it is, and which PIN it has proved


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
    known = cookie.get("proved") == mark(member.pin_hash)
    browser = hashed(cookie.setdefault("tries", new_id()))
    this, writer = new_id(), services().database.writer
    refusal = writer.do(pin_tries.begin, this, member.id, browser, known)
    if refusal is not None and refusal.wait > 0:
        return False, None, _wait(math.ceil(refusal.wait / 60))
    if refusal is not None:
        told = gettext("This PIN was typed wrong too often today. Your facilitator can reset it.")
        return False, None, told
    if not password_fits(member.pin_hash, typed[: MOST + 1]):
        return False, None, gettext("This is not your PIN. You can leave it empty, or ask your facilitator.")
    writer.do(pin_tries.proved, this, member.id, browser)
    cookie["proved"] = mark(member.pin_hash)
    return True, None, ""


def _wait(minutes: int) -> str:
    return ngettext(
        "Wait %(num)s minute before you try again. Your facilitator can also reset your PIN.",
        "Wait %(num)s minutes before you try again. Your facilitator can also reset your PIN.",
        minutes,
    )


def mark(pin_hash: str) -> str:
    """Which PIN it is: no two members have the same hash, nor has one member after a change."""
    return hashlib.sha256(pin_hash.encode()).hexdigest()[:16]
