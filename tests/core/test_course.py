"""Goals, steps and what has changed: kept beside the answers, once, and for the member alone."""

from typing import Any
from uuid import uuid4

import pytest

from app.core import course, group_course, retention, today_members
from app.core.compared import compared
from app.core.last_time import last_time
from app.library.agendas import stage_of_exercise
from tests.core.cast import Oak, refused
from tests.core.notes import note_of, saves, signs
from tests.core.one_database import database_kind

__all__ = ["database_kind"]

GOAL = {
    "text": "Ring my sister on Sundays.",
    "first_step": "Find her number.",
    "when": "Sunday",
    "who": "Ines",
}
CIRCLE = {"people": [{"label": "Ines", "ring": 3, "angle": 90, "bond": "warm", "marked": False}]}


@pytest.fixture
def oak(planned_oak: Oak, monkeypatch: pytest.MonkeyPatch) -> Oak:
    """A session with the exercises that a course is made of."""
    ids = ("goal_setting", "step_review", "step_plan", "mood_event_checkin", "closeness_circle")
    last = ("relationship_snapshot", "then_and_now")
    stages = [stage_of_exercise(each) | {"id": each} for each in (*ids, *last)]
    monkeypatch.setattr("tests.core.cast.agenda", lambda: stages)
    planned_oak.plans()
    planned_oak.starts()
    return planned_oak


def next_session(oak: Oak, *there: str) -> None:
    oak.does(oak.fola, "end")
    oak.plans()
    oak.does(oak.fola, "open_lobby")
    for name in there:
        oak.joins(name)
    oak.does(oak.fola, "start")


def writes(oak: Oak, who: str, exercise: str, **answer: Any) -> dict[str, Any]:
    oak.moves_to(exercise)
    return oak.writes(oak.people[who], exercise, audience="facilitators", **answer)


def seen(oak: Oak, name: str) -> dict[str, Any]:
    with oak.database.reader() as db:
        return course.course_page(db, oak.group_id, oak.members[name])


def test_a_goal_is_kept_with_its_ratings_and_changed_with_its_answer(oak: Oak) -> None:
    written = writes(oak, "Amal", "goal_setting", goal=GOAL, close=2)
    assert [(each["text"], each["ratings"]) for each in seen(oak, "Amal")["goals"]] == [(GOAL["text"], [2])]
    changed = GOAL | {"text": "Ring Ines."}
    oak.writes(
        oak.amal, "goal_setting", id=written["id"], revision=2, audience="facilitators", goal=changed, close=3
    )
    assert [(each["text"], each["ratings"]) for each in seen(oak, "Amal")["goals"]] == [("Ring Ines.", [3])]
    oak.does(oak.amal, "withdraw_reflection", id=written["id"])
    assert seen(oak, "Amal")["goals"] == []


def test_a_goal_written_again_is_the_same_goal_with_one_more_rating(oak: Oak) -> None:
    writes(oak, "Amal", "goal_setting", goal=GOAL, close=2)
    next_session(oak, "Amal")
    writes(oak, "Amal", "goal_setting", goal=GOAL, close=6)
    assert [each["ratings"] for each in seen(oak, "Amal")["goals"]] == [[2, 6]]


def test_a_step_comes_back_first_thing_even_after_a_missed_session(oak: Oak) -> None:
    writes(oak, "Amal", "step_plan", step=GOAL | {"text": "Ring on Thursday."})
    assert oak.me(oak.amal)["last"]["step"] == ""  # not in the session in which it was planned
    next_session(oak, "Birgit")
    next_session(oak, "Amal", "Birgit")
    assert oak.me(oak.amal)["last"]["step"].startswith("Ring on Thursday.")
    assert oak.me(oak.birgit)["last"]["step"] == ""


def test_how_a_step_went_is_kept_beside_it_and_it_does_not_come_back(oak: Oak) -> None:
    writes(oak, "Amal", "step_plan", step=GOAL)
    next_session(oak, "Amal")
    done = writes(oak, "Amal", "step_review", done="I did part of it")
    assert seen(oak, "Amal")["steps"][0]["outcome"] == "I did part of it"
    oak.writes(oak.amal, "step_review", id=done["id"], revision=2, audience="facilitators", done="I did it")
    assert seen(oak, "Amal")["steps"][0]["outcome"] == "I did it"
    next_session(oak, "Amal")
    assert oak.me(oak.amal)["last"]["step"] == ""


def test_looking_back_is_on_the_step_that_stood_there_and_on_no_older_one(oak: Oak) -> None:
    for words in ("Ring on Thursday.", "Ring on Friday."):
        writes(oak, "Amal", "step_plan", step=GOAL | {"text": words})
        next_session(oak, "Amal")
    writes(oak, "Amal", "step_review", done="I did it")
    next_session(oak, "Amal")
    writes(oak, "Amal", "step_review", done="I had no step")
    assert [each["outcome"] for each in seen(oak, "Amal")["steps"]] == ["I did it", ""]


def ways(oak: Oak, *ticked: str) -> dict[str, Any]:
    with oak.database.reader() as db:
        return compared(db, oak.members["Amal"], ticked)


def test_then_and_now_are_the_first_and_the_last_and_a_missed_week_is_a_gap(oak: Oak) -> None:
    for number, mood, ring in ((1, 2, 3), (2, None, None), (3, 6, 1)):
        if number > 1:
            next_session(oak, *(["Amal", "Birgit"] if mood is not None else ["Birgit"]))
        if mood is not None:
            writes(oak, "Amal", "mood_event_checkin", mood=mood)
            assert ways(oak, "mood") == {"mood": "" if number == 1 else "up"}
            people = [CIRCLE["people"][0] | {"ring": ring}]
            writes(oak, "Amal", "closeness_circle", people={"people": people})
    oak.moves_to("then_and_now")
    compare = oak.me(oak.amal)["compare"]
    assert (compare["mood"]["first"], compare["mood"]["last"]) == (2, 6)
    first = compare["mood"]["points"][0]["number"]
    assert [each["value"] for each in compare["mood"]["points"]] == [2, None, 6]
    assert compare["circle"]["first"]["people"][0]["ring"] == 3
    assert compare["circle"]["last"]["people"][0]["ring"] == 1
    assert compare["circle"]["first_number"] == first
    assert oak.me(oak.birgit)["compare"]["circle"]["first"] is None
    assert "Ines" not in str(oak.me(oak.birgit)) + str(oak.room())


def test_guests_have_no_course(oak: Oak) -> None:
    zoe = oak.joins("Zoe")
    oak.does(oak.fola, "admit", participant_id=zoe.id)
    writes(oak, "Zoe", "goal_setting", goal=GOAL, close=2)
    oak.moves_to("then_and_now")
    assert oak.me(zoe)["compare"] is None


def test_a_focus_is_one_area_or_two(oak: Oak) -> None:
    def sets(*areas: str) -> None:
        oak.database.writer.do(
            course.set_focus, oak.group_id, oak.members["Amal"], list(areas), "My mood fell when we moved."
        )

    sets("change", "dispute")
    assert seen(oak, "Amal")["focus"]["areas"] == ["change", "dispute"]
    for wrong in (("change", "dispute", "grief"), ("change", "change"), ("deficits",)):
        with refused("invalid"):
            sets(*wrong)
    assert seen(oak, "Amal")["focus"]["areas"] == ["change", "dispute"]


def test_words_about_people_are_hidden_with_their_note_and_working_material_is_not(oak: Oak) -> None:
    writes(oak, "Amal", "goal_setting", goal=GOAL, close=2)
    writes(oak, "Amal", "mood_event_checkin", mood=4, week=["A letter came."])
    writes(oak, "Amal", "closeness_circle", people=CIRCLE, turn_to=["My neighbour."])
    writes(oak, "Amal", "relationship_snapshot", person=["My sister."], change=["Ring more."])
    oak.does(oak.fola, "end")
    saves(oak, note_of(oak, "Amal"), "Came.")
    before = seen(oak, "Amal")
    assert "My neighbour." in str(before) and "Ring more." in str(before)
    signs(oak, note_of(oak, "Amal"))
    after = seen(oak, "Amal")
    assert [(each["parts"], each["hidden"]) for each in after["inventory"]] == [([], True)] * 2
    assert not [
        words for words in ("neighbour", "My sister.", "Ring more.") if words in str(after["inventory"])
    ]
    assert {key: after[key] for key in after if key != "inventory"} == {
        key: before[key] for key in before if key != "inventory"
    }, "circles, moods, events, goals and steps stay"
    with oak.database.reader() as db:
        days = {name: retention.settings_of(db, oak.group_id)[name] for name in retention.BOUNDS}
    oak.database.writer.do(retention.keep_settings, oak.group_id, days, False)
    assert seen(oak, "Amal") == before


def test_what_was_written_for_somebody_is_among_their_words_once_they_said_yes(oak: Oak) -> None:
    oak.moves_to("relationship_snapshot")
    given = {"id": str(uuid4()), "audience": "facilitators", "stage_id": "relationship_snapshot"}
    said = {"answer": {"person": ["My sister."]}, "participant_id": oak.amal.id}
    oak.does(oak.fola, "write_for", **given, **said)
    assert seen(oak, "Amal")["inventory"] == []
    oak.does(oak.amal, "confirm_reflection", id=given["id"], accept=True)
    assert "My sister." in str(seen(oak, "Amal")["inventory"])


def test_what_was_written_for_somebody_is_in_no_comparison_before_their_yes(oak: Oak) -> None:
    ids = {}
    said = {
        "mood_event_checkin": {"mood": 3},
        "goal_setting": {"goal": GOAL, "close": 2},
        "closeness_circle": {"people": CIRCLE},
    }
    for exercise, answer in said.items():
        oak.moves_to(exercise)
        ids[exercise] = str(uuid4())
        given = {"id": ids[exercise], "audience": "facilitators", "stage_id": exercise, "answer": answer}
        oak.does(oak.fola, "write_for", participant_id=oak.amal.id, **given)
    before = seen(oak, "Amal")
    options = ["mood", "goals", "circle"]
    with oak.database.reader() as db:
        assert compared(db, oak.members["Amal"], options) == {"goals": []}
    assert before["then"]["mood"] is None and before["goals"] == []
    for exercise in said:
        oak.does(oak.amal, "confirm_reflection", id=ids[exercise], accept=True)
    with oak.database.reader() as db:
        told = compared(db, oak.members["Amal"], options)
    assert told["goals"][0]["text"] == GOAL["text"] and "mood" in told and told["circle"]["first"]
    assert seen(oak, "Amal")["goals"][0]["ratings"] == [2]


def test_a_mood_that_waits_for_a_yes_is_not_told_as_that_of_last_time(oak: Oak) -> None:
    writes(oak, "Amal", "mood_event_checkin", mood=6)
    next_session(oak, "Amal")
    oak.moves_to("mood_event_checkin")
    given = {"id": str(uuid4()), "audience": "facilitators", "stage_id": "mood_event_checkin"}
    oak.does(oak.fola, "write_for", participant_id=oak.amal.id, answer={"mood": 1}, **given)
    next_session(oak, "Amal")
    oak.moves_to("mood_event_checkin")
    with oak.database.reader() as db:
        assert last_time(db, oak.row(), oak.person(oak.amal))["mood"] == 6


def test_a_step_and_a_look_back_that_nobody_said_yes_to_are_in_no_course_and_do_not_come_back(
    oak: Oak,
) -> None:
    def scribed(at: str, **answer: Any) -> str:
        new = str(uuid4())
        oak.moves_to(at)
        place = {"id": new, "stage_id": at, "audience": "facilitators", "participant_id": oak.amal.id}
        oak.does(oak.fola, "write_for", answer=answer, **place)
        return new

    def steps() -> list[tuple[str, str]]:
        return [(each["text"], each["kept"]) for each in seen(oak, "Amal")["steps"]]

    writes(oak, "Amal", "step_plan", step=GOAL | {"text": "Ring on Thursday."})
    next_session(oak, "Amal")
    scribed("step_review", done="I did it")
    scribed("step_plan", step=GOAL | {"text": "Ring on Friday."})
    assert steps() == [("Ring on Thursday.", "open")]
    next_session(oak, "Amal")
    assert oak.me(oak.amal)["last"]["step"].startswith("Ring on Thursday.")
    writes(oak, "Amal", "step_review", done="I did part of it")
    new = scribed("step_plan", step=GOAL | {"text": "Ring on Saturday."})
    assert steps() == [("Ring on Thursday.", "part")]
    oak.does(oak.amal, "confirm_reflection", id=new, accept=True)
    assert steps() == [("Ring on Saturday.", "open"), ("Ring on Thursday.", "part")]


def test_a_mood_that_nobody_said_yes_to_is_in_no_course_of_the_group_and_not_on_today(oak: Oak) -> None:
    oak.moves_to("mood_event_checkin")
    new = str(uuid4())
    place = {"id": new, "stage_id": "mood_event_checkin", "audience": "facilitators"}
    oak.does(oak.fola, "write_for", answer={"mood": 3}, participant_id=oak.amal.id, **place)

    def moods() -> tuple[list[int], Any]:
        with oak.database.reader() as db:
            told = group_course.group_course(db, oak.group_id, 6)
            today = today_members.before(db, oak.row())
        [own] = [each for each in told["members"] if each["alias"] == "Amal"]
        [line] = [each for each in today if each["alias"] == "Amal"]
        return [each["value"] for each in own["mood"] if each["value"] is not None], line["mood"]

    assert moods()[0] == []
    oak.does(oak.fola, "end")
    assert moods() == ([], None)
