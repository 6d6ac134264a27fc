"""Sends the pings of all connections from one loop.

The library starts a background task for each connection that mostly sleeps; a green one costs memory for its
stack.
"""

import time
from collections import deque
from typing import Any

from engineio import packet
from engineio.socket import Socket

from app import runtime


class Pings:
    """The loop of one Engine.IO server. Intervals are equal, so the next ping is always the first in line."""

    def __init__(self, engine: Any):
        self.engine = engine
        self._line: deque[tuple[float, Any]] = deque()

    def start(self) -> None:
        """Takes over from the library's tasks, for every connection from now on."""
        self.engine.pings = self
        Socket.schedule_ping = _schedule
        runtime.spawn(self._run)

    def add(self, socket: Any) -> None:
        self._line.append((time.monotonic() + self.engine.ping_interval, socket))

    def _run(self) -> None:
        while True:
            wait = self._line[0][0] - time.monotonic() if self._line else 1.0
            if wait > 0:
                time.sleep(min(wait, 1.0))
                continue
            _, socket = self._line.popleft()
            if not socket.closing and not socket.closed:
                socket.last_ping = time.time()
                socket.send(packet.Packet(packet.PING))


_by_the_library = Socket.schedule_ping


def _schedule(socket: Any) -> None:
    pings = getattr(socket.server, "pings", None)
    if pings is None:
        _by_the_library(socket)
    elif socket.last_ping:  # the answer to the last ping has come; a second answer asks for nothing
        socket.last_ping = None
        pings.add(socket)
