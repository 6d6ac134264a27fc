"""A member's page: what stands there of their course, and what a facilitator sets with them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.core import groups
from app.core.models import Role
from app.library.agendas import stage_of_exercise
from app.papers.registry import PAPERS, Asked
from tests.core.cast import Oak, prompt, stage
from tests.core.notes import note_of, saves, signs
from tests.core.test_course import CIRCLE, GOAL, next_session, seen, writes
from tests.house.browser import Browser

EXERCISES = ("goal_setting", "mood_event_checkin", "closeness_circle", "relationship_snapshot")


@pytest.fixture
def oak(oak: Oak, monkeypatch: pytest.MonkeyPatch) -> Oak:
    """Live at a session with the exercises that a course is made of."""
    stages = [stage_of_exercise(each) | {"id": each} for each in EXERCISES]
    monkeypatch.setattr("tests.core.cast.agenda", lambda: stages)
    next_session(oak, "Amal", "Birgit")
    return oak


def path_of(oak: Oak, name: str = "Amal") -> str:
    return f"/groups/{oak.group_id}/members/{oak.members[name]}"


def test_a_goal_is_marked_as_met_or_let_go_and_opened_again(oak: Oak, fola: Browser) -> None:
    writes(oak, "Amal", "goal_setting", goal=GOAL, close=2)
    goal = seen(oak, "Amal")["goals"][0]["id"]
    for status, words in (("met", "Met"), ("let_go", "Let go"), ("open", "Mark as met")):
        back = fola.send(f"{path_of(oak)}/goals/{goal}", status=status)
        page = fola.visit(back)
        assert words in page and seen(oak, "Amal")["goals"][0]["status"] == status
    fola.send(f"{path_of(oak)}/goals/{goal}", status="won")
    fola.client.post(
        f"{path_of(oak, 'Birgit')}/goals/{goal}", data={"csrf_token": fola.token(), "status": "met"}
    )
    assert seen(oak, "Amal")["goals"][0]["status"] == "open"


def test_an_observer_reads_a_course_and_changes_nothing_in_it(
    oak: Oak, browser_of: Callable[[str], Browser]
) -> None:
    writes(oak, "Amal", "goal_setting", goal=GOAL, close=2)
    goal = seen(oak, "Amal")["goals"][0]["id"]
    oak.database.writer.do(groups.set_role, oak.group_id, oak.leaders["Sami"], Role.OBSERVER)
    sami = browser_of(oak.leaders["Sami"])
    assert GOAL["text"] in sami.visit(path_of(oak))
    sami.send(f"{path_of(oak)}/goals/{goal}", expect=404, status="met")
    assert seen(oak, "Amal")["goals"][0]["status"] == "open"


def test_the_first_and_the_last_number_of_each_goal_stand_side_by_side(oak: Oak, fola: Browser) -> None:
    writes(oak, "Amal", "goal_setting", goal=GOAL, close=2)
    next_session(oak, "Amal")
    oak.moves_to("goal_setting")
    standing: list[Any] = oak.me(oak.amal)["goals"]["goal"]
    rated = [{"goal": each["id"], "text": each["text"], "rating": 7} for each in standing]
    writes(oak, "Amal", "goal_setting", goal={"standing": rated})
    assert "2 to 7" in fola.visit(path_of(oak))


def test_lines_that_wait_are_read_on_the_page_and_given_from_it(
    oak: Oak, fola: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.core.cast.agenda", lambda: [stage("round", prompt("lines", "feedback"))])
    next_session(oak, "Amal", "Birgit")
    oak.writes(oak.birgit, "round", lines=[{"to": oak.members["Amal"], "text": "You waited for me."}])
    assert "You waited for me." not in fola.visit(path_of(oak))
    oak.does(oak.fola, "end")
    page = fola.visit(path_of(oak))
    assert "You waited for me." in page and "You waited for me." not in fola.visit(path_of(oak, "Birgit"))
    [line] = re.findall(r'name="line" value="([^"]+)"', page)
    fola.send(f"{path_of(oak, 'Birgit')}/lines", line=line)
    assert "You waited for me." in fola.visit(path_of(oak))
    fola.send(f"{path_of(oak)}/lines", line=line)
    assert "You waited for me." not in fola.visit(path_of(oak))


def test_marks_and_people_with_one_name_stand_in_the_list_beside_the_circle(
    oak: Oak, app: Flask, fola: Browser
) -> None:
    """On the page, and on the paper; what the picture says aloud has the marks as well."""
    people = [
        {"label": "M", "ring": ring, "angle": 90 * ring, "bond": "tense", "marked": ring == 2}
        for ring in (1, 2)
    ]
    writes(oak, "Amal", "closeness_circle", people={"people": people})
    page = fola.visit(path_of(oak))
    listed = page[page.index("The same as a list") :].partition("</table>")[0]
    assert listed.count(">M<") == 2
    assert "Ring 1, tense<" in listed and "Ring 2, tense, to talk about<" in listed
    assert "M, ring 2, tense, to talk about." in page.partition("The same as a list")[0]
    with app.test_request_context(), oak.database.reader() as db:
        asked = Asked(oak.group_id, member_id=oak.members["Amal"])
        paper = str(PAPERS["course.pdf"].gather(db, asked))
    assert paper.count("'M'") == 2 and "Ring 2, tense, to talk about" in paper


def test_what_somebody_said_of_their_people_stands_beside_the_circle(oak: Oak, fola: Browser) -> None:
    writes(oak, "Amal", "closeness_circle", people=CIRCLE, turn_to=["My neighbour."], linked=["Ines."])
    close = {"person": ["My sister."], "talk": ["The weather.", "Our father."], "change": ["Ring more."]}
    writes(oak, "Amal", "relationship_snapshot", **close)
    told = seen(oak, "Amal")["inventory"]
    assert [[each["text"] for each in entry["parts"]] for entry in told] == [
        ["My neighbour.", "Ines."],
        ["My sister.", "We talk about: The weather.\nWe avoid: Our father.", "Ring more."],
    ]
    assert {entry["number"] for entry in told} == {oak.row().number}
    page = fola.visit(path_of(oak))
    for words in ("My neighbour.", "Who do you turn to when things are hard?", "Our father.", "Ring more."):
        assert words in page
    assert seen(oak, "Birgit")["inventory"] == [] and "Our father." not in fola.visit(path_of(oak, "Birgit"))


def test_neither_page_nor_paper_of_a_course_has_words_that_stand_in_a_signed_note(
    oak: Oak, app: Flask, fola: Browser
) -> None:
    def read() -> tuple[str, str]:
        asked = Asked(oak.group_id, oak.id, oak.members["Amal"], oak.leaders["Fola"])
        with app.test_request_context(), oak.database.reader() as db:
            return fola.visit(path_of(oak)), str(PAPERS["course.pdf"].gather(db, asked))

    writes(oak, "Amal", "closeness_circle", people=CIRCLE, turn_to=["My neighbour."], linked=["Ines."])
    writes(oak, "Amal", "relationship_snapshot", person=["My sister."], change=["Ring more."])
    oak.does(oak.fola, "end")
    assert all("My neighbour." in each and "Ring more." in each for each in read())
    saves(oak, note_of(oak, "Amal"), "Came.")
    signs(oak, note_of(oak, "Amal"))
    for each in read():
        assert "My neighbour." not in each and "Ring more." not in each
        assert each.count("The words are in the signed note.") == 2
        assert "People near and far" in each, "the circle itself is working material"


def test_what_moved_the_mood_is_numbered_once(oak: Oak, fola: Browser) -> None:
    writes(oak, "Amal", "mood_event_checkin", mood=4, week=["We moved."])
    page = fola.visit(path_of(oak))
    drawn, _, listed = page[page.index('class="chart') :].partition("</svg>")
    assert ">1</text>" in drawn and 'role="img"' in drawn
    entry = listed[listed.index('<ul class="list"><li><p><b') :].partition("</li>")[0]
    assert entry.count('<b class="lamp num">1</b>') == 1 and "We moved." in entry


def test_the_page_of_whoever_left_says_what_to_do_when_they_do_not_answer(oak: Oak, fola: Browser) -> None:
    page = fola.visit(path_of(oak))
    assert "A death is told in person first, with the supervisor." in page and "Two tries" not in page
    fola.send(f"{path_of(oak)}/leaves", told="", note="")
    assert "Two tries on two days, then the agreed contact if there was risk" in fola.visit(path_of(oak))
