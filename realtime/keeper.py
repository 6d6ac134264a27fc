"""Looks after the sockets every few seconds: what time alone changes, and strangers who stay strangers."""

import time
from typing import Any

from app import runtime
from realtime.pings import Pings
from realtime.push import TICK, Pusher

SILENT_SECONDS = 10.0
LARGEST_QUEUE = 400  # packets waiting for a client that has stopped reading


class Keeper:
    """A loop of this worker; ``loops`` are others that begin with it."""

    def __init__(self, server: Any, pusher: Pusher, *loops: Any):
        self.server, self.pusher, self.loops = server, pusher, loops
        self._first_seen: dict[str, float] = {}

    def start(self) -> None:
        Pings(self.server.eio).start()
        for each in self.loops:
            each.start()
        runtime.spawn(self._run)

    def _run(self) -> None:
        while True:
            time.sleep(TICK)
            self.pusher.tick()
            self.let_go()

    def let_go(self) -> None:
        """Closes connections without a namespace after a while, and those whose queue only grows."""
        at = time.monotonic()
        sockets = dict(self.server.eio.sockets)
        known = self._connected()
        self._first_seen = {sid: self._first_seen.get(sid, at) for sid in sockets if sid not in known}
        for sid, socket in sockets.items():
            silent = at - self._first_seen.get(sid, at) > SILENT_SECONDS
            if silent or socket.queue.qsize() > LARGEST_QUEUE:
                runtime.hang_up(self.server.environ.get(sid, {}))
                socket.close(wait=False, abort=True)

    def _connected(self) -> set[str]:
        manager = self.server.manager
        return {
            eio_sid
            for namespace in list(manager.get_namespaces())
            for _, eio_sid in list(manager.get_participants(namespace, None))
        }
