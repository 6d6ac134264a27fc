"""The seat of a browser: a new token with each load of the room, and the door for whoever has an old one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.core import seats
from app.core.refusals import Retry
from app.db import Database
from tests.house.rooms import FORM, TABLES, Room, make_room
from tests.house.visitor import Visitor, own_link, room_link

LONG = seats.SETTLED + timedelta(seconds=1)


@pytest.fixture
def room(database: Database) -> Room:
    return make_room(database, sandbox=True)


def cookie(person: Visitor) -> dict[str, Any]:
    with person.client.session_transaction() as kept:
        return dict(kept)


@contextmanager
def replayed(person: Visitor, stolen: dict[str, Any]) -> Iterator[None]:
    """Another browser with a copy of somebody's cookie."""
    with person.client.session_transaction() as kept:
        kept.clear()
        kept.update(stolen)
    yield


def loads(person: Visitor, room: Room, clock: Any) -> dict[str, Any]:
    clock.shift(LONG)
    person.visit(f"/room/{room.id}")
    return cookie(person)


def test_each_load_of_the_room_gives_a_new_token_and_an_old_copy_leads_to_the_door(
    visitor: Callable[[], Visitor], room: Room, clock: Any
) -> None:
    amal, thief = visitor(), visitor()
    amal.comes_in(own_link(room, "Amal"))
    stolen = cookie(amal)
    tokens = [stolen["places"][0][3]] + [loads(amal, room, clock)["places"][0][3] for _ in range(3)]
    assert len(set(tokens)) == 4 and min(map(len, tokens)) >= 22
    with replayed(thief, stolen):
        for path in ("", "/help", "/words", "/words.txt", "/consent", FORM):
            answer = thief.client.get(f"/room/{room.id}{path}")
            assert answer.status_code in (303, 404) and "What is on your mind?" not in answer.text
        assert thief.client.get(f"/room/{room.id}").headers["Location"] == "/door"
        assert "Before you come in" in thief.visit("/door")
        token = {"csrf_token": thief._token()}
        for path in ("ticket", "leave", "consent"):
            assert thief.client.post(f"/room/{room.id}/{path}", data=token).status_code == 404
        assert thief.client.post("/exit", data=token).status_code == 204
    amal.visit(f"/room/{room.id}")


def test_whoever_comes_by_the_door_again_has_the_same_seat_and_the_same_key_to_all_drafts(
    visitor: Callable[[], Visitor], room: Room, clock: Any
) -> None:
    amal = visitor()
    amal.comes_in(own_link(room, "Amal"))
    old = cookie(amal)
    before = amal.visit(f"/room/{room.id}")
    for _ in range(2):
        loads(amal, room, clock)
    with replayed(amal, old):
        amal.comes_in(own_link(room, "Amal"))
        after = amal.visit(f"/room/{room.id}")
    for kept in ("data-person=", "data-draft-key="):
        assert before.split(kept)[1].split(" ")[0] == after.split(kept)[1].split(" ")[0]


def test_a_call_is_taken_from_an_old_copy_as_well(
    visitor: Callable[[], Visitor], room: Room, clock: Any
) -> None:
    amal = visitor()
    amal.comes_in(own_link(room, "Amal"))
    old = cookie(amal)
    for _ in range(2):
        loads(amal, room, clock)
    with replayed(amal, old):
        call = {"kind": "support", "support": "11111111-1111-4111-8111-111111111111"}
        assert amal.send(f"/room/{room.id}/call", **call) == f"/room/{room.id}"
    assert room.log[-1].action == "raise_signal"


def test_two_devices_of_one_person_are_one_person_and_both_stay(
    visitor: Callable[[], Visitor], room: Room, clock: Any
) -> None:
    phone, laptop = visitor(), visitor()
    pages = []
    for device in (phone, laptop):
        device.comes_in(own_link(room, "Amal"))
    for _ in range(3):
        pages += [loads(device, room, clock)["places"][0][1] for device in (phone, laptop)]
    assert set(pages) == {room.people["Amal"]}


@pytest.mark.parametrize("goes", ["leave", "exit"])
def test_a_copy_of_a_browser_that_left_opens_nothing(
    visitor: Callable[[], Visitor], room: Room, goes: str
) -> None:
    guest, thief = visitor(), visitor()
    guest.comes_in(room_link(room), alias="Goran")
    guest.visit(f"/room/{room.id}")
    stolen = cookie(guest)
    guest.client.post(
        "/exit" if goes == "exit" else f"/room/{room.id}/{goes}", data={"csrf_token": guest._token()}
    )
    with replayed(thief, stolen):
        assert thief.client.get(f"/room/{room.id}").headers["Location"] == "/door"


def test_the_page_comes_also_when_no_new_token_can_be_stored(
    visitor: Callable[[], Visitor], room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    amal = visitor()
    amal.comes_in(own_link(room, "Amal"))
    before = cookie(amal)["places"]

    def full(*_args: Any) -> None:
        raise Retry()

    with monkeypatch.context() as patch:
        patch.setattr(seats, "give", full)
        amal.visit(f"/room/{room.id}")
    assert cookie(amal)["places"] == before
    amal.visit(f"/room/{room.id}")


def test_a_place_of_before_there_were_tokens_leads_to_the_door(
    visitor: Callable[[], Visitor], room: Room
) -> None:
    amal = visitor()
    amal.comes_in(own_link(room, "Amal"))
    kept = cookie(amal)
    for length in (2, 3):
        with replayed(amal, kept | {"places": [kept["places"][0][:length]]}):
            assert amal.client.get(f"/room/{room.id}").headers["Location"] == "/door"


@pytest.mark.parametrize("alias", ["Amal", "Goran"])
def test_whoever_sends_again_what_could_not_be_stored_is_there_once_and_reads_their_own_words(
    visitor: Callable[[], Visitor], database: Database, monkeypatch: pytest.MonkeyPatch, alias: str
) -> None:
    room, person = make_room(database, (), sandbox=True), visitor()
    link, more = (own_link(room, alias), {}) if alias == "Amal" else (room_link(room), {"alias": alias})

    def fails(*_args: Any) -> None:
        raise OperationalError("", {}, Exception("disk full"))

    with monkeypatch.context() as patch:
        patch.setattr(seats, "give", fails)
        person.send(link, 503, **{**person.came_in, **more})
    assert not cookie(person).get("places") and not room.all(select(TABLES["participant"]))
    person.comes_in(link, **more)
    [[_, seat, shut, _]] = cookie(person)["places"]
    assert [each.id for each in room.all(select(TABLES["participant"]))] == [seat] and not shut
