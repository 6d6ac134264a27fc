"""Deletes what has been kept for long enough, a batch at a time: once an hour, and from the command line."""

import logging
import time

from app import runtime
from app.core import retention
from app.core.models import now
from app.core.refusals import Retry
from app.db import Database

log = logging.getLogger("concentric.expiry")

EVERY = 3600.0  # seconds
FIRST = 60.0  # seconds after the start


class Expiry:
    """A loop of this worker; two workers that run at once delete the same rows, once."""

    def __init__(self, database: Database):
        self.database = database

    def start(self) -> None:
        runtime.spawn(self._run)

    def _run(self) -> None:
        pause = FIRST
        while True:
            time.sleep(pause)
            pause = EVERY
            try:
                self.look()
            except Retry:
                continue  # the database is busy: the next look finds the same
            except Exception as failed:  # noqa: BLE001 - a look that fails is only late
                log.error("deleting by retention failed: %s", type(failed).__name__)

    def look(self) -> int:
        """One run; gives how many answers and drafts went."""
        at = now()
        with self.database.reader() as db:
            jumped, due = retention.jumped(db, at), retention.is_due(db, at)
        if jumped is not None:
            if due:
                log.warning("nothing was deleted: the last run was %s days ago", jumped.days)
            return 0
        return run(self.database) if due else self._nothing()

    def _nothing(self) -> int:
        self.database.writer.do(retention.ran, now())
        return 0


def run(database: Database) -> int:
    """Deletes everything that is due, in batches; gives how many answers and drafts went."""
    gone, at = 0, now()
    while done := database.writer.do(retention.expire, at):
        gone += done
    database.writer.do(retention.ran, at)
    return gone
