"""Choices and numbers of unnamed answers are counted, never shown one by one, and never by a difference."""

from typing import Any

import pytest

from app.core.shown import tallies
from app.core.views import session_row
from tests.core.cast import MEMBERS, Oak, prompt, stage

OPTIONS = ["sad", "proud", "relieved"]


@pytest.fixture
def oak(planned_oak: Oak, monkeypatch: pytest.MonkeyPatch) -> Oak:
    asked = stage(
        "feelings",
        prompt("feel", "multi_choice", options=OPTIONS),
        prompt("strong", "scale_0_10"),
        prompt("secret", "single_choice", options=OPTIONS, audience="facilitators"),
        prompt("text"),
    )
    monkeypatch.setattr("tests.core.cast.agenda", lambda: [asked, stage("last", prompt("text"))])
    planned_oak.plans()
    planned_oak.starts()
    return planned_oak


def answers(oak: Oak, who: str, audience: str = "group_unnamed", **more: Any) -> dict[str, Any]:
    value = {"feel": ["sad", "proud"], "strong": 7, "secret": "sad"} | more
    return oak.writes(oak.people[who], "feelings", audience=audience, **value)


def counted(oak: Oak) -> dict[str, list[int]]:
    with oak.database.reader() as db:
        found = tallies(db, session_row(db, oak.id))
    return {each["key"]: [one["count"] for one in each["counts"]] for each in found}


def reveals(oak: Oak) -> None:
    oak.does(oak.fola, "reveal", stage_id="feelings")


def test_five_unnamed_answers_are_counted_and_none_is_shown_alone(oak: Oak) -> None:
    for place, name in enumerate(MEMBERS):
        answers(oak, name, strong=2 * place)
    assert counted(oak) == {}
    reveals(oak)
    assert counted(oak) == {"feel": [5, 5, 0], "strong": [2, 2, 1]}
    assert oak.shown() == []
    assert "secret" not in str(oak.room()["tallies"]) and oak.wall()["tallies"]


def test_below_five_answers_nothing_is_counted(oak: Oak) -> None:
    for name in MEMBERS[:4]:
        answers(oak, name)
    oak.writes(oak.ewa, "feelings", audience="group_unnamed", text="Only words.")
    reveals(oak)
    assert counted(oak) == {}


def test_named_answers_are_not_counted_and_show_neither_number_nor_choice(oak: Oak) -> None:
    for name in MEMBERS[:4]:
        answers(oak, name)
    answers(oak, "Ewa", audience="group_named", text="I am.")
    reveals(oak)
    assert counted(oak) == {}
    assert [each["answer"] for each in oak.shown()] == [{"text": "I am."}]


def test_one_answer_more_or_less_afterwards_gives_nothing_away(oak: Oak) -> None:
    first = [answers(oak, name) for name in MEMBERS]
    reveals(oak)
    before = counted(oak)
    zoe = oak.joins("Zoe")
    oak.does(oak.fola, "admit", participant_id=zoe.id)
    answers(oak, "Zoe", feel=["relieved"])
    reveals(oak)
    assert counted(oak) == before
    oak.does(oak.amal, "withdraw_reflection", id=first[0]["id"])
    assert counted(oak) == {}


def test_a_changed_answer_takes_the_count_away(oak: Oak) -> None:
    first = [answers(oak, name) for name in MEMBERS]
    reveals(oak)
    answers(oak, "Amal", id=first[0]["id"], revision=2, feel=["relieved"])
    assert counted(oak) == {}


@pytest.fixture
def cards(planned_oak: Oak, monkeypatch: pytest.MonkeyPatch) -> Oak:
    """At a stage that repeats."""
    asked = stage("words", prompt("feel", "single_choice", options=OPTIONS), repeat=True)
    monkeypatch.setattr("tests.core.cast.agenda", lambda: [asked, stage("last", prompt("text"))])
    planned_oak.plans()
    planned_oak.starts()
    return planned_oak


def sends_cards(oak: Oak, name: str, *feelings: str) -> None:
    for feel in feelings:
        oak.writes(oak.people[name], audience="group_unnamed", feel=feel)


def test_the_cards_of_one_person_are_no_five_people(cards: Oak) -> None:
    sends_cards(cards, "Amal", "sad", "sad", "sad", "sad", "proud")
    for name in MEMBERS[1:4]:
        sends_cards(cards, name, "relieved")
    cards.does(cards.fola, "reveal", stage_id="words")
    assert counted(cards) == {}


def test_of_somebody_with_several_cards_the_last_one_counts(cards: Oak) -> None:
    sends_cards(cards, "Amal", "sad", "sad", "proud")
    for name in MEMBERS[1:]:
        sends_cards(cards, name, "relieved")
    cards.does(cards.fola, "reveal", stage_id="words")
    assert counted(cards) == {"feel": [0, 1, 4]}
