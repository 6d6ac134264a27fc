"""A person who keeps writing and sends again whatever was not acknowledged, as the page's outbox does."""

import threading
from typing import Any

from socketio.exceptions import SocketIOError

from tests.house.actors import Company, Person
from tests.house.rooms import Room

AGAIN = {"retry", "internal", "slow_down"}
PACE = 0.03  # seconds from one line to the next
AT_ONCE = 4  # answers on their way


class Writer(threading.Thread):
    """Writes lines without end; ``acked`` is what it was told is stored, ``pending`` what it keeps."""

    def __init__(self, company: Company, room: Room, alias: str) -> None:
        super().__init__(name=alias, daemon=True)
        self.person: Person = company.person(room, alias, returns=True)
        self.stage = self.person.session["stage_id"]
        self.alias = alias
        self.acked: dict[str, str] = {}
        self.refused: list[dict[str, Any]] = []
        self.pending: dict[str, dict[str, Any]] = {}
        self.in_flight: set[str] = set()
        self.written = 0
        self.resting = False
        self.ending = False
        self.change = threading.Condition()
        for event in ("connect", "disconnect"):
            self.person.client.on(event, self._nothing_is_certain, namespace=self.person.namespace)

    def run(self) -> None:
        while not self.ending:
            with self.change:
                if not self.resting and len(self.pending) < AT_ONCE:
                    self._writes_one_more()
                due = [each for key, each in self.pending.items() if key not in self.in_flight]
                self.in_flight.update(each["id"] for each in due)
            for answer in due:
                self._sends(answer)
            with self.change:
                self.change.wait_for(lambda: self.ending, PACE)

    def has_acked(self, number: int, within: float) -> bool:
        """Waits until so many lines were acknowledged."""
        with self.change:
            return self.change.wait_for(lambda: len(self.acked) >= number, within)

    def rests(self) -> None:
        """Writes nothing new; what is pending is still sent."""
        self.resting = True

    def has_nothing_left(self, within: float) -> bool:
        with self.change:
            return self.change.wait_for(lambda: not self.pending, within)

    def stops(self) -> None:
        with self.change:
            self.ending = True
            self.change.notify_all()
        self.join()

    def _writes_one_more(self) -> None:
        self.written += 1
        answer = self.person.answer(f"{self.alias} writes line {self.written}", stage=self.stage)
        self.pending[answer["id"]] = answer

    def _sends(self, answer: dict[str, Any]) -> None:
        def acknowledged(outcome: dict[str, Any]) -> None:
            with self.change:
                self.in_flight.discard(answer["id"])
                if outcome["ok"]:
                    self.acked[answer["id"]] = answer["answer"]["text"]
                    self.pending.pop(answer["id"], None)
                elif outcome["error"]["code"] not in AGAIN:
                    self.refused.append(outcome["error"])
                    self.pending.pop(answer["id"], None)
                self.change.notify_all()

        person = self.person
        try:
            person.client.emit("submit_reflection", answer, namespace=person.namespace, callback=acknowledged)
        except (SocketIOError, OSError):
            with self.change:
                self.in_flight.discard(answer["id"])

    def _nothing_is_certain(self, *_: Any) -> None:
        """What was on its way may or may not have arrived: it is sent again."""
        with self.change:
            self.in_flight.clear()


class Writers:
    """Everybody in a room writes; and what all of them were told."""

    def __init__(self, company: Company, room: Room) -> None:
        self.all = [Writer(company, room, alias) for alias in room.people]
        for each in self.all:
            each.start()

    @property
    def acked(self) -> dict[str, str]:
        together: dict[str, str] = {}
        for each in self.all:
            with each.change:
                together |= each.acked
        return together

    @property
    def refused(self) -> list[dict[str, Any]]:
        return [refusal for each in self.all for refusal in each.refused]

    @property
    def written(self) -> int:
        return sum(each.written for each in self.all)

    def wait_for_acks(self, more: int, within: float = 30.0) -> None:
        """Waits until every one of them has been told of so many more lines."""
        for each in self.all:
            assert each.has_acked(len(each.acked) + more, within), f"{each.alias} is told nothing"

    def finish(self, within: float = 30.0) -> None:
        """Nothing new; everything pending is stored; then all of them stop."""
        for each in self.all:
            each.rests()
        try:
            for each in self.all:
                assert each.has_nothing_left(within), f"{each.alias} still keeps {len(each.pending)}"
        finally:
            for each in self.all:
                each.stops()
