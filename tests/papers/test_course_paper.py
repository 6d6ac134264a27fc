"""What the paper of a member's course counts and says."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel

from app.papers import course_paper, wording


@pytest.fixture(autouse=True)
def in_words() -> Iterator[None]:
    app = Flask(__name__)
    Babel(app)
    with app.app_context():
        yield


def figures(*statuses: str) -> Any:
    """The first figure of somebody who was so in sessions 1, 2 and so on: number, and what it adds."""
    attendance = [
        {"number": n, "there": each in ("present", "late"), "ended": each != "ahead", "status": each}
        for n, each in enumerate(statuses, 1)
    ]
    told = {"attendance": attendance, "turns": {"sessions": []}, "then": {"mood": None}}
    made = course_paper._figures(told, {"of": 12})["entries"][0]
    return made["value"], made["also"]


def test_a_late_joiner_missed_nothing_before_they_came() -> None:
    assert figures("before", "before", "before", "present", "ahead") == ("1 of 1", "8 sessions to go")


def test_an_excuse_stands_apart_from_a_session_missed() -> None:
    assert figures("present", "absent", "excused", "late", "excused") == ("2 of 5", "missed 2; excused: 3, 5")


@pytest.mark.parametrize(
    ("change", "other", "says"),
    [
        (["small"], ["improved"], "Too small to be sure. From 5 points on it would be reliably better."),
        (["small"], ["worse"], "Too small to be sure. From 5 points on it would be reliably worse."),
        (["improved"], ["improved"], "Improved reliably (6 points or more)."),
        ([], [], ""),
    ],
)
def test_a_paper_says_as_the_page_what_the_other_line_would_say(
    change: list[str], other: list[str], says: str
) -> None:
    scores = {"first_band": None, "last_band": None, "points": 6, "pro_rated": False, "incomplete": 0}
    scores |= {"change": change, "other": {"points": 5, "change": other}}
    assert wording.means(scores) == says
    told = {"name": "PHQ-9", "first": None, "last": None} | scores
    assert course_paper._measures([told], "UTC")[1]["rows"][0][3] == says
