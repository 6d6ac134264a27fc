"""The personal link opens the door, the PIN the drawer with earlier words."""

from typing import Any

from app.core import pins
from app.core.changes import Who
from tests.core.cast import Oak, agenda, prompt, refused, stage

HASH = "a hash of 4711"


def has_a_pin(oak: Oak, name: str) -> None:
    oak.database.writer.do(pins.set_first, oak.members[name], HASH)


def said_before(oak: Oak) -> None:
    """Amal and Birgit gave a number last time; today everybody is asked again."""
    mood = prompt("mood", "scale_0_10", exercise="mood_event_checkin")
    then = stage("then", prompt("together", "compare", options=["mood"]))
    stages = [stage("first", mood, prompt("text")), then, *agenda()]
    oak.plans(stages)
    oak.does(oak.fola, "open_lobby")
    for name in ("Amal", "Birgit"):
        oak.joins(name)
    oak.does(oak.fola, "start")
    for name in ("Amal", "Birgit"):
        oak.writes(oak.people[name], "first", mood=3, text="A hard week.")
    oak.does(oak.fola, "end")
    oak.plans(stages)
    oak.does(oak.fola, "open_lobby")


def earlier(oak: Oak, who: Who) -> Any:
    me = oak.me(who)
    return me["last"]["mood"], me["compare"]


def test_without_the_pin_a_member_comes_in_and_the_drawer_stays_closed(planned_oak: Oak) -> None:
    oak = planned_oak
    said_before(oak)
    amal, birgit = oak.joins("Amal", unlocked=False), oak.joins("Birgit")
    oak.does(oak.fola, "start")
    oak.moves_to("then")
    assert oak.person(amal).standing == "admitted"
    assert earlier(oak, amal) == (None, None)
    mood, compare = earlier(oak, birgit)
    assert mood == 3 and compare
    assert oak.joins("Amal") == amal
    assert earlier(oak, amal)[0] == 3


def test_nobody_comes_into_an_open_seat_from_elsewhere_without_the_pin(oak: Oak) -> None:
    has_a_pin(oak, "Amal")
    with refused("not_now"):
        oak.joins("Amal", unlocked=False)
    assert pins.is_open(oak.person(oak.amal))
    oak.does(oak.amal, "leave")
    with refused("not_now"):  # what was written in it today is behind the PIN as well
        oak.joins("Amal", unlocked=False)
    oak.database.writer.do(pins.reset, oak.group_id, oak.members["Amal"])
    oak.joins("Amal", unlocked=False)
    assert not pins.is_open(oak.person(oak.amal))


def test_a_member_without_a_pin_finds_the_drawer_closed_in_a_second_browser(oak: Oak) -> None:
    oak.joins("Amal", unlocked=False)
    assert not pins.is_open(oak.person(oak.amal))


def test_a_pin_is_chosen_once_and_taken_away_only_by_a_facilitator(planned_oak: Oak) -> None:
    oak = planned_oak
    oak.opens()
    oak.plans()
    oak.does(oak.fola, "open_lobby")
    amal = oak.joins("Amal", pin_hash=HASH)
    assert oak.member("Amal").pin_hash == HASH
    oak.database.writer.do(pins.set_first, oak.members["Amal"], "another")
    assert oak.member("Amal").pin_hash == HASH
    with refused("not_found"):
        oak.database.writer.do(pins.reset, "another group", oak.members["Amal"])
    oak.database.writer.do(pins.reset, oak.group_id, oak.members["Amal"])
    assert oak.member("Amal").pin_hash is None
    assert not pins.is_open(oak.person(amal))
