"""Lets go of sockets whose right has ended: a role taken, an account disabled, a browser signed out."""

import logging
from typing import Any

from app import runtime
from app.core import accounts, roles, views
from app.core.refusals import NotFound
from app.db import Database
from app.loops import keep_looking
from realtime.emit import emit
from realtime.sockets import Socket, Sockets

log = logging.getLogger("concentric.rights")

EVERY = 1.0  # seconds


class Rights:
    """A loop of this worker. Commands read the rights anew by themselves; this is for who only listens."""

    def __init__(self, server: Any, database: Database, sockets: Sockets):
        self.server, self.database, self.sockets = server, database, sockets

    def start(self) -> None:
        keep_looking(self.look, EVERY, log)

    def look(self) -> None:
        """Reads the rights of every facilitator's socket anew and closes those that have none."""
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
    group_session_id = socket.who.group_session_id
    for room in (f"{socket.who.kind}s:{group_session_id}", socket.person_room):
        server.leave_room(socket.sid, room, namespace=socket.namespace)
    emit(server, socket.namespace, socket.sid, "notice", {"code": code})
    runtime.spawn(server.disconnect, socket.sid, socket.namespace)
