"""Goodbye lines can be changed until the last session begins, and in the goodbye one replaces another."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from app.core import goodbye, held_lines, leaving
from app.core.course_models import FeedbackLine
from app.core.sealing import open_sealed
from tests.core.cast import MEMBERS, Oak, prompt, refused, stage
from tests.core.one_database import database_kind
from tests.core.test_feedback import of_exercise

__all__ = ["database_kind"]

FIRST, SECOND = "You waited for me on the stairs.", "You kept a chair free for me."


@pytest.fixture
def oak(planned_oak: Oak, monkeypatch: pytest.MonkeyPatch) -> Oak:
    """At the writing of goodbye lines; Amal has one for Birgit."""
    stages = [stage("words", of_exercise("lines", "goodbye_lines")), stage("last", prompt("text"))]
    monkeypatch.setattr("tests.core.cast.agenda", lambda: stages)
    planned_oak.plans()
    planned_oak.starts()
    return planned_oak


def first_of(oak: Oak) -> str:
    """Whom Amal writes to: the first they have drawn."""
    return str(oak.me(oak.amal)["addressees"]["lines"][0]["id"])


def writes(oak: Oak, to: str, text: str = FIRST, stage_id: str = "words", **more: Any) -> str:
    return str(oak.writes(oak.amal, stage_id, lines=[{"to": to, "text": text}], **more)["id"])


def standing(oak: Oak) -> list[str]:
    """The lines that are kept, of everybody."""
    rows = oak.all(FeedbackLine.__table__.select())
    return [open_sealed(FeedbackLine.text, row.id, row.text) for row in rows]


def last_session(oak: Oak) -> None:
    """The last session has begun, and is at the goodbye."""
    oak.does(oak.fola, "end")
    oak.plans([stage("goodbye", of_exercise("lines", "goodbye")), stage("last", prompt("text"))])
    oak.starts()


@pytest.mark.parametrize("ended", [False, True])
def test_a_line_that_waits_for_the_goodbye_is_changed_after_its_stage_and_after_the_session(
    oak: Oak, ended: bool
) -> None:
    to = first_of(oak)
    new = writes(oak, to)
    oak.moves_to("last")
    if ended:
        oak.does(oak.fola, "end")
    assert [each["lines_open"] for each in oak.me(oak.amal)["mine"]] == [True]
    writes(oak, to, SECOND, id=new, revision=2)
    assert standing(oak) == [SECOND]
    assert not oak.reflection(new).late


def test_other_answers_are_not_changed_after_their_stage(oak: Oak) -> None:
    oak.moves_to("last")
    new = oak.writes(oak.amal, "last", text="One.")["id"]
    oak.moves_to("words")
    with refused("not_now"):
        oak.writes(oak.amal, "last", text="Two.", id=new, revision=2)


def test_once_the_last_session_has_begun_the_lines_of_before_stand(oak: Oak) -> None:
    to, amal, written_in = first_of(oak), oak.amal, oak.row()
    new = writes(oak, to)
    last_session(oak)
    with oak.database.reader() as db:
        assert goodbye.to_change(db, written_in, [oak.reflection(new)]) is None
    oak.people["Amal"] = amal
    with refused("not_now"):
        writes(oak, to, SECOND, id=new, revision=2)
    assert standing(oak) == [FIRST]


def test_the_goodbye_holds_the_lines_of_before_and_a_second_one_replaces_one(oak: Oak) -> None:
    to = first_of(oak)
    writes(oak, to)
    last_session(oak)
    assert oak.me(oak.amal)["kept_lines"] == {"lines": [{"to": to, "text": FIRST}]}
    assert [oak.me(oak.people[name])["kept_lines"] for name in MEMBERS[1:]] == [{}] * 4
    new = writes(oak, to, stage_id="goodbye")
    assert standing(oak) == [FIRST]
    writes(oak, to, SECOND, "goodbye", id=new, revision=2)
    assert standing(oak) == [SECOND]


def test_a_line_that_is_emptied_in_the_goodbye_goes_and_a_pass_takes_nothing(oak: Oak) -> None:
    to = first_of(oak)
    writes(oak, to)
    last_session(oak)
    mine = oak.writes(oak.amal, "goodbye", passed=True)["id"]
    assert standing(oak) == [FIRST]
    other = next(
        each["id"] for each in oak.me(oak.amal)["addressees"]["lines"] if each["id"] not in (to, oak.amal.id)
    )
    writes(oak, other, SECOND, "goodbye", id=mine, revision=2, passed=False)
    assert standing(oak) == [SECOND]


def test_a_line_that_a_facilitator_wrote_down_replaces_ones_own_with_the_yes_and_not_before(oak: Oak) -> None:
    to = first_of(oak)
    writes(oak, to)
    last_session(oak)
    given = {"id": str(uuid4()), "audience": "group_named", "stage_id": "goodbye"}
    given |= {"answer": {"lines": [{"to": to, "text": SECOND}]}}
    oak.does(oak.fola, "write_for", participant_id=oak.amal.id, **given)
    assert standing(oak) == [FIRST, SECOND]
    oak.does(oak.amal, "confirm_reflection", id=given["id"], accept=True)
    assert standing(oak) == [SECOND]


def test_a_line_that_a_facilitator_has_read_stays_read_when_it_is_sent_again(oak: Oak) -> None:
    to = first_of(oak)
    writes(oak, to)
    line = oak.one(FeedbackLine.__table__.select())
    last_session(oak)
    oak.does(oak.fola, "check_line", id=line.id, state="ok")
    writes(oak, to, stage_id="goodbye")
    assert [row.state for row in oak.all(FeedbackLine.__table__.select())] == ["ok"]


def test_a_line_that_was_given_to_somebody_who_left_is_changed_no_more(oak: Oak) -> None:
    to = first_of(oak)
    new = writes(oak, to)
    oak.moves_to("last")
    do, fola = oak.database.writer.do, oak.leaders["Fola"]
    do(leaving.member_leaves, fola, oak.group_id, to)
    line = oak.one(FeedbackLine.__table__.select())
    assert do(held_lines.give, fola, oak.group_id, to, [line.id]) == 1
    with refused("not_now"):
        writes(oak, to, SECOND, id=new, revision=2)
    assert standing(oak) == [FIRST]


def test_a_browser_that_is_shut_reads_no_line_of_before(oak: Oak) -> None:
    writes(oak, first_of(oak))
    last_session(oak)
    assert oak.me(replace(oak.amal, shut=True))["kept_lines"] == {}


def test_given_out_a_line_is_changed_no_more(oak: Oak) -> None:
    to = first_of(oak)
    writes(oak, to)
    line = oak.one(FeedbackLine.__table__.select())
    last_session(oak)
    oak.does(oak.fola, "check_line", id=line.id, state="ok")
    for name in MEMBERS:
        thanks = {"id": str(uuid4()), "to": oak.members[name], "text": "Thank you."}
        oak.does(oak.fola, "add_line", stage_id="goodbye", **thanks)
    oak.does(oak.fola, "deliver_lines", stage_id="goodbye")
    assert oak.me(oak.amal)["kept_lines"] == {}
    writes(oak, to, SECOND, "goodbye")
    assert {FIRST, SECOND} <= set(standing(oak))
