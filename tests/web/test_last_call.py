"""Somebody who was sent away from an open session: the page that is left, and the call that goes through."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.core.models import SessionState
from app.db import Database
from tests.house.rooms import LATEST, TABLES, Room, make_room
from tests.house.visitor import Visitor, own_link


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
