"""How a session kept to the method: each line, ticked from both sides of what was recorded."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import update
from sqlmodel import col

from app.core import attendance, course, fidelity, groups, measures, stored, tags
from app.core.agenda import agenda_of
from app.core.changes import changing
from app.core.models import Facilitator, GroupSession
from app.core.views import participant
from app.db import Database
from app.library.measures import bundled
from tests.core.cast import MEMBERS, Oak, prompt, stage
from tests.core.fidelity import all_write, at, holds, stored_reflections, ticked, why
from tests.core.one_database import database_kind

__all__ = ["database_kind"]

BEGIN = datetime(2026, 11, 3, 18, 0, tzinfo=UTC)


@pytest.fixture
def oak(database: Database) -> Iterator[Oak]:
    """Nothing is open; the clock stands still at the hour of the group."""
    with time_machine.travel(BEGIN, tick=False) as clock:
        made = Oak(database)
        made.__dict__["clock"] = clock
        yield made


def test_there_are_fourteen_lines_and_each_says_from_what_it_is_ticked(oak: Oak) -> None:
    holds(oak)
    oak.does(oak.fola, "end")
    with oak.database.reader() as db:
        told = fidelity.of_session(db, oak.id)
    assert [each["key"] for each in told] == list(fidelity.LINES) and len(told) == 14
    assert all(each["why"] for each in told)
    assert all(each["answer"] == each["recorded"] and not each["by_hand"] for each in told)
    unknown = [each["key"] for each in told if each["answer"] is None]
    assert unknown and all(why(oak, key)[-1] == "Not known: please tick." for key in unknown)


@pytest.mark.parametrize(
    ("late", "over", "answer", "reasons"),
    [
        (0, 0, "yes", ["Began on time.", "Ended on time."]),
        (5, -10, "yes", ["Began 5 min late.", "Ended 5 min early."]),
        (6, -6, "partly", ["Began 6 min late.", "Ended on time."]),
        (0, 6, "partly", ["Began on time.", "Ended 6 min late."]),
        (6, 0, "no", ["Began 6 min late.", "Ended 6 min late."]),
        (-6, 0, "no", ["Began 6 min early.", "Ended 6 min early."]),
    ],
)
def test_on_time_means_within_five_minutes_of_the_plan(
    oak: Oak, late: int, over: int, answer: str, reasons: list[str]
) -> None:
    oak.database.writer.do(groups.schedule_session, "f-fola", oak.id, BEGIN - timedelta(minutes=late))
    oak.starts()
    planned = sum(each["minutes"] for each in agenda_of(oak.row()))
    oak.clock.shift(timedelta(minutes=planned + over))
    assert ticked(oak, "on_time") == answer and why(oak, "on_time") == reasons


def test_without_a_planned_start_nobody_knows_whether_it_was_on_time(oak: Oak) -> None:
    oak.starts()
    assert ticked(oak, "on_time") is None


def test_a_room_that_closed_by_itself_did_not_end_on_time(oak: Oak) -> None:
    oak.database.writer.do(groups.schedule_session, "f-fola", oak.id, BEGIN)
    oak.starts()
    oak.does(oak.fola, "end")
    oak.database.writer.do(lambda db: stored.change(db, GroupSession, oak.id, without_close=True))
    assert ticked(oak, "on_time") == "partly"
    assert why(oak, "on_time") == ["Began on time.", "The room closed by itself."]


@pytest.mark.parametrize(("sessions", "answer"), [(None, None), (8, "yes")])
def test_every_screen_says_how_many_sessions_are_left(oak: Oak, sessions: int | None, answer: Any) -> None:
    oak.database.writer.do(groups.set_sessions, oak.group_id, sessions)
    holds(oak)
    assert ticked(oak, "sessions_left") == answer
    assert (why(oak, "sessions_left")[0] == "Every screen said: session 2 of 8.") == bool(answer)


def test_where_nobody_has_a_screen_it_is_not_known_what_was_said(oak: Oak) -> None:
    oak.database.writer.do(groups.set_sessions, oak.group_id, 8)
    oak.does(oak.fola, "open_lobby")
    oak.does(oak.fola, "seat", member_id=oak.members["Amal"])
    oak.does(oak.fola, "start")
    assert ticked(oak, "sessions_left") is None


@pytest.mark.parametrize(("number", "answer"), [(0, None), (2, "no"), (3, "partly"), (5, "yes")])
def test_everyone_was_heard_as_far_as_it_was_marked(oak: Oak, number: int, answer: str | None) -> None:
    holds(oak)
    for name in MEMBERS[:number]:
        oak.does(oak.fola, "mark_heard", participant_id=getattr(oak, name.lower()).id)
    assert ticked(oak, "heard") == answer
    if number:
        assert why(oak, "heard") == [f"{number} of 5 were marked as heard or had a turn."]


def test_a_turn_counts_as_being_heard(oak: Oak) -> None:
    holds(oak, there=["Amal"])
    oak.does(oak.fola, "give_turn", stage_id=at(oak, 0)["id"], participant_id=oak.amal.id)
    assert ticked(oak, "heard") == "yes"


@pytest.mark.parametrize(("number", "answer"), [(0, "no"), (2, "no"), (4, "partly"), (5, "yes")])
def test_everyone_rated_their_mood(oak: Oak, number: int, answer: str) -> None:
    holds(oak, "mood_event_checkin")
    all_write(oak, 0, MEMBERS[:number], mood=4)
    assert ticked(oak, "mood") == answer and why(oak, "mood") == [f"{number} of 5 rated their mood."]


def test_who_wrote_of_the_week_without_a_number_has_not_rated(oak: Oak) -> None:
    holds(oak, "mood_event_checkin", there=["Amal"])
    all_write(oak, 0, ["Amal"], week=["A quarrel"])
    assert ticked(oak, "mood") == "no"


def test_a_mood_that_no_stage_asked_for_is_a_no(oak: Oak) -> None:
    holds(oak, "one_word_checkin", "mood_event_checkin")
    assert ticked(oak, "mood") == "no" and why(oak, "mood") == ["No stage asked for it."]


@pytest.mark.parametrize(("link", "answer"), [(0, "yes"), (1, "yes"), (2, None), (None, None)])
def test_a_mood_is_linked_by_saying_what_came_first(oak: Oak, link: int | None, answer: str | None) -> None:
    holds(oak, "mood_event_checkin")
    options = next(each for each in agenda_of(oak.row())[0]["prompts"] if each["key"] == "link")["options"]
    said = {} if link is None else {"link": options[link]}
    all_write(oak, 0, ["Amal"], mood=4, **said)
    assert ticked(oak, "linked") == answer


@pytest.mark.parametrize(
    ("focus", "tagged", "answer"),
    [
        (None, ["grief"], "not_due"),
        (["grief"], [], None),
        (["grief"], ["grief"], "yes"),
        (["grief"], ["grief", "dispute"], "partly"),
        (["change"], ["grief"], "no"),
    ],
)
def test_the_focus_areas_of_those_who_were_there(
    oak: Oak, focus: list[str] | None, tagged: list[str], answer: str | None
) -> None:
    if focus:
        oak.database.writer.do(course.set_focus, oak.group_id, oak.members["Amal"], focus, "")
    oak.database.writer.do(course.set_focus, oak.group_id, oak.members["Ewa"], ["dispute"], "")
    holds(oak, there=MEMBERS[:4], close=False)
    all_write(oak, 0, ["Birgit"], text="Since the move.")
    [row] = oak.all(stored_reflections())
    for tag in tagged:
        oak.database.writer.do(tags.set_tag, "f-fola", oak.id, row.id, tag, True)
    assert ticked(oak, "focus") == answer


def test_an_area_on_one_private_answer_is_no_news_for_a_supervisor_and_on_two_peoples_it_is(oak: Oak) -> None:
    oak.database.writer.do(course.set_focus, oak.group_id, oak.members["Amal"], ["grief"], "")
    holds(oak, there=MEMBERS[:4], close=False)
    place = {"stage_id": agenda_of(oak.row())[0]["id"], "audience": "facilitators"}
    for name in ("Birgit", "Amal"):
        assert ticked(oak, "focus") is None
        oak.writes(oak.people[name], **place, text="Since the funeral.")
        for row in oak.all(stored_reflections()):
            oak.database.writer.do(tags.set_tag, "f-fola", oak.id, row.id, "grief", True)
    assert ticked(oak, "focus") == "yes"


def test_an_area_on_what_nobody_has_said_yes_to_does_not_count(oak: Oak) -> None:
    oak.database.writer.do(course.set_focus, oak.group_id, oak.members["Amal"], ["grief"], "")
    holds(oak, there=MEMBERS[:4], close=False)
    place = {"stage_id": agenda_of(oak.row())[0]["id"], "audience": "group_named"}
    written = {"id": str(uuid4()), "participant_id": oak.amal.id, "answer": {"text": "Since the funeral."}}
    oak.does(oak.fola, "write_for", **place, **written)
    oak.database.writer.do(tags.set_tag, "f-fola", oak.id, written["id"], "grief", True)
    assert ticked(oak, "focus") is None


def test_an_exercise_made_for_one_area_brings_that_area_up(oak: Oak) -> None:
    oak.database.writer.do(course.set_focus, oak.group_id, oak.members["Amal"], ["grief"], "")
    holds(oak, "expectations_both_sides")
    assert ticked(oak, "focus") == "no"


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [("one_word_checkin", None), ("decision_analysis", "yes"), ("remember_the_person", "yes")],
)
def test_a_technique_is_used_where_its_stage_was_opened(oak: Oak, exercise: str, answer: str | None) -> None:
    holds(oak, "mood_event_checkin", exercise)
    at(oak, 1)
    assert ticked(oak, "technique") == answer


def test_a_technique_in_a_stage_nobody_opened_was_not_used(oak: Oak) -> None:
    holds(oak, "mood_event_checkin", "decision_analysis")
    assert ticked(oak, "technique") is None


@pytest.mark.parametrize(("number", "answer"), [(0, None), (2, "partly"), (3, "yes")])
def test_members_help_members_with_a_line(oak: Oak, number: int, answer: str | None) -> None:
    holds(oak, "feedback_round")
    at(oak, 0)
    key = agenda_of(oak.row())[0]["prompts"][0]["key"]
    oak.does(oak.fola, "give_turn", stage_id=at(oak, 0)["id"], participant_id=oak.ewa.id)
    all_write(oak, 0, MEMBERS[:number], **{key: [{"to": oak.members["Ewa"], "text": "I noticed."}]})
    assert ticked(oak, "helped") == answer


def test_practising_in_a_pair_is_help(oak: Oak) -> None:
    holds(oak, "role_play")
    people = [[oak.amal.id, oak.birgit.id], [oak.chidi.id, oak.dolores.id, oak.ewa.id]]
    oak.does(oak.fola, "assign_pairs", stage_id=at(oak, 0)["id"], pairs=people)
    assert ticked(oak, "helped") == "yes"


@pytest.mark.parametrize(("number", "answer"), [(0, "no"), (3, "partly"), (5, "yes")])
def test_a_step_is_set_for_each_who_was_there(oak: Oak, number: int, answer: str) -> None:
    holds(oak, "step_plan")
    all_write(oak, 0, MEMBERS[:number], step={"text": "Ring my sister."})
    assert ticked(oak, "step") == answer and why(oak, "step") == [f"{number} of 5 wrote down a step."]


def test_no_step_is_due_where_the_plan_has_none(oak: Oak) -> None:
    holds(oak)
    assert ticked(oak, "step") == "not_due"


@pytest.mark.parametrize(("number", "answer"), [(0, None), (2, "partly"), (3, "yes")])
def test_feelings_are_named_where_people_named_them(oak: Oak, number: int, answer: str | None) -> None:
    holds(oak, "name_the_feeling")
    all_write(oak, 0, MEMBERS[:number], strength=7)
    assert ticked(oak, "feelings") == answer


@pytest.mark.parametrize(
    ("spoke", "asked", "answer"), [(5, [], None), (3, [], "no"), (3, ["ewa"], "partly"), (4, ["ewa"], "yes")]
)
def test_silence_is_handled_by_asking_who_was_silent(
    oak: Oak, spoke: int, asked: list[str], answer: str | None
) -> None:
    holds(oak)
    for name in MEMBERS[:spoke]:
        oak.does(oak.fola, "mark_heard", participant_id=getattr(oak, name.lower()).id)
    for name in asked:
        oak.does(oak.fola, "ask", participant_id=getattr(oak, name).id, question="speak")
    assert ticked(oak, "silence") == answer


def test_an_open_call_is_a_risk_not_checked_until_it_is_met(oak: Oak) -> None:
    holds(oak)
    signal = oak.signals(oak.amal)
    assert ticked(oak, "risk") == "no" and why(oak, "risk") == ["Urgent calls: 1; met: 0."]
    oak.does(oak.fola, "resolve_signal", id=signal)
    assert ticked(oak, "risk") == "yes"


@pytest.mark.parametrize(("number", "answer"), [(2, "no"), (3, "partly"), (5, "yes")])
def test_without_a_call_how_people_leave_says_whether_risk_was_checked(
    oak: Oak, number: int, answer: str
) -> None:
    holds(oak)
    all_write(oak, 1, MEMBERS[:number], leaving="Settled")
    assert ticked(oak, "risk") == answer
    assert why(oak, "risk") == [f"No urgent call. {number} of 5 said how they leave."]


def test_where_nothing_was_asked_it_is_not_known_whether_risk_was_checked(oak: Oak) -> None:
    holds(oak)
    oak.signals(oak.amal, "hand")
    assert ticked(oak, "risk") is None


@pytest.mark.parametrize(("measure_id", "answer"), [("phq9", "no"), ("gad7", None)])
def test_a_private_form_counts_where_it_asks_about_risk(oak: Oak, measure_id: str, answer: Any) -> None:
    oak.plans([stage("words", prompt("text"), measures=[measure_id])])
    oak.does(oak.fola, "open_lobby")
    for name in MEMBERS:
        oak.joins(name)
    oak.does(oak.fola, "start")
    measure = bundled()[measure_id]
    values = dict.fromkeys(measure.keys, 0)
    oak.database.writer.do(_submits, oak, measure, values)
    assert ticked(oak, "risk") == answer
    if answer:
        assert why(oak, "risk") == ["No urgent call. 1 of 5 sent the private form."]


def _submits(db: Any, oak: Oak, measure: Any, values: dict[str, int]) -> None:
    with changing(db, oak.amal, "submit_measure") as change:
        person = participant(db, oak.id, oak.amal.id)
        given = {"response_id": str(uuid4()), "revision": 1, "answers": values}
        measures.submit_measure(change, person=person, measure=measure, **given)


@pytest.mark.parametrize(("number", "answer"), [(0, "no"), (3, "partly"), (5, "yes")])
def test_the_pulse_is_collected(oak: Oak, number: int, answer: str) -> None:
    holds(oak)
    all_write(oak, 1, MEMBERS[:number], belong=7)
    assert ticked(oak, "pulse") == answer


def test_a_pulse_that_the_plan_does_not_have_is_not_due(oak: Oak) -> None:
    holds(oak, close=False)
    assert ticked(oak, "pulse") == "not_due"


def test_a_pulse_that_was_planned_and_never_opened_is_a_no(oak: Oak) -> None:
    holds(oak)
    assert ticked(oak, "pulse") == "no"


def test_a_talk_with_the_co_leader_is_not_due_for_somebody_alone_and_else_not_known(oak: Oak) -> None:
    holds(oak)
    assert ticked(oak, "debrief") is None
    gone = update(Facilitator).where(col(Facilitator.id) == "f-sami").values(disabled_at=BEGIN)
    oak.database.writer.do(lambda db: db.execute(gone))
    assert ticked(oak, "debrief") == "not_due"


def test_who_was_there_follows_the_corrections_of_attendance(oak: Oak) -> None:
    holds(oak, "mood_event_checkin", there=MEMBERS[:4])
    all_write(oak, 0, MEMBERS[:3], mood=4)
    assert ticked(oak, "mood") == "partly"
    wanted = {oak.members["Dolores"]: "absent"}
    oak.database.writer.do(attendance.correct, "f-fola", oak.id, wanted)
    assert why(oak, "mood") == ["3 of 3 rated their mood."]
    oak.database.writer.do(attendance.correct, "f-fola", oak.id, {oak.members["Ewa"]: "late"})
    assert why(oak, "mood") == ["3 of 4 rated their mood."]
