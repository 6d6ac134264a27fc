"""The participant's pages as the browser gets them: what they say, and what they never say."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.config import from_environment
from app.core import groups
from app.core.models import GroupSession, Member, SessionState
from app.core.sealing import open_sealed
from app.db import Database
from app.factory import create_app
from tests.house.environment import environment
from tests.house.pages import Page
from tests.house.rooms import TABLES, Room, asking, make_room, open_database

NEVER_IN_A_TITLE = ("therapy", "ipt", "depression", "oak", "amal")
CAME_IN = {"private": "yes", "safe": "yes", "agree": ["confidence", "kept"]}
UNNAMED = {"key": "text", "type": "free_text", "text": "What is on your mind?", "who": "all"}
MOOD = {"key": "mood", "type": "scale_0_10", "text": "How is it?", "audience": "facilitators", "who": "all"}
CHOICE = {
    "key": "first",
    "type": "single_choice",
    "text": "Which?",
    "options": ["This", "That"],
    "who": "all",
}
TICKS = {"key": "ticks", "type": "multi_choice", "text": "Tick.", "options": ["One", "Two"], "who": "all"}
LINES = {
    "key": "lines",
    "type": "short_texts",
    "text": "Name them.",
    "options": ["First", "Second"],
    "who": "all",
}


class Visitor:
    """One browser of one person. Every page it visits is checked for what must hold on all of them."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def visit(self, path: str, expect: int = 200) -> str:
        return self._checked(self.client.get(self.goes(path)), expect)

    def goes(self, path: str) -> str:
        """Where a link leads: every one to the door."""
        if path.startswith(("/r/", "/m/")):
            path = self.client.get(path).headers["Location"]
            assert path == "/door"
        return path

    def send(self, path: str, expect: int = 303, **fields: Any) -> Any:
        path = self.goes(path)
        answer = self.client.post(path, data=fields | {"csrf_token": self._token()})
        if answer.status_code == 303:
            assert expect == 303
            return answer.headers["Location"]
        return self._checked(answer, expect)

    def comes_in(self, path: str, **more: Any) -> str:
        return str(self.send(path, **CAME_IN, **more))

    def _token(self) -> str:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.client.get("/").text)
        assert found
        return found[1]

    def _checked(self, answer: Any, expect: int) -> str:
        assert answer.status_code == expect
        page = Page(answer.text)
        assert page.titles == "Concentric"
        assert page.headings == 1
        assert not page.inline
        assert not page.unlabelled
        assert answer.headers["Cache-Control"] == "no-store"
        assert 'id="quick-exit"' in answer.text
        return str(answer.text)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def visitor(database_url: str, database: Database) -> Callable[[], Visitor]:
    """A function that brings one more browser."""
    app = create_app(from_environment(environment(database_url)), database)
    return lambda: Visitor(app)


def room_link(room: Room) -> str:
    return f"/r/{open_sealed(GroupSession.room_link, room.id, room.row.room_link)}"


def own_link(room: Room, alias: str) -> str:
    """The personal link of a member who is in the room, or of one enrolled now."""
    members = TABLES["member"]
    rows = room.all(select(members).where(members.c.group_id == room.group))
    aliases = {open_sealed(Member.alias, row.id, row.alias): row for row in rows}
    if alias not in aliases:
        room.database.writer.do(groups.add_members, room.group, [alias])
        return own_link(room, alias)
    row = aliases[alias]
    return f"/m/{open_sealed(Member.link, row.id, row.link)}"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type the six letters and numbers of your room."),
        ("K7M4R", "This code is 1 letter short. It has six."),
        ("K7", "This code is 4 letters short. It has six."),
        ("K7M4RXX", "This code is too long."),
        ("K7M4R0", "Codes have no 0, O, 1 or I."),
        ("K7M4R!", "A code has only letters and numbers."),
        ("222222", "No open room has this code."),
    ],
)
def test_a_wrong_code_gets_a_sentence_that_helps(
    visitor: Callable[[], Visitor], typed: str, said: str
) -> None:
    page = visitor().send("/code", 422, code=typed)
    assert said in page
    assert 'aria-invalid="true"' in page
    assert f'value="{typed}"' in page


@pytest.mark.parametrize("spelt", [str.upper, str.lower, lambda code: f" {code[:3]}-{code[3:]} "])
def test_a_code_is_read_as_people_type_it(
    visitor: Callable[[], Visitor], database: Database, spelt: Callable[[str], str]
) -> None:
    room = make_room(database)
    assert visitor().send("/code", code=spelt(room.row.code)) == room_link(room)


def test_a_guest_who_answers_the_few_questions_comes_to_wait(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, guest = make_room(database), visitor()
    assert "What should we call you?" in guest.visit(room_link(room))
    page = guest.visit(guest.comes_in(room_link(room), alias="Goran"))
    assert "Hello Goran. You are in the right place." in page
    assert "What is on your mind?" not in page
    assert 'id="answer-form"' not in page


def test_a_member_comes_straight_in_and_back_without_being_asked_again(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal = make_room(database), visitor()
    link = own_link(room, "Amal")
    page = amal.visit(link)
    assert "Hello Amal. Before you come in" in page
    assert 'name="alias"' not in page
    assert amal.comes_in(link) == f"/room/{room.id}"
    assert 'id="answer-form"' in amal.visit(f"/room/{room.id}")
    assert amal.client.get(amal.goes(link)).headers["Location"] == f"/room/{room.id}"


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ({"alias": "   "}, "Write a name of up to 40 letters."),
        ({"alias": "x" * 41}, "Write a name of up to 40 letters."),
        ({"alias": "a\x07b"}, "Write a name of up to 40 letters."),
        ({"private": ""}, "Choose yes or no."),
        ({"safe": "perhaps"}, "Choose yes or no."),
        ({"agree": ["kept"]}, "Tick both to come in"),
    ],
)
def test_what_is_left_out_is_said_and_nobody_comes_in(
    visitor: Callable[[], Visitor], database: Database, left_out: dict[str, Any], said: str
) -> None:
    room = make_room(database)
    page = visitor().send(room_link(room), 422, **{"alias": "Goran", **CAME_IN, **left_out})
    assert said in page
    assert room.row.version == len(room.log)
    assert len(room.all(select(TABLES["participant"]))) == len(room.people)


def test_a_link_that_does_not_open_looks_the_same_whatever_the_reason(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    planned = make_room(database, state=SessionState.PLANNED)
    ended = make_room(database, state=SessionState.ENDED)
    closed = [room_link(planned), room_link(ended), own_link(planned, "Amal"), "/r/unknown", "/m/unknown"]
    closed += [f"/room/{ended.id}", "/room/unknown", f"/room/{ended.id}/words", f"/room/{ended.id}/words.txt"]
    pages = {re.sub(r'content="[^"]*"', "", visitor().visit(path, 404)) for path in closed}
    assert len(pages) == 1
    assert "There is no open room here right now." in pages.pop()


def test_nobody_gets_a_ticket_without_a_place(visitor: Callable[[], Visitor], database: Database) -> None:
    room, amal, stranger = make_room(database), visitor(), visitor()
    amal.comes_in(own_link(room, "Amal"))
    path = f"/room/{room.id}/ticket"
    headers = {"X-CSRFToken": amal._token()}
    assert amal.client.post(path, headers=headers).get_json()["ticket"]
    assert stranger.client.post(path, headers={"X-CSRFToken": stranger._token()}).status_code == 404
    assert amal.client.post(path).status_code == 400


def test_somebody_removed_finds_the_door_closed(visitor: Callable[[], Visitor], database: Database) -> None:
    room, amal = make_room(database), visitor()
    amal.comes_in(own_link(room, "Amal"))
    room.does("Fola", "remove", participant_id=room.people["Amal"])
    assert "There is no open room here" in amal.visit(f"/room/{room.id}", 404)
    assert "There is no open room here" in amal.send(own_link(room, "Amal"), 404, **CAME_IN)


@pytest.mark.parametrize(
    "prompts", [(UNNAMED,), (MOOD, UNNAMED, CHOICE), (TICKS, LINES), (MOOD, TICKS, CHOICE, LINES, UNNAMED)]
)
def test_every_kind_of_question_has_its_labels_and_says_who_reads_it(
    visitor: Callable[[], Visitor], database: Database, prompts: tuple[dict[str, Any], ...]
) -> None:
    room, amal = make_room(database, stages=[asking("s-one", *prompts)]), visitor()
    page = amal.visit(amal.comes_in(own_link(room, "Amal")))
    for prompt in prompts:
        assert prompt["text"] in page
    private = sum(1 for prompt in prompts if prompt.get("audience"))
    assert page.count("Only Fola and Sami will read this, whatever you choose") == private
    assert page.count("Only Fola and Sami will read this.<") == len(prompts) - private


def test_answers_without_a_name_are_offered_from_five_people_on(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    offer = 'value="group_unnamed"'
    few, amal = make_room(database, ("Amal", "Birgit", "Chidi", "Dora")), visitor()
    assert offer not in amal.visit(amal.comes_in(own_link(few, "Amal")))
    enough, ewa = make_room(database, ("Amal", "Birgit", "Chidi", "Dora", "Ewa")), visitor()
    assert offer in ewa.visit(ewa.comes_in(own_link(enough, "Ewa")))


def test_what_people_write_is_never_markup(visitor: Callable[[], Visitor], database: Database) -> None:
    room = make_room(database)
    words = "</textarea><script>alert(1)</script><b>bold</b>"
    answer = {"id": "11111111-1111-4111-8111-111111111111", "stage_id": "s-one", "audience": "group_named"}
    room.does("Amal", "submit_reflection", answer={"text": words}, **answer)
    room.does("Fola", "show_reflection", id=answer["id"])
    amal, birgit = visitor(), visitor()
    for one, alias in ((amal, "Amal"), (birgit, "Birgit")):
        page = one.visit(one.comes_in(own_link(room, alias)))
        assert "&lt;script&gt;alert(1)" in page
        assert "<b>bold" not in page


def test_own_words_are_there_afterwards_to_read_and_to_keep(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal, birgit = make_room(database), visitor(), visitor()
    answer = {"id": "11111111-1111-4111-8111-111111111111", "stage_id": "s-one", "audience": "facilitators"}
    room.does("Amal", "submit_reflection", answer={"text": "I rang my sister."}, **answer)
    amal.comes_in(own_link(room, "Amal"))
    birgit.comes_in(own_link(room, "Birgit"))
    room.does("Fola", "end", version=room.row.version)
    assert "Thank you. That was session" in amal.visit(f"/room/{room.id}")
    assert "I rang my sister." in amal.visit(f"/room/{room.id}/words")
    file = amal.client.get(f"/room/{room.id}/words.txt")
    assert file.mimetype == "text/plain"
    assert file.headers["Content-Disposition"] == 'attachment; filename="words.txt"'
    assert "I rang my sister." in file.text
    assert "I rang my sister." not in birgit.visit(f"/room/{room.id}/words")


def test_after_the_end_the_own_link_leads_to_the_own_words_on_another_device(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, another = make_room(database), visitor()
    room.does("Fola", "end", version=room.row.version)
    link = own_link(room, "Amal")
    assert "This session has ended." in another.visit(link)
    assert another.client.get(f"/room/{room.id}/words").status_code == 404
    assert another.send(link) == f"/room/{room.id}/words"
    assert "There is nothing yet." in another.visit(f"/room/{room.id}/words")


def test_whoever_leaves_is_forgotten_by_the_browser(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal = make_room(database), visitor()
    amal.comes_in(own_link(room, "Amal"))
    answer = amal.client.post(f"/room/{room.id}/leave", data={"csrf_token": amal._token()})
    assert "You have left the room." in answer.text
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    amal.visit(f"/room/{room.id}", 404)


def test_quick_exit_frees_the_seat_and_tells_nobody_why(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal = make_room(database), visitor()
    link = own_link(room, "Amal")
    inside = amal.comes_in(link)
    assert f'data-seat="{inside}/exit"' in amal.visit(inside)
    shared = room.row.shared_version
    answer = amal.client.post(f"{inside}/exit", data={"csrf_token": amal._token()})
    assert (answer.status_code, answer.text) == (204, "")
    amal.visit(inside, 404)
    amal.visit("/door", 404)
    people = TABLES["participant"]
    row = room.all(select(people).where(people.c.id == room.people["Amal"]))[0]
    assert row.left_at is not None and row.standing == "admitted"
    assert (room.log[-1].action, room.row.shared_version) == ("exit", shared)
    assert amal.comes_in(link) == inside
    assert room.all(select(people).where(people.c.id == room.people["Amal"]))[0].left_at is None


def test_quick_exit_answers_a_stranger_alike_and_needs_the_token(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal, stranger = make_room(database), visitor(), visitor()
    inside = amal.comes_in(own_link(room, "Amal"))
    assert amal.client.post(f"{inside}/exit").status_code == 400
    assert stranger.client.post(f"{inside}/exit", data={"csrf_token": stranger._token()}).status_code == 204
    amal.visit(inside)


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
    guesser.visit("/r/guess", 429)
    guesser.send("/code", 429, code="222222")
    for number in range(12):
        neighbour = visitor()
        assert neighbour.comes_in(own_link(room, f"Neighbour {number}")) == f"/room/{room.id}"
        assert neighbour.send("/code", code=room.row.code) == room_link(room)


def test_help_is_on_the_page_from_the_start(visitor: Callable[[], Visitor], database: Database) -> None:
    room, amal = make_room(database), visitor()
    before = amal.visit(own_link(room, "Amal"))
    inside = amal.visit(amal.comes_in(own_link(room, "Amal")))
    for page in (before, inside):
        assert 'href="tel:112"' in page


def test_the_key_of_drafts_is_one_persons_own_and_the_same_after_a_reload(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal, birgit = make_room(database), visitor(), visitor()
    keys = []
    for one, alias in ((amal, "Amal"), (amal, "Amal"), (birgit, "Birgit")):
        if not keys or one is birgit:
            one.comes_in(own_link(room, alias))
        found = re.search(r'data-draft-key="([^"]+)"', one.visit(f"/room/{room.id}"))
        assert found
        keys.append(found[1])
    assert keys[0] == keys[1] != keys[2]
