"""What pages say of who reads names everybody who can, whoever only watches as well."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from app.core import roles, stored
from app.core.models import Group
from app.db import Database
from tests.house.rooms import FORM, asking, make_room
from tests.house.visitor import Visitor, own_link, room_link

ALL = "Fola, Sami and Olu"
SAYS = re.compile(r"Only ([^<.]+?) (?:will read|will see|can read|read this card)")
FIVE = ("Amal", "Birgit", "Chidi", "Dora", "Ewa")
MOOD = {"key": "mood", "type": "scale_0_10", "text": "How is it?", "audience": "facilitators", "who": "all"}
WORDS = {"key": "text", "type": "free_text", "text": "What is on your mind?", "who": "all"}
GOAL = {"key": "goal", "type": "goal", "text": "A goal?", "who": "all"}
LINES = {"key": "lines", "type": "feedback", "text": "A line.", "who": "all"}


def readers(page: str) -> set[str]:
    """Whom a page names as those who read something."""
    return {" ".join(each.split()) for each in SAYS.findall(page)}


def test_every_sentence_on_a_participants_pages_names_the_observer_too(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    room, amal = make_room(database, FIVE, [asking("s-one", MOOD, WORDS, GOAL, LINES)]), visitor()
    door = amal.visit(own_link(room, "Amal"))
    path = amal.comes_in(own_link(room, "Amal"))
    answer: dict[str, Any] = {"stage_id": "s-one", "answer": {"text": "Hm."}, "audience": "facilitators"}
    room.does("Amal", "submit_reflection", id=str(uuid4()), **answer)
    room.does("Fola", "ask", participant_id=room.people["Amal"], question="safe")
    pages = {"room": amal.visit(path), "help": amal.visit(f"{path}/help")}
    assert readers(pages["room"]) == {ALL}
    for said in (
        f"Only {ALL} will see your answer.",
        f"Only {ALL} will see what you choose.",
        f"Only {ALL} will see this.",
        f"Only {ALL} will read this, whatever you choose for the rest.",
        f"Only {ALL} will read this first.",
        f"{ALL} still see that it is yours.",
    ):
        assert said in pages["room"], said
    assert ALL in pages["help"] and "Only Fola and Sami see it" not in pages["help"]
    assert f"Only {ALL} will see these answers." in door
    room.does("Fola", "remove", participant_id=room.people["Amal"])
    assert f"Only {ALL} will see that." in amal.visit(path, 404)


def test_a_private_form_names_whoever_watches_and_nobody_who_does_not(
    visitor: Callable[[], Visitor], database: Database
) -> None:
    stages = [asking("s-one") | {"measures": ["phq9"]}]
    room, amal = make_room(database, FIVE, stages), visitor()
    path = amal.comes_in(own_link(room, "Amal"))
    form = amal.visit(f"{path}{FORM}")
    assert readers(form) <= {ALL} and f"while {ALL}" not in form
    database.writer.do(roles.end_role, room.leading["Fola"], room.group, room.leading["Olu"])
    assert "Olu" not in amal.visit(path)


@pytest.mark.parametrize("online", [True, False])
def test_whoever_watches_is_named_before_anybody_comes_in_and_on_each_page_inside(
    visitor: Callable[[], Visitor], database: Database, online: bool
) -> None:
    room, amal, guest = make_room(database, FIVE), visitor(), visitor()
    database.writer.do(stored.change, Group, room.group, online=online)
    for page in (amal.visit(own_link(room, "Amal")), guest.visit(room_link(room))):
        assert "Olu is here to watch and learn." in page and "Olu sees what your leaders see." in page
    path = amal.comes_in(own_link(room, "Amal"))
    waits = guest.comes_in(room_link(room), alias="Goran")
    for browser, page in ((amal, path), (guest, waits)):
        assert "Olu is here to watch and learn." in browser.visit(page)
    assert f"{ALL} still can." in amal.visit(path)
    database.writer.do(roles.end_role, room.leading["Fola"], room.group, room.leading["Olu"])
    for page in (amal.visit(path), visitor().visit(own_link(room, "Birgit"))):
        assert "Olu" not in page
