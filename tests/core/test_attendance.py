"""Who was there, as the session recorded it and as it was corrected; and who has long been silent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select, update
from sqlmodel import col

from app.core import (
    attendance,
    coming_back,
    course,
    crowd,
    door,
    fidelity_facts,
    groups,
    leaving,
    stored,
    summary,
    turns,
    views,
)
from app.core.models import GroupSession, Member, now
from app.core.safety_models import Attendance
from tests.core.cast import MEMBERS, Oak, agenda, refused

BEGIN = datetime(2026, 11, 3, 17, 50, tzinfo=UTC)


def was(oak: Oak, session: str = "") -> dict[str, str]:
    with oak.database.reader() as db:
        found = attendance.attendance(db, views.session_row(db, session or oak.id))
    return {each["alias"]: each["status"] for each in found}


def corrects(oak: Oak, session: str = "", by: str = "f-fola", **statuses: str) -> None:
    wanted = {oak.members[name]: status for name, status in statuses.items()}
    oak.database.writer.do(attendance.correct, by, session or oak.id, wanted)


def silent(oak: Oak) -> list[str]:
    with oak.database.reader() as db:
        found = attendance.silent(db, oak.group_id)
    return sorted(name for name, key in oak.members.items() if key in found)


def holds(oak: Oak, *there: str) -> None:
    """The next session of the group, live, with these members in it."""
    oak.plans()
    oak.does(oak.fola, "open_lobby")
    for name in there:
        oak.joins(name)
    oak.does(oak.fola, "start")


def test_whoever_left_the_lobby_again_before_the_start_was_not_there(planned_oak: Oak) -> None:
    oak = planned_oak
    oak.does(oak.fola, "open_lobby")
    for name in ("Amal", "Birgit", "Chidi"):
        oak.joins(name)
    oak.does(oak.amal, "leave")
    oak.database.writer.do(door.free_seat, oak.birgit)
    oak.does(oak.fola, "start")
    oak.joins("Birgit")  # gone, and back
    oak.does(oak.chidi, "leave")
    told = was(oak)
    assert (told["Amal"], told["Birgit"], told["Chidi"]) == ("absent", "present", "present")
    with oak.database.reader() as db:
        there = {name: attendance.sessions_with(db, oak.members[name]) for name in ("Amal", "Chidi")}
        assert there == {"Amal": set(), "Chidi": {oak.id}}
        assert oak.members["Amal"] not in attendance.came(db, [oak.id])


def test_whoever_closed_the_tab_in_the_lobby_and_did_not_come_back_was_not_there(planned_oak: Oak) -> None:
    """Amal comes back, Birgit does not, Chidi stays, Dolores sits there with her phone off, Ewa goes later.
    Gus, a guest, went like Birgit.
    """
    oak = planned_oak
    with time_machine.travel(now() + timedelta(days=1), tick=False) as clock:
        oak.does(oak.fola, "open_lobby")
        for name in (*MEMBERS, "Gus"):
            oak.joins(name)
        oak.does(oak.fola, "admit", participant_id=oak.gus.id)
        closed = now()
        clock.shift(timedelta(minutes=5))
        gone = {getattr(oak, name).id: closed for name in ("amal", "birgit", "dolores", "gus")}
        oak.database.writer.do(crowd.note, oak.id, gone, [])
        oak.does(oak.fola, "start")
        clock.shift(timedelta(minutes=3))
        oak.database.writer.do(crowd.note, oak.id, {}, [oak.amal.id])
        assert was(oak)["Dolores"] == "absent"
        oak.does(oak.fola, "mark_heard", participant_id=oak.dolores.id, heard=True)
        oak.database.writer.do(crowd.note, oak.id, {oak.ewa.id: now()}, [])
        clock.shift(timedelta(minutes=40))
        oak.does(oak.fola, "end")
    assert was(oak) == dict.fromkeys(MEMBERS, "present") | {"Birgit": "absent"}
    with oak.database.reader() as db:
        listed = [each["alias"] for each in summary.summary_of(db, oak.id)["people"]]
        (facts,) = fidelity_facts.of_sessions(db, [views.session_row(db, oak.id)])
    assert sorted(listed) == ["Amal", "Chidi", "Dolores", "Ewa"] and len(facts.there) == 4
    corrects(oak, Birgit="late")
    assert was(oak)["Birgit"] == "late"


def test_a_turn_or_an_answer_says_that_somebody_was_there_whose_phone_was_off(planned_oak: Oak) -> None:
    oak = planned_oak
    oak.does(oak.fola, "open_lobby")
    for name in ("Amal", "Birgit", "Chidi"):
        oak.joins(name)
    away = dict.fromkeys((oak.amal.id, oak.birgit.id, oak.chidi.id), now())
    oak.database.writer.do(crowd.note, oak.id, away, [])
    oak.does(oak.fola, "start")
    assert set(was(oak).values()) == {"absent"}
    oak.does(oak.fola, "give_turn", stage_id="words", participant_id=oak.amal.id)
    oak.does(
        oak.fola,
        "write_for",
        id=str(uuid4()),
        participant_id=oak.birgit.id,
        stage_id="words",
        revision=1,
        answer={"text": "A walk."},
        audience="facilitators",
        passed=False,
    )
    told = was(oak)
    assert (told["Amal"], told["Birgit"], told["Chidi"]) == ("present", "present", "absent")


def test_a_meeting_to_which_nobody_came_back_is_no_word_with_a_facilitator(planned_oak: Oak) -> None:
    oak = planned_oak
    meeting = oak.database.writer.do(
        groups.plan_session, oak.group_id, agenda()[:1], kind="pre_1", member_id=oak.members["Amal"]
    )
    oak.id = meeting
    oak.people = {"Fola": replace(oak.fola, group_session_id=meeting)}
    oak.does(oak.fola, "open_lobby")
    oak.joins("Amal")
    oak.database.writer.do(crowd.note, meeting, {oak.amal.id: now()}, [])
    oak.does(oak.fola, "start")
    oak.does(oak.fola, "end")
    assert was(oak) == {"Amal": "absent"}
    with oak.database.reader() as db:
        assert turns.turn_tracker(db, oak.group_id)[oak.members["Amal"]]["words"] == 0
    corrects(oak, meeting, Amal="present")
    with oak.database.reader() as db:
        assert turns.turn_tracker(db, oak.group_id)[oak.members["Amal"]]["words"] == 1


def test_the_session_records_who_came_who_came_late_and_who_did_not(planned_oak: Oak) -> None:
    oak = planned_oak
    with time_machine.travel(BEGIN, tick=False) as clock:
        oak.does(oak.fola, "open_lobby")
        oak.joins("Amal")
        oak.does(oak.fola, "start")
        clock.shift(timedelta(minutes=10))
        oak.joins("Birgit")
        clock.shift(timedelta(seconds=1))
        oak.joins("Chidi")
        oak.does(oak.fola, "seat", member_id=oak.members["Dolores"])
        oak.joins("Gus")
        # whose page never got a line: they are known as gone for as long as the server runs
        oak.database.writer.do(crowd.note, oak.id, {oak.chidi.id: BEGIN - timedelta(hours=1)}, [])
    assert was(oak) == {
        "Amal": "present",
        "Birgit": "present",
        "Chidi": "late",
        "Dolores": "late",
        "Ewa": "absent",
    }


def test_a_member_who_only_waited_at_the_door_was_not_there(planned_oak: Oak) -> None:
    oak = planned_oak
    oak.does(oak.fola, "open_lobby")
    oak.does(oak.fola, "lock", locked=True)
    oak.joins("Amal")
    oak.does(oak.fola, "start")
    assert was(oak)["Amal"] == "absent"


def test_a_correction_holds_and_one_that_equals_the_record_goes_away(oak: Oak) -> None:
    version = oak.row().version
    corrects(oak, Amal="excused", Birgit="absent", Chidi="present")
    assert was(oak)["Amal"] == "excused" and was(oak)["Birgit"] == "absent"
    corrects(oak, Amal="present")
    rows = oak.all(select(Attendance.__table__))
    assert [(each.member_id, each.status, each.set_by) for each in rows] == [
        (oak.members["Birgit"], "absent", "f-fola")
    ]
    assert oak.row().version == version + 2
    corrects(oak, Birgit="absent")
    assert oak.row().version == version + 2
    assert {entry.action for entry in oak.log()[-2:]} == {"correct_attendance"}


def test_a_correction_that_makes_no_sense_is_refused(oak: Oak, planned_oak: Oak) -> None:
    with refused("invalid"):
        corrects(oak, Amal="somewhere")
    with refused("not_found"):
        oak.database.writer.do(attendance.correct, "f-fola", oak.id, {"nobody": "present"})
    oak.plans()
    with refused("not_now"):
        corrects(oak, Amal="present")


@pytest.mark.parametrize("kind", ["sandbox", "rehearsal"])
def test_a_rehearsal_has_no_attendance(oak: Oak, kind: str) -> None:
    values: dict[str, Any] = {"sandbox": True} if kind == "sandbox" else {"rehearsal_of": oak.id}

    def become(db: Any) -> None:
        db.execute(update(GroupSession).where(col(GroupSession.id) == oak.id).values(**values))

    oak.database.writer.do(become)
    with refused("not_found"):
        corrects(oak, Amal="absent")


def test_the_course_and_the_return_follow_what_was_corrected(oak: Oak) -> None:
    first = oak.id
    oak.does(oak.fola, "end")
    corrects(oak, Amal="excused")
    with oak.database.reader() as db:
        page = course.course_page(db, oak.group_id, oak.members["Amal"])
    assert [each["there"] for each in page["attendance"]] == [False]
    holds(oak, *MEMBERS)
    with oak.database.reader() as db:
        row = views.session_row(db, oak.id)
        assert coming_back.missed(db, row, oak.members["Amal"]) != []
        assert coming_back.missed(db, row, oak.members["Birgit"]) == []
    corrects(oak, first, Amal="present")
    with oak.database.reader() as db:
        assert coming_back.missed(db, views.session_row(db, oak.id), oak.members["Amal"]) == []


def test_whoever_left_before_or_came_after_is_not_missed(oak: Oak) -> None:
    first = oak.id
    oak.does(oak.fola, "end")
    leave = leaving.member_leaves
    oak.database.writer.do(leave, "f-fola", oak.group_id, oak.members["Ewa"], "", "")
    assert "Ewa" in was(oak, first)
    holds(oak, "Amal")
    assert "Ewa" not in was(oak)


# silent for long


def test_silent_three_sessions_running_is_noticed(oak: Oak) -> None:
    """Amal is heard, Birgit has a turn, Chidi shares, Dolores writes to the leaders alone, Ewa passes."""
    for number in range(3):
        if number:
            holds(oak, *MEMBERS)
        assert silent(oak) == []
        oak.does(oak.fola, "mark_heard", participant_id=oak.amal.id)
        oak.does(oak.fola, "give_turn", stage_id="words", participant_id=oak.birgit.id)
        oak.writes(oak.chidi, text="A walk.", audience="group_unnamed")
        oak.writes(oak.dolores, text="For you.", audience="facilitators")
        oak.writes(oak.ewa, passed=True)
        oak.does(oak.fola, "end")
    assert silent(oak) == ["Dolores", "Ewa"]
    holds(oak, *MEMBERS)
    assert {each["alias"] for each in oak.console()["people"] if each["silent"]} == {"Dolores", "Ewa"}
    oak.does(oak.fola, "mark_heard", participant_id=oak.ewa.id)
    oak.does(oak.fola, "end")
    assert silent(oak) == ["Dolores"]


def test_only_somebody_who_was_in_a_session_that_counts_is_marked_as_heard_afterwards(oak: Oak) -> None:
    goran = oak.joins("Goran")
    oak.does(oak.fola, "end")
    heard = (oak.leaders["Fola"], oak.id)
    with refused("not_found"):
        oak.database.writer.do(attendance.heard, *heard, goran.id)
    oak.database.writer.do(attendance.heard, *heard, oak.amal.id)
    assert oak.person(oak.amal).heard_at == oak.row().ended_at
    oak.database.writer.do(lambda db: db.exec_driver_sql("UPDATE group_session SET sandbox = true"))
    with refused("not_found"):
        oak.database.writer.do(attendance.heard, *heard, oak.birgit.id)
    assert oak.person(oak.birgit).heard_at is None


def test_what_was_taken_back_was_not_said_and_whoever_was_away_was_not_silent(oak: Oak) -> None:
    for number in range(3):
        if number:
            holds(oak, "Amal", "Birgit")
        answer = oak.writes(oak.amal, text="A walk.")["id"]
        oak.does(oak.amal, "withdraw_reflection", id=answer)
        oak.writes(oak.birgit, text="A swim.")
        oak.does(oak.fola, "end")
    assert silent(oak) == ["Amal"]
    corrects(oak, Amal="absent")
    assert silent(oak) == [], "of the sessions in which they were there"


def test_who_was_silent_is_worked_out_anew_when_one_of_those_sessions_changes_and_not_before(
    oak: Oak, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked_out: list[Any] = []
    whole = attendance._silent_in
    monkeypatch.setattr(attendance, "_silent_in", lambda *given: worked_out.append(1) or whole(*given))
    for number in range(3):
        if number:
            holds(oak, *MEMBERS)
        if number == 2:
            answer, birgit = oak.writes(oak.birgit, text="A swim.")["id"], oak.birgit
        oak.does(oak.fola, "end")
    holds(oak, *MEMBERS)
    for _ in range(2):
        assert silent(oak) == ["Amal", "Chidi", "Dolores", "Ewa"]
        oak.does(oak.fola, "mark_heard", participant_id=oak.amal.id)
    assert len(worked_out) == 1
    oak.does(birgit, "withdraw_reflection", id=answer)
    assert silent(oak) == MEMBERS
    oak.database.writer.do(stored.change, Member, oak.members["Ewa"], left_at=now())
    assert silent(oak) == MEMBERS[:-1] and len(worked_out) == 2


# the roster


def test_the_talking_order_is_that_of_the_hands_and_holds_through_a_drop(oak: Oak) -> None:
    for name in ("chidi", "amal", "ewa"):
        oak.signals(getattr(oak, name), "hand")
    oak.signals(oak.birgit, "support")
    oak.presence.arrives("participant", oak.id, oak.amal.id, "a tab")
    oak.presence.leaves("participant", oak.id, oak.amal.id, "a tab")
    oak.joins("Amal")
    order = {each["alias"]: each["place"] for each in oak.console()["people"]}
    assert order == {"Chidi": 1, "Amal": 2, "Ewa": 3, "Birgit": 0, "Dolores": 0}
    hand = oak.console()["signals"][1]
    oak.does(oak.fola, "resolve_signal", id=hand["id"])
    order = {each["alias"]: each["place"] for each in oak.console()["people"]}
    assert (order["Chidi"], order["Amal"], order["Ewa"]) == (0, 1, 2)
