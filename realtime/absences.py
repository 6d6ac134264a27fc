"""Notices who has been away for long and who is back: among fewer than five people no name is hidden."""

import logging
from datetime import datetime
from typing import Any

from app.core import crowd, stored, views
from app.core.models import Participant, Standing, now
from app.core.refusals import NotFound
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
        """Keeps what has changed since the last look."""
        with self.database.reader() as db:
            found = [(each, *self._news(db, each)) for each in self.sockets.sessions()]
        for group_session_id, gone, back in found:
            if gone or back:
                self.database.writer.do(crowd.note, group_session_id, gone, back, of=group_session_id)

    def _news(self, db: Any, group_session_id: str) -> tuple[dict[str, datetime], list[str]]:
        try:
            row = views.session_row(db, group_session_id)
        except NotFound:
            return {}, []
        gone, back = {}, []
        inside = {"group_session_id": row.id, "standing": Standing.ADMITTED, "without_phone": False}
        for each in stored.find_all(db, Participant, **inside) if row.state in crowd.OPEN else []:
            state, since = self.presence.of(row.id, each.id)
            if state == "here" and each.gone_at is not None:
                back.append(each.id)
            elif state == "gone" and each.gone_at is None and now() - crowd.since(each) >= AWAY:
                gone[each.id] = since or now()
        return gone, back
