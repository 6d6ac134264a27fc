"""The personal link opens the door, the PIN the drawer with earlier words."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import time_machine
from sqlalchemy import select

from app.core import pin_tries, pins
from app.core.changes import Who
from app.core.models import new_id, now
from app.core.safety_models import PinTry
from tests.core.cast import MEMBERS, PIN_HASH, Oak, agenda, prompt, refused, stage


def said_before(oak: Oak, **given: Any) -> None:
    """Amal and Birgit gave a number last time; today everybody is asked again."""
    mood = prompt("mood", "scale_0_10", exercise="mood_event_checkin")
    then = stage("then", prompt("together", "compare", options=["mood"]))
    stages = [stage("first", mood, prompt("text")), then, *agenda()]
    oak.plans(stages)
    oak.does(oak.fola, "open_lobby")
    for name in ("Amal", "Birgit"):
        oak.joins(name, **given)
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
    amal, birgit = oak.joins("Amal", unlocked=False, pin_hash=None), oak.joins("Birgit")
    oak.does(oak.fola, "start")
    oak.moves_to("then")
    assert oak.person(amal).standing == "admitted"
    assert earlier(oak, amal) == (None, None)
    mood, compare = earlier(oak, birgit)
    assert mood == 3 and compare
    assert oak.joins("Amal") == amal
    assert oak.me(amal)["last"]["mood"] == 3


def test_nobody_comes_into_an_open_seat_from_elsewhere_without_the_pin(oak: Oak) -> None:
    with refused("not_now"):
        oak.joins("Amal", unlocked=False, pin_hash=None)
    assert pins.is_open(oak.person(oak.amal))
    oak.does(oak.amal, "leave")
    with refused("not_now"):  # what was written in it today is behind the PIN as well
        oak.joins("Amal", unlocked=False, pin_hash=None)
    oak.database.writer.do(pins.reset, oak.group_id, oak.members["Amal"])
    oak.joins("Amal", unlocked=False, pin_hash=None)
    assert not pins.is_open(oak.person(oak.amal))


def test_a_member_without_a_pin_comes_in_later_and_nothing_earlier_opens(planned_oak: Oak) -> None:
    oak = planned_oak
    said_before(oak, pin_hash=None)
    amal = oak.joins("Amal", pin_hash=None)
    oak.does(oak.fola, "start")
    oak.moves_to("then")
    assert oak.person(amal).standing == "admitted"
    assert earlier(oak, amal) == (None, None)


def test_a_pin_is_chosen_at_the_very_first_entry_or_at_the_one_after_a_reset(planned_oak: Oak) -> None:
    oak = planned_oak
    said_before(oak, pin_hash=None)
    oak.joins("Amal")  # with a PIN of whoever came
    assert oak.member("Amal").pin_hash is None
    assert not pins.is_open(oak.person(oak.amal))
    oak.database.writer.do(pins.reset, oak.group_id, oak.members["Amal"])
    assert standing(oak) == "open"
    oak.joins("Amal", pin_hash=None)  # it was for this entry alone
    assert standing(oak) == "missing"
    oak.joins("Amal")
    assert oak.member("Amal").pin_hash is None
    oak.database.writer.do(pins.reset, oak.group_id, oak.members["Amal"])
    amal = oak.joins("Amal")
    assert oak.member("Amal").pin_hash == PIN_HASH
    assert oak.me(amal)["last"]["mood"] == 3


def standing(oak: Oak) -> str:
    with oak.database.reader() as db:
        return pins.standing(db, oak.group_id, oak.members["Amal"])


def test_a_second_browser_takes_part_and_reads_back_nothing_of_the_seat(planned_oak: Oak) -> None:
    oak = planned_oak
    oak.does(oak.fola, "open_lobby")
    for name in MEMBERS:
        oak.joins(name, pin_hash=None)
    oak.does(oak.fola, "start")
    oak.writes(oak.amal, text="Written at home.", audience="facilitators")
    oak.moves_to("mixed")
    kept = oak.writes(oak.amal, "mixed", text="In the form.", audience="facilitators")
    other = replace(oak.joins("Amal", pin_hash=None), shut=True)
    me = oak.me(other)
    assert "home" not in str(me) and "In the form" not in str(me)
    assert [(each["id"], each["answer"]) for each in me["mine"]] == [(kept["id"], {})]
    assert oak.signals(other)
    oak.writes(other, "mixed", id=kept["id"], revision=2, text="Written here.", audience="facilitators")
    assert "Written here" in str(oak.me(oak.amal))


def test_the_very_same_entry_run_twice_leaves_the_drawer_as_it_was(planned_oak: Oak) -> None:
    oak = planned_oak
    oak.does(oak.fola, "open_lobby")
    for _ in range(2):
        amal = oak.joins("Amal", participant_id="the-same", unlocked=False, pin_hash=None)
        assert pins.is_open(oak.person(amal))
    oak.database.writer.do(pins.reset, oak.group_id, oak.members["Amal"])
    for _ in range(2):
        oak.joins("Amal", unlocked=False)
        assert pins.is_open(oak.person(amal))


def test_a_pin_that_stands_is_taken_away_only_by_a_facilitator(oak: Oak) -> None:
    oak.database.writer.do(pins.set_first, oak.members["Amal"], "another")
    assert oak.member("Amal").pin_hash == PIN_HASH
    with refused("not_found"):
        oak.database.writer.do(pins.reset, "another group", oak.members["Amal"])
    oak.database.writer.do(pins.reset, oak.group_id, oak.members["Amal"])
    assert oak.member("Amal").pin_hash is None
    assert not pins.is_open(oak.person(oak.amal))


# how often it may be typed


def types(oak: Oak, browser: str, known: bool = False) -> tuple[str, Any]:
    this = new_id()
    member = oak.members["Amal"]
    return this, oak.database.writer.do(pin_tries.begin, this, member, browser, known)


def test_wrong_tries_stand_in_the_database_and_cost_their_own_browser_a_pause(oak: Oak) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(3):
            assert types(oak, "a stranger's")[1] is None
        assert types(oak, "a stranger's")[1] == pin_tries.Refusal(10.0)
        assert types(oak, "Amal's")[1] is None, "nobody else waits"
        clock.shift(timedelta(seconds=-3600))
        assert types(oak, "a stranger's")[1] is None, "nor does anybody whose clock was put back"
        clock.shift(timedelta(seconds=3630))
        this, refusal = types(oak, "a stranger's")
        assert refusal is None
        oak.database.writer.do(pin_tries.proved, this, oak.members["Amal"], "a stranger's")
        assert [types(oak, "a stranger's")[1] for _ in range(2)] == [None, None], "it begins anew"
        clock.shift(pin_tries.WITHIN)
        types(oak, "Amal's")
        assert len(oak.all(select(PinTry.__table__))) == 1, "nothing is kept for longer than a day"


def test_tries_of_strangers_are_bounded_together_and_a_new_pin_begins_anew(oak: Oak) -> None:
    for number in range(pin_tries.STRANGERS):
        this, refusal = types(oak, f"browser {number}")
        assert refusal is None
    assert types(oak, "one more")[1] == pin_tries.Refusal()
    assert types(oak, "has proved it", known=True)[1] is None
    again = oak.database.writer.do(pin_tries.begin, this, oak.members["Amal"], f"browser {number}", False)
    assert again is None, "run twice, it is the same try"
    oak.database.writer.do(pins.reset, oak.group_id, oak.members["Amal"])
    assert types(oak, "one more")[1] is None
