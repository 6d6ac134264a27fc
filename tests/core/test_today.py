"""What waits for a facilitator: what the next session lacks, notes to sign, people to call."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, update
from sqlmodel import col

from app.core import (
    attendance,
    before,
    consents,
    contacts,
    course,
    follow_ups,
    groups,
    leaving,
    measures,
    stored,
    today,
)
from app.core.agenda import agenda_of
from app.core.course_models import Turn
from app.core.models import Facilitator, Group, GroupSession, Member, new_id, now
from app.core.record_models import NoteKind, RecordNote
from app.core.sealing import seal
from app.library.agendas import stage_of_exercise
from tests.core.cast import MEMBERS, Oak, refused
from tests.core.one_database import database_kind

__all__ = ["database_kind"]

RELIABLE = 6


def told(oak: Oak, name: str = "Fola", later: timedelta = timedelta()) -> dict[str, Any]:
    with oak.database.reader() as db:
        return today.today(db, oak.leaders[name], RELIABLE, now() + later)


def missing(oak: Oak) -> dict[str, list[str]]:
    return {each["what"]: each["names"] for each in told(oak)["next"]["missing"]}


def does(oak: Oak, verb: Any, *args: Any) -> None:
    oak.database.writer.do(verb, *args)


def changes(oak: Oak, model: Any, row_id: str, **values: Any) -> None:
    does(oak, lambda db: db.execute(update(model).where(col(model.id) == row_id).values(**values)))


def holds(oak: Oak, *there: str, ends: bool = True, mood: int | None = None) -> None:
    oak.plans([stage_of_exercise("mood_event_checkin"), stage_of_exercise("step_plan")])
    oak.does(oak.fola, "open_lobby")
    for name in there:
        oak.joins(name)
    oak.does(oak.fola, "start")
    for name in there if mood is not None else ():
        first = oak.row()
        stage_id = agenda_of(first)[0]["id"]
        oak.writes(getattr(oak, name.lower()), stage_id, audience="facilitators", mood=mood)
    if ends:
        oak.does(oak.fola, "end")


@pytest.fixture
def oak(planned_oak: Oak) -> Oak:
    """A group that lacks nothing: a planned session with a date, contacts held, everybody met."""
    held = {"contact": "Mother", "contact_phone": "0123"}
    for key in planned_oak.members.values():
        does(planned_oak, contacts.keep, planned_oak.group_id, key, held, "")
    does(planned_oak, groups.schedule_session, "f-fola", planned_oak.id, now() + timedelta(days=1))
    return planned_oak


def test_a_group_that_lacks_nothing_waits_for_nothing(oak: Oak) -> None:
    found = told(oak)
    assert found["next"]["id"] == oak.id and found["next"]["missing"] == []
    assert (found["unsigned"], found["calls"], found["soon"]) == (None, [], [])


def test_what_the_next_session_lacks_is_named_with_whom_it_concerns(oak: Oak) -> None:
    does(oak, groups.schedule_session, "f-fola", oak.id, None)
    does(oak, groups.edit_agenda, "f-fola", oak.id, [], oak.row().version)
    does(oak, consents.record_for, "f-fola", oak.group_id, oak.members["Birgit"], False)
    does(oak, contacts.keep, oak.group_id, oak.members["Chidi"], {"contact": "Mother"}, "")
    changes(oak, Group, oak.group_id, clinician=None)
    changes(oak, Facilitator, "f-sami", disabled_at=now())
    assert missing(oak) == {
        "clinician": [],
        "date": [],
        "plan": [],
        "yes": ["Birgit"],
        "contact": ["Chidi"],
        "co_leader": [],
    }
    changes(oak, Group, oak.group_id, works_alone=True)
    assert "co_leader" not in missing(oak)


def test_whoever_has_not_had_the_meeting_before_the_group_is_named(oak: Oak) -> None:
    changes(oak, Group, oak.group_id, programme_id="gipt_8")
    does(oak, before.say_why_not, oak.group_id, None, "Met on paper.")
    assert missing(oak) == {}
    does(oak, before.say_why_not, oak.group_id, oak.members["Dolores"], "")
    assert missing(oak) == {"meetings": ["Dolores"]}


@pytest.mark.parametrize(("left", "what"), [(2, {}), (3, {"small": []}), (5, {"members": []})])
def test_a_small_group_is_said_and_an_empty_one(oak: Oak, left: int, what: dict[str, Any]) -> None:
    for name in MEMBERS[:left]:
        changes(oak, Member, oak.members[name], left_at=now(), called_at=now())
    assert missing(oak) == what


def test_before_you_open_has_a_line_for_each_member(oak: Oak) -> None:
    does(oak, course.set_focus, oak.group_id, oak.members["Amal"], ["grief"], "")
    holds(oak, "Amal", "Birgit", mood=4, ends=False)
    step = oak.row()
    oak.moves_to(agenda_of(step)[1]["id"])
    stage_id = agenda_of(step)[1]["id"]
    oak.writes(oak.amal, stage_id, audience="facilitators", step={"text": "Ring my sister."})
    oak.does(oak.fola, "mark_heard", participant_id=oak.amal.id)
    oak.signals(oak.birgit)
    oak.does(oak.fola, "end")
    oak.plans()
    lines = {each["alias"]: each for each in told(oak)["next"]["before"]}
    assert list(lines) == MEMBERS
    amal, birgit, chidi = lines["Amal"], lines["Birgit"], lines["Chidi"]
    assert amal["areas"] == ["grief"] and amal["mood"] == {"value": 4, "number": 2}
    assert (amal["step"], amal["reviewed"], amal["silent"], amal["alert"]) == (
        "Ring my sister.",
        False,
        0,
        False,
    )
    assert (birgit["silent"], birgit["alert"], birgit["step"]) == (1, True, "")
    assert (chidi["mood"], chidi["silent"]) == (None, 0)


def test_notes_to_sign_are_counted_by_session_and_the_oldest_is_named(oak: Oak) -> None:
    holds(oak, "Amal")
    first = oak.id
    holds(oak, "Amal")
    unsigned = told(oak)["unsigned"]
    assert (unsigned["count"], unsigned["session"]["id"]) == (2, first)
    for kind, keys in ((NoteKind.GROUP, [""]), (NoteKind.INDIVIDUAL, list(oak.members.values()))):
        for key in keys:
            does(oak, _note, first, kind, key)
    unsigned = told(oak)["unsigned"]
    assert (unsigned["count"], unsigned["session"]["id"]) == (1, oak.id)
    changes(oak, GroupSession, oak.id, sandbox=True)
    assert told(oak)["unsigned"] is None


def _note(db: Any, session: str, kind: NoteKind, member_id: str) -> None:
    new = new_id()
    place = {"group_session_id": session, "kind": kind, "member_id": member_id, "layout": "plain"}
    signed = {"signed_at": now(), "signed_by": "f-fola", "signature": "x"}
    body = seal(RecordNote.body, new, "[]")
    stored.add(db, RecordNote, id=new, body=body, saved_by="f-fola", **place, **signed)


def reasons(oak: Oak, later: timedelta = timedelta()) -> dict[str, list[str]]:
    found = told(oak, later=later)["calls"]
    return {each["alias"]: [reason["why"] for reason in each["reasons"]] for each in found}


def test_who_missed_the_last_session_without_an_excuse_is_called(oak: Oak) -> None:
    holds(oak, *MEMBERS[:3])
    assert reasons(oak) == {"Dolores": ["missed"], "Ewa": ["missed"]}
    does(oak, attendance.correct, "f-fola", oak.id, {oak.members["Ewa"]: "excused"})
    assert reasons(oak) == {"Dolores": ["missed"]}
    assert reasons(oak, timedelta(days=22)) == {}
    does(oak, _follows_up, oak, "Dolores", {"done": "Called."})
    assert reasons(oak) == {}


def _follows_up(db: Any, oak: Oak, name: str, parts: dict[str, str]) -> None:
    key = oak.members[name]
    follow_ups.write(db, "f-fola", oak.group_id, key, new_id(), "", **parts)


def test_who_worked_on_grief_or_a_dispute_is_asked_within_a_day_how_they_are(oak: Oak) -> None:
    for name, areas in (("Amal", ["change", "grief"]), ("Birgit", ["lonely"]), ("Chidi", ["dispute"])):
        does(oak, course.set_focus, oak.group_id, oak.members[name], areas, "")
    holds(oak, *MEMBERS, ends=False)
    for name in ("Amal", "Birgit"):
        turn = {"group_session_id": oak.id, "stage_id": "s-work", "participant_id": oak.people[name].id}
        oak.database.writer.do(stored.add, Turn, id=new_id(), given_at=now(), **turn)
    assert reasons(oak) == {}
    oak.does(oak.fola, "end")
    assert reasons(oak) == {"Amal": ["work"]}
    assert reasons(oak, timedelta(days=8)) == {}
    does(oak, _follows_up, oak, "Amal", {"asked": "How are you?"})
    assert reasons(oak) == {}


def test_who_was_silent_three_times_running_is_called(oak: Oak) -> None:
    for _ in range(3):
        holds(oak, *MEMBERS, ends=False)
        for name in MEMBERS[1:]:
            oak.does(oak.fola, "mark_heard", participant_id=oak.people[name].id)
        assert reasons(oak) == {}
        oak.does(oak.fola, "end")
    assert reasons(oak) == {"Amal": ["silent"]}


def test_who_left_is_called_once(oak: Oak) -> None:
    does(oak, leaving.member_leaves, "f-fola", oak.group_id, oak.members["Ewa"])
    assert reasons(oak) == {"Ewa": ["left"]}
    does(oak, leaving.call_made, oak.group_id, oak.members["Ewa"])
    assert reasons(oak) == {}


def test_a_next_contact_is_due_from_its_day_until_something_newer_is_written(oak: Oak) -> None:
    soon = (now() + timedelta(days=2)).date().isoformat()
    does(oak, _follows_up, oak, "Amal", {"next": "By phone.", "on": soon})
    assert reasons(oak) == {} and reasons(oak, timedelta(days=2)) == {"Amal": ["contact"]}
    does(oak, _follows_up, oak, "Amal", {"done": "Called."})
    assert reasons(oak, timedelta(days=2)) == {}
    with refused("invalid"):
        does(oak, _follows_up, oak, "Amal", {"next": "By phone.", "on": "Thursday"})


@pytest.mark.parametrize(("last", "there"), [(15, {}), (16, {"Amal": ["worse"]})])
def test_who_is_reliably_worse_is_called(oak: Oak, last: int, there: dict[str, Any]) -> None:
    for days, total in ((14, 10), (0, last)):
        at = now() - timedelta(days=days)
        does(oak, measures.enter_score, "f-fola", oak.members["Amal"], "phq9", total, at)
    assert reasons(oak) == there


def test_an_observer_is_asked_for_nothing(oak: Oak) -> None:
    does(oak, groups.set_role, oak.group_id, "f-sami", "observer")
    holds(oak, "Amal")
    found = told(oak, "Sami")
    assert (found["unsigned"], found["calls"], found["soon"]) == (None, [], [])
    oak.plans()
    assert "before" not in told(oak, "Sami")["next"]


def test_a_session_that_is_only_observed_hides_nothing_of_the_next_of_ones_own(oak: Oak) -> None:
    elm = oak.database.writer.do(groups.create_group, "f-sami", name="Elm", programme_id=None)
    does(oak, groups.set_role, elm, "f-fola", "observer")
    sooner = oak.database.writer.do(groups.plan_session, elm, [])
    does(oak, groups.schedule_session, "f-sami", sooner, now() + timedelta(hours=1))
    does(oak, consents.record_for, "f-fola", oak.group_id, oak.members["Birgit"], False)
    found = told(oak)
    assert [each["id"] for each in found["coming"]] == [sooner, oak.id]
    assert found["next"]["id"] == oak.id and missing(oak) == {"yes": ["Birgit"]}
    assert len(found["next"]["before"]) == len(MEMBERS)


def test_no_query_is_made_for_a_member_or_for_anybody_elses_group(oak: Oak) -> None:
    def cost() -> int:
        seen: list[str] = []
        note = lambda *what: seen.append(what[2])  # noqa: E731
        event.listen(oak.database.read_engine, "before_cursor_execute", note)
        told(oak)
        event.remove(oak.database.read_engine, "before_cursor_execute", note)
        return len(seen)

    holds(oak, *MEMBERS[:2], mood=3)
    oak.plans()
    told(oak)  # who was silent is worked out once
    few = cost()
    new = oak.database.writer.do(groups.add_members, oak.group_id, [f"New {n}" for n in range(9)])
    assert len(new) == 9
    for _ in range(5):
        does(oak, lambda db: groups.create_group(db, "f-sami", name="Elm", programme_id="gipt_8"))
    assert cost() == few
