"""Links that open nothing: whatever the reason, the same answer, after the same work."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event

from app import hashing
from app.core import door, groups
from app.core.models import SessionState
from app.db import Database
from tests.house.rooms import make_room
from tests.house.visitor import CAME_IN, Visitor, member_row, own_link, room_link

CHANGES = re.compile(r'(csrf[-_]token" (?:content|value)=")[^"]+|session=[^;]+|(?<=s=)[^;]+')


class Work:
    """How many statements and hashes were needed."""

    def __init__(self) -> None:
        self.statements, self.hashes = 0, 0

    def counts(self, *_: Any) -> None:
        self.statements += 1

    def hashing(self, really: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            self.hashes += 1
            return really(*args)

        return call


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    made = Work()
    monkeypatch.setattr(door, "hashed", made.hashing(door.hashed))
    for name in ("hash_password", "password_fits"):
        monkeypatch.setattr(hashing, name, made.hashing(getattr(hashing, name)))
    event.listen(Engine, "before_cursor_execute", made.counts)
    yield made
    event.remove(Engine, "before_cursor_execute", made.counts)


def answer(person: Visitor, link: str, work: Work) -> tuple[Any, ...]:
    """All that can be seen of a link: the answers to reading it and to coming in; and what they took."""
    token = person._token()
    with person.client.session_transaction() as cookie:
        cookie.pop("door", None)
    before = (work.statements, work.hashes)
    got = [person.client.get(link), person.client.get("/door")]
    with person.client.session_transaction() as cookie:
        door_of_it = cookie["door"][1][:12]
    came = {"csrf_token": token, "alias": "Somebody", "door": door_of_it} | CAME_IN
    got.append(person.client.post("/door", data=came))
    told = [
        (each.status_code, sorted((name, CHANGES.sub("", value)) for name, value in each.headers), each.text)
        for each in got
    ]
    told = [(status, headers, CHANGES.sub(r"\1", text)) for status, headers, text in told]
    return told, work.statements - before[0], work.hashes - before[1]


def room_links(database: Database) -> dict[str, str]:
    ended, turned, planned = (
        make_room(database, state=state)
        for state in (SessionState.ENDED, SessionState.LIVE, SessionState.PLANNED)
    )
    old = room_link(turned)
    turned.does("Fola", "rotate_link")
    return {
        "unknown": "/r/" + "x" * 22,
        "not open yet": room_link(planned),
        "ended": room_link(ended),
        "revoked": old,
        "a number": "/r/1",
        "the number of a session": f"/r/{turned.row.number}",
        "an id": f"/r/{turned.id}",
        "a personal one": own_link(ended, "Amal").replace("/m/", "/r/"),
    }


def personal_links(database: Database) -> dict[str, str]:
    room = make_room(database)
    old = own_link(room, "Amal")
    amal = str(member_row(room, "Amal").id)
    database.writer.do(groups.renew_member_link, room.group, amal)
    return {
        "unknown": "/m/" + "x" * 22,
        "revoked": old,
        "a number": "/m/1",
        "an id": f"/m/{amal}",
        "a room's": room_link(room).replace("/r/", "/m/"),
    }


@pytest.mark.parametrize("links", [room_links, personal_links])
def test_a_link_that_opens_nothing_is_answered_like_any_other(
    visitor: Callable[[], Visitor],
    database: Database,
    work: Work,
    links: Callable[[Database], dict[str, str]],
) -> None:
    person, found = visitor(), links(database)
    expected = answer(person, "/" + found["unknown"].split("/")[1] + "/" + "y" * 22, work)
    assert [each[0] for each in expected[0]] == [303, 404, 404]
    assert expected[1] >= 2 and expected[2] == 1
    for why, link in found.items():
        assert answer(person, link, work) == expected, why


@pytest.mark.parametrize("of", ["1", "0", "-1", "12", "١"])
def test_a_number_opens_no_room(visitor: Callable[[], Visitor], database: Database, of: str) -> None:
    make_room(database)
    stranger = visitor()
    for path in (f"/room/{of}", f"/room/{of}/help", f"/room/{of}/words", f"/r/{of}", f"/m/{of}"):
        assert "There is no open room here right now." in stranger.visit(path, 404)
    token = {"csrf_token": stranger._token()}
    for path in ("ticket", "call", "leave"):
        assert stranger.client.post(f"/room/{of}/{path}", data=token).status_code == 404
    stranger.send("/code", 422, code=of)


def test_a_locked_room_tells_no_name_and_no_number(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, guest, member = make_room(database), visitor(), visitor()
    room.does("Fola", "lock", locked=True)
    pages = [guest.visit(guest.comes_in(room_link(room), alias="Goran"))]
    pages.append(member.visit(member.comes_in(own_link(room, "Hana"))))
    for page in pages:
        assert "The stage s-one" not in page and "What is on your mind?" not in page
        assert not any(alias in page for alias in room.people)
        assert not re.search(r"\b[34]\b (of|people|persons|others)", page)


def test_a_full_room_tells_no_name_and_no_number(
    visitor: Callable[[], Visitor], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, guest, late = make_room(database), visitor(), visitor()
    monkeypatch.setattr(door, "LARGEST_ROOM", len(room.people) + 1)
    waits = guest.visit(guest.comes_in(room_link(room), alias="Goran"))
    full = late.send(room_link(room), 404, alias="Hana", **CAME_IN)
    assert "There is no open room here right now." in full
    for page in (waits, full):
        assert not any(alias in page for alias in room.people)
        assert not re.search(r"\b[34]\b (of|people|persons|others)", page)
