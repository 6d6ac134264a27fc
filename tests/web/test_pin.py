"""The PIN at the door: chosen once, asked for in every other browser, and few tries."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import pin
from app.core import pin_tries, pins
from app.core.models import now
from app.db import Database
from app.safety import Limiter
from tests.core.cast import Oak
from tests.house.browser import Browser
from tests.house.rooms import TABLES, Room, make_room
from tests.house.visitor import Visitor, member_row, own_link

PIN = {"pin": "4711", "again": "4711"}
CLOSED = "What you wrote is still yours to read, in the browser"


def member(room: Room) -> Any:
    members = TABLES["member"]
    return room.all(select(members).where(members.c.group_id == room.group, members.c.pin_hash.is_not(None)))


def seats(room: Room) -> list[Any]:
    """When the seats of those with a PIN were unlocked."""
    people = TABLES["participant"]
    owners = [each.id for each in member(room)]
    return [each.unlocked_at for each in room.all(select(people)) if each.member_id in owners]


@pytest.fixture
def room(database: Database) -> Room:
    """A room in which Dora is a member who has not come yet."""
    made = make_room(database)
    own_link(made, "Dora")
    return made


@pytest.fixture
def dora(room: Room, visitor: Callable[[], Visitor]) -> Visitor:
    """Dora's own browser, in which she has chosen a PIN and come in."""
    browser = visitor()
    assert "Choose a PIN, four to eight digits" in browser.visit(own_link(room, "Dora"))
    browser.comes_in(own_link(room, "Dora"), **PIN)
    return browser


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"pin": "471", "again": "471"}, "A PIN has four to eight digits."),
        ({"pin": "47 11", "again": "47 11"}, "A PIN has four to eight digits."),
        ({"pin": "123456789", "again": "123456789"}, "A PIN has four to eight digits."),
        ({"pin": "4711", "again": ""}, "The two PINs are not the same."),
        ({"pin": "", "again": "4711"}, "A PIN has four to eight digits."),
    ],
)
def test_a_pin_is_typed_twice_and_has_four_to_eight_digits(
    room: Room, visitor: Callable[[], Visitor], typed: dict[str, str], said: str
) -> None:
    browser = visitor()
    assert said in browser.send(own_link(room, "Dora"), 422, **browser.came_in, **typed)
    assert member(room) == []


def test_a_pin_is_kept_as_a_hash_and_opens_the_seat(room: Room, dora: Visitor) -> None:
    (row,) = member(room)
    assert row.pin_hash.startswith("$argon2") and "4711" not in row.pin_hash
    assert seats(room)[0] is not None


def test_another_browser_needs_the_pin_for_a_seat_that_is_in_use(
    room: Room, dora: Visitor, visitor: Callable[[], Visitor]
) -> None:
    link, other = own_link(room, "Dora"), visitor()
    other.visit(link)
    for typed, said in (("", "You have been here today."), ("1234", "This is not your PIN.")):
        assert said in other.send("/door", 422, **other.came_in, pin=typed)
    other.visit(f"/room/{room.id}", 404)
    assert other.comes_in(link, pin="4711") == f"/room/{room.id}"


def test_what_somebody_wrote_today_needs_the_pin_also_when_they_have_left(
    room: Room, dora: Visitor, visitor: Callable[[], Visitor]
) -> None:
    link, other = own_link(room, "Dora"), visitor()
    dora.send(f"/room/{room.id}/leave", 200)
    other.visit(link)
    assert "You have been here today." in other.send("/door", 422, **other.came_in, pin="")
    other.visit(f"/room/{room.id}/words", 404)
    assert dora.comes_in(link, pin="4711") == f"/room/{room.id}"
    assert seats(room) != [None]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The PINs that were compared with the right one, which is 4711: no time is spent on more."""
    compared: list[str] = []
    monkeypatch.setattr(pin, "password_fits", lambda _hash, each: compared.append(each) or each == "4711")
    return compared


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How much time has gone by for those who type a PIN, in seconds."""
    time, began = [0.0], now()
    monkeypatch.setattr(pin_tries, "now", lambda: began + timedelta(seconds=time[0]))
    return time


def test_wrong_tries_cost_growing_pauses_in_their_own_browser_and_keep_nobody_else_out(
    room: Room, dora: Visitor, visitor: Callable[[], Visitor], typed: list[str], clock: list[float]
) -> None:
    link, other = own_link(room, "Dora"), visitor()
    dora.send(f"/room/{room.id}/leave", 200)
    other.visit(link)
    for pause in pin_tries.PAUSES:
        assert "This is not your PIN." in other.send("/door", 422, **other.came_in, pin="0000")
        if pause:
            clock[0] += pause - 0.5
            told = other.send("/door", 422, **other.came_in, pin="4711")
            assert "before you try again. Your facilitator can also reset your PIN." in told
        clock[0] += 0.5
    assert len(typed) == len(pin_tries.PAUSES)
    assert dora.comes_in(link, pin="4711") == f"/room/{room.id}"
    assert other.comes_in("/door", pin="4711") == f"/room/{room.id}"
    assert list(pin_tries.PAUSES) == sorted(pin_tries.PAUSES)


def test_all_strange_browsers_together_have_few_tries_a_day_and_one_that_proved_the_pin_is_not_kept_out(
    app: Flask, room: Room, dora: Visitor, visitor: Callable[[], Visitor], typed: list[str]
) -> None:
    link, known, database = own_link(room, "Dora"), visitor(), room.database
    known.comes_in(link, pin="4711")
    assert typed == ["4711"]
    for tried in range(pin_tries.STRANGERS + 2):
        if tried == pin_tries.STRANGERS:
            app.extensions["concentric"].limiter = Limiter()  # the server was restarted
        stranger = visitor()
        stranger.visit(link)
        told = stranger.send("/door", 422, **stranger.came_in, pin="0000")
    assert "Your facilitator can reset it." in told
    assert len(typed) == 1 + pin_tries.STRANGERS
    known.send(f"/room/{room.id}/leave", 200)
    assert known.comes_in(link, pin="4711") == f"/room/{room.id}"
    stranger.send("/door", 422, **stranger.came_in, pin="4711")
    database.writer.do(pins.reset, room.group, member_row(room, "Dora").id)
    assert stranger.comes_in("/door", pin="4711", again="4711") == f"/room/{room.id}"


def test_after_the_end_the_own_link_and_the_pin_lead_to_the_own_words_on_another_device(
    room: Room, dora: Visitor, visitor: Callable[[], Visitor]
) -> None:
    link, other = own_link(room, "Dora"), visitor()
    room.does("Fola", "end", version=room.row.version)
    assert "This session has ended." in other.visit(link)
    for typed in ("", "1234"):
        other.send("/door", 422, pin=typed)
        other.visit(f"/room/{room.id}/words", 404)
    assert other.send("/door", pin="4711") == f"/room/{room.id}/words"
    assert "There is nothing yet." in other.visit(f"/room/{room.id}/words")


def test_after_the_end_a_link_alone_opens_no_words(room: Room, visitor: Callable[[], Visitor]) -> None:
    other = visitor()
    room.does("Fola", "end", version=room.row.version)
    assert CLOSED in other.visit(own_link(room, "Amal"))
    other.send("/door", 200)
    other.visit(f"/room/{room.id}/words", 404)


def test_without_a_pin_a_second_browser_writes_and_reads_nothing_back(
    room: Room, visitor: Callable[[], Visitor]
) -> None:
    link, mine, other = own_link(room, "Dora"), visitor(), visitor()
    mine.comes_in(link)
    told = {"stage_id": "s-one", "audience": "facilitators", "answer": {"text": "Written at home."}}
    people = TABLES["participant"]
    dora = people.c.member_id == member_row(room, "Dora").id
    room.people["Dora"] = room.all(select(people.c.id).where(dora))[0].id
    room.does("Dora", "submit_reflection", id="11111111-1111-4111-8111-111111111111", **told)
    assert "stays closed here: you have no PIN yet." in other.visit(link)
    other.comes_in(link, **PIN)
    assert member(room) == []
    page = other.visit(f"/room/{room.id}")
    assert 'id="answer-form"' in page and "stays closed in this browser" in page
    room.does("Fola", "end", version=room.row.version)
    for path in ("", "/words", "/words.txt"):
        assert "Written at home." not in other.client.get(f"/room/{room.id}{path}").text
    assert "Written at home." in mine.visit(f"/room/{room.id}/words")


def test_a_facilitator_takes_a_forgotten_pin_away(
    app: Flask, oak: Oak, fola: Browser, database: Database
) -> None:
    amal = oak.members["Amal"]
    page = f"/groups/{oak.group_id}/members/{amal}"
    for name in ("Amal", "Birgit"):
        database.writer.do(pins.reset, oak.group_id, oak.members[name])
        oak.joins(name, pin_hash=None)
    database.writer.do(pins.set_first, amal, "a hash")
    assert "They have a PIN." in fola.visit(page)
    fola.send(f"{page}/pin")
    assert "They can choose one the next time they come in." in fola.visit(page)
    assert oak.member("Amal").pin_hash is None
    assert "Let them choose a PIN" in fola.visit(page.replace(amal, oak.members["Birgit"]))
    fola.send(f"/groups/{oak.group_id}/members/{oak.members['Birgit']}/pin")
    assert oak.member("Birgit").pin_open_at is not None
