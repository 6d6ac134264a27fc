"""Somebody who was sent away from an open session: the page that is left, and the call that goes through."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.models import SessionState
from app.db import Database
from tests.house.rooms import LATEST, TABLES, Room, make_room
from tests.house.visitor import CAME_IN, Visitor, own_link, room_link


@pytest.fixture
def room(database: Database) -> Room:
    return make_room(database, state=SessionState.LIVE)


@pytest.fixture
def amal(visitor: Callable[[], Visitor], room: Room) -> Visitor:
    """Amal came in and was sent away."""
    made = visitor()
    made.visit(made.comes_in(own_link(room, "Amal")))
    room.does("Fola", "remove", participant_id=room.people["Amal"])
    return made


def signals(room: Room) -> list[Any]:
    return room.all(select(TABLES["signal"]))


def test_a_call_goes_through_and_tells_how_it_stands(amal: Visitor, room: Room) -> None:
    page = amal.visit(f"/room/{room.id}", 404)
    assert "You are not in the room any more." in page and "What is on your mind?" not in page
    assert "112" in page
    call = re.search(r'name="support" value="([^"]+)"', page)
    assert call
    for _ in range(2):  # sent again after a lost answer
        assert amal.send(f"/room/{room.id}/call", kind="support", support=call[1]) == f"/room/{room.id}"
    assert [(each.kind, each.status) for each in signals(room)] == [("support", "new")]
    page = amal.visit(f"/room/{room.id}", 404)
    assert "This is on its way." in page and "I need support" not in page
    room.does("Fola", "acknowledge_signal", id=call[1])
    assert "Your leader has seen this." in amal.visit(f"/room/{room.id}", 404)


def test_that_somebody_is_not_safe_goes_through_as_well_and_no_other_answer_does(
    visitor: Callable[[], Visitor], room: Room
) -> None:
    made = visitor()
    made.visit(made.comes_in(own_link(room, "Amal")))
    asked = {
        question: room.does("Fola", "ask", participant_id=room.people["Amal"], question=question)["id"]
        for question in ("safe", "all_right")
    }
    room.does("Fola", "remove", participant_id=room.people["Amal"])
    made.send(f"/room/{room.id}/call", 404, question=asked["all_right"])
    assert signals(room) == []
    for _ in range(2):
        assert made.send(f"/room/{room.id}/call", question=asked["safe"]) == f"/room/{room.id}"
    assert [(each.kind, each.status) for each in signals(room)] == [("not_safe", "new")]
    page = made.visit(f"/room/{room.id}", 404)
    assert "This is on its way." in page and "112" in page


def test_nothing_but_a_call_is_taken_and_only_from_ones_own_place(
    amal: Visitor, room: Room, visitor: Callable[[], Visitor]
) -> None:
    amal.send(f"/room/{room.id}/call", 409, kind="support", support="no id")
    assert visitor().client.post(f"/room/{room.id}/call").status_code >= 400
    assert amal.client.post(f"/room/{room.id}/ticket").status_code >= 400
    assert signals(room) == []


def test_when_the_session_is_over_the_room_looks_closed(amal: Visitor, room: Room) -> None:
    room.does("Fola", "end", version=LATEST)
    assert "There is no open room here right now." in amal.visit(f"/room/{room.id}", 404)
    amal.send(f"/room/{room.id}/call", 404, kind="support", support=str(uuid4()))
    assert signals(room) == []


def test_whoever_was_never_there_reads_that_the_room_is_closed(
    visitor: Callable[[], Visitor], room: Room
) -> None:
    assert "There is no open room here right now." in visitor().visit(f"/room/{room.id}", 404)


def console_of(room: Room, app: Flask) -> dict[str, Any]:
    screens = app.extensions["concentric"].screens
    with room.database.reader() as db:
        return dict(screens.console(db, room.row, room.who("Fola")))


@pytest.mark.parametrize("guest", [False, True])
def test_what_somebody_answers_at_the_door_while_they_are_sent_away_is_told_to_those_who_lead(
    visitor: Callable[[], Visitor], room: Room, app: Flask, guest: bool
) -> None:
    link, more = (room_link(room), {"alias": "Goran"}) if guest else (own_link(room, "Amal"), {})
    made = visitor()
    made.comes_in(link, **more)
    ids = {each.id for each in room.all(select(TABLES["participant"]))} - set(room.people.values())
    away = ids.pop() if guest else room.people["Amal"]
    room.does("Fola", "remove", participant_id=away)
    assert console_of(room, app)["sent_away"] == []
    said = {**CAME_IN, **more, "safe": "no", "private": "no"}
    page = made.send(link, 404, **said)  # the page was open before
    assert "There is no open room here right now." in page
    [told] = console_of(room, app)["sent_away"]
    heard = (told["id"], told["safe"], told["private"], told["at_address"])
    assert heard == (away, False, False, None if guest else True)
    assert (
        room.all(select(TABLES["participant"]).where(TABLES["participant"].c.id == away))[0].standing
        == "removed"
    )


def test_a_no_at_the_door_of_nobody_who_was_sent_away_changes_nothing(
    visitor: Callable[[], Visitor], room: Room, app: Flask
) -> None:
    room.does("Fola", "end", version=LATEST)
    visitor().send(room_link(room), 404, **{**CAME_IN, "alias": "Goran", "safe": "no"})
    assert console_of(room, app)["sent_away"] == []
