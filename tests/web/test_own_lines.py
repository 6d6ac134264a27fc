"""The page on which somebody changes their goodbye lines after the stage, and after the session."""

from collections.abc import Callable

import pytest
from flask import Flask, render_template
from sqlalchemy import update

from app.core import leaving, pins
from app.core.course_models import FeedbackLine
from app.core.sealing import open_sealed
from app.db import Database
from app.hashing import hash_password
from tests.core.cast import Oak, stage
from tests.house.rooms import TABLES, Room, asking, make_room, words_of
from tests.house.visitor import Visitor, member_row, own_link

LINES = {"key": "lines", "type": "feedback", "text": "Write.", "who": "all", "exercise": "goodbye_lines"}
ANSWER = "11111111-1111-4111-8111-111111111111"
FIRST, SECOND = "You waited for me on the stairs.", "You kept a chair free for me."


@pytest.fixture
def room(database: Database) -> Room:
    """Amal has written a line to Birgit; the session is over."""
    made = make_room(database, ("Amal", "Birgit"), [asking("s-one", LINES), asking("s-two")])
    to = member_row(made, "Birgit").id
    sent = {"id": ANSWER, "stage_id": "s-one", "audience": "facilitators"}
    made.does("Amal", "submit_reflection", answer={"lines": [{"to": to, "text": FIRST}]}, **sent)
    made.does("Fola", "end", version=made.row.version)
    return made


def comes_back(room: Room, browser: Visitor, name: str) -> None:
    room.database.writer.do(pins.set_first, member_row(room, name).id, hash_password("4711"))
    browser.send(own_link(room, name), pin="4711")


def test_lines_are_changed_after_the_session_until_the_last_one_begins(
    room: Room, visitor: Callable[[], Visitor]
) -> None:
    amal, path = visitor(), f"/room/{room.id}/lines"
    comes_back(room, amal, "Amal")
    assert f'href="{path}"' in amal.visit(f"/room/{room.id}/words")
    page = amal.visit(path)
    assert "To Birgit" in page and FIRST in page and 'name="revision" value="2"' in page
    box = f"text.lines.{member_row(room, 'Birgit').id}"
    assert amal.send(path, revision="2", **{box: SECOND}) == f"/room/{room.id}/words"
    assert SECOND in words_of(room.reflections[0]) and FIRST not in words_of(room.reflections[0])
    amal.send(path, 409, revision="2", **{box: "From an older page."})
    assert SECOND in amal.visit(f"/room/{room.id}/words")


def test_each_line_goes_to_whom_it_was_written_to_whoever_leaves_meanwhile(
    room: Room, visitor: Callable[[], Visitor]
) -> None:
    amal, path = visitor(), f"/room/{room.id}/lines"
    ids = {name: member_row(room, name).id for name in ("Birgit", "Dan", "Eve")}
    drawn = update(TABLES["lot"]).values(drawn=" ".join(ids.values()))
    room.database.writer.do(lambda db: db.execute(drawn).rowcount)
    comes_back(room, amal, "Amal")
    boxes = {name: f"text.lines.{to}" for name, to in ids.items()}
    page = amal.visit(path)
    assert all(f'name="{box}"' in page for box in boxes.values())
    room.database.writer.do(leaving.member_leaves, room.who("Fola").id, room.group, ids["Dan"])
    typed = {boxes["Birgit"]: SECOND, boxes["Dan"]: "To Dan alone.", boxes["Eve"]: "To Eve alone."}
    told = amal.send(path, 200, revision="2", **typed)
    assert "These words were not kept." in told and ">To Dan alone.<" in told
    assert room_lines(room) == {ids["Birgit"]: SECOND, ids["Eve"]: "To Eve alone."}
    # what is not on the page that was sent stays, and nobody is told of what had not changed
    amal.send(path, revision="3", **{boxes["Birgit"]: FIRST, boxes["Dan"]: " "})
    assert room_lines(room) == {ids["Birgit"]: FIRST, ids["Eve"]: "To Eve alone."}


def room_lines(room: Room) -> dict[str, str]:
    """The lines that are kept, by whom they are for."""
    rows = room.all(TABLES["feedback_line"].select())
    return {row.to_id: open_sealed(FeedbackLine.text, row.id, row.text) or "" for row in rows}


def test_nobody_else_finds_the_page(room: Room, visitor: Callable[[], Visitor]) -> None:
    birgit, stranger, path = visitor(), visitor(), f"/room/{room.id}/lines"
    comes_back(room, birgit, "Birgit")
    for browser in (birgit, stranger):
        assert FIRST not in browser.visit(path, 404)
        assert (
            browser.client.post(path, data={"text": "x", "csrf_token": browser._token()}).status_code == 404
        )
    assert FIRST in words_of(room.reflections[0])


def test_a_browser_that_is_shut_reads_no_lines_back(room: Room, visitor: Callable[[], Visitor]) -> None:
    amal, path = visitor(), f"/room/{room.id}/lines"
    comes_back(room, amal, "Amal")
    assert "Fola, Sami and Olu read them first." in amal.visit(path)
    with amal.client.session_transaction() as cookie:
        cookie["places"] = [[session, seat, True, token] for session, seat, _, token in cookie["places"]]
    assert FIRST not in amal.visit(path, 404)


def test_the_form_of_the_goodbye_holds_what_was_written_before(app: Flask, database: Database) -> None:
    oak = Oak(database)
    oak.plans([stage("words", LINES), stage("last")])
    oak.starts()
    to = oak.me(oak.amal)["addressees"]["lines"][0]["id"]
    oak.writes(oak.amal, lines=[{"to": to, "text": FIRST}])
    oak.does(oak.fola, "end")
    oak.plans([stage("words", LINES | {"exercise": "goodbye"}), stage("last")])
    oak.starts()
    screens = app.extensions["concentric"].screens
    pages = []
    for who in (oak.amal, oak.birgit):
        with app.test_request_context(), database.reader() as db:
            row, person = oak.row(), oak.person(who)
            room, me = screens.place(db, row, person), screens.me(db, row, who, True)
            pages.append(render_template("regions/participant/form.html", room=room, me=me))
    assert FIRST in pages[0] and 'id="answer-form"' in pages[1] and FIRST not in pages[1]
