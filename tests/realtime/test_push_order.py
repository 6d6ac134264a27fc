"""A push tells what is true, also when the session moves while it is being made."""

import threading
from typing import Any

import pytest

from app.core import views
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
            return self.heard.wait_for(lambda: newest() == stage, 5)


@pytest.fixture
def room(wire: Wire) -> Room:
    return make_room(wire.database, sandbox=True)


def test_a_move_that_falls_into_a_push_is_told_by_the_next_one(
    wire: Wire, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The push has read the session's row when the session moves, as may happen wherever reading yields."""
    ear = Ear()
    wire.sockets.add("Fola", room.who("Fola"), sandbox=True)
    wire.sockets.add("Amal", room.who("Amal"), sandbox=True)
    pusher = Pusher(wire.app, ear, wire.database, wire.dispatcher.screens, wire.sockets, Presence())
    wire.bus.listen(pusher.on_committed)
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
        if not pusher.rooms[room.id].running:
            return
        turn.wait(0.01)
    raise AssertionError("the pushes never end")
