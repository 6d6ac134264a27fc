"""The wire without a network: the dispatcher of the program, in this process, over a real database."""

import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event

from app.access import Tickets
from app.config import from_environment
from app.core.refusals import Refused
from app.db import Database
from app.factory import create_app
from app.runtime import Drain
from realtime.dispatch import Dispatcher
from realtime.presence import Presence
from realtime.sockets import NAMESPACES, Sockets
from tests.house.environment import environment
from tests.house.rooms import Room


class Switchboard:
    """Stands where the Socket.IO server stands; keeps what is emitted and who handles what."""

    def __init__(self) -> None:
        self.emitted: list[tuple[str, str, dict[str, Any]]] = []
        self.handlers: dict[tuple[str, str], Callable[..., Any]] = {}
        self.rooms: list[tuple[str, str]] = []
        self.left: list[tuple[str, str]] = []
        self.closed: list[str] = []

    def on(self, name: str, handler: Callable[..., Any], namespace: str) -> None:
        self.handlers[namespace, name] = handler

    def emit(self, name: str, data: dict[str, Any], to: str, namespace: str) -> None:
        self.emitted.append((name, to, data))

    def enter_room(self, sid: str, room: str, namespace: str) -> None:
        self.rooms.append((sid, room))

    def leave_room(self, sid: str, room: str, namespace: str) -> None:
        self.left.append((sid, room))

    def disconnect(self, sid: str, namespace: str) -> None:
        self.closed.append(sid)


class Undone:
    """A writer that takes everything back, and counts the rows that were written before it did."""

    def __init__(self, database: Database) -> None:
        self.engine = database.write_engine
        self.written = 0

    def do(self, verb: Callable[..., Any], *args: Any, of: str = "") -> Any:
        self.written = 0
        with self.engine.connect() as db, db.begin() as transaction:
            event.listen(db, "before_cursor_execute", self._count)
            try:
                return verb(db, *args)
            finally:
                transaction.rollback()

    def _count(self, _db: Any, _cursor: Any, _text: str, _values: Any, context: Any, _many: bool) -> None:
        self.written += bool(context and (context.isinsert or context.isupdate or context.isdelete))


class Wire:
    """The dispatcher with its sockets; ``plays`` sends one command as somebody."""

    def __init__(self, url: str, database: Database, *, undone: bool = False) -> None:
        self.database = database
        self.app = app = create_app(from_environment(environment(url)), self.database)
        self.tickets: Tickets = app.extensions["concentric"].tickets
        screens = app.extensions["concentric"].screens
        self.server, sockets, presence = Switchboard(), Sockets(), Presence()
        self.undone = Undone(self.database)
        behind: Any = self.database
        if undone:
            behind = SimpleNamespace(reader=self.database.reader, writer=self.undone)
        pusher: Any = SimpleNamespace(
            presence_changed=lambda _session: None, forget=lambda _session, _room: None
        )
        self.sockets = sockets
        self.bus = app.extensions["concentric.bus"]
        self.dispatcher = Dispatcher(
            app, self.server, behind, self.tickets, screens, sockets, presence, pusher, Drain()
        )
        self.dispatcher.listen()

    def admits(self, room: Room, name: str, sid: str = "") -> bool:
        """Whether somebody's ticket opens a socket; it does not have to be of their own namespace."""
        who = room.who(name)
        try:
            self.dispatcher.admit(
                NAMESPACES[who.kind], sid or name, {"ticket": room.ticket(name, sandbox=True)}
            )
        except Refused:
            return False
        return True

    def plays(self, namespace: str, sid: str, command: str, *payload: Any) -> dict[str, Any]:
        """What the handler of commands answers."""
        answer: dict[str, Any] = self.server.handlers[namespace, "*"](command, sid, *payload)
        return answer

    def plays_in_one_batch(self, commands: list[tuple[str, str, str, Any]]) -> list[dict[str, Any]]:
        """Sends commands in this order while the writer is kept busy, so that it takes them together."""
        answers: list[dict[str, Any]] = [{} for _ in commands]
        waiting, writer = self.database.writer._waiting, self.database.writer
        entered, leave = threading.Event(), threading.Event()

        def keeps_busy(_: Any) -> None:
            entered.set()
            leave.wait(10)

        def play(place: int) -> None:
            answers[place] = self.plays(*commands[place])

        players = [threading.Thread(target=writer.do, args=(keeps_busy,))]
        players[0].start()
        entered.wait(10)
        for place in range(len(commands)):
            players.append(threading.Thread(target=play, args=(place,)))
            players[-1].start()
            while waiting.qsize() <= place:
                players[-1].join(0.001)
        leave.set()
        for player in players:
            player.join()
        return answers

    def close(self) -> None:
        self.bus.close()


@pytest.fixture
def database_url(warm_url: str) -> str:
    return warm_url


@pytest.fixture
def database(warm_database: Database) -> Database:
    return warm_database


@pytest.fixture
def wire(database_url: str, database: Database) -> Iterator[Wire]:
    """A dispatcher whose commands are stored."""
    made = Wire(database_url, database)
    yield made
    made.close()


@pytest.fixture
def undone(database_url: str, database: Database) -> Iterator[Wire]:
    """A dispatcher whose commands leave nothing behind, so that each finds the same database."""
    made = Wire(database_url, database, undone=True)
    yield made
    made.close()


def code_of(answer: dict[str, Any]) -> str:
    """``ok``, or the code of the refusal."""
    return "ok" if answer["ok"] else str(answer["error"]["code"])
