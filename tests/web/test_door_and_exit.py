"""Coming in and leaving at once, as the browser gets it: links, questions at the door, Quick exit, help."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.core.models import SessionState
from app.db import Database
from tests.house.rooms import TABLES, Room, make_room
from tests.house.visitor import CAME_IN, Visitor, own_link, room_link


def row_of(room: Room, alias: str) -> Any:
    people = TABLES["participant"]
    return room.all(select(people).where(people.c.id == room.people[alias]))[0]


def test_quick_exit_frees_the_seat_and_tells_nobody_why(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal = make_room(database), visitor()
    link = own_link(room, "Amal")
    inside = amal.comes_in(link)
    amal.visit(inside)
    shared = room.row.shared_version
    answer = amal.client.post("/exit", data={"csrf_token": amal._token()})
    assert (answer.status_code, answer.text) == (204, "")
    amal.visit(inside, 404)
    amal.visit("/door", 404)
    row = row_of(room, "Amal")
    assert row.left_at is not None and row.standing == "admitted"
    assert (room.log[-1].action, room.row.shared_version) == ("exit", shared)
    assert amal.comes_in(link) == inside
    assert row_of(room, "Amal").left_at is None


def test_quick_exit_frees_every_place_of_the_browser_from_whatever_page(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    rooms, amal = [make_room(database), make_room(database)], visitor()
    inside = [amal.comes_in(own_link(room, "Amal")) for room in rooms]
    assert "What is on your mind?" in amal.visit(inside[0])
    assert amal.client.post("/exit", data={"csrf_token": amal._token()}).status_code == 204
    assert all(row_of(room, "Amal").left_at is not None for room in rooms)
    for path in inside:
        amal.visit(path, 404)
    with amal.client.session_transaction() as cookie:
        assert set(cookie) <= {"csrf_token", "_permanent"}, "nothing of anybody is left in the browser"


def test_quick_exit_after_the_end_changes_nothing_of_the_session(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal = make_room(database, state=SessionState.LIVE), visitor()
    inside = amal.comes_in(own_link(room, "Amal"))
    room.does("Fola", "end", version=room.row.version)
    version = room.row.version
    assert amal.client.post("/exit", data={"csrf_token": amal._token()}).status_code == 204
    amal.visit(inside, 404)
    assert row_of(room, "Amal").left_at is None and room.row.version == version


def test_quick_exit_answers_a_stranger_alike_and_needs_a_page_of_ours(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal, stranger = make_room(database), visitor(), visitor()
    inside = amal.comes_in(own_link(room, "Amal"))
    for said in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert amal.client.post("/exit", headers=said).status_code == 400
    assert stranger.client.post("/exit", data={"csrf_token": stranger._token()}).status_code == 204
    amal.visit(inside)
    # without a script the browser tells it by itself, and says where that comes from
    ping = {"Sec-Fetch-Site": "same-origin", "Content-Type": "text/ping"}
    assert amal.client.post("/exit", data="PING", headers=ping).status_code == 204
    amal.visit(inside, 404)
    assert row_of(room, "Amal").left_at is not None


def test_a_browser_that_is_gone_has_no_place_also_if_the_server_never_heard_of_it(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal = make_room(database), visitor()
    link = own_link(room, "Amal")
    inside = amal.comes_in(link)
    amal.client.set_cookie("gone", "1")
    for path in (inside, f"{inside}/words", "/door"):
        amal.visit(path, 404)
    assert amal.comes_in(link) == inside
    amal.visit(inside)


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_link_that_is_only_looked_at_changes_no_row(
    visitor: Callable[[], Visitor], database: Database, method: str
) -> None:
    room, preview = make_room(database), visitor()
    links = [own_link(room, "Amal"), own_link(room, "Not here yet"), room_link(room)]

    def everything() -> dict[str, list[Any]]:
        return {name: room.all(select(table)) for name, table in TABLES.items()}

    before = everything()
    for link in links:
        for path in (link, "/door"):
            assert getattr(preview.client, method)(path).status_code in (200, 303)
    assert everything() == before


def test_twenty_wrong_links_in_a_minute_stop_wrong_ones_and_no_right_one(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, guesser = make_room(database, ("Amal",)), visitor()
    for number in range(19):
        guesser.visit(f"/m/guess-{number}", 404)
    guesser.send("/code", 422, code="222222")
    assert 'href="tel:112"' in guesser.visit("/r/guess", 429), "an old link may be all that somebody has"
    guesser.send("/code", 429, code="222222")
    for number in range(12):
        neighbour = visitor()
        assert neighbour.comes_in(own_link(room, f"Neighbour {number}")) == f"/room/{room.id}"
        assert neighbour.send("/code", code=room.row.code) == room_link(room)


def test_right_links_that_come_too_early_are_no_guesses(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    planned, early = make_room(database, state=SessionState.PLANNED), visitor()
    for _ in range(21):
        early.visit(own_link(planned, "Amal"), 404)
    early.send("/code", 422, code="222222")


def test_a_good_link_to_a_closed_room_shows_the_numbers_of_its_group(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    planned = make_room(database, state=SessionState.PLANNED)
    page = visitor().visit(own_link(planned, "Amal"), 404)
    assert "There is no open room here right now." in page
    assert 'href="tel:112"' in page and 'href="tel:911"' not in page


def test_in_a_group_that_meets_in_one_room_nobody_is_asked_where_they_are(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal, birgit = make_room(database), visitor(), visitor()
    asked = amal.visit(own_link(room, "Amal"))
    for question in ("Are you at the address we hold?", "Are you alone?", "Is it safe for you to talk now?"):
        assert question in asked
    guest = visitor().visit(room_link(room))
    assert "Are you alone?" in guest and "at the address" not in guest  # no address of theirs is held
    room, groups_ = make_room(database), TABLES["care_group"]
    in_one_room = groups_.update().where(groups_.c.id == room.group).values(online=False)
    database.writer.do(lambda db: db.execute(in_one_room) and None)
    assert 'class="yesno"' not in birgit.visit(own_link(room, "Birgit"))
    assert birgit.send("/door", agree=CAME_IN["agree"]) == f"/room/{room.id}"


def test_a_no_at_the_door_gives_a_page_without_a_question_or_an_answer(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal, birgit = make_room(database), visitor(), visitor()
    answer = {"id": "11111111-1111-4111-8111-111111111111", "stage_id": "s-one", "audience": "group_named"}
    room.does("Birgit", "submit_reflection", answer={"text": "For all to read."}, **answer)
    room.does("Fola", "show_reflection", id=answer["id"])
    page = amal.visit(amal.comes_in(own_link(room, "Amal"), safe="no"))
    assert "We are talking. Nothing to type." in page and "I will call you back" in page
    for told in ("What is on your mind?", "For all to read.", "The stage s-one", 'id="answer-form"'):
        assert told not in page
        assert told in birgit.visit(birgit.comes_in(own_link(room, "Birgit")))


def test_the_help_page_says_what_may_be_chosen(visitor: Callable[[], Visitor], database: Database) -> None:
    room, amal = make_room(database), visitor()
    inside = amal.comes_in(own_link(room, "Amal"))
    page = amal.visit(f"{inside}/help")
    for words in ('href="tel:112"', "Name five things that you can see.", "Shift three times"):
        assert words in page
    visitor().visit(f"{inside}/help", 404)


def test_the_sheet_offers_each_choice_of_a_pause_once_and_leaving_with_a_goodbye_among_them(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    amal = visitor()
    inside = amal.comes_in(own_link(make_room(database), "Amal"))
    page = amal.visit(inside)
    choices = page[page.index("Pause for me") : page.index("All about help")]
    for words in ("I only listen for now", "Make my screen calm", "I would like a private word"):
        assert choices.count(words) == 1
    assert choices.count(f'action="{inside}/leave"') == choices.count("Leave with a goodbye") == 1
    assert page.count("become steady") == 1
    assert "Leave with a goodbye" in amal.visit(f"{inside}/help")


def test_a_page_at_the_door_is_of_its_own_link(visitor: Callable[[], Visitor], database: Database) -> None:
    room, browser = make_room(database), visitor()
    browser.visit(own_link(room, "Amal"))
    amals = browser.door()
    browser.visit(own_link(room, "Birgit"))  # in another tab
    before = room.all(select(TABLES["participant"]))
    said = browser.send("/door", 409, **CAME_IN, door=amals)
    assert "Another link was opened in this browser." in said
    assert room.all(select(TABLES["participant"])) == before
    assert browser.comes_in(own_link(room, "Birgit")) == f"/room/{room.id}"
