"""Plain screens: somebody pauses, only listens, or must stop. Nobody but the facilitators learns of it.

``Participant.quiet`` is "" for a screen as everybody has it; "listen" for a plain screen without anything to
type or to read over a shoulder; "calm" for a pause to become steady; "stopped" for an empty page, after the
button that looks innocent.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from app.core import signals, stored
from app.core.changes import Change, at
from app.core.models import Participant, Signal, SignalKind
from app.core.refusals import Invalid, NotFound

LISTEN, CALM, STOPPED = "listen", "calm", "stopped"
# what a plain screen holds of a person's own part: nothing that was written, asked, or told about others
HUSHED: dict[str, Any] = {
    "mine": [],
    "last": {"mood": None, "step": None},
    "prompts": [],
    "private": [],
    "goals": {},
    "turn": "",
    "pair": None,
    "addressees": [],
    "kept_lines": {},
    "compare": None,
    "received": [],
    "catch_up": False,
    "late": None,
    "missed": [],
}


@dataclass(frozen=True)
class Raised:
    """A signal to be raised, as the verb of signals takes it."""

    id: str
    kind: str


def least(person: Any) -> str:
    """The quiet that this person's answers at the door ask for: any no, and they only listen."""
    return LISTEN if False in (person.at_address, person.private, person.safe) else ""


def after_coming(person: Any) -> str:
    """The quiet of somebody who has just answered at the door; after a stop nothing is typed at once."""
    return least(person) or (LISTEN if person.quiet == STOPPED else "")


def hushed(me: dict[str, Any], person: Any) -> dict[str, Any]:
    """A person's own part of the room as their screen may hold it now."""
    told = {"quiet": person.quiet, "may_go_back": person.quiet == CALM or not least(person)}
    if not person.quiet:
        return me | told
    silent: dict[str, Any] = {"signals": [], "calls": [], "question": None} if person.quiet == STOPPED else {}
    return me | HUSHED | silent | told


def pause_for_me(change: Change, command: Any) -> dict[str, Any]:
    """The person chooses how to go on. A private word is a wish like a raised hand: it calls nobody out."""
    if command.choice == "word":
        return _wish_for_a_word(change, command.id)
    chosen = {"listen": LISTEN, "calm": CALM, "back": least(change.person)}[command.choice]
    if change.person.quiet != STOPPED:  # only a facilitator lifts that
        _set(change, change.person, chosen)
    return at(change)


def stop_now(change: Change, command: Any) -> dict[str, Any]:
    """The button that looks innocent: the facilitators are told to stop, the page goes empty. The same again
    does not empty a page that a facilitator has given back.
    """
    answer = signals.raise_signal(change, Raised(command.id, SignalKind.STOP.value))
    if change.written:
        _set(change, change.person, STOPPED)
    return answer


def let_write(change: Change, command: Any) -> dict[str, Any]:
    """A facilitator gives somebody their usual screen again."""
    person = stored.find(change.db, Participant, id=command.participant_id)
    if person is None or person.group_session_id != change.before.id:
        raise NotFound()
    _set(change, person, "")
    return at(change)


def _wish_for_a_word(change: Change, signal_id: str | None) -> dict[str, Any]:
    if signal_id is None:
        raise Invalid("A private word needs an id.")
    signals.raise_signal(change, Raised(signal_id, SignalKind.HAND.value))
    if change.written:
        wish = update(Signal).where(col(Signal.id) == signal_id).values(talk_wanted_at=change.at)
        change.db.execute(wish)
    return at(change)


def _set(change: Change, person: Any, quiet: str) -> None:
    if person.quiet != quiet:
        change.db.execute(update(Participant).where(col(Participant.id) == person.id).values(quiet=quiet))
        change.wrote(person.id, people=[person.id])
