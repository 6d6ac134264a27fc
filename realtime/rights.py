"""Lets go of sockets whose right has ended: a role taken, an account disabled, a browser signed out, a wall
whose address has had its time.
"""

import logging
from typing import Any

from app import runtime
from app.core import accounts, door, roles, stored, views
from app.core.models import GroupSession, SessionState
from app.core.refusals import NotFound
from app.db import Database
from app.loops import keep_looking
from realtime.emit import emit
from realtime.sockets import Socket, Sockets, shared_room

log = logging.getLogger("concentric.rights")

EVERY = 1.0  # seconds


class Rights:
    """A loop of this worker. Commands read the rights anew by themselves; this is for who only listens."""

    def __init__(self, server: Any, database: Database, sockets: Sockets):
        self.server, self.database, self.sockets = server, database, sockets

    def start(self) -> None:
        keep_looking(self.look, EVERY, log)

    def look(self) -> None:
        """Reads the rights of all who only listen anew and closes those that have none."""
        self._look_at_walls()
        self._look_at_facilitators()

    def _look_at_walls(self) -> None:
        for group_session_id in self.sockets.sessions():
            walls = self.sockets.of(group_session_id, "display")
            if not walls:
                continue
            with self.database.reader() as db:
                row = stored.find(db, GroupSession, id=group_session_id)
            if row is not None and door.wall_stands(row):
                continue
            ended = row is None or row.state == SessionState.ENDED
            for socket in walls:
                let_go(self.server, socket, "ended" if ended else "signed_out")

    def _look_at_facilitators(self) -> None:
        held = [
            socket
            for group_session_id in self.sockets.sessions()
            for socket in self.sockets.of(group_session_id, "facilitator")
        ]
        if not held:
            return
        with self.database.reader() as db:
            stand = accounts.sign_ins_that_stand(db, {each.sign_in for each in held if each.sign_in})
            there = {key: _there(db, key) for key in {each.who.group_session_id for each in held}}
        for socket in held:
            if socket.sign_in and socket.sign_in not in stand:
                let_go(self.server, socket, "signed_out")
            elif socket.who.id not in there[socket.who.group_session_id]:
                let_go(self.server, socket, "removed")


def _there(db: Any, group_session_id: str) -> set[str]:
    try:
        return set(roles.of_group(db, views.session_row(db, group_session_id).group_id))
    except NotFound:
        return set()


def let_go(server: Any, socket: Socket, code: str) -> None:
    """Tells a socket why, and closes it; from here on nothing of the session reaches it."""
    if socket.gone:
        return
    socket.gone = True
    for room in (shared_room(socket.who), socket.person_room):
        server.leave_room(socket.sid, room, namespace=socket.namespace)
    emit(server, socket.namespace, socket.sid, "notice", {"code": code})
    runtime.spawn(server.disconnect, socket.sid, socket.namespace)
