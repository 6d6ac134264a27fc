"""The session moves through its stages: only when somebody says so, and once for each time it is said."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app.core.models import StageVisit, now
from app.core.refusals import Stale
from tests.core.cast import Oak, refused
from tests.core.one_database import database_kind

__all__ = ["database_kind"]


def at(oak: Oak) -> str | None:
    stage_id: str | None = oak.console()["session"]["stage_id"]
    return stage_id


def titles(oak: Oak) -> list[str]:
    return [each["title"] for each in oak.console()["stages"] if not each["skipped"]]


def minutes(oak: Oak, stage_id: str) -> tuple[int, int | None]:
    found = next(each for each in oak.console()["stages"] if each["id"] == stage_id)
    return found["minutes"], found["actual"]


# states


def test_a_session_goes_through_its_states(planned_oak: Oak) -> None:
    oak = planned_oak
    seen = [oak.row().state]
    for command in ("open_lobby", "start", "hold", "resume", "end"):
        oak.does(oak.fola, command)
        seen.append(oak.row().state)
    assert seen == ["planned", "lobby", "live", "held", "live", "ended"]


@pytest.mark.parametrize("command", ["start", "hold", "resume", "end"])
def test_a_planned_session_only_opens(planned_oak: Oak, command: str) -> None:
    with refused("not_now"):
        planned_oak.does(planned_oak.fola, command)


@pytest.mark.parametrize("command", ["open_lobby", "start", "hold", "resume"])
def test_nothing_opens_an_ended_session_again(oak: Oak, command: str) -> None:
    oak.does(oak.fola, "end")
    with refused("not_now"):
        oak.does(oak.fola, command)
    assert oak.row().state == "ended"


def test_a_state_command_sent_twice_is_done_once(planned_oak: Oak) -> None:
    for command in ("open_lobby", "start", "hold", "resume", "end"):
        version = planned_oak.does(planned_oak.fola, command)["version"]
        assert planned_oak.does(planned_oak.fola, command) == {"ok": True, "version": version}


def test_hold_and_resume_stay_at_the_stage(oak: Oak) -> None:
    oak.moves_to("mixed")
    oak.does(oak.fola, "hold")
    assert at(oak) == "mixed" and oak.room()["session"]["state"] == "held"
    oak.does(oak.sami, "resume")
    assert at(oak) == "mixed" and oak.room()["session"]["state"] == "live"


# moves


def test_two_who_press_next_at_once_advance_the_group_once(oak: Oak) -> None:
    version = oak.row().version
    with ThreadPoolExecutor(2) as both:
        answers = list(
            both.map(
                lambda who: oak.does(who, "go_to_stage", stage_id="mixed", version=version),
                [oak.fola, oak.sami],
            )
        )
    assert [each["ok"] for each in answers] == [True, True]
    assert at(oak) == "mixed" and oak.row().version == version + 1


def test_a_move_decided_on_an_older_stage_is_stale(oak: Oak) -> None:
    version = oak.row().version
    moved = oak.moves_to("mixed")["version"]
    with refused("stale") as caught:
        oak.does(oak.sami, "go_to_stage", stage_id="talk", version=version)
    assert caught.value.more["version"] == moved
    assert at(oak) == "mixed"


def test_answers_signals_and_minutes_never_make_a_move_stale(oak: Oak) -> None:
    version = oak.row().version
    oak.writes(oak.amal, text="A walk.")
    oak.signals(oak.birgit)
    oak.does(oak.sami, "add_minutes", minutes=5)
    oak.does(oak.sami, "mark_heard", participant_id=oak.amal.id)
    oak.does(oak.fola, "go_to_stage", stage_id="mixed", version=version)
    assert at(oak) == "mixed"


@pytest.mark.parametrize("command", ["hold", "end"])
def test_a_state_command_decided_before_a_move_is_stale(oak: Oak, command: str) -> None:
    version = oak.row().version
    oak.moves_to("mixed")
    with pytest.raises(Stale):
        oak.does(oak.sami, command, version=version)


def test_going_back_destroys_nothing(oak: Oak) -> None:
    answer = oak.writes(oak.amal, text="A walk.")["id"]
    oak.moves_to("mixed")
    oak.moves_to("words")
    assert at(oak) == "words"
    assert [each["id"] for each in oak.me(oak.amal)["mine"]] == [answer]
    assert [each["id"] for each in oak.room()["session"]["stages"]] == ["words", "mixed"]


def test_the_group_learns_only_of_stages_that_have_been_shown(oak: Oak) -> None:
    oak.moves_to("talk")
    assert [each["id"] for each in oak.room()["session"]["stages"]] == ["words", "talk"]
    assert [each["id"] for each in oak.wall()["session"]["stages"]] == ["words", "talk"]


def test_in_the_lobby_there_is_no_stage_yet(open_oak: Oak) -> None:
    with refused("not_now"):
        open_oak.moves_to("words")
    assert open_oak.room()["stage"] is None and open_oak.room()["session"]["stages"] == []


def test_nothing_advances_by_itself(oak: Oak) -> None:
    version = oak.row().version
    with time_machine.travel(now() + timedelta(hours=5)):
        assert at(oak) == "words" and oak.row().version == version


# skip and insert


def test_the_current_stage_is_skipped_to_the_next(oak: Oak) -> None:
    oak.does(oak.fola, "skip_stage", stage_id="words")
    assert at(oak) == "mixed" and "Words" not in titles(oak)


def test_a_stage_ahead_is_skipped_where_it_stands(oak: Oak) -> None:
    oak.does(oak.fola, "skip_stage", stage_id="mixed")
    assert at(oak) == "words" and oak.console()["next"]["id"] == "talk"
    with refused("not_now"):
        oak.moves_to("mixed")
    version = oak.row().version
    oak.does(oak.sami, "skip_stage", stage_id="mixed")
    assert oak.row().version == version


def test_a_skip_ahead_is_no_news_for_the_group(oak: Oak) -> None:
    before = oak.row().shared_version
    oak.does(oak.fola, "skip_stage", stage_id="mixed")
    assert oak.row().shared_version == before


def test_what_has_been_is_not_skipped(oak: Oak) -> None:
    oak.moves_to("talk")
    with refused("not_now"):
        oak.does(oak.fola, "skip_stage", stage_id="mixed")


def test_the_last_stage_is_ended_not_skipped(oak: Oak) -> None:
    oak.moves_to("last")
    with refused("not_now"):
        oak.does(oak.fola, "skip_stage", stage_id="last")


def test_a_stage_skipped_in_the_lobby_is_not_where_the_session_starts(open_oak: Oak) -> None:
    open_oak.does(open_oak.fola, "skip_stage", stage_id="words")
    open_oak.does(open_oak.fola, "start")
    assert at(open_oak) == "mixed"


def test_the_only_stage_left_in_the_lobby_is_not_skipped(open_oak: Oak) -> None:
    *others, last = [each["id"] for each in open_oak.console()["stages"]]
    for stage_id in others:
        open_oak.does(open_oak.fola, "skip_stage", stage_id=stage_id)
    with refused("not_now"):
        open_oak.does(open_oak.fola, "skip_stage", stage_id=last)


def insert(oak: Oak, after: str, exercise: str | None = "grounding") -> str:
    new = oak.does(oak.fola, "insert_stage", exercise_id=exercise, minutes=5, after_stage_id=after)
    return str(new["stage_id"])


def test_an_exercise_is_put_into_what_lies_ahead(oak: Oak) -> None:
    oak.moves_to("mixed")
    new = insert(oak, "mixed")
    assert oak.console()["next"]["id"] == new and at(oak) == "mixed"
    assert insert(oak, "last") == oak.console()["stages"][-1]["id"]
    with refused("not_now"):
        insert(oak, "words")


def test_a_talk_is_put_in_with_its_own_title(oak: Oak) -> None:
    oak.does(oak.fola, "insert_stage", exercise_id=None, title="Tea", minutes=5, after_stage_id="words")
    assert titles(oak)[:3] == ["Words", "Tea", "Mixed"]
    assert oak.console()["stages"][1]["kind"] == "talk"


def test_an_exercise_that_the_library_does_not_have_is_not_found(oak: Oak) -> None:
    with refused("not_found"):
        insert(oak, "words", "juggling")


def test_two_who_insert_at_once_do_not_insert_twice(oak: Oak) -> None:
    version = oak.row().version
    given = {"exercise_id": None, "minutes": 5, "after_stage_id": "words", "version": version}
    oak.does(oak.fola, "insert_stage", **given)
    with refused("stale"):
        oak.does(oak.sami, "insert_stage", **given)


# time


def test_minutes_planned_and_spent_stand_side_by_side(open_oak: Oak) -> None:
    oak, began = open_oak, now()
    with time_machine.travel(began, tick=False) as clock:
        oak.does(oak.fola, "start")
        clock.shift(timedelta(minutes=12))
        oak.moves_to("mixed")
        clock.shift(timedelta(minutes=4))
        oak.moves_to("words")
        clock.shift(timedelta(minutes=3))
        assert minutes(oak, "words") == (10, 15)
        assert minutes(oak, "mixed") == (10, 4)
        assert minutes(oak, "last") == (10, None)
        assert oak.console()["stage"]["left"] == -5
        assert oak.console()["session"]["spent"] == 19


def test_the_end_closes_the_last_visit(open_oak: Oak) -> None:
    oak, began = open_oak, now()
    with time_machine.travel(began, tick=False) as clock:
        oak.does(oak.fola, "start")
        clock.shift(timedelta(minutes=7))
        oak.does(oak.fola, "end")
        clock.shift(timedelta(hours=3))
        (visit,) = oak.all(select(StageVisit.__table__))
        assert visit.left_at == visit.entered_at + timedelta(minutes=7)
        assert minutes(oak, "words") == (10, 7)
        assert oak.console()["session"]["spent"] == 7


def test_minutes_are_added_within_reason(oak: Oak) -> None:
    assert oak.does(oak.fola, "add_minutes", minutes=5)["minutes"] == 15
    for _ in range(5):
        fewest = oak.does(oak.fola, "add_minutes", minutes=-60)["minutes"]
    assert fewest == 1
    before = oak.row().version
    oak.does(oak.fola, "add_minutes", minutes=-1)
    assert oak.row().version == before


def test_minutes_are_for_the_facilitators_alone(oak: Oak) -> None:
    before = oak.row().shared_version
    oak.does(oak.fola, "add_minutes", minutes=5)
    assert oak.row().shared_version == before
    assert "minutes" not in str([oak.room(), oak.wall()])


# what lies ahead is moved, and an exercise chosen for it


def test_a_stage_that_lies_ahead_moves_to_another_place_ahead(oak: Oak) -> None:
    oak.does(oak.fola, "move_stage", stage_id="last", after_stage_id="words")
    assert titles(oak)[:3] == ["Words", "Last", "Mixed"]
    oak.does(oak.fola, "move_stage", stage_id="mixed", after_stage_id="alone")
    assert titles(oak) == ["Words", "Last", "Talk", "Cards", "Alone", "Mixed", "Wishes"]
    assert at(oak) == "words"


def test_a_move_sent_twice_is_one_move(oak: Oak) -> None:
    given = {"stage_id": "last", "after_stage_id": "words", "version": oak.row().version}
    first = oak.does(oak.fola, "move_stage", **given)
    assert oak.does(oak.fola, "move_stage", **given) == first
    assert oak.row().version == first["version"]


@pytest.mark.parametrize(("stage_id", "after"), [("words", "talk"), ("mixed", "talk"), ("last", "words")])
def test_what_has_been_and_what_is_stay_where_they_are(oak: Oak, stage_id: str, after: str) -> None:
    oak.moves_to("mixed")
    before = titles(oak)
    with refused("not_now"):
        oak.does(oak.fola, "move_stage", stage_id=stage_id, after_stage_id=after)
    assert titles(oak) == before


def test_only_in_the_lobby_a_stage_can_become_the_first(planned_oak: Oak) -> None:
    planned_oak.does(planned_oak.fola, "open_lobby")
    planned_oak.does(planned_oak.fola, "move_stage", stage_id="talk", after_stage_id=None)
    assert titles(planned_oak)[:2] == ["Talk", "Words"]
    planned_oak.does(planned_oak.fola, "start")
    with refused("not_now"):
        planned_oak.does(planned_oak.fola, "move_stage", stage_id="last", after_stage_id=None)


def test_a_move_decided_on_an_older_agenda_is_stale(oak: Oak) -> None:
    version = oak.row().version
    oak.does(oak.sami, "skip_stage", stage_id="cards")
    with refused("stale"):
        oak.does(oak.fola, "move_stage", stage_id="last", after_stage_id="words", version=version)


def test_a_stage_of_member_work_gets_an_exercise_of_its_pool(oak: Oak) -> None:
    oak.does(oak.fola, "choose_exercise", stage_id="talk", exercise_id="decision_analysis")
    oak.moves_to("talk")
    now_there = oak.console()["stage"]
    assert (now_there["kind"], now_there["exercises"]) == ("exercise", ["decision_analysis"])
    with refused("not_found"):
        oak.does(oak.fola, "choose_exercise", stage_id="talk", exercise_id="grounding")
    oak.does(oak.fola, "choose_exercise", stage_id="talk", exercise_id=None)
    assert oak.console()["stage"]["kind"] == "talk"


def test_an_exercise_that_people_have_answered_is_not_taken_away(oak: Oak) -> None:
    oak.does(oak.fola, "choose_exercise", stage_id="talk", exercise_id="decision_analysis")
    oak.moves_to("talk")
    oak.writes(oak.amal, "talk", idea=["Wait a week."])
    with refused("not_now"):
        oak.does(oak.fola, "choose_exercise", stage_id="talk", exercise_id=None)
