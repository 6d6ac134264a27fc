"""A member who comes to the private form before the room opens stands before its door until they come in."""

from datetime import timedelta

import pytest
import time_machine

from app.core import attendance, door, stored, views
from app.core.late import came_late
from app.core.models import GroupSession, now
from tests.core.cast import Oak, agenda, prompt, refused, stage
from tests.core.test_measures import sends


@pytest.fixture
def early_oak(planned_oak: Oak) -> Oak:
    """Planned for in ten minutes; Amal has come to the private form. The second stage holds the door."""
    oak = planned_oak
    oak.plans([stage("first", prompt("event"), measures=["phq9"]), stage("work", holds_door=True), *agenda()])
    oak.database.writer.do(stored.change, GroupSession, oak.id, scheduled_at=now() + timedelta(minutes=10))
    oak.joins("Amal")
    return oak


def begins(oak: Oak) -> None:
    oak.does(oak.fola, "open_lobby")
    oak.joins("Birgit")
    oak.does(oak.fola, "start")


def was(oak: Oak, name: str = "Amal") -> str:
    with oak.database.reader() as db:
        told = attendance.attendance(db, views.session_row(db, oak.id))
    return next(each["status"] for each in told if each["alias"] == name)


def test_whoever_sent_a_form_from_home_and_never_came_was_not_there(early_oak: Oak) -> None:
    oak = early_oak
    assert oak.me(oak.amal)["door"] == "early"
    with refused("not_now"):
        oak.does(oak.amal, "come_in")
    begins(oak)
    assert [each["alias"] for each in oak.console()["people"]] == ["Birgit"]
    oak.does(oak.fola, "end")
    assert (was(oak), was(oak, "Birgit")) == ("absent", "present")
    assert oak.me(oak.amal)["door"] == "over"
    with oak.database.reader() as db:
        assert attendance.sessions_with(db, oak.members["Amal"]) == set()


def test_the_link_leads_afterwards_to_the_session_in_which_they_were_and_not_to_its_door(
    early_oak: Oak,
) -> None:
    oak = early_oak
    missed = oak.id
    oak.plans()
    oak.does(oak.fola, "open_lobby")
    oak.joins("Amal")
    oak.does(oak.fola, "start")
    oak.does(oak.fola, "end")
    last = oak.id
    with oak.database.reader() as db:
        led = {"while nobody leads": lambda _id: False, "with the form open": lambda _id: True}
        found = {when: door.session_for_member(db, oak.member("Amal"), each).id for when, each in led.items()}
    assert found == {"while nobody leads": last, "with the form open": missed}


def test_whoever_comes_after_the_start_is_late_though_they_had_come_to_the_form(early_oak: Oak) -> None:
    oak = early_oak
    begins(oak)
    with time_machine.travel(now() + timedelta(minutes=30), tick=False):
        assert oak.joins("Amal") == oak.amal  # on another device: the same place
        assert oak.me(oak.amal)["catch_up"] and came_late(oak.row(), oak.person(oak.amal))
        oak.does(oak.fola, "end")
    assert was(oak) == "late"


def test_whose_page_stayed_open_comes_in_by_a_tap_once_the_room_is_open(early_oak: Oak) -> None:
    oak = early_oak
    oak.does(oak.fola, "open_lobby")
    assert oak.me(oak.amal)["door"] == "open"
    oak.does(oak.amal, "come_in")
    oak.does(oak.fola, "start")
    oak.does(oak.fola, "end")
    assert was(oak) == "present"


@pytest.mark.parametrize("shut", ["held", "locked"])
def test_a_door_that_is_held_or_locked_is_so_for_whoever_had_come_to_the_form(
    early_oak: Oak, shut: str
) -> None:
    oak = early_oak
    begins(oak)
    oak.moves_to("work" if shut == "held" else "words")
    oak.does(oak.fola, "lock", locked=shut == "locked")
    oak.joins("Amal")
    assert oak.person(oak.amal).standing == "waiting"
    with refused("not_now"):
        oak.does(oak.amal, "come_in")
    [waits] = oak.console()["waiting"]
    assert waits["alias"] == "Amal" and waits["line"]["presence"] != "here"
    oak.does(oak.fola, "admit", participant_id=oak.amal.id)
    assert oak.person(oak.amal).admitted_at is not None


def test_an_answer_that_must_not_wait_and_a_call_reach_the_leaders_from_before_the_door(
    early_oak: Oak,
) -> None:
    oak = early_oak
    sends(oak, oak.amal, [0] * 8 + [1])
    oak.signals(oak.amal)
    oak.database.writer.do(door.free_seat, oak.amal)
    told = oak.console()
    assert {each["kind"] for each in told["signals"]} == {"item_9", "support"}
    assert [(each["alias"], each["line"]["presence"]) for each in told["waiting"]] == [("Amal", "gone")]
    assert told["sent_in"][oak.amal.id] == ["phq9"]


def test_whoever_sent_a_form_and_sits_in_the_room_without_a_phone_is_seated(early_oak: Oak) -> None:
    oak = early_oak
    oak.database.writer.do(door.free_seat, oak.amal)
    begins(oak)
    for _ in range(2):
        seated = oak.does(oak.fola, "seat", member_id=oak.members["Amal"])
        assert seated["participant_id"] == oak.amal.id
    entry = oak.on_roster(oak.amal)
    assert (entry["presence"], entry["without_phone"]) == ("here", True)
    assert oak.console()["waiting"] == []
    oak.does(oak.fola, "end")
    assert was(oak) == "present"
