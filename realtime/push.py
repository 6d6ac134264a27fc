"""Pushes what has changed to whoever may see it, after the commit, as few times as will do.

News of a session is gathered. Plain state goes out at once and then at most every 25 ms, regions at most
every 100 ms, except that a move of the session goes out whole at once. Everything is read anew in one
snapshot when it is sent, so nothing here can be out of date or out of order.
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import Flask

from app import runtime
from app.core import console as consoles
from app.core import roles, stored, views
from app.core.changes import Committed, Who, version_for
from app.core.late import missed_stages
from app.core.models import Participant, Role, Standing
from app.core.refusals import NotFound
from app.core.shown import shown_answers
from app.db import Database
from app.regions import CONSOLE, PERSONAL, WALL, Screens, plain_room, plain_shown, speaking
from realtime.emit import emit
from realtime.presence import Presence
from realtime.rights import let_go
from realtime.sockets import NAMESPACES, Sockets, person_room
from realtime.touches import ABOUT_ONE, TOUCHES
from realtime.turns import Turns

log = logging.getLogger("concentric.push")

PLAIN_EVERY = 0.025
REGIONS_EVERY = 0.1
SHARE = 5  # a push that took long is followed by a pause of this many times its length
LONGEST = 0.01  # seconds after which the personal regions of the others wait for the next push
TICK = 3.0
ON_PRESENCE = ("roster", "answers", "waiting", "clock")


@dataclass
class News:
    """What has changed in a session since the last push."""

    shared: bool = False
    moved: bool = False
    presence: bool = False
    everybody: bool = False  # more people look different than those concerned
    people: set[str] = field(default_factory=set)
    reflections: set[str] = field(default_factory=set)
    shared_reflections: set[str] = field(default_factory=set)  # those of changes that the group may see
    console: set[str] = field(default_factory=set)
    personal: set[str] = field(default_factory=set)  # regions of the people concerned

    def __bool__(self) -> bool:
        return bool(
            self.shared or self.moved or self.presence or self.people or self.reflections or self.console
        )

    def take_in(self, other: "News") -> None:
        self.shared |= other.shared
        self.moved |= other.moved
        self.presence |= other.presence
        self.everybody |= other.everybody
        self.people |= other.people
        self.reflections |= other.reflections
        self.shared_reflections |= other.shared_reflections
        self.console |= other.console
        self.personal |= other.personal


@dataclass
class Room:
    """A session's pushes under way: news for plain state, news for regions, and what was sent last."""

    plain: News = field(default_factory=News)
    regions: News = field(default_factory=News)
    plain_due: float = 0.0
    regions_due: float = 0.0
    running: bool = False
    sent: dict[str, int] = field(default_factory=dict)  # room and region → hash of its HTML
    people: dict[str, Any] = field(default_factory=dict)
    rendered_at: dict[str, float] = field(default_factory=dict)  # participant → when their own regions were
    line: str = "here"  # of the leaders, as participants were told last
    lined_up: set[str] = field(default_factory=set)  # "plain", "regions", "move": asked for, not yet begun
    moves: threading.Event = field(default_factory=threading.Event)  # ends a pause
    one: threading.Lock = field(default_factory=threading.Lock)  # regions are sent by one at a time


class Pusher:
    """Listens to the bus and sends. ``screens`` renders."""

    def __init__(
        self,
        app: Flask,
        server: Any,
        database: Database,
        screens: Screens,
        sockets: Sockets,
        presence: Presence,
    ):
        self.app, self.server, self.database, self.screens = app, server, database, screens
        self.sockets, self.presence = sockets, presence
        self.rooms: dict[str, Room] = defaultdict(Room)
        self.enter_rooms: Callable[[Any, str], None] = lambda socket, standing: None
        self._seen_presence: dict[str, object] = {}
        self.turns = Turns()

    def on_committed(self, change: Committed) -> None:
        """News from the bus."""
        if not self.sockets.of(change.group_session_id, "facilitator") and not self._audience(change):
            return
        console, personal = TOUCHES.get(change.action, (CONSOLE, PERSONAL))
        news = News(
            shared=change.shared,
            moved=change.moved,
            people=set(change.people),
            reflections=set(change.reflections),
            shared_reflections=set(change.reflections) if change.shared else set(),
            everybody=change.moved or change.action not in ABOUT_ONE,
            console=set(CONSOLE if change.moved else console),
            personal=set(personal),
        )
        self._mark(change.group_session_id, news)

    def presence_changed(self, group_session_id: str) -> None:
        self._mark(group_session_id, News(presence=True, everybody=True, console=set(ON_PRESENCE)))

    def tick(self) -> None:
        """Called every few seconds: time alone changes what the roster says of people."""
        for group_session_id in self.sockets.sessions():
            state = self.presence.state_of_all(group_session_id)
            if self._seen_presence.get(group_session_id) != state:
                self._seen_presence[group_session_id] = state
                self.presence_changed(group_session_id)
        for group_session_id in set(self.rooms) - set(self.sockets.sessions()):
            if not self.rooms[group_session_id].running:
                del self.rooms[group_session_id]
                self._seen_presence.pop(group_session_id, None)

    def _audience(self, change: Committed) -> bool:
        return bool(
            self.sockets.of(change.group_session_id, "participant")
            or self.sockets.of(change.group_session_id, "display")
        )

    def _mark(self, group_session_id: str, news: News) -> None:
        room = self.rooms[group_session_id]
        room.plain.take_in(news)
        room.regions.take_in(news)
        if not room.running:
            room.running = True
            runtime.spawn(self._run, group_session_id, room)
        elif news.moved:
            room.moves.set()

    def _run(self, group_session_id: str, room: Room) -> None:
        """Waits until a room's news is due. A move goes at once, whatever else waits or is being rendered."""
        plain, regions = (
            partial(self._plain_news, group_session_id, room),
            partial(self._region_news, group_session_id, room),
        )
        try:
            while True:
                room.moves.clear()  # before looking, so that no move is slept over
                if room.plain.moved:
                    plain()
                    time.sleep(0)  # it goes out before anything is rendered
                if room.regions.moved and "move" not in room.lined_up:
                    room.lined_up.add("move")
                    runtime.spawn(regions, "move")
                due = {}
                if room.plain and "plain" not in room.lined_up:
                    due["plain"] = room.plain_due
                if room.regions and not room.lined_up & {"regions", "move"}:
                    due["regions"] = room.regions_due
                if not due:
                    break
                what = min(due, key=lambda each: due[each])
                pause = due[what] - time.monotonic()
                if pause > 0:
                    room.moves.wait(pause)
                elif what == "plain":
                    room.lined_up.add(what)
                    self.turns.small(plain)
                else:
                    room.lined_up.add(what)
                    self.turns.costly(partial(regions, what))
        finally:
            room.running = False

    def _plain_news(self, group_session_id: str, room: Room) -> None:
        room.lined_up.discard("plain")
        at = time.monotonic()
        news, room.plain = room.plain, News()
        if news:
            self._guarded(self._push_plain, group_session_id, room, news)
        room.plain_due = at + max(PLAIN_EVERY, SHARE * (time.monotonic() - at))

    def _region_news(self, group_session_id: str, room: Room, asked_as: str = "") -> None:
        with room.one:
            at = time.monotonic()
            room.lined_up.discard(asked_as)
            news, room.regions = room.regions, News()
            if news:
                self._guarded(self._push_regions, group_session_id, room, news)
            room.regions_due = at + max(REGIONS_EVERY, SHARE * (time.monotonic() - at))
        if room.regions:
            self._mark(group_session_id, News())  # some of it was left for the next time

    def _guarded(self, push: Callable[..., None], group_session_id: str, room: Room, news: News) -> None:
        """Pushes news that was taken before the snapshot begins: what comes later is for the next push.

        A push that fails is only late: the clients' next sync brings the whole screen.
        """
        try:
            with self.app.app_context(), self.database.reader() as db:
                push(db, views.session_row(db, group_session_id), room, news)
        except NotFound:
            pass
        except Exception as failed:
            log.error("a push failed: %s", type(failed).__name__, exc_info=failed)

    # plain state

    def _push_plain(self, db: Any, row: Any, room: Room, news: News) -> None:
        shown = self._shown(db, row, news) if news.shared or news.moved else []
        self._plain_to_participants(db, row, shown, news)
        if self._facilitators(db, row):
            self._plain_to_facilitators(db, row, room, news)
        if news.shared and self.sockets.of(row.id, "display"):
            data = self.screens.plain_wall(db, row) | {"shown": shown}
            emit(self.server, NAMESPACES["display"], f"display:{row.id}", "region", data)

    def _shown(self, db: Any, row: Any, news: News) -> list[dict[str, Any]]:
        """What the group sees now, and what it has just ceased to see."""
        shown = plain_shown(shown_answers(db, row))
        gone = news.shared_reflections - {each["id"] for each in shown}
        return shown + [{"id": each, "gone": True} for each in sorted(gone)]

    def _plain_to_participants(self, db: Any, row: Any, shown: list[dict[str, Any]], news: News) -> None:
        people = self.sockets.people(row.id, "participant")
        wanted = people if news.shared or news.moved else [who for who in people if who.id in news.people]
        if not wanted:
            return
        shared: dict[str, Any] = {}
        if news.shared or news.moved:
            shared = plain_room(self.screens.room(db, row)) | {"shown": shown}
        persons = self._persons(db, row, wanted)
        for who in wanted:
            person = self._still_here(db, row, who, persons)
            if person is None or person.standing == Standing.WAITING:
                continue
            seen = self.screens.state_for(db, row, person, shared)
            data = {"version": version_for(person, row.shared_version), **seen}
            own = who.id in news.people and not person.quiet and not who.shut
            mine = views.mine(db, row, who, news.reflections) if own else []
            if mine:
                data["mine"] = mine
            emit(self.server, NAMESPACES["participant"], person_room(who), "region", data)

    def _plain_to_facilitators(self, db: Any, row: Any, room: Room, news: News) -> None:
        data = self.screens.plain_console(db, row) if news.moved or news.shared else {"version": row.version}
        only = None if news.everybody or not room.people else news.people
        people = {each["id"]: each for each in consoles.people(db, row, self.presence, only)}
        changed = [each for key, each in people.items() if room.people.get(key) != each]
        if only is None:
            changed += [{"id": key, "gone": True} for key in room.people if key not in people]
            room.people = {}
        room.people |= people
        if changed:
            data["people"] = changed
        if news.reflections:
            data["reflections"] = consoles.reflections(db, row, news.reflections)
        emit(self.server, NAMESPACES["facilitator"], f"facilitators:{row.id}", "region", data)

    def _facilitators(self, db: Any, row: Any) -> list[Who]:
        """Who is connected to a console and still may be; whoever lost their role is let go first."""
        people = self.sockets.people(row.id, "facilitator")
        there = roles.of_group(db, row.group_id) if people else {}
        self.presence.settle(row.id, {key for key, role in there.items() if role == Role.OBSERVER})
        for socket in self.sockets.of(row.id, "facilitator"):
            if socket.who.id not in there:
                let_go(self.server, socket, "removed")
        return [who for who in people if who.id in there]

    def _persons(self, db: Any, row: Any, wanted: list[Who]) -> dict[str, Any]:
        """The rows of these people, by id, in one query."""
        if len(wanted) == 1:
            found = [stored.find(db, Participant, id=wanted[0].id, group_session_id=row.id)]
        else:
            found = [*stored.find_all(db, Participant, group_session_id=row.id)]
        return {person.id: person for person in found if person is not None}

    def _still_here(self, db: Any, row: Any, who: Who, persons: dict[str, Any]) -> Any:
        """The participant's row; somebody removed is let go, somebody with another kind of screen gets it."""
        person = persons.get(who.id)
        standing = person.standing if person else Standing.REMOVED  # a rehearsal's people go with its end
        for socket in self.sockets.of(row.id, "participant"):
            quiet = person.quiet if person else ""
            if socket.who != who or (socket.standing, socket.quiet) == (standing, quiet):
                continue
            if standing == Standing.REMOVED:
                let_go(self.server, socket, "removed")
            else:
                self.enter_rooms(socket, standing)
                socket.quiet = quiet
                self.forget(row.id, socket.person_room)
                emit(self.server, socket.namespace, socket.sid, "screen", self.screens.screen(db, row, who))
        return None if standing == Standing.REMOVED else person

    # regions

    def _push_regions(self, db: Any, row: Any, room: Room, news: News) -> None:
        self._regions_to_participants(db, row, room, news)
        for who in self._facilitators(db, row) if news.console else []:
            context = self.screens.console(db, row, who)
            time.sleep(0)
            with speaking(context["language"], context["time_zone"]):
                for name in sorted(news.console):
                    html = self.screens.render("facilitator", (name,), {"console": context})
                    self._send(room, NAMESPACES["facilitator"], person_room(who), row.version, html)
                    time.sleep(0)
        if (news.shared or news.moved) and self.sockets.of(row.id, "display"):
            context = self.screens.wall(db, row)
            with speaking(context["language"], "UTC"):
                html = self.screens.render("display", WALL, {"wall": context})
            self._send(room, NAMESPACES["display"], f"display:{row.id}", row.shared_version, html)

    def _regions_to_participants(self, db: Any, row: Any, room: Room, news: News) -> None:
        people = self.sockets.people(row.id, "participant")
        line = self.presence.line(row.id)
        everybody = news.shared or news.moved or line != room.line
        all_of_it = news.moved or line != room.line
        personal = people if all_of_it else []
        personal = personal or [who for who in people if who.id in news.people]
        room.line = line
        if not (people and (everybody or personal)):
            return
        context = self.screens.room(db, row)
        with speaking(context["language"], context["time_zone"]):
            shared = self.screens.shared(db, row) if everybody else {}
            wanted = (
                people if everybody else sorted(personal, key=lambda who: room.rendered_at.get(who.id, 0.0))
            )
            until = time.monotonic() + LONGEST
            persons = self._persons(db, row, wanted)
            for place, who in enumerate(wanted):
                if not everybody and time.monotonic() > until:
                    room.regions.people.update(each.id for each in wanted[place:])
                    room.regions.personal |= news.personal
                    break
                room.rendered_at[who.id] = time.monotonic()
                person = self._still_here(db, row, who, persons)
                if person is None:
                    continue
                missed = missed_stages(db, row, person) if shared else frozenset()
                html = dict(self.screens.shared(db, row, missed) if missed else shared)
                if person.quiet and person.standing == Standing.ADMITTED:
                    html = self.screens.plain(db, row, who)
                elif person.standing == Standing.WAITING:
                    door = {"room": self.screens.doorway(db, row), "me": self.screens.me(db, row, who)}
                    html = self.screens.render("participant", ("waiting", "banner", "dock_signal"), door)
                elif who in personal:
                    me = self.screens.me(db, row, who)
                    names = PERSONAL if all_of_it else sorted(news.personal)
                    html |= self.screens.render("participant", names, {"room": context, "me": me})
                version = version_for(person, row.shared_version)
                self._send(room, NAMESPACES["participant"], person_room(who), version, html)
                time.sleep(0)  # rendering for a whole room would hold up the other rooms

    def forget(self, group_session_id: str, to: str) -> None:
        """A whole screen went out to this room of sockets: what was pushed before says nothing any more."""
        sent = self.rooms[group_session_id].sent
        for key in [key for key in sent if key.startswith(f"{to} ")]:
            del sent[key]

    def _send(self, room: Room, namespace: str, to: str, version: int, html: dict[str, str]) -> None:
        for name, text in html.items():
            key, mark = f"{to} {name}", hash(text)
            if room.sent.get(key) != mark:
                room.sent[key] = mark
                emit(self.server, namespace, to, "region", {"version": version, "name": name, "html": text})
