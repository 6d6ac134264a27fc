"""Remove and refuse close every tab of one person at once, and nobody else's; lock and rotate close none."""

import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest

from realtime.presence import Presence
from realtime.push import Pusher
from tests.house.rooms import Room, make_room
from tests.realtime.conftest import Wire, code_of
from tests.realtime.test_push_order import Ear, pusher_is_done


class Door:
    """Amal and Birgit with two tabs each, Goran who waits with two, and pushes that are heard."""

    def __init__(self, wire: Wire) -> None:
        self.wire, self.ear = wire, Ear()
        self.room: Room = make_room(wire.database, sandbox=True)
        self.room.lets_in("Goran", guest=True)
        for name in ("Amal", "Birgit", "Goran"):
            for tab in (1, 2):
                assert wire.admits(self.room, name, f"{name} {tab}")
        wire.admits(self.room, "Fola")
        screens = wire.app.extensions["concentric"].screens
        self.pusher = Pusher(wire.app, self.ear, wire.database, screens, wire.sockets, Presence())
        self.pusher.enter_rooms = wire.dispatcher.enter_rooms
        wire.bus.listen(self.pusher.on_committed)

    def does(self, command: str, **payload: object) -> None:
        """Fola does something, and her own screen has heard of it: the plain news of others came before."""
        self.room.does("Fola", command, **payload)
        version, console = self.room.row.version, f"facilitators:{self.room.id}"

        def heard() -> bool:
            return any(to == console and data["version"] == version for _, to, data in self.ear.emitted)

        with self.ear.heard:
            assert self.ear.heard.wait_for(heard, 5)
        pusher_is_done(self.pusher, self.room)

    def told_to_go(self) -> list[str]:
        return sorted(to for name, to, data in self.ear.emitted if name == "notice")

    def closed(self, *sids: str) -> bool:
        """Whether exactly these connections are closed, as soon as they are."""
        turn = threading.Event()
        for _ in range(500):
            if sorted(self.ear.closed) == sorted(sids):
                return True
            turn.wait(0.01)
        return False

    def plays(self, name: str, command: str, **payload: object) -> str:
        return code_of(self.wire.plays("/participant", f"{name} 1", command, payload))

    def came_to(self, name: str) -> bool:
        """Whether anything was sent to the tabs of a person."""
        return any(to.endswith(f":{self.room.people[name]}") for _, to, _ in self.ear.emitted)


@pytest.fixture
def door(wire: Wire) -> Iterator[Door]:
    yield Door(wire)


@pytest.mark.parametrize(("how", "name"), [("remove", "Amal"), ("remove", "Goran"), ("refuse", "Goran")])
def test_every_tab_of_whoever_is_sent_away_closes_and_nothing_more_reaches_it(
    door: Door, how: str, name: str
) -> None:
    answer = {"id": str(uuid4()), "stage_id": "s-one", "answer": {"text": "A walk."}}
    door.does(how, participant_id=door.room.people[name])
    assert door.told_to_go() == [f"{name} 1", f"{name} 2"]
    assert door.closed(f"{name} 1", f"{name} 2")
    assert (f"{name} 1", f"person:{door.room.id}:{door.room.people[name]}") in door.ear.left
    assert door.plays(name, "submit_reflection", **answer, audience="facilitators") == "not_found"
    assert door.plays(name, "sync") == "not_found"
    door.ear.emitted.clear()
    door.does("go_to_stage", stage_id="s-two", version=door.room.row.version)
    assert not door.came_to(name) and door.came_to("Birgit")
    assert not door.wire.admits(door.room, name, "another device"), "nor does a ticket from before"
    assert door.plays("Birgit", "sync") == "ok"


@pytest.mark.parametrize("how", ["lock", "rotate"])
def test_lock_and_rotate_close_nobodys_tab_and_let_those_inside_reconnect(door: Door, how: str) -> None:
    if how == "lock":
        door.does("lock", locked=True)
    else:
        door.does("rotate_link")
    assert door.told_to_go() == [] and door.ear.closed == []
    for name in ("Amal", "Birgit", "Goran"):
        assert door.plays(name, "sync") == "ok"
        assert door.wire.admits(door.room, name, f"{name} again")
