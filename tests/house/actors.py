"""People at real Socket.IO clients, named by what they do: ``amal.writes("…")``, ``fola.moves_on()``."""

import json
import re
import threading
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

import socketio

from tests.house.rooms import Room

PATIENCE = 20.0  # seconds until an actor calls something missing
NAMESPACES = {"participant": "/participant", "facilitator": "/facilitator", "display": "/display"}


class Client(socketio.Client):  # type: ignore[misc]
    """A client that lets its actor hear every message as it came over the wire."""

    def __init__(self, hear: Callable[[Any], None], **options: Any) -> None:
        super().__init__(handle_sigint=False, **options)
        self._hear = hear
        trigger = self.eio._trigger_event

        def in_order(event: str, *args: Any, **how: Any) -> Any:
            """The library gives each message to a thread of its own, which may overtake the one before."""
            return trigger(event, *args, **how | ({"run_async": False} if event == "message" else {}))

        self.eio._trigger_event = in_order

    def _handle_eio_message(self, data: Any) -> None:
        super()._handle_eio_message(data)
        self._hear(data)

    def _handle_eio_disconnect(self, reason: Any) -> None:
        ws = self.eio.ws
        super()._handle_eio_disconnect(reason)
        if ws is not None and reason != self.eio.reason.CLIENT_DISCONNECT:
            ws.shutdown()  # the library leaves a connection that was lost to the garbage collector


class Actor:
    """One socket of one person. ``frames`` is all that ever reached it, ``events`` the named ones in it."""

    def __init__(self, url: str, kind: str, ticket: str, *, returns: bool = False) -> None:
        self.url, self.namespace, self.ticket = url, NAMESPACES[kind], ticket
        self.frames: list[Any] = []
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.heard = threading.Condition()
        self.version = 0
        self.session: dict[str, Any] = {}
        self.client = Client(
            self._hear, reconnection=returns, reconnection_delay=0.05, reconnection_delay_max=0.2
        )
        self.client.on("*", self._event, namespace=self.namespace)
        self.client.on("disconnect", self._wakes, namespace=self.namespace)

    def arrives(self) -> "Actor":
        """Connects and asks for the screen."""
        self.connects()
        answer = self.says("sync", seen=0)
        assert answer["ok"], answer
        self.sees(lambda: any(name == "screen" for name, _ in self.events), "its screen")
        return self

    def connects(self, **headers: str) -> None:
        self.client.connect(
            self.url,
            headers=headers,
            auth={"ticket": self.ticket, "seen": 0},
            namespaces=[self.namespace],
            transports=["websocket"],
            wait_timeout=PATIENCE,
        )

    def leaves(self) -> None:
        self.client.disconnect()

    def says(self, command: str, **payload: Any) -> dict[str, Any]:
        """Sends a command and gives its acknowledgement."""
        return self.asks(command, payload)

    def asks(self, command: str, payload: Any) -> dict[str, Any]:
        """The same with a payload of any kind."""
        answer: dict[str, Any] = self.client.call(
            command, payload, namespace=self.namespace, timeout=PATIENCE
        )
        return answer

    def begins(self, command: str, payload: Any) -> "Answer":
        """Sends a command and does not wait."""
        answer = Answer()
        self.client.emit(command, payload, namespace=self.namespace, callback=answer.comes)
        return answer

    def sends(self, message: str | bytes) -> None:
        """Puts a message on the wire as it is."""
        self.client.eio.send(message)

    def sees(self, fact: Callable[[], Any], what: str, within: float = PATIENCE) -> None:
        """Waits until something is true of what has arrived."""
        with self.heard:
            assert self.heard.wait_for(fact, within), f"never came: {what}"

    def sees_version(self, version: int) -> None:
        self.sees(lambda: self.version >= version, f"version {version}")

    def of(self, key: str) -> dict[str, dict[str, Any]]:
        """The newest entry for each id in the lists called ``key``, as a client would keep them."""
        kept: dict[str, dict[str, Any]] = {}
        for name, data in list(self.events):
            if name == "screen":
                kept = {}
            for entry in data.get(key, []):
                kept[entry["id"]] = entry
        return {each: entry for each, entry in kept.items() if not entry.get("gone")}

    def _event(self, name: str, data: dict[str, Any]) -> None:
        with self.heard:
            self.events.append((name, data))
            self.version = max(self.version, data.get("version", 0))
            self.session = data.get("session") or self.session
            self.heard.notify_all()

    def _wakes(self, *_: Any) -> None:
        with self.heard:
            self.heard.notify_all()

    def _hear(self, data: Any) -> None:
        with self.heard:
            self.frames.append(data)
            self.heard.notify_all()


class Answer:
    """An acknowledgement that may still be on its way."""

    def __init__(self) -> None:
        self.arrived = threading.Event()
        self.value: dict[str, Any] = {}

    def comes(self, value: dict[str, Any]) -> None:
        self.value = value
        self.arrived.set()

    def now(self, within: float = PATIENCE) -> dict[str, Any]:
        assert self.arrived.wait(within), "no answer came"
        return self.value


class Person(Actor):
    """A participant."""

    def writes(
        self, text: str, *, stage: str = "", audience: str = "facilitators", **more: Any
    ) -> dict[str, Any]:
        return self.says("submit_reflection", **self.answer(text, stage=stage, audience=audience, **more))

    def answer(
        self, text: str, *, stage: str = "", audience: str = "facilitators", **more: Any
    ) -> dict[str, Any]:
        """What ``writes`` sends; the current stage unless another is named."""
        return {
            "id": str(uuid4()),
            "revision": 1,
            "stage_id": stage or self.session["stage_id"],
            "answer": {"text": text},
            "audience": audience,
            "passed": False,
            **more,
        }

    def signals(self, kind: str = "support") -> dict[str, Any]:
        return self.says("raise_signal", id=str(uuid4()), kind=kind)


class Leader(Actor):
    """A facilitator."""

    def moves_on(self, stage: str = "") -> dict[str, Any]:
        """To the next stage, or to the one named."""
        stages = [each["id"] for each in self.session["stages"]]
        target = stage or stages[stages.index(self.session["stage_id"]) + 1]
        answer = self.says("go_to_stage", stage_id=target, version=self.version)
        if answer["ok"]:
            self.sees(lambda: self.session["stage_id"] == target, f"stage {target}")
        return answer

    def shows(self, reflection: str) -> dict[str, Any]:
        return self.says("show_reflection", id=reflection)

    def reveals(self, stage: str = "") -> dict[str, Any]:
        return self.says("reveal", stage_id=stage or self.session["stage_id"])


Kind = TypeVar("Kind", bound=Actor)


class Company:
    """Brings the people of rooms to a server, and sends all of them home with the test."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.actors: list[Actor] = []

    def person(self, room: Room, alias: str, **options: Any) -> Person:
        return self._brings(Person, room, alias, **options)

    def leader(self, room: Room, name: str = "Fola", **options: Any) -> Leader:
        return self._brings(Leader, room, name, **options)

    def wall(self, room: Room) -> Actor:
        return self._brings(Actor, room, "display")

    def go_home(self) -> None:
        for actor in self.actors:
            actor.leaves()

    def _brings(self, kind: type[Kind], room: Room, name: str, **options: Any) -> Kind:
        """``sandbox`` lifts the limit on commands; ``arrives=False`` leaves the connecting to the test."""
        ticket = room.ticket(name, sandbox=options.pop("sandbox", True))
        arrives = options.pop("arrives", True)
        actor = kind(self.url, room.who(name).kind, ticket, **options)
        self.actors.append(actor)
        if arrives:
            actor.arrives()
        return actor


ACK = 3
MESSAGE = re.compile(r"(\d)(/\w+),(\d*)(.*)", re.DOTALL)


def strictly_read(frame: str) -> tuple[int, str, Any]:
    """Kind, ack number and content of a message, read as a browser reads it: no NaN, no infinity."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"a browser cannot read {constant}")

    found = MESSAGE.fullmatch(frame)
    assert found, frame
    return int(found[1]), found[3], json.loads(found[4], parse_constant=refuse) if found[4] else None
