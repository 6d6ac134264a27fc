"""Somebody who comes late sees what is shown from then on, and nothing of what was said before."""

from typing import Any

import pytest

from app.core.changes import Who
from app.core.late import missed_stages, without_stages
from app.core.models import SessionState
from app.core.views import session_row
from tests.core.cast import MEMBERS, Oak, prompt, stage


@pytest.fixture
def oak(planned_oak: Oak, monkeypatch: pytest.MonkeyPatch) -> Oak:
    """Words are shown and choices counted in each of three stages; the group is at the second."""
    counted = prompt("feel", "single_choice", options=["sad", "proud"])
    stages = [stage(name, counted, prompt("text")) for name in ("first", "second", "third")]
    monkeypatch.setattr("tests.core.cast.agenda", lambda: stages)
    planned_oak.plans()
    planned_oak.starts()
    says(planned_oak, "first")
    planned_oak.moves_to("second")
    says(planned_oak, "second")
    return planned_oak


def says(oak: Oak, stage_id: str) -> None:
    """Everybody answers without a name, and all of it is revealed."""
    for name in MEMBERS:
        oak.writes(oak.people[name], stage_id, audience="group_unnamed", feel="sad", text=stage_id)
    oak.does(oak.fola, "reveal", stage_id=stage_id)


def lets_in(oak: Oak, name: str = "Zoe") -> Who:
    """Somebody knocks and is let in now."""
    who = oak.joins(name)
    oak.does(oak.fola, "admit", participant_id=who.id)
    return who


def seen(oak: Oak, who: Who) -> dict[str, set[str]]:
    """The stages of which a person sees words, and counts."""
    room: dict[str, Any] = oak.room()
    with oak.database.reader() as db:
        room = without_stages(room, missed_stages(db, session_row(db, oak.id), oak.person(who)))
    return {name: {each["stage_id"] for each in room[name]} for name in ("shown", "tallies")}


def named(oak: Oak, who: Who) -> list[str]:
    """The stages of which a person is told the names."""
    with oak.database.reader() as db:
        room = without_stages(oak.room(), missed_stages(db, session_row(db, oak.id), oak.person(who)))
    return [each["id"] for each in room["session"]["stages"]]


def both(*stages: str) -> dict[str, set[str]]:
    return {"shown": set(stages), "tallies": set(stages)}


def test_who_comes_late_sees_the_current_stage_and_not_what_was_before(oak: Oak) -> None:
    zoe = lets_in(oak)
    assert seen(oak, zoe) == both("second")
    assert seen(oak, oak.amal) == both("first", "second")


def test_a_stage_in_which_they_were_there_stays_with_them(oak: Oak) -> None:
    zoe = lets_in(oak)
    oak.moves_to("third")
    assert seen(oak, zoe) == both("second")
    oak.does(oak.fola, "end")
    assert oak.row().state == SessionState.ENDED
    assert seen(oak, zoe) == both("second")


def test_what_is_shown_later_of_a_stage_they_missed_is_not_for_them(oak: Oak) -> None:
    dana = oak.people["Dana"] = lets_in(oak, "Dana")
    told = oak.writes(dana, "second", text="For later.")
    oak.moves_to("third")
    zoe = lets_in(oak)
    oak.does(oak.fola, "show_reflection", id=told["id"])
    assert seen(oak, zoe) == both()
    assert seen(oak, dana) == both("second")


def test_a_stage_the_group_comes_back_to_is_theirs_too(oak: Oak) -> None:
    zoe = lets_in(oak)
    oak.moves_to("first")
    assert seen(oak, zoe) == both("first", "second")
    oak.moves_to("third")
    assert seen(oak, zoe) == both("first", "second")


def test_who_was_there_from_the_beginning_has_missed_nothing(oak: Oak) -> None:
    with oak.database.reader() as db:
        row = session_row(db, oak.id)
        assert {missed_stages(db, row, oak.person(oak.people[name])) for name in MEMBERS} == {frozenset()}


def test_the_names_of_stages_they_missed_are_not_for_them(oak: Oak) -> None:
    zoe = lets_in(oak)
    assert named(oak, zoe) == ["second"]
    assert named(oak, oak.amal) == ["first", "second"]
    oak.moves_to("third")
    assert named(oak, zoe) == ["second", "third"]
    oak.moves_to("first")
    assert named(oak, zoe) == ["first", "second", "third"]
