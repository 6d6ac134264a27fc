"""A rehearsal plays a planned session with made-up people, and leaves nothing in any record."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlmodel import SQLModel, col

from app.core import (
    alerts,
    attendance,
    course,
    door,
    fidelity,
    group_course,
    groups,
    over,
    overview,
    rehearsal,
    research,
    retention,
    stop_signals,
    supervision,
    today,
    turns,
)
from app.core import summary as summaries
from app.core.agenda import agenda_of
from app.core.changes import Who, changing
from app.core.models import GroupSession, SessionState, now
from app.core.refusals import NotFound
from tests.core.cast import Oak, refused, stage
from tests.core.one_database import database_kind

__all__ = ["database_kind"]

RELIABLE = 6  # points of change that count
MADE_UP = ["Nadia", "Otto", "Pina", "Quirin", "Rosa", "Said"]


def rehearse(oak: Oak, of: str = "", aliases: list[str] = MADE_UP) -> Oak:
    """The oak group in the rehearsal of its session: the same people lead, all others are made up."""
    made = oak.database.writer.do(
        rehearsal.rehearse, oak.leaders["Fola"], of or oak.id, aliases=aliases, title="Session 1"
    )
    there = object.__new__(Oak)
    there.__dict__.update(oak.__dict__, id=made["id"])
    there.people = {name: Who("facilitator", made["id"], who) for name, who in oak.leaders.items()}
    there.people |= {
        alias: Who("participant", made["id"], person)
        for alias, person in zip(aliases, made["people"], strict=False)
    }
    return there


def rows_in_all_tables(oak: Oak) -> dict[str, int]:
    """How many rows each table has, without the frame that a rehearsal leaves for an hour."""
    tables = [each for each in SQLModel.metadata.sorted_tables if each.name not in rehearsal.FRAME]
    return {each.name: oak.one(select(func.count()).select_from(each))[0] for each in tables}


def records(oak: Oak) -> dict[str, Any]:
    """What facilitators read of the group outside a session."""
    with oak.database.reader() as db:
        held = research.sessions_of(db, oak.group_id)
        members, _ = research.members_of(db, oak.group_id)
        return {
            "today": overview.today(db, oak.leaders["Fola"]),
            "waits": today.today(db, oak.leaders["Fola"], RELIABLE, oak.at),
            "weeks": group_course.group_course(db, oak.group_id, RELIABLE),
            "supervision": supervision.pack(db, oak.group_id),
            "fidelity": fidelity.of_group(db, oak.group_id),
            "stop signals": stop_signals.counted(db, oak.group_id, RELIABLE),
            "calls": [alerts.unseen(db, each) for each in oak.leaders.values()],
            "research": research.over_weeks(db, held, members, True),
            "attendance": attendance.of_sessions(db, held, members),
            "silent": attendance.weeks_silent(db, oak.group_id),
            "over": over.moments(db, [oak.group_id]),
            "retention": retention.end_of(db, oak.group_id, oak.at + timedelta(days=400)),
            "group": overview.group_page(db, oak.group_id),
            "turns": turns.turn_tracker(db, oak.group_id),
            "courses": [course.course_page(db, oak.group_id, each) for each in oak.members.values()],
        }


def plays_everything(there: Oak) -> None:
    """Answers, passes, signals, a turn, lines, a reveal, notes: all that a session is made of."""
    there.does(there.fola, "start")
    for name in MADE_UP:
        there.writes(there.people[name], text=f"words of {name}")
    there.does(there.fola, "reveal", stage_id="words")
    there.signals(there.nadia)
    there.does(there.fola, "answer_signal", id=there.signals(there.otto, "hand"), reply="In a moment.")
    there.does(there.fola, "save_note", participant_id=there.pina.id, text="a note", revision=1)
    there.moves_to("talk")
    there.does(there.fola, "give_turn", stage_id="talk", participant_id=there.rosa.id)
    there.does(there.fola, "mark_heard", participant_id=there.rosa.id)
    there.moves_to("wishes")
    passes = {"stage_id": "wishes", "answer": {}, "passed": True, "audience": "facilitators"}
    there.does(there.said, "submit_reflection", id=str(uuid4()), **passes)


def test_a_rehearsal_opens_with_made_up_people_and_the_same_plan(planned_oak: Oak) -> None:
    there = rehearse(planned_oak)
    assert there.row().state == SessionState.LOBBY
    assert agenda_of(there.row()) == agenda_of(planned_oak.row())
    assert there.row().room_link_hash != planned_oak.row().room_link_hash
    people = there.console()["people"]
    assert {each["alias"] for each in people} == set(MADE_UP)
    assert not any(each["member"] for each in people)
    assert there.console()["absent"] == []


def test_nobody_made_up_goes_by_the_name_of_a_member(planned_oak: Oak) -> None:
    there = rehearse(planned_oak, aliases=["amal", "Nadia", "Birgit", *MADE_UP[1:], "Tilda"])
    assert {each["alias"] for each in there.console()["people"]} == set(MADE_UP)


def test_every_screen_of_a_rehearsal_knows_that_it_is_one_and_no_other_does(oak: Oak) -> None:
    real = oak.id
    oak.plans()
    there = rehearse(oak)
    assert there.room()["rehearsal"] and there.wall()["rehearsal"]
    assert there.console()["session"]["rehearsal_of"] == oak.id
    oak.id = real
    assert not oak.room()["rehearsal"] and not oak.wall()["rehearsal"]
    assert oak.console()["session"]["rehearsal_of"] is None


def test_a_rehearsal_reads_like_the_session_it_rehearses(oak: Oak) -> None:
    oak.plans()
    there = rehearse(oak)
    assert there.room()["session"]["number"] == oak.room()["session"]["number"] == 2
    assert not there.room()["one_to_one"]


def test_the_rehearsal_of_a_meeting_is_with_one_person(planned_oak: Oak) -> None:
    meeting = planned_oak.database.writer.do(
        groups.plan_session,
        planned_oak.group_id,
        [stage("alone")],
        kind="first",
        member_id=planned_oak.members["Amal"],
    )
    there = rehearse(planned_oak, meeting)
    assert there.room()["one_to_one"] and there.room()["people"] == 1


def test_nothing_of_a_rehearsal_is_in_any_record(oak: Oak) -> None:
    oak.writes(oak.amal, text="real words")
    oak.does(oak.fola, "end")
    oak.plans()
    oak.at = now()  # type: ignore[attr-defined]
    with_words, read = rows_in_all_tables(oak), records(oak)
    there = rehearse(oak)
    same = records(oak) == read
    assert same, "from its beginning"
    plays_everything(there)
    assert rows_in_all_tables(oak) != with_words
    same = records(oak) == read  # told in one word: the difference of two courses would fill the screen
    assert same, "while it runs"
    there.does(there.fola, "end")
    same = records(oak) == read
    assert same, "after its end"
    assert rows_in_all_tables(oak) == with_words
    with oak.database.reader() as db, pytest.raises(NotFound):
        summaries.summary_of(db, there.id)


def test_a_rehearsal_takes_no_number_from_the_sessions_of_the_group(planned_oak: Oak) -> None:
    rehearse(planned_oak)
    planned_oak.plans()
    assert planned_oak.row().number == 2


def test_a_members_own_link_never_leads_into_a_rehearsal(planned_oak: Oak) -> None:

    there = rehearse(planned_oak)
    member = planned_oak.member("Amal")
    with planned_oak.database.reader() as db:
        assert door.session_for_member(db, member) is None
    with refused("not_found"):
        there.joins("Amal")
    with refused("not_found"):
        there.does(there.fola, "seat", member_id=member.id)


def test_only_a_planned_session_with_stages_can_be_rehearsed(planned_oak: Oak) -> None:
    there = rehearse(planned_oak)
    with refused("not_found"):
        rehearse(planned_oak, there.id)
    planned_oak.opens()
    with refused("not_now"):
        rehearse(planned_oak)
    empty = planned_oak.database.writer.do(groups.plan_session, planned_oak.group_id, [])
    with refused("invalid"):
        rehearse(planned_oak, empty)


def test_rehearsing_again_ends_the_one_before(planned_oak: Oak) -> None:
    first = rehearse(planned_oak)
    first.does(first.fola, "start")
    first.writes(first.nadia, text="words")
    second = rehearse(planned_oak)
    assert first.row().state == SessionState.ENDED and second.row().state == SessionState.LOBBY
    with planned_oak.database.reader() as db:
        assert rehearsal.running(db, planned_oak.id) == second.id
    with refused("not_found"):
        first.writes(first.nadia, text="too late")


def ages(there: Oak, **columns: Any) -> None:
    query = update(GroupSession).where(col(GroupSession.id) == there.id).values(**columns)
    there.database.writer.do(lambda db: db.execute(query))


@pytest.mark.parametrize(("hours", "ended"), [(11.9, False), (12.1, True)])
def test_a_rehearsal_left_open_for_twelve_hours_ends_by_itself(
    planned_oak: Oak, hours: float, ended: bool
) -> None:
    there = rehearse(planned_oak)
    ages(there, opened_at=now() - timedelta(hours=hours))
    planned_oak.database.writer.do(rehearsal.clear)
    assert (there.row().state == SessionState.ENDED) is ended
    assert planned_oak.row().state == SessionState.PLANNED


@pytest.mark.parametrize(("minutes", "there_still"), [(59, True), (61, False)])
def test_the_frame_of_a_rehearsal_goes_an_hour_after_its_end(
    planned_oak: Oak, minutes: int, there_still: bool
) -> None:
    there = rehearse(planned_oak)
    there.does(there.fola, "end")
    ages(there, ended_at=now() - timedelta(minutes=minutes))
    planned_oak.database.writer.do(rehearsal.clear)
    assert bool(there.all(select(GroupSession.__table__).where(col(GroupSession.id) == there.id))) is (
        there_still
    )
    assert bool(there.log()) is there_still
    assert planned_oak.row().state == SessionState.PLANNED


def test_a_real_session_is_never_closed_as_a_rehearsal(oak: Oak) -> None:

    ages(oak, opened_at=now() - timedelta(hours=13))
    oak.database.writer.do(rehearsal.clear)
    assert oak.row().state == SessionState.LIVE

    def close(db: Any) -> None:
        with changing(db, oak.fola, "end") as change:
            rehearsal.close(change)

    with pytest.raises(ValueError):
        oak.database.writer.do(close)
