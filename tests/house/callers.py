"""People who signal and send again whatever was not acknowledged, and a leader who meets every signal."""

import threading
import time
from typing import Any
from uuid import uuid4

from socketio.exceptions import SocketIOError

from tests.house.actors import Actor, Company
from tests.house.rooms import Room

AGAIN_AFTER = 0.05  # seconds
KINDS = ("support", "hand", "slower")


class Insistent(threading.Thread):
    """Sends commands until each was acknowledged, over whatever line there is. Times are of this process."""

    def __init__(self, company: Company, room: Room, name: str, **headers: str) -> None:
        super().__init__(name=name, daemon=True)
        bring = company.person if name in room.people else company.leader
        self.actor: Actor = bring(room, name, returns=True, arrives=False)
        self.change = threading.Condition()
        self.pending: dict[str, tuple[str, dict[str, Any]]] = {}
        self.in_flight: set[str] = set()
        self.done: dict[str, float] = {}  # what was acknowledged, and when
        self.refused: list[dict[str, Any]] = []
        self.ending = False
        for event, handler in (("connect", self._comes_back), ("disconnect", self._nothing_is_certain)):
            self.actor.client.on(event, handler, namespace=self.actor.namespace)
        # else the library sends an Origin of its own beside the one that is given
        self.actor.client.eio.websocket_extra_options = {"suppress_origin": "Origin" in headers}
        self.actor.connects(**headers)

    def run(self) -> None:
        while not self.ending:
            with self.change:
                self.looks()
                due = [(key, *what) for key, what in self.pending.items() if key not in self.in_flight]
                self.in_flight.update(key for key, *_ in due)
            for key, command, payload in due:
                self._sends(key, command, payload)
            with self.change:
                self.change.wait_for(lambda: self.ending, AGAIN_AFTER)

    def looks(self) -> None:
        """What there is to do now; called again and again."""

    def stops(self) -> None:
        with self.change:
            self.ending = True
            self.change.notify_all()
        self.join()

    def _sends(self, key: str, command: str, payload: dict[str, Any]) -> None:
        def acknowledged(answer: dict[str, Any]) -> None:
            with self.change:
                self.in_flight.discard(key)
                if answer["ok"]:
                    self.pending.pop(key, None)
                    self.done.setdefault(key, time.monotonic())
                elif answer["error"]["code"] not in ("retry", "internal"):
                    self.refused.append(answer["error"])
                    self.pending.pop(key, None)
                self.change.notify_all()

        client, namespace = self.actor.client, self.actor.namespace
        try:
            client.emit(command, payload, namespace=namespace, callback=acknowledged)
        except (SocketIOError, OSError):
            self._nothing_is_certain()

    def _comes_back(self, *_: Any) -> None:
        self._nothing_is_certain()
        try:
            self.actor.client.emit("sync", {"seen": 0}, namespace=self.actor.namespace)
        except (SocketIOError, OSError):
            return  # lost again already: the next connect asks again

    def _nothing_is_certain(self, *_: Any) -> None:
        """What was on its way may or may not have arrived: it is sent again."""
        with self.change:
            self.in_flight.clear()


class Caller(Insistent):
    """A participant who raises as many signals as they are given to raise."""

    def raises(self, number: int) -> None:
        with self.change:
            for place in range(number):
                new = str(uuid4())
                self.pending[new] = ("raise_signal", {"id": new, "kind": KINDS[place % len(KINDS)]})


class Answerer(Insistent):
    """A leader who meets each signal that ever stood on their screen; ``seen`` tells when each first did."""

    def __init__(self, company: Company, room: Room, name: str, **headers: str) -> None:
        self.seen: dict[str, float] = {}
        self.came: list[float] = []  # when they were connected anew
        self.read = 0  # so many of the events that came
        super().__init__(company, room, name, **headers)

    def looks(self) -> None:
        events = self.actor.events[self.read :]
        self.read += len(events)
        people = [each for _, data in events for each in data.get("people", [])]
        new = {signal["id"] for each in people for signal in each.get("signals", [])} - self.seen.keys()
        self.seen |= dict.fromkeys(new, time.monotonic())
        self.pending |= {each: ("resolve_signal", {"id": each}) for each in new}

    @property
    def tasks(self) -> list[int | None]:
        """The ids of the threads through which what comes is heard and seen."""
        return [self.native_id, getattr(self.actor.client.eio.read_loop_task, "native_id", None)]

    def waited_for(self, signal: str, stored: float) -> tuple[float, float]:
        """From when both a signal stood acknowledged and they were connected, until they saw it."""
        seen = self.seen[signal]
        return min(seen, max(stored, *(each for each in self.came if each <= seen))), seen

    def _comes_back(self, *_: Any) -> None:
        self.came.append(time.monotonic())
        super()._comes_back()
