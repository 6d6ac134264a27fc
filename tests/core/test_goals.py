"""Goals over the weeks: the same goals rated again, new ones beside them, closed by a facilitator."""

import json
from typing import Any
from uuid import uuid4

import pytest

from app.core import goals, groups, shelf, stored
from app.core.models import GroupSession
from app.core.refusals import NotFound
from app.library.agendas import stage_of_exercise
from tests.core.cast import Oak, prompt, refused, stage
from tests.core.one_database import database_kind
from tests.core.test_course import GOAL, next_session, oak, seen, writes

__all__ = ["database_kind", "oak"]  # the session with the exercises that a course is made of

RING, EAT = GOAL["text"], "Eat with somebody once a week."


def two_goals(oak: Oak) -> list[str]:
    """Amal has written one goal in each of two sessions; gives their ids. The third session runs."""
    writes(oak, "Amal", "goal_setting", goal=GOAL, close=2)
    next_session(oak, "Amal", "Birgit")
    oak.moves_to("goal_setting")
    first = offered(oak)[0]["id"]
    again = {"text": EAT, "rating": [1], "standing": [rated(first, 3)]}
    writes(oak, "Amal", "goal_setting", goal=again)
    next_session(oak, "Amal", "Birgit")
    oak.moves_to("goal_setting")
    return [each["id"] for each in offered(oak)]


def offered(oak: Oak, who: str = "Amal", key: str = "goal") -> list[dict[str, Any]]:
    return list(oak.me(oak.people[who])["goals"].get(key, []))


def rated(goal_id: str, rating: int, text: str = RING) -> dict[str, Any]:
    return {"goal": goal_id, "text": text, "rating": rating}


def ratings(oak: Oak, name: str = "Amal") -> dict[str, list[int]]:
    return {each["text"]: each["ratings"] for each in seen(oak, name)["goals"]}


def closes(oak: Oak, goal_id: str, status: str, name: str = "Amal") -> None:
    oak.database.writer.do(goals.set_status, oak.group_id, oak.members[name], goal_id, status)


def test_every_open_goal_stands_in_a_later_session_with_its_words_and_is_rated_again(oak: Oak) -> None:
    ring, eat = two_goals(oak)
    assert [each["text"] for each in offered(oak)] == [RING, EAT]
    writes(oak, "Amal", "goal_setting", goal={"standing": [rated(ring, 7), rated(eat, 5, EAT)]})
    assert ratings(oak) == {RING: [2, 3, 7], EAT: [1, 5]}
    assert [(each["first"], each["last"]) for each in seen(oak, "Amal")["then"]["goals"]] == [(2, 7), (1, 5)]


def test_whoever_has_goals_is_asked_how_close_each_is_and_not_once_more(oak: Oak) -> None:
    assert offered(oak) == [] and [each["key"] for each in oak.me(oak.amal)["prompts"]] == ["goal", "close"]
    writes(oak, "Amal", "goal_setting", goal=GOAL, close=2)
    assert [each["key"] for each in oak.me(oak.amal)["prompts"]] == ["goal", "close"]  # this is the first one
    next_session(oak, "Amal", "Birgit")
    oak.moves_to("goal_setting")
    assert [each["key"] for each in oak.me(oak.amal)["prompts"]] == ["goal"]
    assert [each["key"] for each in oak.me(oak.birgit)["prompts"]] == ["goal", "close"]
    assert "Ring my sister" not in json.dumps([oak.me(oak.birgit), oak.room(), oak.wall()], default=str)


def test_a_changed_answer_replaces_its_ratings_and_a_withdrawn_one_takes_them_along(oak: Oak) -> None:
    ring, eat = two_goals(oak)
    both = {"standing": [rated(ring, 7), rated(eat, 5, EAT)]}
    sent = writes(oak, "Amal", "goal_setting", goal=both)
    again: dict[str, Any] = {"id": sent["id"], "revision": 2, "audience": "facilitators"}
    oak.writes(oak.amal, "goal_setting", goal={"standing": [rated(ring, 8)]}, **again)
    assert ratings(oak) == {RING: [2, 3, 8], EAT: [1]}
    oak.does(oak.amal, "withdraw_reflection", id=sent["id"])
    assert ratings(oak) == {RING: [2, 3], EAT: [1]}


def test_one_rating_for_all_goes_to_the_goal_written_here_or_to_the_newest(oak: Oak) -> None:
    two_goals(oak)
    writes(oak, "Amal", "goal_setting", goal={"text": RING}, close=9)
    assert ratings(oak) == {RING: [2, 3, 9], EAT: [1]}
    next_session(oak, "Amal")
    writes(oak, "Amal", "goal_setting", close=6)
    assert ratings(oak) == {RING: [2, 3, 9], EAT: [1, 6]}


def test_nobody_rates_a_goal_of_somebody_else_or_one_where_none_is_asked(oak: Oak) -> None:
    ring, _ = two_goals(oak)
    for who, exercise, key in (("Birgit", "goal_setting", "goal"), ("Amal", "step_plan", "step")):
        with refused("invalid"):
            writes(oak, who, exercise, **{key: {"text": "Mine.", "standing": [rated(ring, 1)]}})
    zoe = oak.joins("Zoe")
    oak.does(oak.fola, "admit", participant_id=zoe.id)
    with refused("invalid"):
        writes(oak, "Zoe", "goal_setting", goal={"standing": [rated(ring, 1)]})
    assert ratings(oak) == {RING: [2, 3], EAT: [1]}


def test_a_goal_that_is_met_or_let_go_is_not_offered_again_and_keeps_its_ratings(oak: Oak) -> None:
    ring, eat = two_goals(oak)
    closes(oak, ring, "met")
    closes(oak, ring, "met")
    closes(oak, eat, "let_go")
    assert offered(oak) == []
    assert [(each["status"], each["ratings"]) for each in seen(oak, "Amal")["goals"]] == [
        ("met", [2, 3]),
        ("let_go", [1]),
    ]
    assert [each["status"] for each in seen(oak, "Amal")["then"]["goals"]] == ["met", "let_go"]
    closes(oak, ring, "open")
    assert [each["id"] for each in offered(oak)] == [ring]


def test_a_goal_closed_while_its_rating_is_in_the_form_still_stands_in_that_form(oak: Oak) -> None:
    ring, _ = two_goals(oak)
    sent = writes(oak, "Amal", "goal_setting", goal={"standing": [rated(ring, 10)]})
    closes(oak, ring, "met")
    assert ring in [each["id"] for each in offered(oak)]
    again = {"id": sent["id"], "revision": 2, "audience": "facilitators"}
    oak.writes(oak.amal, "goal_setting", goal={"standing": [rated(ring, 9)]}, **again)
    assert ratings(oak)[RING] == [2, 3, 9]


def test_only_a_goal_of_this_member_is_closed_and_only_in_words_that_are_known(oak: Oak) -> None:
    ring, _ = two_goals(oak)
    with refused("invalid"):
        closes(oak, ring, "won")
    other = oak.database.writer.do(groups.create_group, oak.leaders["Fola"], name="Elm", programme_id=None)
    for group, member, goal in (
        (oak.group_id, oak.members["Birgit"], ring),
        (other, oak.members["Amal"], ring),
        (oak.group_id, oak.members["Amal"], "nothing"),
    ):
        with pytest.raises(NotFound):
            oak.database.writer.do(goals.set_status, group, member, goal, "met")
    assert {each["status"] for each in seen(oak, "Amal")["goals"]} == {"open"}


def test_the_group_may_see_a_goal_and_never_how_close_it_is(
    planned_oak: Oak, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = prompt("goal", "goal", exercise=goals.EXERCISE)
    monkeypatch.setattr("tests.core.cast.agenda", lambda: [stage("goals", asked)])
    planned_oak.plans()
    planned_oak.starts()
    planned_oak.writes(planned_oak.amal, "goals", goal={**GOAL, "rating": [4]})
    next_session(planned_oak, "Amal")
    ring = offered(planned_oak)[0]["id"]
    alone = planned_oak.writes(planned_oak.amal, "goals", goal={"standing": [rated(ring, 6)]})
    assert planned_oak.console()["answers"][0]["acts"] == "none"
    planned_oak.does(planned_oak.fola, "reveal", stage_id="goals")
    assert planned_oak.shown() == []
    again = {"id": alone["id"], "revision": 2}
    both = {"text": EAT, "rating": [1], "standing": [rated(ring, 6)]}
    planned_oak.writes(planned_oak.amal, "goals", goal=both, **again)
    planned_oak.does(planned_oak.fola, "show_reflection", id=alone["id"])
    shown = json.dumps(planned_oak.shown())
    assert EAT in shown and "of 10" not in shown and '"rating": [1]' not in shown and RING not in shown


def test_what_is_only_tried_out_or_rehearsed_is_in_nobodys_course(oak: Oak) -> None:
    numbers = [each["number"] for each in seen(oak, "Amal")["attendance"]]
    for values in ({"sandbox": True}, {"sandbox": False, "rehearsal_of": oak.id}):
        next_session(oak, "Amal")
        writes(oak, "Amal", "mood_event_checkin", mood=1)
        oak.database.writer.do(stored.change, GroupSession, oak.id, **values)
        writes(oak, "Amal", "goal_setting", goal=GOAL, close=2)
        told = seen(oak, "Amal")
        assert told["goals"] == [] and told["then"]["mood"] is None
        assert [each["number"] for each in told["attendance"]] == numbers


def test_what_is_written_in_a_copy_of_an_exercise_is_kept_as_in_the_shipped_one(oak: Oak) -> None:
    def copied(exercise: str, title: str) -> Any:
        made = oak.database.writer.do(shelf.copy, oak.leaders["Fola"], "exercise", exercise, title)
        with oak.database.reader() as db:
            return shelf.exercise(db, made)

    mine = copied("goal_setting", "wish")
    ours = copied(mine.id, "ours")
    step = copied("step_plan", "next")
    assert ours.id != mine.id != "goal_setting"
    oak.does(oak.fola, "end")
    oak.plans([stage_of_exercise(each) | {"id": each.name} for each in (ours, step)])
    oak.opens()
    oak.does(oak.fola, "start")
    writes(oak, "Amal", "ours", goal=GOAL, close=2)
    writes(oak, "Amal", "next", step=GOAL | {"text": "Ring on Thursday."})
    assert ratings(oak) == {RING: [2]}
    assert [each["text"] for each in seen(oak, "Amal")["steps"]] == ["Ring on Thursday."]


@pytest.fixture
def twice(planned_oak: Oak, monkeypatch: pytest.MonkeyPatch) -> Oak:
    """A session that asks for goals two times; Amal's goal was rated 3 first and then 6."""
    stages = [
        stage(
            name,
            prompt("goal", "goal", exercise="goal_setting"),
            prompt("close", "scale_0_10", exercise="goal_setting"),
        )
        for name in ("words", "again")
    ]
    monkeypatch.setattr("tests.core.cast.agenda", lambda: stages)
    planned_oak.plans()
    planned_oak.starts()
    return planned_oak


def test_a_rating_that_is_withdrawn_leaves_the_one_before_it(twice: Oak) -> None:
    twice.writes(twice.amal, goal={"text": RING}, close=3, audience="facilitators")
    twice.moves_to("again")
    [goal] = offered(twice)
    second = twice.writes(
        twice.amal, "again", goal={"standing": [rated(goal["id"], 6)]}, audience="facilitators"
    )
    assert ratings(twice) == {RING: [6]}
    for _ in range(2):
        twice.does(twice.amal, "withdraw_reflection", id=second["id"])
        assert ratings(twice) == {RING: [3]}


def test_a_rating_that_a_facilitator_wrote_down_counts_with_the_yes_and_wipes_nothing_out_before(
    twice: Oak,
) -> None:
    twice.writes(twice.amal, goal={"text": RING}, close=3, audience="facilitators")
    twice.moves_to("again")
    [goal] = offered(twice)
    written = {
        "id": str(uuid4()),
        "stage_id": "again",
        "answer": {"goal": {"standing": [rated(goal["id"], 6)]}},
        "audience": "facilitators",
    }
    twice.does(twice.fola, "write_for", participant_id=twice.amal.id, **written)
    assert ratings(twice) == {RING: [3]}
    twice.does(twice.amal, "confirm_reflection", id=written["id"], accept=True)
    assert ratings(twice) == {RING: [6]}


def test_a_rating_that_a_revision_leaves_out_leaves_the_one_before_it(twice: Oak) -> None:
    twice.writes(twice.amal, goal={"text": RING}, close=3, audience="facilitators")
    twice.moves_to("again")
    [goal] = offered(twice)
    second = twice.writes(
        twice.amal, "again", goal={"standing": [rated(goal["id"], 6)]}, audience="facilitators"
    )
    changed = {"id": second["id"], "revision": 2, "audience": "facilitators"}
    twice.writes(twice.amal, "again", goal={"text": EAT}, **changed)
    assert ratings(twice) == {RING: [3], EAT: []}


def test_a_goal_that_is_withdrawn_takes_its_ratings_along(twice: Oak) -> None:
    first = twice.writes(twice.amal, goal={"text": RING}, close=3, audience="facilitators")
    twice.moves_to("again")
    twice.writes(twice.amal, "again", goal={"text": EAT, "rating": [4]}, audience="facilitators")
    twice.does(twice.amal, "withdraw_reflection", id=first["id"])
    assert ratings(twice) == {EAT: [4]}
