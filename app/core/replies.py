"""What a facilitator has answered to a signal, and who it was."""

from typing import Any

from sqlalchemy import Connection

from app.core import stored
from app.core.models import Facilitator, Signal
from app.core.sealing import open_sealed


def of(db: Connection, signal: Any) -> dict[str, Any]:
    """The reply to a signal (a row): ``reply``, its words or None, and ``replied_by``, a name or ""."""
    words = open_sealed(Signal.reply, signal.id, signal.reply)
    return {"reply": words, "replied_by": name_of(db, signal.replied_by) if words else ""}


def name_of(db: Connection, facilitator_id: str | None) -> str:
    """The name of a facilitator; "" where there is none."""
    found = stored.find(db, Facilitator, id=facilitator_id) if facilitator_id else None
    return open_sealed(Facilitator.name, found.id, found.name) if found is not None else ""
