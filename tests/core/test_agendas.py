"""Stages made from the library: whole, summed, and never wider than the exercise they come from."""

import json

import pytest

from app.exercises import AUDIENCES, TYPES
from app.library import load
from app.library.agendas import (
    agenda_of,
    for_one,
    meeting_agenda,
    stage_of_exercise,
    stage_of_row,
    talk_stage,
    with_exercise,
)
from app.library.items import Row

SHAPE = {
    "id": str,
    "title": str,
    "kind": str,
    "minutes": int,
    "core": bool,
    "cue": dict,
    "exercises": list,
    "pool": list,
    "reading": list,
    "prompts": list,
    "audiences": list,
    "default_audience": str,
    "repeat": bool,
    "perspectives": list,
    "measures": list,
    "phase": str,
}
SESSIONS = [(p.id, n) for p in load().programmes.values() for n in range(1, p.group_sessions + 1)]
MEETINGS = [(p.id, m.id) for p in load().programmes.values() for m in p.meetings]


def row(*exercises, minutes=30):
    return Row(minutes=minutes, title="A row", exercises=exercises, core=True, cue="say it")


def limits(stage):
    """Return how far each prompt's answer may go in this stage, at most."""
    return {p["key"]: p.get("audience", stage["audiences"][-1]) for p in stage["prompts"]}


def assert_whole(stage):
    assert {name: type(value) for name, value in stage.items()} == SHAPE
    assert list(stage["cue"]) == ["aim", "steps", "say", "also", "care"]
    assert stage["kind"] == ("exercise" if stage["prompts"] else "talk")
    assert stage["default_audience"] in stage["audiences"]
    assert json.loads(json.dumps(stage)) == stage
    keys = [prompt["key"] for prompt in stage["prompts"]]
    assert len(set(keys)) == len(keys)
    for prompt in stage["prompts"]:
        assert prompt["type"] in TYPES
        assert prompt["exercise"] in stage["exercises"]


def test_all_programmes_are_there_with_all_their_sessions():
    assert (len(SESSIONS), len(MEETINGS)) == (86, 26)


@pytest.mark.parametrize(("programme", "number"), SESSIONS)
def test_every_session_builds_and_its_minutes_hold(programme, number):
    stages = agenda_of(programme, number)
    assert sum(stage["minutes"] for stage in stages) == load().programmes[programme].length_min
    assert len({stage["id"] for stage in stages}) == len(stages)
    for stage in stages:
        assert_whole(stage)


@pytest.mark.parametrize(("programme", "meeting"), MEETINGS)
def test_every_meeting_builds_for_one_person(programme, meeting):
    stages = meeting_agenda(programme, meeting)
    assert sum(stage["minutes"] for stage in stages) == load().programmes[programme].meeting(meeting).total
    for stage in stages:
        assert_whole(stage)
        assert stage["audiences"] == ["facilitators"]


@pytest.mark.parametrize("exercise", load().exercises)
def test_every_exercise_makes_a_stage_of_its_own(exercise):
    stage = stage_of_exercise(exercise)
    assert_whole(stage)
    assert (stage["exercises"], stage["minutes"]) == ([exercise], load().exercises[exercise].minutes[0])
    assert stage_of_exercise(exercise, 7, "Ours") | {"id": ""} == stage | {
        "id": "",
        "minutes": 7,
        "title": "Ours",
    }


@pytest.mark.parametrize(("programme", "number"), SESSIONS)
def test_no_prompt_widens_in_a_stage_of_several_exercises(programme, number):
    for stage in agenda_of(programme, number):
        for prompt in stage["prompts"]:
            exercise = load().exercises[prompt["exercise"]]
            own = next(p.audience for p in exercise.prompts if p.text == prompt["text"])
            if own:
                assert AUDIENCES.index(limits(stage)[prompt["key"]]) <= AUDIENCES.index(own)
            if exercise.default_audience != stage["default_audience"]:
                assert AUDIENCES.index(prompt["audience"]) <= AUDIENCES.index(exercise.default_audience)


def test_the_pulse_stays_with_the_facilitators_beside_the_last_word():
    stage = agenda_of("online_short_75", 2)[-1]
    assert stage["default_audience"] == "group_unnamed"
    assert {key for key, limit in limits(stage).items() if limit != "facilitators"} == {"word"}


def test_an_unnamed_exercise_beside_a_named_one_stays_unnamed():
    stage = stage_of_row(row("group_agreement", "goodbye"), "initial")
    assert stage["default_audience"] == "group_named"
    assert limits(stage) == {
        "matters": "group_unnamed",
        "agree": "facilitators",
        "lines": "group_named",
        "taking": "group_named",
    }


def test_a_stage_of_private_taps_offers_no_group():
    for exercise in ("safe_place_check", "talk_or_listen", "leaving_check"):
        assert stage_of_exercise(exercise)["audiences"] == ["facilitators"]


def test_a_key_that_is_taken_gets_the_name_of_its_exercise():
    stage = stage_of_row(row("what_is_depression", "warning_signs_plan"), "termination")
    assert [prompt["key"] for prompt in stage["prompts"]] == [
        "signs",
        "hardest",
        "friend",
        "warning_signs_plan_signs",
        "plan",
    ]


def test_several_cards_per_person_fit_a_single_exercise_alone():
    assert stage_of_row(row("problem_solving"), "middle")["repeat"]
    assert not stage_of_row(row("problem_solving", "goodbye"), "middle")["repeat"]


def test_every_type_is_asked_as_it_is_written():
    boxes = stage_of_exercise("old_new_role")["prompts"][1]
    assert (boxes["type"], len(boxes["options"])) == ("grid_2x2", 4)


def test_a_row_with_a_pool_is_a_talk_until_one_is_chosen():
    work = agenda_of("gipt_8", 3)[3]
    assert (work["kind"], work["exercises"], work["prompts"]) == ("talk", [], [])
    assert "communication_analysis" in work["pool"]
    late = Row(minutes=30, title="Work", exercises=("patterns", "role_play"), pool="work", core=True, cue="x")
    assert stage_of_row(late, "termination")["pool"] == ["patterns", "role_play"]


def test_a_row_with_a_measure_is_a_talk_that_keeps_its_name():
    scores = meeting_agenda("online_short_75", "mid")[0]
    assert (scores["kind"], scores["measures"]) == ("talk", ["phq9", "gad7"])


def test_a_talk_asks_nothing():
    stage = talk_stage("A word from Fola", 5)
    assert_whole(stage)
    assert (stage["title"], stage["minutes"], stage["kind"]) == ("A word from Fola", 5, "talk")


def test_for_one_leaves_the_group_s_stages_alone():
    stages = agenda_of("gipt_8", 1)
    alone = for_one(stages)
    assert {tuple(stage["audiences"]) for stage in alone} == {("facilitators",)}
    assert any(len(stage["audiences"]) == 3 for stage in stages)
    assert [stage["prompts"] for stage in alone] == [stage["prompts"] for stage in stages]


def test_the_cue_has_the_words_of_the_session_first():
    cue = agenda_of("gipt_8", 1)[3]["cue"]
    assert cue["say"].startswith(
        "first rating is the baseline; no round yet\nSay how many meetings are left."
    )
    assert cue["care"].startswith("PHQ-9 items never stand")


def test_a_chosen_exercise_says_its_own_words_beside_those_of_the_programme_and_takes_them_along():
    talk = next(stage for stage in agenda_of("gipt_8", 3) if stage["pool"])
    words = talk["cue"]["say"]
    assert words and talk["cue"]["also"] == ""
    first, second = (load().exercises[name] for name in talk["pool"][:2])
    chosen = with_exercise(with_exercise(talk, first), second)
    assert (chosen["cue"]["say"], chosen["cue"]["also"]) == (words, second.cue)
    assert with_exercise(chosen, None)["cue"]["also"] == ""


def test_the_suggestions_under_the_opening_round_reach_the_stage():
    week = stage_of_exercise("mood_event_checkin")["prompts"][1]
    assert week["taps"] == ["A good talk", "A quarrel", "Somebody helped", "I was alone", "Not much"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda: agenda_of("gipt_8", 9),
        lambda: agenda_of("gipt_8", 0),
        lambda: agenda_of("none", 1),
        lambda: meeting_agenda("gipt_8", "mid"),
        lambda: stage_of_exercise("none"),
    ],
)
def test_what_is_not_in_the_library_is_a_lookup_error(ask):
    with pytest.raises(LookupError):
        ask()
