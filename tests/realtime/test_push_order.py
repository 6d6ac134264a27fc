"""A push tells what is true, also when the session moves while it is being made."""

import threading
import time
from typing import Any
from uuid import uuid4

import pytest

from app.core import views
from app.core.models import Standing
from realtime.presence import Presence
from realtime.push import Pusher
from tests.house.rooms import Room, make_room
from tests.realtime.conftest import Switchboard, Wire


class Ear(Switchboard):
    """Lets a test wait for what is emitted."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = threading.Condition()

    def emit(self, name: str, data: dict[str, Any], to: str, namespace: str) -> None:
        with self.heard:
            super().emit(name, data, to, namespace)
            self.heard.notify_all()

    def tells(self, room: str, stage: str) -> bool:
        """Whether the newest plain state for a room of sockets is at this stage; waits for it."""

        def newest() -> str:
            states = [data["session"] for _, to, data in self.emitted if to == room and "session" in data]
            return str(states[-1]["stage_id"]) if states else ""

        with self.heard:
            return self.heard.wait_for(lambda: newest() == stage, 30)

    def shows(self, room: str, text: str) -> bool:
        """Whether the newest page with a stage in it holds this text; waits for it."""

        def newest() -> str:
            pages = [data.get("html", "") for _, to, data in self.emitted if to == room]
            return [page for page in ["", *pages] if not page or "The stage" in page][-1]

        with self.heard:
            return self.heard.wait_for(lambda: text in newest(), 30)


@pytest.fixture
def room(wire: Wire) -> Room:
    return make_room(wire.database, sandbox=True)


def pushing(wire: Wire, room: Room) -> tuple[Pusher, Ear]:
    """Pushes to Fola and Amal, and what they hear."""
    ear = Ear()
    for name, standing in (("Fola", ""), ("Amal", Standing.ADMITTED)):
        wire.dispatcher.enter_rooms(wire.sockets.add(name, room.who(name), sandbox=True), standing)
    pusher = Pusher(wire.app, ear, wire.database, wire.dispatcher.screens, wire.sockets, Presence())
    wire.bus.listen(pusher.on_committed)
    return pusher, ear


class Pause(threading.Event):
    """Tells that somebody waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.begun.set()
        return super().wait(timeout)


def test_a_move_is_told_at_once_while_other_news_of_the_room_waits(wire: Wire, room: Room) -> None:
    pusher, ear = pushing(wire, room)
    mine, pause = pusher.rooms[room.id], Pause()
    mine.moves, mine.plain_due, mine.regions_due = pause, *[time.monotonic() + 60] * 2
    room.does("Amal", "raise_signal", id=str(uuid4()), kind="hand")
    assert pause.begun.wait(5) and not ear.emitted
    room.does("Fola", "go_to_stage", stage_id="s-two", version=room.row.version)
    assert ear.tells(f"person:{room.id}:{room.people['Amal']}", "s-two")
    assert ear.tells(f"facilitators:{room.id}", "s-two")
    pusher_is_done(pusher, room)


def test_a_move_is_told_at_once_while_the_one_before_is_still_being_rendered(
    wire: Wire, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    pusher, ear = pushing(wire, room)
    renders, rendering, goes_on = pusher.screens.render, threading.Event(), threading.Event()

    def renders_slowly(*asked: Any) -> dict[str, str]:
        rendering.set()
        assert goes_on.wait(5)
        return renders(*asked)

    monkeypatch.setattr(pusher.screens, "render", renders_slowly)
    room.does("Fola", "go_to_stage", stage_id="s-two", version=room.row.version)
    assert rendering.wait(5)
    room.does("Fola", "go_to_stage", stage_id="s-three", version=room.row.version)
    assert ear.tells(f"person:{room.id}:{room.people['Amal']}", "s-three")
    goes_on.set()
    assert ear.shows(f"person:{room.id}:{room.people['Amal']}", "The stage s-three")
    pusher_is_done(pusher, room)


def test_a_move_that_falls_into_a_push_is_told_by_the_next_one(
    wire: Wire, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The push has read the session's row when the session moves, as may happen wherever reading yields."""
    pusher, ear = pushing(wire, room)
    read, moves = views.session_row, iter(["s-two"])

    def reads_and_is_overtaken(db: Any, group_session_id: str) -> Any:
        row = read(db, group_session_id)
        for stage in moves:
            room.does("Fola", "go_to_stage", stage_id=stage, version=row.version)
        return row

    monkeypatch.setattr(views, "session_row", reads_and_is_overtaken)
    room.does("Fola", "hold", version=room.row.version)
    assert ear.tells(f"facilitators:{room.id}", "s-two")
    assert ear.tells(f"person:{room.id}:{room.people['Amal']}", "s-two")
    pusher_is_done(pusher, room)


def pusher_is_done(pusher: Pusher, room: Room) -> None:
    """Waits for the end of the loop, so that it does not outlive its database."""
    turn = threading.Event()
    for _ in range(500):
        mine = pusher.rooms[room.id]
        if not (mine.running or mine.lined_up or mine.one.locked()):
            return
        turn.wait(0.01)
    raise AssertionError("the pushes never end")
