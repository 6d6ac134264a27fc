"""Every frame that each client of a room receives: the pushes of the program, without their waiting."""

import json
import re
from collections import defaultdict
from dataclasses import replace
from typing import Any

from app.config import from_environment
from app.core.changes import Who, changing
from app.db import Database
from app.factory import create_app
from app.runtime import Drain
from realtime.dispatch import Dispatcher
from realtime.push import News, Pusher
from realtime.sockets import NAMESPACES, Sockets
from tests.house.environment import environment
from tests.house.rooms import Room, tickets
from tests.realtime.conftest import Switchboard

# what differs between two rooms in which the same has happened
MASKED = {
    "qr": re.compile(r"(?:M\d+ \d+h1v1h-1z)+"),
    "csrf": re.compile(r"\bI\w{50,}\.[\w-]+\.[\w-]+"),
    "key": re.compile(r'(?<=data-draft-key=")[^"]+'),
    "time": re.compile(r"\d{4}-\d\d-\d\dT[\d:.+]+Z?|\b\d\d:\d\d\b"),
}
IDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![\w-])[\w-]{22}(?![\w-])")


class Taps(Switchboard):
    """Delivers what is emitted to whoever is in the room, as the server does."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.frames: dict[str, list[str]] = defaultdict(list)

    def enter_room(self, sid: str, room: str, namespace: str) -> None:
        self.inside[namespace, room].add(sid)

    def leave_room(self, sid: str, room: str, namespace: str) -> None:
        self.inside[namespace, room].discard(sid)

    def emit(self, name: str, data: dict[str, Any], to: str, namespace: str) -> None:
        for sid in self.inside[namespace, to] or {to}:
            self.frames[sid].append(json.dumps([name, data], ensure_ascii=False, sort_keys=True, default=str))


class Unhurried(Pusher):
    """Keeps its news until somebody asks for it: when it is due is no matter of these tests."""

    def _mark(self, group_session_id: str, news: News) -> None:
        room = self.rooms[group_session_id]
        room.plain.take_in(news)
        room.regions.take_in(news)

    def pushes(self, group_session_id: str) -> None:
        """Sends all there is to be told."""
        self.screens._rooms.clear()  # what was put together within the last second is put together anew
        room = self.rooms[group_session_id]
        while room.plain or room.regions:
            self._plain_news(group_session_id, room)
            self._region_news(group_session_id, room)


class House:
    """Sockets, commands and pushes of one server, in this process."""

    def __init__(self, url: str, database: Database) -> None:
        self.database = database
        self.app = app = create_app(from_environment(environment(url)), self.database)
        kept = app.extensions["concentric"]
        self.taps, sockets = Taps(), Sockets()
        self.pusher = Unhurried(app, self.taps, self.database, kept.screens, sockets, kept.screens.presence)
        self.dispatcher = Dispatcher(
            app,
            self.taps,
            self.database,
            kept.tickets,
            kept.screens,
            sockets,
            kept.screens.presence,
            self.pusher,
            Drain(),
        )
        self.pusher.enter_rooms = self.dispatcher.enter_rooms
        self.dispatcher.listen()
        self.bus = app.extensions["concentric.bus"]
        self.bus.listen(self.pusher.on_committed)

    def close(self) -> None:
        self.bus.close()


class Tapped:
    """One room of a house with the clients of its people; ``own`` holds ids by what they stand for."""

    def __init__(self, house: House, room: Room) -> None:
        self.house, self.room = house, room
        self.own: dict[str, str] = {}

    def who(self, name: str) -> Who:
        """Somebody of the room; "Amal at home" is another client of hers, "Amal shut" one without her PIN."""
        alias, _, which = name.partition(" ")
        return replace(self.room.who(alias), shut=which == "shut")

    def comes(self, *names: str) -> None:
        """Their clients connect and ask for the screen."""
        for name in names:
            who = self.who(name)
            ticket = {"ticket": tickets.issue(who, sandbox=True)}
            self.house.dispatcher.admit(NAMESPACES[who.kind], self.sid(name), ticket)
            self.says(name, "sync", seen=0)

    def drops(self, *names: str) -> dict[str, Any]:
        """The lines of their clients are cut."""
        for name in names:
            self.house.taps.handlers[NAMESPACES[self.who(name).kind], "disconnect"](self.sid(name))
        return {"ok": True}

    def says(self, name: str, command: str, **payload: Any) -> dict[str, Any]:
        """Sends a command from the client of somebody, and gives its answer."""
        who = self.who(name)
        handler = self.house.taps.handlers[NAMESPACES[who.kind], "*"]
        answer: dict[str, Any] = handler(command, self.sid(name), payload)
        return answer

    def nudges(self) -> None:
        """The group sees a change, whatever the state of the session: everything is pushed anew."""
        self.house.database.writer.do(_nudge, self.room.who("Fola"))

    def pushes(self) -> None:
        self.house.pusher.pushes(self.room.id)
        self.house.pusher.tick()
        self.house.pusher.pushes(self.room.id)

    def frames(self, name: str) -> list[str]:
        """All that somebody's client has received."""
        return self.house.taps.frames[self.sid(name)]

    def sid(self, name: str) -> str:
        return f"{name} in {self.room.id}"

    def plain(self, frames: list[str]) -> list[str]:
        """Frames as they would be in any room like this one: ids by what they stand for or their order."""
        code = self.room.row.code
        known = {self.room.id: "session", self.room.group: "group"}
        known |= dict.fromkeys((code, f"{code[:3]} {code[3:]}"), "code")
        known |= {key: name for name, key in (self.room.people | self.room.leading | self.own).items()}
        order: dict[str, str] = {}
        made = []
        for frame in frames:
            for key, name in known.items():
                frame = frame.replace(key, f"<{name}>")
            for name, shape in MASKED.items():
                frame = shape.sub(f"<{name}>", frame)
            made.append(IDS.sub(lambda found: order.setdefault(found[0], f"<{len(order)}>"), frame))
        return made


def _nudge(db: Any, who: Who) -> None:
    with changing(db, who, "nudge") as change:
        change.wrote(who.group_session_id, shared=True, moved=True)
