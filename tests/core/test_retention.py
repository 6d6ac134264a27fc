"""What expires goes on its day, and nothing else does."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlmodel import SQLModel

from app import expiry
from app.core import (
    console,
    contacts,
    follow_ups,
    measures,
    over,
    record,
    record_pages,
    retention,
    signed_words,
    stored,
    summary,
)
from app.core.course_models import Goal, GoalRating, Step
from app.core.models import Group, GroupSession, Installation, Note, Reflection, now
from app.core.record_models import ProcessNote, RecordNote, Tags
from app.core.sealing import seal
from app.db import Database
from tests.core.cast import Oak, prompt, refused, stage
from tests.core.full_session import Full, full_session
from tests.core.notes import note_of, notes, saves, signs, written

DAY = timedelta(days=1)


@pytest.fixture
def full(database: Database) -> Full:
    """A group whose only sessions have just ended, as many as it plans."""
    return finished(database, full_session(database, members=4))


def finished(database: Database, made: Full) -> Full:
    database.writer.do(stored.change, Group, made.group_id, sessions=2)
    return made


def counted(database: Database) -> dict[str, int]:
    """How many rows each table holds."""
    with database.reader() as db:
        return {
            name: int(db.execute(select(func.count()).select_from(table)).scalar_one())
            for name, table in SQLModel.metadata.tables.items()
        }


def runs(database: Database, at: Any) -> int:
    """Everything that is due at this time goes."""
    gone = 0
    while done := database.writer.do(retention.expire, at):
        gone += done
    return gone


def fewer(before: dict[str, int], after: dict[str, int]) -> set[str]:
    return {name for name in before if after[name] < before[name]}


def ended(database: Database, full: Full) -> Any:
    with database.reader() as db:
        return over.over_at(db, full.group_id, now() + 999 * DAY)


def exercises_left(database: Database) -> set[str]:
    """The exercises of which answers are there."""
    with database.reader() as db:
        left = {(each.group_session_id, each.stage_id) for each in stored.find_all(db, Reflection)}
        rows = stored.find_all(db, GroupSession)
        return {
            exercise
            for row in rows
            for each in retention.agenda_of(row)
            if (row.id, each["id"]) in left
            for exercise in each["exercises"]
        }


def test_answers_go_after_thirty_days_and_working_material_after_ninety(
    database: Database, full: Full
) -> None:
    before, end = counted(database), ended(database, full)
    assert runs(database, end + 30 * DAY - timedelta(seconds=1)) == 0
    assert counted(database) == before
    assert runs(database, end + 30 * DAY) > 0
    after = counted(database)
    assert fewer(before, after) == {"reflection", "tags"}
    working = {"mood_event_checkin", "step_review", "closeness_circle", "step_plan"}
    assert exercises_left(database) == working
    assert runs(database, end + 90 * DAY - timedelta(seconds=1)) == 0
    assert runs(database, end + 90 * DAY) > 0
    left = counted(database)
    assert fewer(after, left) <= {"reflection", "tags", "goal", "goal_rating", "step"}
    assert [left[each.__tablename__] for each in (Reflection, Tags, Goal, GoalRating, Step)] == [0] * 5
    assert runs(database, end + 999 * DAY) == 0


def test_a_group_whose_programme_is_not_over_is_left_alone(database: Database, full: Full) -> None:
    """Of twelve sessions two were held, and the third is not planned yet."""
    last = ended(database, full)
    database.writer.do(stored.change, Group, full.group_id, sessions=12)
    before = counted(database)
    assert runs(database, last + 180 * DAY + 30 * DAY - timedelta(seconds=1)) == 0
    assert counted(database) == before
    assert runs(database, last + 210 * DAY) > 0


def test_one_group_goes_and_another_stays(database: Database, full: Full) -> None:
    other = finished(database, full_session(database, members=3))
    later = {"drafts_kept": 30, "answers_kept": 200, "work_kept": 300}
    database.writer.do(retention.keep_settings, other.group_id, later, True)
    with database.reader() as db:
        theirs = len(stored.find_all(db, Reflection, group_session_id=other.id))
    assert runs(database, ended(database, full) + 100 * DAY) > 0
    with database.reader() as db:
        assert len(stored.find_all(db, Reflection, group_session_id=other.id)) == theirs
        assert stored.find_all(db, Reflection, group_session_id=full.id) == []


@pytest.fixture
def past(oak: Oak) -> Oak:
    oak.writes(oak.amal, text="My sister called on Sunday and I did not pick up at first.")
    oak.does(oak.fola, "end")
    return oak


def test_an_unsigned_draft_goes_after_its_days_and_a_signed_note_never(past: Oak) -> None:
    saves(past, notes(past)["shared"], "For all.")
    signs(past, note_of(past, "Amal"))
    saves(past, note_of(past, "Birgit"), "Never signed.")
    signed = [each for each in past.all(RecordNote.__table__.select()) if each.signed_at is not None]
    at, before = past.row().ended_at, counted(past.database)
    assert runs(past.database, at + 30 * DAY - timedelta(seconds=1)) == 0
    with past.database.writer.engine.begin() as db:  # so that drafts alone are due
        db.execute(update(Group).values(answers_kept=365, work_kept=730))
    assert runs(past.database, at + 30 * DAY) == 2
    assert fewer(before, counted(past.database)) == {"record_note"}
    assert past.all(RecordNote.__table__.select()) == signed


def test_drafts_of_a_session_that_goes_on_stay(oak: Oak) -> None:
    saves(oak, note_of(oak, "Amal"), "A draft.")
    assert runs(oak.database, now() + 999 * DAY) == 0
    assert len(oak.all(RecordNote.__table__.select())) == 1


def test_signed_notes_scores_and_follow_ups_outlive_everything(past: Oak) -> None:
    do = past.database.writer.do
    signs(past, note_of(past, "Amal"))
    do(measures.enter_score, past.leaders["Fola"], past.members["Amal"], "phq9", 12, now())
    do(follow_ups.write, past.leaders["Fola"], past.group_id, past.members["Amal"], "f", "", seen="Pale.")
    do(contacts.keep, past.group_id, past.members["Amal"], {"name": "Amal Haddad"}, "")
    before = counted(past.database)
    assert runs(past.database, now() + 999 * DAY) > 0
    assert fewer(before, counted(past.database)) == {"reflection", "record_note"}  # the shared part's draft
    with past.database.reader() as db:
        [note] = record_pages.member_record(db, past.group_id, past.members["Amal"])["notes"]
    assert note["holds"] and "My sister called" in str(note["sections"])


def test_more_than_a_batch_goes_in_several(past: Oak, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for name in ("Amal", "Birgit", "Chidi"):
        saves(past, note_of(past, name), "A draft.")
    at = past.row().ended_at + 30 * DAY
    assert [past.database.writer.do(retention.expire, at) for _ in range(4)] == [2, 1, 1, 0]


def test_a_clock_that_jumped_deletes_nothing_by_itself(past: Oak, caplog: pytest.LogCaptureFixture) -> None:
    do = past.database.writer.do
    saves(past, note_of(past, "Amal"), "A draft.")
    do(lambda db: _installed(db))
    with past.database.writer.engine.begin() as db:
        db.execute(update(GroupSession).values(ended_at=now() - 31 * DAY))
        db.execute(update(Installation).values(expired_at=now() - 61 * DAY))
    loop = expiry.Expiry(past.database)
    assert loop.look() == 0
    assert "there was no run for 61 days" in caplog.text
    assert len(past.all(RecordNote.__table__.select())) == 1
    with past.database.writer.engine.begin() as db:
        db.execute(update(Installation).values(expired_at=now() - 59 * DAY))
    assert loop.look() > 0
    with past.database.reader() as db:
        assert retention.jumped(db, now()) is None
        assert retention.jumped(db, now() + 61 * DAY) is not None


def test_the_first_run_of_an_old_installation_is_asked_about(past: Oak) -> None:
    """It was updated: nobody was told a week before."""
    past.database.writer.do(_installed)
    with past.database.writer.engine.begin() as db:
        db.execute(update(Installation).values(created_at=now() - 400 * DAY, expired_at=None))
    loop = expiry.Expiry(past.database)
    assert loop.look() == 0
    with past.database.reader() as db:
        assert retention.jumped(db, now()) is None, "nothing is due, so there was a first run"
    with past.database.writer.engine.begin() as db:
        db.execute(update(Installation).values(expired_at=None))
        db.execute(update(GroupSession).values(ended_at=now() - 31 * DAY))
    assert loop.look() == 0
    with past.database.reader() as db:
        assert retention.jumped(db, now()) is not None
    with past.database.writer.engine.begin() as db:
        db.execute(update(Installation).values(created_at=now() - 59 * DAY))
    assert loop.look() > 0


def _installed(db: Any) -> None:
    if stored.find(db, Installation, id="installation") is None:
        check = seal(Installation.key_check, "installation", "concentric")
        stored.add(db, Installation, id="installation", key_check=check, created_at=now())


def test_words_of_a_signed_note_are_hidden_and_working_material_is_not(planned_oak: Oak) -> None:
    oak = planned_oak
    mood = prompt("mood", "scale_0_10", exercise="mood_event_checkin")
    week = prompt("week", "short_texts", exercise="mood_event_checkin")
    wish = prompt("wish", "single_choice", options=["Talk", "Listen"])
    oak.plans([stage("week", mood, week), stage("words", prompt("text"), wish)])
    oak.starts()
    oak.writes(oak.amal, "week", mood=4, week=["A letter came."])
    oak.moves_to("words")
    for who, text in ((oak.amal, "The canary of Amal sings."), (oak.birgit, "The canary of Birgit sings.")):
        oak.writes(who, text=text, wish="Talk")
    oak.does(oak.fola, "end")

    def told() -> str:
        with oak.database.reader() as db:
            return str(summary.summary_of(db, oak.id))

    note = note_of(oak, "Amal")
    saves(oak, note, "Not signed yet.")
    assert "The canary of Amal sings." in told()
    signs(oak, note_of(oak, "Amal"), sections=written(note, "Signed."))
    for there in ("The canary of Birgit sings.", "A letter came.", "'text': 'Talk'", "'hidden': True"):
        assert there in told()
    assert "The canary of Amal sings." not in told()
    with oak.database.reader() as db:
        assert signed_words.hidden(db, oak.id) == {oak.amal.id}
        wire = console.reflections(db, oak.row())
        uncovered = str(list(console.answer_body(db, oak.row(), [each["id"] for each in wire])))
        days = {name: retention.settings_of(db, oak.group_id)[name] for name in retention.BOUNDS}
    for there in (str(wire), uncovered):
        assert "The canary of Amal sings." not in there and "The canary of Birgit sings." in there
    assert "The canary of Birgit sings." in str(note_of(oak, "Birgit"))
    oak.database.writer.do(retention.keep_settings, oak.group_id, days, False)
    assert "The canary of Amal sings." in told()


@pytest.mark.parametrize(
    "days",
    [
        {"drafts_kept": 6, "answers_kept": 30, "work_kept": 90},
        {"drafts_kept": 181, "answers_kept": 30, "work_kept": 90},
        {"drafts_kept": 30, "answers_kept": 0, "work_kept": 90},
        {"drafts_kept": 30, "answers_kept": 91, "work_kept": 90},
        {"drafts_kept": 30, "answers_kept": 30, "work_kept": 731},
    ],
)
def test_days_have_sane_bounds(planned_oak: Oak, days: dict[str, int]) -> None:
    with refused("invalid"):
        planned_oak.database.writer.do(retention.keep_settings, planned_oak.group_id, days, True)


def test_who_leads_is_told_a_week_before_drafts_go(past: Oak) -> None:
    saves(past, note_of(past, "Amal"), "A draft.")
    saves(past, notes(past)["shared"], "For all.")
    at = past.row().ended_at + 23 * DAY
    with past.database.reader() as db:
        assert retention.soon(db, past.leaders["Fola"], at - timedelta(seconds=1)) == []
        [told] = retention.soon(db, past.leaders["Sami"], at)
        assert retention.soon(db, "f-nobody", at) == []
    assert (told["id"], told["drafts"]) == (past.id, 2)
    assert told["expires_at"] == past.row().ended_at + 30 * DAY
    signs(past, note_of(past, "Amal"))
    with past.database.reader() as db:
        assert retention.soon(db, past.leaders["Fola"], at) == []


def told_going(database: Database, group_id: str, at: Any, within: Any = retention.SOON) -> dict[str, Any]:
    with database.reader() as db:
        found = retention.going(db, [group_id], at, within)
    assert all(each["group_id"] == group_id for each in found)
    return {each["what"]: each["expires_at"] for each in found}


def test_answers_and_working_material_are_told_a_week_before_they_go(database: Database, full: Full) -> None:
    end = ended(database, full)
    first, second = end + 30 * DAY, end + 90 * DAY
    assert told_going(database, full.group_id, end - timedelta(seconds=1), None) == {}
    assert told_going(database, full.group_id, end, None) == {"answers": first, "work": second}
    assert told_going(database, full.group_id, first - 7 * DAY - timedelta(seconds=1)) == {}
    assert told_going(database, full.group_id, first - 7 * DAY) == {"answers": first}
    runs(database, first)
    assert told_going(database, full.group_id, first) == {}
    assert told_going(database, full.group_id, second - 7 * DAY) == {"work": second}
    runs(database, second)
    assert told_going(database, full.group_id, second, None) == {}
    other = finished(database, full_session(database, members=1))
    assert told_going(database, full.group_id, end + 85 * DAY) == {}
    with database.reader() as db:
        said = retention.end_of(db, other.group_id, end + DAY)
    assert said["is_over"] and [each["what"] for each in said["going"]] == ["answers", "work"]


def test_what_facilitators_noted_for_themselves_goes_with_the_working_material(oak: Oak) -> None:
    """Also where nobody answered anything."""
    oak.does(oak.fola, "save_note", text="She looked away.", revision=1, participant_id=oak.amal.id)
    oak.does(oak.fola, "end")
    oak.database.writer.do(record.save_process, oak.leaders["Sami"], oak.id, "I was tired.", 1)
    at = oak.row().ended_at
    kept = (select(Note.__table__), select(ProcessNote.__table__))
    assert runs(oak.database, at + 90 * DAY - timedelta(seconds=1)) == 0
    assert [len(oak.all(each)) for each in kept] == [1, 1]
    assert told_going(oak.database, oak.group_id, at + 83 * DAY) == {"work": at + 90 * DAY}
    with oak.database.reader() as db:
        assert retention.is_due(db, at + 90 * DAY) and not retention.is_due(db, at + 89 * DAY)
    assert runs(oak.database, at + 90 * DAY) == 2
    assert [len(oak.all(each)) for each in kept] == [0, 0]


def test_goals_that_stand_in_no_answer_go_with_the_working_material(oak: Oak) -> None:
    goal = {"member_id": oak.members["Amal"], "text": seal(Goal.text, "g-1", "{}")}
    oak.database.writer.do(stored.add, Goal, id="g-1", created_at=now(), changed_at=now(), **goal)
    oak.does(oak.fola, "end")
    assert runs(oak.database, oak.row().ended_at + 90 * DAY) == 1
    assert oak.all(select(Goal.__table__)) == []
