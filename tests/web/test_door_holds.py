"""Remove, refuse, lock and rotate hold: after a reload, on a second device, by an old link or code."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.core.models import Standing
from app.db import Database
from tests.house.rooms import TABLES, Room, make_room
from tests.house.visitor import Visitor, own_link, room_link

Visitors = Callable[[], Visitor]


@pytest.fixture
def room(database: Database) -> Room:
    return make_room(database, sandbox=True)


def everybody(room: Room) -> list[tuple[str, str]]:
    """Who has a place in the session, and as what."""
    rows = room.all(select(TABLES["participant"]).order_by(TABLES["participant"].c.joined_at))
    return [(row.id, str(row.standing)) for row in rows]


def newest(room: Room) -> str:
    """Who knocked last."""
    return everybody(room)[-1][0]


def finds_it_closed(person: Visitor, room: Room, *ways: str) -> None:
    """No page of the room, no socket and no way in; the place stays what it was."""
    before = everybody(room)
    for page in (f"/room/{room.id}", f"/room/{room.id}/words", f"/room/{room.id}/words.txt"):
        person.visit(page, 404)
    data = {"csrf_token": person._token()}
    assert person.client.post(f"/room/{room.id}/ticket", data=data).status_code == 404
    for way in ways:
        person.visit(way, 404)
        assert "no open room here" in person.send(way, 404, alias="Somebody", **person.came_in)
    assert everybody(room) == before


def test_a_member_who_was_removed_finds_it_closed_on_every_device(visitor: Visitors, room: Room) -> None:
    link, phone, laptop, unused = own_link(room, "Amal"), visitor(), visitor(), visitor()
    for device in (phone, laptop):
        assert device.comes_in(link) == f"/room/{room.id}"
        device.visit(f"/room/{room.id}")
    room.does("Fola", "remove", participant_id=room.people["Amal"])
    for device in (phone, laptop, unused):
        finds_it_closed(device, room, link)
    birgit = visitor()
    assert birgit.comes_in(own_link(room, "Birgit")) == f"/room/{room.id}", "nobody else is kept out"


@pytest.mark.parametrize("how", ["refuse", "remove"])
def test_a_guest_who_was_sent_away_finds_it_closed(visitor: Visitors, room: Room, how: str) -> None:
    guest = visitor()
    guest.comes_in(room_link(room), alias="Goran")
    if how == "remove":
        room.does("Fola", "admit", participant_id=newest(room))
    room.does("Fola", how, participant_id=newest(room))
    finds_it_closed(guest, room, room_link(room))
    assert guest.send("/code", code=room.row.code) == room_link(room), "a code is no secret"
    finds_it_closed(guest, room, room_link(room))


def test_behind_a_locked_door_nobody_new_comes_in_and_those_inside_come_back(
    visitor: Visitors, room: Room
) -> None:
    inside, new, guest = visitor(), visitor(), visitor()
    inside.comes_in(own_link(room, "Amal"))
    room.does("Fola", "lock", locked=True)
    assert 'id="answer-form"' in inside.visit(f"/room/{room.id}")
    again = visitor()
    again.comes_in(own_link(room, "Amal"))
    assert 'id="answer-form"' in again.visit(f"/room/{room.id}"), "a second device of somebody inside"
    for person, way, alias in ((new, own_link(room, "Nadia"), {}), (guest, room_link(room), {"alias": "G"})):
        page = person.visit(person.comes_in(way, **alias))
        assert 'id="answer-form"' not in page
        assert (newest(room), str(Standing.WAITING)) == everybody(room)[-1]
        assert not any(name in page for name in ("Birgit", "Chidi")), "nobody's name is told at the door"
    room.does("Fola", "lock", locked=False)
    late = visitor()
    late.comes_in(own_link(room, "Lena"))
    assert 'id="answer-form"' in late.visit(f"/room/{room.id}")


def test_an_old_link_and_an_old_code_fail_at_once_and_whoever_is_inside_stays(
    visitor: Visitors, room: Room
) -> None:
    old_link, old_code, waits, inside = room_link(room), room.row.code, visitor(), visitor()
    half_way = visitor()
    half_way.visit(old_link)  # has read the questions, and not answered them yet
    waits.comes_in(old_link, alias="Goran")
    inside.comes_in(own_link(room, "Amal"))
    room.does("Fola", "rotate_link")
    before = everybody(room)
    stranger = visitor()
    stranger.visit(old_link, 404)
    for person, path in ((half_way, "/door"), (stranger, old_link)):
        assert "no open room here" in person.send(path, 404, alias="Somebody", **person.came_in)
    assert "No open room has this code." in stranger.send("/code", 422, code=old_code)
    assert everybody(room) == before
    for person in (waits, inside):
        person.visit(f"/room/{room.id}")
    assert stranger.send("/code", code=room.row.code) == room_link(room)
