"""Notices when nobody who leads is connected, and ends sessions that everybody has left open."""

import logging
import time
from typing import Any

from app.core import leaderless, views
from app.core.refusals import NotFound
from app.db import Database
from app.loops import keep_looking
from realtime.presence import Presence
from realtime.sockets import Sockets

log = logging.getLogger("concentric.leaders")

EVERY = 3.0  # seconds
SWEEP = 60.0  # seconds between two looks for sessions that were left open; also those nobody is connected to


class Leaders:
    """A loop of this worker."""

    def __init__(self, database: Database, sockets: Sockets, presence: Presence):
        self.database, self.sockets, self.presence = database, sockets, presence
        self._swept = 0.0

    def start(self) -> None:
        keep_looking(self._look_and_sweep, EVERY, log)

    def _look_and_sweep(self) -> None:
        self.look()
        if time.monotonic() - self._swept >= SWEEP:
            self._swept = time.monotonic()
            self.sweep()

    def look(self) -> None:
        """Keeps, for each session this worker holds sockets to, since when nobody leads it."""
        with self.database.reader() as db:
            found = [self._due(db, each) for each in self.sockets.sessions()]
        for group_session_id, here in [each for each in found if each is not None]:
            self.database.writer.do(leaderless.note, group_session_id, here, of=group_session_id)

    def sweep(self) -> None:
        """Ends what was left open."""
        with self.database.reader() as db:
            found = leaderless.forgotten(db)
        for group_session_id in found:
            self.database.writer.do(leaderless.close, group_session_id, of=group_session_id)

    def _due(self, db: Any, group_session_id: str) -> tuple[str, bool] | None:
        try:
            row = views.session_row(db, group_session_id)
        except NotFound:
            return None
        here = self.presence.line(row.id) == "here"
        return (row.id, here) if leaderless.due(db, row, here) else None
