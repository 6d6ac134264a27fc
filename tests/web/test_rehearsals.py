"""A rehearsal says on every page that it is one, and no page of the records knows it."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.core import rehearsal
from app.core.models import GroupSession, Participant, SessionState
from app.core.sealing import open_sealed
from app.db import Database
from tests.core.cast import Oak
from tests.house.browser import Browser
from tests.house.rooms import Room, make_room
from tests.house.visitor import Visitor, own_link
from tests.web.test_routes import asked

STRIP = "Rehearsal. Nobody real is here."
MADE_UP = ["Nadia", "Otto", "Pina", "Quirin", "Rosa", "Said"]
RECORDS = ("export", "fidelity", "notes", "notes/card/<place>", "notes/newest", "summary")


@pytest.fixture
def there(oak: Oak) -> Oak:
    """The oak group in a live rehearsal of its next session."""
    oak.plans()
    made = oak.database.writer.do(
        rehearsal.rehearse, oak.leaders["Fola"], oak.id, aliases=MADE_UP, title="Session 2"
    )
    oak.id, amal = made["id"], oak.people["Fola"]
    oak.people = {name: type(amal)("facilitator", made["id"], who) for name, who in oak.leaders.items()}
    oak.people["Amal"] = type(amal)("participant", made["id"], made["people"][0])
    oak.does(oak.fola, "start")
    return oak


def link(there: Oak, kind: str) -> str:
    column = {"r": "room_link", "display": "display_link"}[kind]
    return f"/{kind}/{open_sealed(getattr(GroupSession, column), there.id, getattr(there.row(), column))}"


def test_every_page_of_a_rehearsal_says_that_it_is_one(
    there: Oak, fola: Browser, stranger: Browser, visitor: Callable[[], Visitor]
) -> None:
    """Somebody from outside who has the link may knock: what they find is marked as well."""
    guest, seat = visitor(), f"/room/{there.id}"
    assert STRIP in guest.visit(link(there, "r"))
    guest.comes_in(link(there, "r"), alias="Zoe")
    for page in ("", "/help", "/words", "/consent"):
        assert STRIP in guest.visit(seat + page), page
    assert STRIP in guest.send(f"{seat}/leave", 200)
    guest.comes_in(link(there, "r"), alias="Zoe")
    waits = select(Participant.id).where(
        Participant.group_session_id == there.id, Participant.standing == "waiting"
    )
    for each in there.all(waits):
        there.does(there.fola, "refuse", participant_id=each.id)
    page = guest.visit(seat, 404)
    assert STRIP in page and "You are not in the room any more." in page
    assert STRIP in stranger.client.get(link(there, "display")).text
    for state in ("live", "ended"):
        assert STRIP in asked(fola, there, f"/sessions/{there.id}/console", "GET").text
        if state == "live":
            there.does(there.fola, "end")


@pytest.mark.parametrize("state", ["live", "ended"])
def test_no_page_of_the_records_knows_a_rehearsal(there: Oak, fola: Browser, state: str) -> None:
    if state == "ended":
        there.does(there.fola, "end")
    for each in RECORDS:
        answer = asked(fola, there, f"/sessions/<group_session_id>/{each}", "GET")
        assert answer.status_code == 404, each
    for each in ("attendance", "export", "heard", "talk"):
        answer = asked(fola, there, f"/sessions/<group_session_id>/{each}", "POST")
        assert answer.status_code == 404, each


@pytest.mark.parametrize("state", [SessionState.LIVE, SessionState.ENDED])
def test_pages_beside_an_open_room_hear_when_somebody_is_sent_away(
    database: Database, visitor: Callable[[], Visitor], state: SessionState
) -> None:
    """After the end nobody is sent away, and a page needs no line to the server."""
    room: Room = make_room(database)
    amal = visitor()
    amal.comes_in(own_link(room, "Amal"))
    if state == SessionState.ENDED:
        room.does("Fola", "end", version=room.row.version)
    for page in ("help", "words", "consent"):
        html = amal.visit(f"/room/{room.id}/{page}")
        hears = f'data-ticket-url="/room/{room.id}/ticket"' in html
        assert hears == (state == SessionState.LIVE), page
        assert "data-region=" not in html, "what is pushed is not written over the page's own line"
