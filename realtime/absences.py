"""Notices who has been away for long and who is back: among fewer than five people no name is hidden."""

import logging
import time
from datetime import datetime
from typing import Any

from app.core import crowd
from app.core.models import now
from app.db import Database
from app.loops import keep_looking
from realtime.presence import AWAY, Presence
from realtime.sockets import Sockets

log = logging.getLogger("concentric.absences")

EVERY = 3.0  # seconds


class Absences:
    """A loop of this worker, for the sessions that it holds sockets to."""

    def __init__(self, database: Database, sockets: Sockets, presence: Presence):
        self.database, self.sockets, self.presence = database, sockets, presence

    def start(self) -> None:
        keep_looking(self.look, EVERY, log)

    def look(self) -> None:
        """Keeps what has changed since the last look; gives way between sessions, for others wait on the same
        core.
        """
        for group_session_id in self.sockets.sessions():
            with self.database.reader() as db:
                gone, back = self._news(db, group_session_id)
            if gone or back:
                self.database.writer.do(crowd.note, group_session_id, gone, back, of=group_session_id)
            time.sleep(0)

    def _news(self, db: Any, group_session_id: str) -> tuple[dict[str, datetime], list[str]]:
        gone, back = {}, []
        for each in crowd.connected(db, group_session_id):
            state, since = self.presence.of(group_session_id, each.id)
            if state == "here" and each.gone_at is not None:
                back.append(each.id)
            elif state == "gone" and each.gone_at is None and now() - crowd.since(each) >= AWAY:
                gone[each.id] = since or now()
        return gone, back
