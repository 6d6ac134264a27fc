"""The participant's pages as the browser gets them: what they say, and what they never say."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select

from app.core import leaderless, pins
from app.core.models import Group, SessionState
from app.db import Database
from app.hashing import hash_password
from tests.house.rooms import TABLES, asking, make_room
from tests.house.visitor import CAME_IN, Visitor, member_row, own_link, room_link

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
        ({"agree": ["consent 1", "agreement 1"]}, "Say yes to each text"),
        ({"agree": ["consent 1", "limits 7", "agreement 1"]}, "Say yes to each text"),
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
    closed = [room_link(planned), room_link(ended), "/r/unknown", "/m/unknown"]
    closed += [f"/room/{ended.id}", "/room/unknown", f"/room/{ended.id}/words", f"/room/{ended.id}/words.txt"]
    pages = {re.sub(r'content="[^"]*"', "", visitor().visit(path, 404)) for path in closed}
    assert len(pages) == 1
    page = pages.pop()
    assert "There is no open room here right now." in page
    assert 'href="tel:112"' in page and 'href="tel:911"' in page  # help does not depend on a link


def test_nobody_gets_a_ticket_without_a_place(visitor: Callable[[], Visitor], database: Database) -> None:
    room, amal, stranger = make_room(database), visitor(), visitor()
    amal.comes_in(own_link(room, "Amal"))
    path = f"/room/{room.id}/ticket"
    headers = {"X-CSRFToken": amal._token()}
    assert amal.client.post(path, headers=headers).get_json()["ticket"]
    assert stranger.client.post(path, headers={"X-CSRFToken": stranger._token()}).status_code == 404
    assert amal.client.post(path).status_code == 400


def test_somebody_removed_does_not_come_in_again(visitor: Callable[[], Visitor], database: Database) -> None:
    room, amal = make_room(database), visitor()
    amal.comes_in(own_link(room, "Amal"))
    room.does("Fola", "remove", participant_id=room.people["Amal"])
    assert "You are not in the room any more." in amal.visit(f"/room/{room.id}", 404)
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
    assert page.count("Only Fola, Sami and Olu will read this, whatever you choose") == private
    assert page.count("Only Fola, Sami and Olu will read this.<") == len(prompts) - private


def test_answers_without_a_name_are_offered_from_five_people_on(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    offer = 'value="group_unnamed"'
    few, amal = make_room(database, ("Amal", "Birgit", "Chidi", "Dora")), visitor()
    assert offer not in amal.visit(amal.comes_in(own_link(few, "Amal")))
    enough, ewa = make_room(database, ("Amal", "Birgit", "Chidi", "Dora", "Ewa")), visitor()
    assert offer in ewa.visit(ewa.comes_in(own_link(enough, "Ewa")))


def test_whoever_chose_no_name_reads_that_it_stays_with_the_leaders_once_the_fifth_has_gone(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    names = ("Amal", "Birgit", "Chidi", "Dora", "Ewa")
    room, ewa = make_room(database, names, [asking("s-one")]), visitor()
    path = ewa.comes_in(own_link(room, "Ewa"))
    answer = {"id": str(uuid4()), "stage_id": "s-one", "answer": {"text": "Hm."}, "audience": "group_unnamed"}
    room.does("Ewa", "submit_reflection", **answer)
    said = "You are fewer than five now. Until you are five again, only Fola, Sami and Olu can read this."
    page = ewa.visit(path)
    assert said not in page and "The group will read this, without your name." in page
    room.does("Amal", "leave")
    page = ewa.visit(path)
    assert said in page and "The group will read this, without your name." not in page


def test_a_form_says_beside_each_audience_what_it_means_when_the_fifth_has_gone(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    names = ("Amal", "Birgit", "Chidi", "Dora", "Ewa")
    room, ewa = make_room(database, names, [asking("s-one")]), visitor()
    path = ewa.comes_in(own_link(room, "Ewa"))
    line = re.compile(r'data-aud="(\w+)"( hidden)?>.*?<p>(.*?)</p>(<button)?', re.DOTALL)

    def unnamed(page: str) -> tuple[str, str, str]:
        return next(found[1:] for found in line.findall(page) if found[0] == "group_unnamed")

    promise = "The group will read this, without your name."
    assert unnamed(ewa.visit(path)) == (" hidden", promise, "<button")
    room.does("Amal", "leave")
    page = ewa.visit(path)
    few = "You are fewer than five now. Until you are five again, only Fola, Sami and Olu can read this."
    assert unnamed(page) == (" hidden", few, "<button"), "an unsent form takes this line and a way to change"
    assert 'value="group_unnamed"' not in page


def test_after_the_release_a_form_says_who_reads_what_comes_late_and_what_is_changed(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    names = ("Amal", "Birgit", "Chidi", "Dora", "Ewa")
    room = make_room(database, names, [asking("s-one")])
    ids = {name: str(uuid4()) for name in names}

    def writes(name: str) -> None:
        given = {"stage_id": "s-one", "answer": {"text": "Hm."}, "audience": "group_unnamed"}
        room.does(name, "submit_reflection", id=ids[name], **given)

    for name in names[:4]:
        writes(name)
    room.does("Fola", "reveal", stage_id="s-one")
    who, promise = "Fola, Sami and Olu", "The group will read this, without your name."
    late = f"This comes after the others. Only {who} will read it."
    change = f"The group reads this, without your name. If you change it, only {who} will read that."
    line = re.compile(r'data-aud="group_unnamed"(?: hidden)?>.*?<p>(.*?)</p>', re.DOTALL)
    said = {}
    for name in ("Amal", "Birgit", "Ewa"):
        one = visitor()
        path = one.comes_in(own_link(room, name))
        said[name] = line.findall(one.visit(path))
        if name == "Birgit":
            room.does("Birgit", "take_back", id=ids["Birgit"])
        if name == "Ewa":
            writes("Ewa")
        said[f"{name} then"] = line.findall(one.visit(path))
    assert said == {
        **{key: [change] for key in ("Amal", "Amal then", "Birgit")},
        **{key: [late] for key in ("Birgit then", "Ewa", "Ewa then")},
    }
    assert promise not in str(said)


def test_what_the_group_has_seen_with_a_name_is_not_offered_without_it(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    names = ("Amal", "Birgit", "Chidi", "Dora", "Ewa")
    room, amal, answer = make_room(database, names, [asking("s-one")]), visitor(), str(uuid4())
    path = amal.comes_in(own_link(room, "Amal"))
    given = {"id": answer, "stage_id": "s-one", "answer": {"text": "Hm."}, "audience": "group_named"}
    room.does("Amal", "submit_reflection", **given)
    offer = 'value="group_unnamed"'
    assert offer in amal.visit(path)
    room.does("Fola", "show_reflection", id=answer)
    assert offer not in amal.visit(path)
    room.does("Amal", "take_back", id=answer)
    page = amal.visit(path)
    assert offer not in page and 'value="group_named"' in page
    known = "The group may know that this is yours. Without your name only Fola, Sami and Olu will read it."
    assert known in page, "an unsent form in which it was chosen takes this line"


def test_whose_turn_it_is_is_not_offered_to_write_without_a_name(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    prompts = [
        {"key": "setting", "type": "free_text", "text": "Where was it?", "who": "worker"},
        {"key": "idea", "type": "free_text", "text": "An idea?", "who": "others"},
    ]
    names = ("Amal", "Birgit", "Chidi", "Dora", "Ewa")
    room = make_room(database, names, stages=[asking("s-one", *prompts)])
    room.does("Fola", "give_turn", stage_id="s-one", participant_id=room.people["Amal"])
    offered = {}
    for name in ("Amal", "Birgit"):
        someone = visitor()
        page = someone.visit(someone.comes_in(own_link(room, name)))
        offered[name] = (
            "Where was it?" in page,
            'value="group_named"' in page,
            'value="group_unnamed"' in page,
        )
    assert offered == {"Amal": (True, True, False), "Birgit": (False, True, True)}


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
    for name, browser in (("Amal", amal), ("Birgit", birgit)):
        database.writer.do(pins.set_first, member_row(room, name).id, hash_password("4711"))
        browser.comes_in(own_link(room, name), pin="4711")
    room.does("Fola", "end", version=room.row.version)
    assert "Thank you. That was session" in amal.visit(f"/room/{room.id}")
    assert "I rang my sister." in amal.visit(f"/room/{room.id}/words")
    file = amal.client.get(f"/room/{room.id}/words.txt")
    assert file.mimetype == "text/plain"
    assert file.headers["Content-Disposition"] == 'attachment; filename="words.txt"'
    assert "I rang my sister." in file.text
    assert "I rang my sister." not in birgit.visit(f"/room/{room.id}/words")


def test_whoever_leaves_is_forgotten_by_the_browser(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal = make_room(database), visitor()
    amal.comes_in(own_link(room, "Amal"))
    answer = amal.client.post(f"/room/{room.id}/leave", data={"csrf_token": amal._token()})
    assert "You have left the room." in answer.text
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    amal.visit(f"/room/{room.id}", 404)


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


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "Fola’s line has dropped."),
        (9, "Fola’s line has dropped."),
        (10, "If Fola is not back by 19:20, we stop for today."),
        (20, "Fola is not back. We stop for today."),
    ],
)
def test_whoever_is_in_a_room_without_a_leader_reads_what_happens_then(
    visitor: Callable[[], Visitor], database: Database, minutes: int, said: str
) -> None:
    """Also in the lobby; a time is told as the group's clocks have it."""
    state = SessionState.LIVE if minutes else SessionState.LOBBY
    room, amal = make_room(database, state=state, sandbox=True), visitor()
    berlin = Group.__table__.update().values(time_zone="Europe/Berlin")
    database.writer.do(lambda db: db.execute(berlin) and None)
    dropped = datetime(2030, 11, 3, 18, 0, tzinfo=UTC)
    with time_machine.travel(dropped, tick=False) as clock:
        amal.comes_in(own_link(room, "Amal"))
        database.writer.do(leaderless.note, room.id, False)
        clock.shift(timedelta(minutes=minutes))
        database.writer.do(leaderless.note, room.id, False)
        page = amal.visit(f"/room/{room.id}")
    assert said in page and "Nothing you wrote is lost." in page
    assert "Olu is here to watch and learn." in page


def test_who_lacks_a_yes_on_record_reads_so_beside_the_numbers(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal = make_room(database), visitor()
    young = Group.__table__.update().values(programme_id="ipt_ast_8")
    database.writer.do(lambda db: db.execute(young) and None)
    page = amal.send(own_link(room, "Amal"), 404, **CAME_IN)
    assert "A yes is still missing before you can come in." in page
    assert "Help now" in page and len(set(re.findall(r'href="(tel:[^"]+)"', page))) == 2
