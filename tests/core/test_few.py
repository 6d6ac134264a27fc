"""A small group: one or two have come, and what lies ahead gets smaller, once; only facilitators see it."""

from typing import Any

import pytest

from app.core import groups
from app.core.agenda import agenda_of
from app.core.changes import Who
from app.core.summary import summary_of
from app.library import agendas, load
from app.library.small import for_few, rule
from tests.core.cast import Oak, prompt, refused, stage

PLAN = [
    stage("arrive", prompt("word"), core=True),
    stage("week", prompt("mood"), core=True, exercises=["mood_event_checkin"], minutes=16),
    stage("form", measures=["phq9"]),
    stage("extra", prompt("text"), minutes=20),
    stage("close", core=True, exercises=["session_pulse"], minutes=5),
]


@pytest.fixture
def two(planned_oak: Oak, monkeypatch: pytest.MonkeyPatch) -> Oak:
    """In the lobby with Amal and Birgit."""
    monkeypatch.setattr("tests.core.cast.agenda", lambda: PLAN)
    planned_oak.plans()
    planned_oak.does(planned_oak.fola, "open_lobby")
    for name in ("Amal", "Birgit"):
        is_there(planned_oak, name)
    return planned_oak


def is_there(oak: Oak, name: str) -> None:
    oak.presence.arrives("participant", oak.id, oak.joins(name).id, name)


def offered(oak: Oak) -> Any:
    return oak.console()["few"]


def left(oak: Oak) -> dict[str, int]:
    """The stages that are not left out, with their minutes."""
    return {each["id"]: each["minutes"] for each in agenda_of(oak.row()) if not each.get("skipped")}


def test_what_the_plan_counts_on_and_private_forms_stay_and_rounds_get_shorter(two: Oak) -> None:
    assert offered(two) == {"here": 2, "out": ["Extra"], "before": 61, "after": 33}
    shared = two.row().shared_version
    two.does(two.fola, "small_group")
    assert left(two) == {"arrive": 10, "week": 8, "form": 10, "close": 5}
    assert two.row().shared_version == shared, "nobody in the room sees it"
    assert offered(two) is None
    two.does(two.fola, "start")
    two.does(two.fola, "end")
    with two.database.reader() as db:
        told = {each["title"]: each["planned"] for each in summary_of(db, two.id)["stages"]}
    assert (told["Week"], told["Extra"]) == (16, 20), "the plan is remembered"


def test_only_what_lies_ahead_changes_and_only_once(two: Oak) -> None:
    two.does(two.fola, "start")
    two.moves_to("week")
    assert offered(two) == {"here": 2, "out": ["Extra"], "before": 35, "after": 15}
    two.does(two.fola, "small_group")
    assert left(two) == {"arrive": 10, "week": 16, "form": 10, "close": 5}
    two.does(two.fola, "insert_stage", exercise_id=None, title="More", minutes=10, after_stage_id="form")
    version = two.row().version
    assert two.does(two.sami, "small_group")["version"] == version
    assert len(left(two)) == 5


def test_it_is_offered_while_one_or_two_are_there(two: Oak) -> None:
    is_there(two, "Chidi")
    seen = [offered(two)]
    for name in ("Amal", "Birgit", "Chidi"):
        two.presence.leaves("participant", two.id, two.people[name].id, name)
        two.does(two.people[name], "leave")
        seen.append(offered(two) and offered(two)["here"])
    assert seen == [None, 2, 1, None]


def test_a_meeting_one_to_one_is_no_small_group_and_a_stale_press_changes_nothing(two: Oak) -> None:
    version = two.row().version
    two.does(two.sami, "skip_stage", stage_id="extra")
    with refused("stale"):
        two.does(two.fola, "small_group", version=version)
    two.does(two.fola, "end")
    meeting = {"kind": "mid", "member_id": two.members["Amal"]}
    two.id = two.database.writer.do(groups.plan_session, two.group_id, PLAN, **meeting)
    two.people["Fola"] = Who("facilitator", two.id, two.leaders["Fola"])
    two.does(two.fola, "open_lobby")
    is_there(two, "Amal")
    assert offered(two) is None
    with refused("not_now"):
        two.does(two.fola, "small_group")


def test_where_the_plan_counts_on_nothing_all_stays() -> None:
    ahead = [stage("a", prompt("x")), stage("b", exercises=["goodbye"], minutes=30)]
    assert [each["minutes"] for each in for_few(ahead)] == [10, 15]
    assert not any(each.get("skipped") for each in for_few(ahead))


def test_every_shipped_session_keeps_a_beginning_a_round_and_an_end() -> None:
    library = load()
    assert rule().rounds <= set(library.exercises)
    for programme in library.programmes.values():
        for number in range(1, programme.group_sessions + 1):
            whole = agendas.agenda_of(programme.id, number)
            small = [each for each in for_few(whole) if not each.get("skipped")]
            assert (small[0]["id"], small[-1]["id"]) == (whole[0]["id"], whole[-1]["id"])
            assert any("mood_event_checkin" in each["exercises"] for each in small)
            assert min(each["minutes"] for each in small) >= rule().least
