"""What was shown before somebody came reaches them by no push, and costs rooms without them nothing."""

from typing import Any
from uuid import uuid4

import pytest

from app.regions import SHARED, Screens, speaking
from realtime.presence import Presence
from realtime.push import Pusher
from tests.house.rooms import Room, asking, make_room
from tests.realtime.conftest import Wire
from tests.realtime.test_push_order import Ear, pusher_is_done

EARLY, NOW = "Said in the first stage.", "Said in the second stage."


@pytest.fixture
def room(wire: Wire) -> Room:
    """Two stages in which Amal and Birgit told something, and two who come in the second."""
    room = make_room(wire.database, stages=[asking("s-one"), asking("s-two")], sandbox=True)
    tells(room, "Amal", "s-one", EARLY)
    room.does("Fola", "go_to_stage", stage_id="s-two", version=room.row.version)
    for name in ("Dana", "Emil"):
        room.lets_in(name, guest=True)
        room.does("Fola", "admit", participant_id=room.people[name])
    return room


def tells(room: Room, alias: str, stage_id: str, words: str) -> None:
    """Somebody answers with their name, and it is shown."""
    new = str(uuid4())
    room.does(
        alias, "submit_reflection", id=new, stage_id=stage_id, answer={"text": words}, audience="group_named"
    )
    room.does("Fola", "show_reflection", id=new)


def rendered(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The names of the shared regions, as often as they are rendered from now on."""
    found: list[tuple[str, ...]] = []
    render = Screens.render

    def counted(self: Screens, audience: str, names: Any, context: Any) -> dict[str, str]:
        if audience == "participant" and "shown" in names:
            found.append(tuple(names))
        return render(self, audience, names, context)

    monkeypatch.setattr(Screens, "render", counted)
    return found


def hears(wire: Wire, room: Room, *names: str) -> dict[str, str]:
    """What each of them gets when Birgit's answer is shown: everything that was pushed, as one text."""
    ear, screens = Ear(), wire.dispatcher.screens
    for name in names:
        wire.sockets.add(name, room.who(name), sandbox=True)
    pusher = Pusher(wire.app, ear, wire.database, screens, wire.sockets, Presence())
    wire.bus.listen(pusher.on_committed)
    tells(room, "Birgit", "s-two", NOW)

    def heard(name: str, what: str = "") -> str:
        to_them = [data for _, to, data in ear.emitted if to == f"person:{room.id}:{room.people[name]}"]
        return str([data for data in to_them if data.get("name", "") == what or not what])

    with ear.heard:
        assert ear.heard.wait_for(lambda: all(NOW in heard(name, "shown") for name in names), 30)
    pusher_is_done(pusher, room)
    return {name: heard(name) for name in names}


def test_no_push_and_no_screen_tells_who_came_late_what_was_shown_before(
    wire: Wire, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    often = rendered(monkeypatch)
    heard = hears(wire, room, "Amal", "Chidi", "Dana", "Emil")
    assert NOW in heard["Dana"] and EARLY not in heard["Dana"]
    assert NOW in heard["Amal"] and EARLY in heard["Amal"]
    # once for both of them, each time that the room was put together anew
    assert 1 <= often.count(("shown",)) <= often.count(SHARED)
    with wire.app.app_context(), wire.database.reader() as db, speaking("en", "UTC"):
        row = room.row
        screens = {
            name: str(wire.dispatcher.screens.screen(db, row, room.who(name))) for name in ("Amal", "Dana")
        }
    assert NOW in screens["Dana"] and EARLY not in screens["Dana"]
    assert EARLY in screens["Amal"]


def test_without_anybody_late_shared_regions_are_rendered_once(
    wire: Wire, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    often = rendered(monkeypatch)
    hears(wire, room, "Amal", "Birgit", "Chidi")
    assert ("shown",) not in often
