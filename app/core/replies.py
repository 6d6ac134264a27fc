"""What a facilitator has answered to a signal, and who it was.

A reply is kept as a key, so that each reads it in their own language: ``stay``, ``call``, or ``join:`` with
the id of the facilitator who will come. Anything else is words, which stand as they are.
"""

from typing import Any

from sqlalchemy import Connection

from app.core import stored
from app.core.models import Facilitator, GroupFacilitator, Role, Signal
from app.core.sealing import open_sealed
from app.exercises.plain import N_

REPLIES = {"stay": N_("Stay if you can."), "call": N_("I will call you at the end.")}
JOIN = "join:"
JOINS = N_("Step out, %(name)s will join you.")


def of(db: Connection, signal: Any) -> dict[str, Any]:
    """The reply to a signal (a row).

    ``reply``: its sentence, "" without one; ``reply_name``: the name to put into it, "" for none, and None
    where the sentence is somebody's own words, to be shown as they are; ``reply_key``: as it is kept, "" for
    none; ``replied_by``: the name of who answered, "" where it is not known.
    """
    key = open_sealed(Signal.reply, signal.id, signal.reply) or ""
    words, name = _words(db, key)
    by = name_of(db, signal.replied_by) if key else ""
    return {"reply": words, "reply_name": name, "reply_key": key, "replied_by": by}


def can_join(db: Connection, group_id: str, key: str) -> bool:
    """Whether a reply that promises somebody promises one of those who lead or support the group."""
    if not key.startswith(JOIN):
        return True
    found = stored.find(db, GroupFacilitator, group_id=group_id, facilitator_id=key.removeprefix(JOIN))
    return found is not None and found.role != Role.OBSERVER


def name_of(db: Connection, facilitator_id: str | None) -> str:
    """The name of a facilitator; "" where there is none."""
    found = stored.find(db, Facilitator, id=facilitator_id) if facilitator_id else None
    return open_sealed(Facilitator.name, found.id, found.name) if found is not None else ""


def _words(db: Connection, key: str) -> tuple[str, str | None]:
    if key in REPLIES:
        return REPLIES[key], ""
    if key.startswith(JOIN) and (name := name_of(db, key.removeprefix(JOIN))):
        return JOINS, name
    return key, None
