"""What stands on a page stands in its paper too, opened by a program that is not ours."""

from typing import Any

import pytest
from flask import Flask
from flask_babel import gettext

from app.core import overview
from app.core.group_course import group_course
from app.core.summary import summary_of
from app.db import Database
from app.library import load
from app.library.agendas import agenda_of, meeting_agenda
from app.papers import blocks, maker
from app.papers.registry import PAPERS, Asked
from tests.core.cast import Oak
from tests.core.full_session import full_session
from tests.core.long_group import long_group
from tests.core.programme import Course
from tests.core.test_summary import round_of
from tests.house.papers import facts_of, needs_poppler, unspaced, words_of

pytestmark = needs_poppler

PROGRAMME = "online_short_75"
WORDS = {
    "amal": '#import "tired"',
    "birgit": "*here*",
    "chidi": "$far$",
    "dolores": "\\lost",
    "ewa": "ok @ref",
}


def made(app: Flask, oak: Oak, kind: str, **asked: Any) -> bytes:
    """The file as a page would hand it out."""
    paper = PAPERS[kind]
    ids = {"group_id": oak.group_id, "group_session_id": oak.id, "facilitator_id": oak.leaders["Fola"]}
    with app.test_request_context(), oak.database.reader() as db:
        data = paper.gather(db, Asked(**(ids | asked)))
    return maker.make(kind, data)


@pytest.fixture
def session(oak: Oak) -> Oak:
    """One more session: an opening round, a step, and a close."""
    oak.does(oak.fola, "end")
    round_of(oak)
    for name, word in WORDS.items():
        oak.writes(getattr(oak, name), "arrive", word=[word])
    oak.moves_to("round")
    for mood, name in enumerate(WORDS):
        oak.writes(getattr(oak, name), "round", mood=mood, week=[f"{name} met #somebody"])
    oak.signals(oak.amal, "hand")
    oak.does(oak.fola, "mark_heard", participant_id=oak.amal.id)
    oak.moves_to("step")
    oak.writes(oak.amal, "step", step="I ring my sister on Thursday.\nThen I rest.")
    oak.writes(oak.ewa, "step", passed=True)
    oak.moves_to("close")
    oak.writes(oak.amal, "close", belong=7, say=6, leaving="Settled", one_word_checkin_word=["lighter"])
    oak.does(oak.fola, "end")
    return oak


def test_the_paper_of_a_session_says_what_its_page_says(app: Flask, session: Oak) -> None:
    with session.database.reader() as db:
        told = summary_of(db, session.id)
    file = made(app, session, "summary.pdf")
    text = unspaced(words_of(file))
    answers = [each for stage in told["stages"] for each in stage["answers"]]
    assert len(answers) == 12
    for answer in answers:
        for part in answer["parts"]:
            assert unspaced(part["text"]) in text, part["text"]
    for person in told["people"]:
        assert unspaced(person["alias"]) in text
    for stage in told["stages"]:
        assert unspaced(stage["title"]) in text
    assert unspaced("Passed: Ewa") in text
    assert unspaced("Wanted to say something") in text
    assert text.count(unspaced("Not marked as heard.")) == 4  # everybody but Amal is to be followed up
    assert facts_of(file)["Tagged"] == "yes"


def test_the_plan_of_a_session_fits_on_one_page_and_names_no_member(app: Flask, database: Database) -> None:
    """Fourteen stages, their beginnings, and whom to call when no screen works."""
    full = full_session(database)
    asked = Asked(group_id=full.group_id, group_session_id=full.id, facilitator_id=full.leader)
    with app.test_request_context(), database.reader() as db:
        data = PAPERS["plan.pdf"].gather(db, asked)
        stages = summary_of(db, full.id)["stages"]
        emergency = overview.group_page(db, full.group_id)["group"]["emergency_number"]
    file = maker.make("plan.pdf", data)
    text = words_of(file)
    assert facts_of(file)["Pages"] == "1"
    assert len(stages) == 14
    for stage in stages:
        assert stage["title"] in text
    assert f"In danger {emergency}" in text or emergency in text
    assert not [alias for alias in full.members if alias in text.split()]


def test_a_plan_longer_than_a_page_takes_two_rather_than_losing_a_stage() -> None:
    rows = [
        {"begins": f"{at}", "minutes": "5 min", "title": f"Stage {at}", "aim": "Aim. " * 30, "asks": ["Ask?"]}
        for at in range(80)
    ]
    data = blocks.paper("Long", "en", [blocks.plan(["Begins", "Stage", "By hand"], rows)], one_page=True)
    file = maker.make("plan.pdf", data)
    assert int(facts_of(file)["Pages"]) > 1
    assert "Stage 79" in words_of(file)


def test_the_paper_of_a_course_says_what_the_page_of_a_member_says(app: Flask, database: Database) -> None:
    """A meeting, and four sessions of which the member missed the third."""
    whole = Course(database, PROGRAMME, people=3, misses={0: 3})
    meeting = load().programmes[PROGRAMME].meetings[0].id
    whole.plays(0, meeting_agenda(PROGRAMME, meeting), meeting, whole.aliases[0])
    for number in range(1, 5):
        whole.plays(number, agenda_of(PROGRAMME, number))
    alias = whole.aliases[0]
    page, scores = whole.seen(alias), whole.measured(alias)
    asked = Asked(group_id=whole.group_id, member_id=whole.members[alias], facilitator_id=whole.leader)
    with app.test_request_context(), database.reader() as db:
        data = PAPERS["course.pdf"].gather(db, asked)
    file = maker.make("course.pdf", data)
    text = unspaced(words_of(file))
    said = [each["text"] for each in (*page["events"], *page["goals"], *page["steps"])]
    said += [part["text"] for entry in page["inventory"] for part in entry["parts"]]
    said += [person["label"] for person in page["then"]["circle"]["first"]["people"]]
    said += [each["name"] for each in scores.values()] + [each["first_band"] for each in scores.values()]
    assert len(said) > 12
    for each in said:
        assert unspaced(each) in text, each
    assert unspaced("3 of 4") in text and unspaced("missed 3") in text
    told = facts_of(file)
    assert (told["Title"], told["Tagged"]) == ("Course", "yes")  # windows and lists show it: no name there
    moods = [each["alt"] for each in data["blocks"] if each and each["kind"] == "picture"]
    assert "Session 3: missed." in moods[0]


def test_the_paper_of_a_group_says_what_its_course_says(app: Flask, database: Database) -> None:
    long = long_group(database)
    with database.reader() as db:
        told = group_course(db, long.group_id, 6)
    with app.test_request_context(), database.reader() as db:
        data = PAPERS["group.pdf"].gather(db, Asked(group_id=long.group_id, facilitator_id=long.leader))
    text = words_of(maker.make("group.pdf", data))
    assert len(told["members"]) >= 6 and told["calls"]
    for member in told["members"]:
        assert member["alias"] in text
        assert f"{len(member['attendance']) - len(member['missed'])} of {len(member['attendance'])}" in text
        for measure in member["measures"]:
            assert f"{measure['first']} to {measure['last']}" in text
    for each in told["calls"]:
        for name in each["worse"]:
            assert f"Worse reliably: {name}." in text
    for mean in told["mean"].values():
        assert str(mean) in text
    said = [each["alt"] for block in data["blocks"] if block["kind"] == "pair" for each in block["left"]]
    assert len(said) == len(told["members"]) and all(said)


def test_a_paper_speaks_the_language_of_its_reader(app: Flask, session: Oak) -> None:
    asked = Asked(group_id=session.group_id, group_session_id=session.id)
    with app.test_request_context(headers={"Accept-Language": "es"}), session.database.reader() as db:
        data, done = PAPERS["summary.pdf"].gather(db, asked), gettext("What was done")
    assert data["language"] == "es"
    file = maker.make("summary.pdf", data)
    assert done != "What was done" and done in words_of(file)
    assert b"/Lang(es)" in file or b"/Lang (es)" in file
