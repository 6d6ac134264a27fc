"""Deletes what has been kept for long enough, a batch at a time: once an hour, and from the command line."""

import logging

from app.core import retention
from app.core.models import now
from app.db import Database
from app.loops import keep_looking

log = logging.getLogger("concentric.expiry")

EVERY = 3600.0  # seconds
FIRST = 60.0  # seconds after the start


class Expiry:
    """A loop of this worker; two workers that run at once delete the same rows, once."""

    def __init__(self, database: Database):
        self.database = database

    def start(self) -> None:
        keep_looking(self.look, EVERY, log, FIRST)

    def look(self) -> int:
        """One run; gives how many answers, notes and drafts went."""
        at = now()
        with self.database.reader() as db:
            jumped, due = retention.jumped(db, at), retention.is_due(db, at)
        if jumped is not None:
            if due:
                log.warning("nothing was deleted: there was no run for %s days", jumped.days)
            return 0
        return run(self.database) if due else self._nothing()

    def _nothing(self) -> int:
        self.database.writer.do(retention.ran, now())
        return 0


def run(database: Database) -> int:
    """Deletes everything that is due, in batches; gives how many answers, notes and drafts went."""
    gone, at = 0, now()
    while done := database.writer.do(retention.expire, at):
        gone += done
    database.writer.do(retention.ran, at)
    return gone
