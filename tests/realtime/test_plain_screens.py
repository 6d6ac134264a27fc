"""What a plain screen hides is in no packet, whatever happens in the room."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from app.core.changes import Who
from realtime.presence import Presence
from realtime.push import Pusher
from realtime.sockets import person_room
from tests.house.rooms import Room, make_room
from tests.realtime.conftest import Wire
from tests.realtime.test_push_order import Ear

HIDDEN = ("What is on your mind?", "The stage s-", "For all to read.", "answer-form", "s-one", "s-two")


class Watched:
    """A room with a pusher, and what has reached each of its people."""

    def __init__(self, wire: Wire, room: Room) -> None:
        self.room, self.ear = room, Ear()
        self.screens = wire.dispatcher.screens
        for name in ("Amal", "Birgit", "Fola"):
            wire.sockets.add(name, room.who(name), sandbox=True)
        self.pusher = Pusher(wire.app, self.ear, wire.database, self.screens, wire.sockets, Presence())
        self.pusher.enter_rooms = lambda socket, standing: setattr(socket, "standing", standing)
        for name in ("Amal", "Birgit"):
            wire.sockets.get("/participant", name).standing = "admitted"
        wire.bus.listen(self.pusher.on_committed)

    def got(self, who: Who, word: str) -> str:
        """All that reached somebody, once this word is in it."""

        def all_of_it() -> str:
            return json.dumps([data for _, to, data in self.ear.emitted if to in (who.id, person_room(who))])

        with self.ear.heard:
            assert self.ear.heard.wait_for(lambda: word in all_of_it(), 10), all_of_it()
            return all_of_it()


@pytest.fixture
def watched(wire: Wire) -> Iterator[Watched]:
    yield Watched(wire, make_room(wire.database, sandbox=True))


def test_nothing_of_the_room_reaches_a_plain_screen_until_it_is_given_back(
    wire: Wire, watched: Watched
) -> None:
    room, ear = watched.room, watched.ear
    amal, birgit = room.who("Amal"), room.who("Birgit")
    room.does("Amal", "pause_for_me", choice="listen")
    wire_words = "Nothing to type."
    with ear.heard:
        assert ear.heard.wait_for(lambda: any(to == "Amal" for _, to, _ in ear.emitted), 10)
    answer: dict[str, Any] = {"id": str(uuid4()), "stage_id": "s-one", "audience": "group_named"}
    room.does("Birgit", "submit_reflection", answer={"text": "For all to read."}, **answer)
    room.does("Fola", "show_reflection", id=answer["id"])
    room.does("Fola", "go_to_stage", stage_id="s-two", version=room.row.version)
    watched.got(birgit, "The stage s-two")
    told = json.dumps([data for _, to, data in ear.emitted if to in ("Amal", person_room(amal))])
    assert wire_words in told
    assert not [word for word in HIDDEN if word in told]
    with wire.app.app_context(), wire.database.reader() as db:
        screen = json.dumps(watched.screens.screen(db, room.row, amal))
    assert not [word for word in HIDDEN if word in screen]

    room.does("Fola", "let_write", participant_id=amal.id)
    with ear.heard:
        assert ear.heard.wait_for(
            lambda: "For all to read." in json.dumps([d for _, t, d in ear.emitted if t == "Amal"]), 10
        )


def test_an_empty_page_gets_empty_regions(wire: Wire, watched: Watched) -> None:
    watched.room.does("Amal", "raise_signal", id=str(uuid4()), kind="support")
    watched.room.does("Amal", "stop_now", id=str(uuid4()))
    with wire.app.app_context(), wire.database.reader() as db:
        screen = watched.screens.screen(db, watched.room.row, watched.room.who("Amal"))
    assert [name for name, html in screen["regions"].items() if html] == ["stage"]
    assert "Thank you." in screen["regions"]["stage"]
