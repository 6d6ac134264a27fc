"""A member who is late waits while a stage holds the door, enters by themselves, and gives their number."""

import pytest

from tests.core.cast import Oak, agenda, prompt, refused, stage


@pytest.fixture
def round_oak(planned_oak: Oak) -> Oak:
    """Live; the opening round is over, the stage after it holds the door, and Amal and Birgit are there."""
    oak = planned_oak
    mood = prompt("mood", "scale_0_10", exercise="mood_event_checkin", audience="facilitators")
    oak.plans([stage("first", mood, prompt("event")), stage("work", holds_door=True), *agenda()])
    oak.does(oak.fola, "open_lobby")
    for name in ("Amal", "Birgit"):
        oak.joins(name)
    oak.does(oak.fola, "start")
    oak.moves_to("work")
    return oak


def test_whoever_comes_while_the_door_is_held_waits_and_is_told_why(round_oak: Oak) -> None:
    oak = round_oak
    chidi = oak.joins("Chidi")
    assert (oak.person(chidi).standing, oak.me(chidi)["door"]) == ("waiting", "held")
    assert [each["alias"] for each in oak.console()["waiting"]] == ["Chidi"]
    with refused("not_now"):
        oak.does(chidi, "come_in")


def test_at_the_next_pause_they_come_in_by_themselves(round_oak: Oak) -> None:
    oak = round_oak
    chidi = oak.joins("Chidi")
    oak.moves_to("talk")
    assert oak.me(chidi)["door"] == "open"
    version = oak.does(chidi, "come_in")["version"]
    assert oak.person(chidi).standing == "admitted"
    assert oak.does(chidi, "come_in")["version"] == version
    assert oak.me(chidi)["catch_up"]


def test_the_door_is_held_and_opened_while_the_stage_lasts(round_oak: Oak) -> None:
    oak = round_oak
    chidi, shared = oak.joins("Chidi"), oak.row().shared_version
    own = oak.person(chidi).own_version
    oak.does(oak.fola, "hold_door", held=False)
    assert oak.me(chidi)["door"] == "open"
    assert oak.person(chidi).own_version == own + 1  # their page hears of it, and nobody else's
    assert oak.row().shared_version == shared
    version = oak.row().version
    assert oak.does(oak.sami, "hold_door", held=False)["version"] == version
    oak.does(oak.fola, "hold_door", held=True)
    assert oak.me(chidi)["door"] == "held"
    oak.does(oak.fola, "admit", participant_id=chidi.id)
    assert oak.person(chidi).standing == "admitted"


def test_those_inside_come_back_through_a_held_door(round_oak: Oak) -> None:
    round_oak.does(round_oak.amal, "leave")
    round_oak.joins("Amal")
    assert round_oak.person(round_oak.amal).standing == "admitted"


def test_a_guest_and_whoever_stands_before_a_locked_door_do_not_let_themselves_in(round_oak: Oak) -> None:
    oak = round_oak
    oak.moves_to("talk")
    gus = oak.joins("Gus")
    oak.does(oak.fola, "lock", locked=True)
    chidi = oak.joins("Chidi")
    for person in (gus, chidi):
        assert oak.me(person)["door"] == ""
        with refused("not_now"):
            oak.does(person, "come_in")
    oak.does(oak.fola, "lock", locked=False)
    oak.does(chidi, "come_in")
    assert oak.person(chidi).standing == "admitted"


def test_after_the_opening_round_somebody_late_gives_their_number_to_leaders_alone(
    round_oak: Oak,
) -> None:
    oak = round_oak
    oak.moves_to("talk")
    chidi = oak.joins("Chidi")
    asked = oak.me(chidi)["late"]
    assert (asked["stage_id"], asked["key"]) == ("first", "mood")
    assert oak.me(oak.amal)["late"] is None
    answer = oak.writes(chidi, "first", audience="facilitators", mood=4)
    assert answer["late"]
    assert oak.me(chidi)["late"] is None
    assert oak.me(chidi)["mine"][0]["answer"] == {"mood": 4}
    assert oak.shown() == []


def test_nobody_is_asked_for_their_number_while_the_opening_round_still_runs(planned_oak: Oak) -> None:
    oak = planned_oak
    mood = prompt("mood", "scale_0_10", exercise="mood_event_checkin", audience="facilitators")
    oak.plans([stage("first", mood), *agenda()])
    oak.does(oak.fola, "open_lobby")
    oak.does(oak.fola, "start")
    assert oak.me(oak.joins("Amal"))["late"] is None
