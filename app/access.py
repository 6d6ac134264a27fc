"""Who is asking: the only way from a request or a socket to a person and a session.

Absent and forbidden look alike: both are NotFound.
"""

import secrets
import time
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Connection

from app.core.changes import Who
from app.core.commands import PRESENT, WATCHING, facilitator_role, participant_row
from app.core.door import wall_stands
from app.core.refusals import NotFound
from app.core.views import group_row, session_row

TICKET_SECONDS = 10 * 60
SANDBOX_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class Ticket:
    """What a ticket says; ``sandbox`` lifts the limit on commands. ``sign_in`` is what the database
    keeps of the token of the browser that asked for it: when that is signed out, it is worth nothing.
    """

    who: Who
    sandbox: bool = False
    sign_in: str = ""


class Tickets:
    """Signs and reads the tickets that open sockets."""

    def __init__(self, secret_key: str):
        self._signer = URLSafeSerializer(secret_key, salt="ticket")

    def issue(self, who: Who, seconds: int = TICKET_SECONDS, sandbox: bool = False, sign_in: str = "") -> str:
        return str(
            self._signer.dumps(
                [
                    who.kind,
                    who.group_session_id,
                    who.id,
                    int(who.shut),
                    int(time.time()) + seconds,
                    int(sandbox),
                    secrets.token_hex(4),
                    sign_in,
                ]
            )
        )

    def read(self, ticket: Any) -> Ticket:
        """The ticket's contents; NotFound when it is not ours or has expired."""
        try:
            kind, group_session_id, person_id, shut, until, sandbox, _, sign_in = self._signer.loads(ticket)
        except (BadSignature, TypeError, ValueError, AttributeError):
            raise NotFound() from None
        if until < time.time():
            raise NotFound()
        return Ticket(Who(kind, group_session_id, person_id, bool(shut)), bool(sandbox), sign_in)


def access_group_session(db: Connection, who: Who) -> Any:
    """The row of the session this person may be in now, read anew; NotFound otherwise."""
    row = session_row(db, who.group_session_id)
    if who.kind == "participant":
        if participant_row(db, who).standing not in PRESENT:
            raise NotFound()
    elif who.kind == "facilitator":
        if facilitator_role(db, who.id, row.group_id) not in WATCHING:
            raise NotFound()
    elif who.kind != "display" or not wall_stands(row):
        raise NotFound()
    return row


def access_group(db: Connection, facilitator_id: str, group_id: str) -> Any:
    """The row of a group in which this facilitator has a role; NotFound otherwise."""
    if facilitator_role(db, facilitator_id, group_id) not in WATCHING:
        raise NotFound()
    return group_row(db, group_id)
