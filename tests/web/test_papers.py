"""What stands on a page stands in its paper too, opened by a program that is not ours."""

from typing import Any

import pytest
from flask import Flask

from app.core.summary import summary_of
from app.papers import maker
from app.papers.registry import PAPERS, Asked
from tests.core.cast import Oak
from tests.core.test_summary import round_of
from tests.house.papers import facts_of, needs_poppler, unspaced, words_of

pytestmark = needs_poppler

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
    assert facts_of(file)["Tagged"] == "yes"


def test_no_file_is_named_after_anybody() -> None:
    assert {paper.file_name for paper in PAPERS.values()} <= {
        f"{name}.{ending}" for name in ("session", "group", "member") for ending in ("pdf", "docx")
    }
