"""Quiet questions: one person is asked and answers with a tap, and nobody else learns of it."""

import json
from typing import Any, get_args

import pytest
from sqlmodel import col

from app.core.changes import Who
from app.core.commands import Ask
from app.core.questions import QUESTIONS
from app.core.safety_models import QuietQuestion
from tests.core.cast import Oak, refused


def asks(oak: Oak, question: str = "all_right", whom: Who | None = None) -> str:
    return str(oak.does(oak.fola, "ask", participant_id=(whom or oak.amal).id, question=question)["id"])


def result(oak: Oak) -> str:
    """What stands beside Amal on the console."""
    return str(oak.console()["asked"][oak.amal.id]["answer"])


def calls(oak: Oak) -> list[tuple[str, str, str]]:
    return [(each["alias"], each["kind"], each["status"]) for each in oak.console()["signals"]]


def test_every_question_may_be_asked_and_there_are_no_others() -> None:
    assert set(get_args(Ask.model_fields["question"].annotation)) == set(QUESTIONS)


@pytest.mark.parametrize("answer", ["yes", "no", "not_now"])
def test_a_question_is_answered_with_one_tap_and_stands_beside_the_person(oak: Oak, answer: str) -> None:
    asked = asks(oak)
    waiting = oak.me(oak.amal)["question"]
    assert (waiting["id"], waiting["text"], waiting["by"]) == (asked, "Are you all right?", "Fola")
    assert result(oak) == ""
    oak.does(oak.amal, "answer_question", id=asked, answer=answer)
    assert oak.me(oak.amal)["question"] is None
    assert result(oak) == answer
    assert calls(oak) == []


def test_the_same_question_asked_twice_waits_once_and_two_questions_wait_in_their_order(oak: Oak) -> None:
    first = asks(oak)
    before = oak.row().version
    assert asks(oak) == first and oak.row().version == before
    second = asks(oak, "speak")
    assert oak.me(oak.amal)["question"]["id"] == first
    oak.does(oak.amal, "answer_question", id=first, answer="yes")
    assert oak.me(oak.amal)["question"]["id"] == second
    assert asks(oak) != first, "answered, it may be asked again"


def test_whoever_is_not_safe_calls_in_the_same_change_and_another_answer_does_not_take_it_back(
    oak: Oak, news: list[Any]
) -> None:
    asked = asks(oak, "safe")
    news.clear()
    oak.does(oak.amal, "answer_question", id=asked, answer="no")
    assert calls(oak) == [("Amal", "not_safe", "new")]
    assert len(news) == 1 and not news[0].shared
    oak.does(oak.amal, "answer_question", id=asked, answer="no")
    oak.does(oak.amal, "answer_question", id=asked, answer="yes")
    assert result(oak) == "yes" and calls(oak) == [("Amal", "not_safe", "new")]


@pytest.mark.parametrize("verb", ["remove", "refuse"])
def test_of_somebody_who_was_sent_away_only_not_being_safe_is_taken_until_the_session_ends(
    oak: Oak, verb: str
) -> None:
    gus = oak.amal if verb == "remove" else oak.joins("Gus")
    safe, all_right, last = (asks(oak, each, gus) for each in ("safe", "all_right", "alone"))
    oak.does(oak.fola, verb, participant_id=gus.id)
    for question, answer in ((safe, "yes"), (safe, "not_now"), (all_right, "no"), (last, "no")):
        with refused("not_found"):
            oak.does(gus, "answer_question", id=question, answer=answer)
    assert calls(oak) == []
    for _ in range(2):  # sent again after a lost answer
        oak.does(gus, "answer_question", id=safe, answer="no")
    assert [kind for _, kind, _ in calls(oak)] == ["not_safe"]


def test_after_the_end_nothing_is_taken_of_somebody_who_was_sent_away(oak: Oak) -> None:
    asked = asks(oak, "safe")
    oak.does(oak.fola, "remove", participant_id=oak.amal.id)
    oak.does(oak.fola, "end")
    with refused("not_found"):
        oak.does(oak.amal, "answer_question", id=asked, answer="no")
    assert calls(oak) == []


def test_an_answer_stands_as_new_until_a_facilitator_has_read_it_and_again_once_it_changes(oak: Oak) -> None:
    asked, stranger = asks(oak, "pause"), asks(oak, "pause", oak.birgit)
    assert oak.console()["tapped"] == []
    with refused("not_found"):
        oak.does(oak.fola, "read_answer", id=asked)
    oak.does(oak.amal, "answer_question", id=asked, answer="yes")
    [new] = oak.console()["tapped"]
    assert (new["alias"], new["text"], new["answer"]) == ("Amal", "Do you need a pause?", "yes")
    shared = oak.row().shared_version
    for _ in range(2):
        oak.does(oak.sami, "read_answer", id=asked)
    assert oak.console()["tapped"] == [] and result(oak) == "yes"
    assert [each.action for each in oak.log()].count("read_answer") == 1
    assert oak.row().shared_version == shared
    oak.does(oak.amal, "answer_question", id=asked, answer="no")
    assert [each["answer"] for each in oak.console()["tapped"]] == ["no"]
    oak.does(oak.birgit, "answer_question", id=stranger, answer="not_now")
    assert [each["alias"] for each in oak.console()["tapped"]] == ["Amal", "Birgit"]


def test_whoever_is_not_safe_stands_among_the_calls_alone_and_a_later_yes_is_an_answer_to_read(
    oak: Oak,
) -> None:
    asked = asks(oak, "safe")
    oak.does(oak.amal, "answer_question", id=asked, answer="no")
    assert oak.console()["tapped"] == [] and calls(oak) == [("Amal", "not_safe", "new")]
    oak.does(oak.amal, "answer_question", id=asked, answer="yes")
    assert [each["answer"] for each in oak.console()["tapped"]] == ["yes"]


def test_only_whoever_was_asked_can_answer_and_nobody_outside_can_be_asked(oak: Oak) -> None:
    asked = asks(oak)
    with refused("not_found"):
        oak.does(oak.birgit, "answer_question", id=asked, answer="no")
    oak.does(oak.fola, "remove", participant_id=oak.chidi.id)
    for outside in (oak.chidi, Who("participant", oak.id, "nobody")):
        with refused("not_found"):
            asks(oak, whom=outside)


def test_peers_and_the_wall_see_nothing_of_it_and_the_answer_is_sealed(oak: Oak) -> None:
    def seen() -> str:
        return json.dumps([oak.room(), oak.wall(), oak.me(oak.birgit), oak.row().shared_version], default=str)

    before = seen()
    oak.does(oak.amal, "answer_question", id=asks(oak, "safe"), answer="no")
    assert seen() == before
    [row] = oak.all(QuietQuestion.__table__.select().where(col(QuietQuestion.participant_id) == oak.amal.id))
    assert row.answer.startswith("v1.")
