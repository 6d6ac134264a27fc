"""The course of a group: what stands on its page, what it costs, and who must not be found in it."""

from datetime import timedelta
from typing import Any

import pytest

from app.core import (
    attendance,
    course,
    follow_ups,
    goals,
    group_course,
    groups,
    leaving,
    measures,
    stored,
    today,
)
from app.core.models import GroupSession, Reflection, new_id, now
from app.db import Database
from app.library.agendas import stage_of_exercise
from tests.core.cast import Oak, prompt, refused, stage
from tests.core.long_group import Long, long_group, missed, mood_of
from tests.core.test_course import next_session
from tests.core.test_summary_cost import counted

KEPT = ("done", "part", "not_yet")  # as long_group.DONE
MOST = 35  # queries, for any number of members


def read(database: Database, group_id: str, points: int = 6) -> dict[str, Any]:
    with database.reader() as db:
        return group_course.group_course(db, group_id, points)


def cost(database: Database, made: Long) -> int:
    with counted(database) as seen:
        read(database, made.group_id)
    return len(seen)


def test_the_group_course_says_of_each_member_what_their_own_course_says(database: Database) -> None:
    made = long_group(database, members=4, sessions=6)
    told = read(database, made.group_id)
    assert [each["alias"] for each in told["members"]] == list(made.members)
    with database.reader() as db:
        for place, each in enumerate(told["members"]):
            own = course.course_page(db, made.group_id, each["id"])
            came = [number for number in range(1, 7) if not missed(place, number)]
            assert [one["number"] for one in each["attendance"] if one["there"]] == came
            assert each["missed"] == [number for number in range(1, 7) if missed(place, number)]
            assert {one["number"]: one["value"] for one in each["mood"] if one["value"] is not None} == {
                number: mood_of(place, number) for number in came
            }
            assert (each["mood"], each["events"]) == (own["mood"], own["events"])
            assert each["attendance"] == own["attendance"]
            assert each["measures"] == measures.course_of(db, each["id"], 6)
            assert each["goals"] == goals.then_and_now(db, each["id"]) and each["goals"][0]["first"] == 2
            assert each["steps"] == [{k: one[k] for k in ("number", "kept")} for one in own["steps"]]
            later = [number for number in came if number > came[0]]  # a step is looked back on the next time
            went = [KEPT[(place + number) % 3] for number in later]
            assert [one["kept"] for one in reversed(each["steps"])] == [*went, "open"]
            assert each["work"] == own["turns"]["sessions"]


def test_it_costs_the_same_number_of_queries_for_four_members_and_for_twelve(database: Database) -> None:
    few, many = (long_group(database, members=count, sessions=5) for count in (4, 12))
    for each in (few, many):
        read(database, each.group_id)  # who was silent is kept for as long as no session changes
    assert cost(database, few) == cost(database, many) <= MOST


def test_a_mean_stands_only_where_five_numbers_or_more_are_and_has_one_decimal(database: Database) -> None:
    made = long_group(database, members=7, sessions=4)
    told = read(database, made.group_id)
    given = {
        number: [mood_of(place, number) for place in range(7) if not missed(place, number)]
        for number in range(1, 5)
    }
    assert {number: len(values) for number, values in given.items()} == {1: 7, 2: 7, 3: 5, 4: 7}
    assert told["mean"] == {number: round(sum(each) / len(each), 1) for number, each in given.items()}
    small = long_group(database, members=4, sessions=1)
    assert read(database, small.group_id)["mean"] == {}


# who needs a call


@pytest.fixture
def oak(planned_oak: Oak, monkeypatch: pytest.MonkeyPatch) -> Oak:
    """Two sessions are over: Amal and Birgit came to both, Chidi only to the first."""
    monkeypatch.setattr("tests.core.cast.agenda", lambda: [stage("talk"), stage("last", prompt("text"))])
    planned_oak.plans()
    planned_oak.starts()
    for name in ("Amal", "Birgit", "Dolores", "Ewa"):
        planned_oak.does(planned_oak.fola, "mark_heard", participant_id=planned_oak.people[name].id)
    next_session(planned_oak, "Amal", "Birgit", "Dolores", "Ewa")
    planned_oak.does(planned_oak.fola, "end")
    return planned_oak


def calls(oak: Oak) -> dict[str, dict[str, Any]]:
    told = read(oak.database, oak.group_id)["calls"]
    return {each["alias"]: {name: each[name] for name in group_course.REASONS if each[name]} for each in told}


def corrects(oak: Oak, name: str, status: str) -> None:
    oak.database.writer.do(attendance.correct, oak.leaders["Fola"], oak.id, {oak.members[name]: status})


def scores(oak: Oak, name: str, *totals: int) -> None:
    for place, total in enumerate(totals):
        taken = now() - timedelta(days=60 - place)
        given = (oak.leaders["Fola"], oak.members[name], "phq9", total, taken)
        oak.database.writer.do(measures.enter_score, *given)


def test_whoever_missed_the_last_session_without_an_excuse_needs_a_call(oak: Oak) -> None:
    number = oak.row().number
    assert calls(oak) == {"Chidi": {"missed": number}}
    corrects(oak, "Chidi", "excused")
    assert calls(oak) == {}
    corrects(oak, "Chidi", "absent")
    assert calls(oak) == {"Chidi": {"missed": number}}


def test_a_reliable_rise_needs_a_call_and_a_smaller_one_does_not(oak: Oak) -> None:
    """10 to 15 is 5 points, 10 to 16 is 6; the line is 6."""
    corrects(oak, "Chidi", "excused")
    scores(oak, "Amal", 10, 15)
    assert calls(oak) == {}
    scores(oak, "Birgit", 10, 16)
    assert calls(oak) == {"Birgit": {"worse": ["PHQ-9"]}}
    told = read(oak.database, oak.group_id, 5)["calls"]
    assert [each["alias"] for each in told] == ["Amal", "Birgit"]


def test_whoever_left_is_called_once_and_then_never_again(oak: Oak) -> None:
    oak.database.writer.do(leaving.member_leaves, oak.leaders["Fola"], oak.group_id, oak.members["Chidi"])
    assert calls(oak) == {"Chidi": {"left": True}}
    oak.database.writer.do(leaving.call_made, oak.group_id, oak.members["Chidi"])
    assert calls(oak) == {}
    gone = next(each for each in read(oak.database, oak.group_id)["members"] if each["alias"] == "Chidi")
    assert gone["left_at"] is not None and gone["missed"] == [oak.row().number]


def test_an_open_alert_stands_first_until_it_is_met(oak: Oak) -> None:
    next_session(oak, "Amal", "Chidi")
    signal = oak.signals(oak.amal)
    oak.signals(oak.chidi, "hand")
    oak.does(oak.fola, "end")
    told = calls(oak)
    assert next(iter(told)) == "Amal" and [each["id"] for each in told["Amal"]["alerts"]] == [signal]
    assert "alerts" not in told.get("Chidi", {})
    oak.does(oak.fola, "resolve_signal", id=signal)
    assert "Amal" not in calls(oak)


def test_three_silent_sessions_need_a_call(oak: Oak) -> None:
    for _ in range(3):
        next_session(oak, *oak.members)
        for name in list(oak.members)[1:]:
            oak.does(oak.fola, "mark_heard", participant_id=oak.people[name].id)
    oak.does(oak.fola, "end")
    assert calls(oak) == {"Amal": {"silent": True}}
    talk = oak.database.writer.do(
        groups.plan_session, oak.group_id, [stage("talk")], kind="mid", member_id=oak.members["Amal"]
    )
    [entry] = read(oak.database, oak.group_id)["calls"]
    assert (entry["meeting"], entry["session"]) == (talk, oak.id)


def test_what_is_rehearsed_or_of_another_group_is_in_no_course(oak: Oak) -> None:
    before = read(oak.database, oak.group_id)
    other = long_group(oak.database, members=1, sessions=1)
    oak.database.writer.do(stored.change, GroupSession, oak.id, sandbox=True)
    told = read(oak.database, oak.group_id)
    assert [each["id"] for each in told["sessions"]] == [each["id"] for each in before["sessions"][:-1]]
    assert {each["id"] for each in told["members"]} == set(oak.members.values())
    assert other.sessions[0] not in str(told)
    with refused("not_found"):
        read(oak.database, "nowhere")


# what must not count


def test_a_mood_that_was_taken_back_or_passed_is_in_no_line(
    planned_oak: Oak, monkeypatch: pytest.MonkeyPatch
) -> None:
    oak = planned_oak
    opening = stage_of_exercise("mood_event_checkin") | {"id": "round"}
    monkeypatch.setattr("tests.core.cast.agenda", lambda: [opening, stage("last", prompt("text"))])
    oak.plans()
    oak.starts()
    marks = {"Amal": {}, "Birgit": {"withdrawn_at": now()}, "Chidi": {"passed": True}}
    for name, mark in marks.items():  # such rows hold no words; a course would not read them if they did
        sent = oak.writes(oak.people[name], "round", audience="facilitators", mood=3)
        oak.database.writer.do(stored.change, Reflection, sent["id"], saved_version=0, **mark)
    told = {each["alias"]: each["mood"] for each in read(oak.database, oak.group_id)["members"]}
    number = oak.row().number
    assert [each for each in told["Amal"] if each["number"] == number] == [
        {"number": number, "value": 3, "state": ""}
    ]
    for name in ("Birgit", "Chidi"):
        assert told[name][-1] == {"number": number, "value": None, "state": "silent"}


def test_whoever_has_left_is_called_once_however_a_measure_went(oak: Oak) -> None:
    corrects(oak, "Chidi", "excused")
    scores(oak, "Amal", 10, 16)
    oak.database.writer.do(leaving.member_leaves, oak.leaders["Fola"], oak.group_id, oak.members["Amal"])
    assert calls(oak) == {"Amal": {"left": True}}


def test_a_session_that_a_facilitator_corrected_counts_for_nobody_who_was_away(oak: Oak) -> None:
    with oak.database.reader() as db:
        assert oak.id in attendance.came(db, [oak.id])[oak.members["Amal"]]
    corrects(oak, "Amal", "absent")
    corrects(oak, "Chidi", "late")
    with oak.database.reader() as db:
        came = attendance.came(db, [oak.id])
        assert came[oak.members["Amal"]] == set() and came[oak.members["Chidi"]] == {oak.id}
        assert {key for key, own in came.items() if oak.id in own} == {
            key for name, key in oak.members.items() if oak.id in attendance.sessions_with(db, key)
        }


def test_somebody_who_joined_later_did_not_miss_what_was_before(oak: Oak) -> None:
    new = oak.database.writer.do(groups.add_members, oak.group_id, ["Farid"])
    farid = next(each for each in read(oak.database, oak.group_id)["members"] if each["id"] == new[0])
    assert {each["status"] for each in farid["attendance"] if each["ended"]} == {"before"}
    assert farid["missed"] == [] and "Farid" not in calls(oak)
    assert {each["state"] for each in farid["mood"]} == {"ahead"}  # the one that is only planned


@pytest.mark.parametrize(
    ("totals", "worse"),
    [
        ((10, 13, 16), ["PHQ-9"]),  # slowly, over all
        ((20, 10, 16), ["PHQ-9"]),  # since last time
        ((20, 13, 14), []),
    ],
)
def test_today_and_the_course_of_a_group_call_for_the_same_people(
    oak: Oak, totals: tuple[int, ...], worse: list[str]
) -> None:
    def on_today() -> dict[str, set[str]]:
        with oak.database.reader() as db:
            found = today.today(db, oak.leaders["Fola"], 6, now())["calls"]
        return {each["alias"]: {one["why"] for one in each["reasons"]} for each in found}

    def both() -> dict[str, dict[str, Any]]:
        found = calls(oak)
        assert {name: set(own) for name, own in found.items()} == on_today()
        return found

    def writes(name: str, on: str = "") -> None:
        place = (oak.leaders["Fola"], oak.group_id, oak.members[name], new_id(), "")
        oak.database.writer.do(follow_ups.write, *place, done="Rang.", on=on)

    day = now().date().isoformat()
    number = oak.row().number
    scores(oak, "Amal", *totals)
    assert both() == {"Chidi": {"missed": number}} | ({"Amal": {"worse": worse}} if worse else {})
    writes("Chidi")
    assert "Chidi" not in both(), "a follow-up takes a missed session off"
    writes("Chidi", day)
    assert both()["Chidi"]["contact"].date().isoformat() == day
    gone = (oak.group_id, oak.members["Chidi"])
    oak.database.writer.do(leaving.member_leaves, oak.leaders["Fola"], *gone)
    assert set(both()["Chidi"]) == {"left", "contact"}
    oak.database.writer.do(leaving.call_made, *gone)
    assert set(both()["Chidi"]) == {"contact"}, "what was promised stands when the one call is made"
    writes("Chidi")
    writes("Amal")
    assert both() == ({"Amal": {"worse": worse}} if totals == (20, 10, 16) else {})
