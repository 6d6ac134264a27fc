"""What stands on the page of somebody who comes back after a session away, and of whom else it does not."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import update
from sqlmodel import col

from app.core import attendance, record
from app.core.changes import Who
from app.core.models import new_id
from app.core.record_models import RecordNote
from app.core.views import session_row
from tests.core.cast import Oak, prompt, stage

SUMMARY, LATER, CANARY = "We practised asking for help.", "We meet at five next time.", "canary-7f3a"
BACK = "Good that you are back. In session 2 the group did this:"
STEP = {"text": "Ring my sister."}
MOOD = prompt("mood", "scale_0_10", exercise="mood_event_checkin", audience="facilitators")
FIRST = stage("round", MOOD, prompt("week"), holds_door=True)


@pytest.fixture
def missed(oak: Oak) -> str:
    """Only Birgit was at the second session, which this gives; Amal and Birgit are in the third's lobby."""
    oak.does(oak.fola, "end")
    oak.plans([FIRST, stage("work", prompt("text"))])
    oak.does(oak.fola, "open_lobby")
    oak.joins("Birgit")
    oak.does(oak.fola, "start")
    oak.writes(oak.birgit, "round", audience="facilitators", mood=3, week=CANARY)
    oak.does(oak.fola, "end")
    second = oak.id
    oak.plans([FIRST, stage("work", prompt("text"))])
    oak.does(oak.fola, "open_lobby")
    oak.joins("Amal")
    oak.joins("Birgit")
    return second


def regions(app: Flask, oak: Oak, who: Who) -> dict[str, str]:
    """All that is on this person's page."""
    return screen(app, oak, who)["regions"]  # type: ignore[no-any-return]


def screen(app: Flask, oak: Oak, who: Who) -> dict[str, Any]:
    with app.test_request_context(), oak.database.reader() as db:
        found: dict[str, Any] = app.extensions["concentric"].screens.screen(db, session_row(db, oak.id), who)
    return found


def signs(oak: Oak, of: str) -> str:
    """Fola signs the summary for members, which was a draft; gives its id."""
    who = (oak.leaders["Fola"], of, "member_safe", "", "plain")
    sections = [{"key": "summary", "title": "Summary", "text": SUMMARY}]
    return str(oak.database.writer.do(record.sign, *who, sections, 1)["note_id"])


def drafts(oak: Oak, of: str) -> None:
    who = (oak.leaders["Fola"], of, "member_safe", "", "plain")
    sections = [{"key": "summary", "title": "Summary", "text": SUMMARY}]
    oak.database.writer.do(record.save, *who, sections, 1)


def test_who_missed_a_session_reads_its_summary_for_members_the_whole_next_one(
    app: Flask, oak: Oak, missed: str
) -> None:
    assert BACK in regions(app, oak, oak.amal)["missed"] and "Round" in regions(app, oak, oak.amal)["missed"]
    drafts(oak, missed)
    assert SUMMARY not in str(screen(app, oak, oak.amal))  # nobody has signed it yet
    note = signs(oak, missed)
    seen = regions(app, oak, oak.amal)["missed"]
    assert SUMMARY in seen and "Round" not in seen and "<details" in seen and " open>" in seen
    oak.does(oak.fola, "start")
    assert regions(app, oak, oak.amal)["missed"] == seen
    oak.moves_to("work")
    oak.database.writer.do(record.add, oak.leaders["Fola"], note, new_id(), LATER)
    seen = regions(app, oak, oak.amal)["missed"]
    assert SUMMARY in seen and LATER in seen and " open>" not in seen
    assert CANARY not in str(screen(app, oak, oak.amal))
    oak.does(oak.fola, "end")
    assert regions(app, oak, oak.amal)["missed"] == ""


def test_nobody_else_reads_the_summary_for_members(app: Flask, oak: Oak, missed: str) -> None:
    drafts(oak, missed)
    signs(oak, missed)
    oak.does(oak.fola, "start")
    waits, knocks = oak.joins("Chidi"), oak.joins("Gia")
    display = Who("display", oak.id, "")
    for who in (oak.birgit, waits, knocks, display, replace(oak.amal, shut=True)):
        told = str(screen(app, oak, who))
        assert SUMMARY not in told and BACK not in told, who
    assert oak.me(waits)["missed"] == []
    assert SUMMARY in str(screen(app, oak, oak.amal))
    oak.does(oak.amal, "pause_for_me", choice="listen")
    assert oak.me(oak.amal)["missed"] == [] and SUMMARY not in str(screen(app, oak, oak.amal))
    oak.does(oak.amal, "pause_for_me", choice="back")
    was_there = {oak.members["Amal"]: "present"}
    oak.database.writer.do(attendance.correct, oak.leaders["Fola"], missed, was_there)
    assert SUMMARY not in str(screen(app, oak, oak.amal))


def test_whoever_missed_two_sessions_reads_of_both_the_newest_first_and_their_step_still_stands(
    app: Flask, oak: Oak
) -> None:
    oak.does(oak.fola, "end")
    step = stage("step", prompt("step", "goal", exercise="step_plan", audience="facilitators"))
    away = []
    for there in (("Amal", "Birgit"), ("Birgit",), ("Birgit",), ("Amal", "Birgit")):
        oak.plans([step, stage("work", prompt("text"))])
        oak.does(oak.fola, "open_lobby")
        for name in there:
            oak.joins(name)
        oak.does(oak.fola, "start")
        if "Amal" not in there:
            away.append(oak.id)
            oak.writes(oak.birgit, "step", audience="facilitators", step=STEP | {"text": CANARY})
        elif not away:
            oak.writes(oak.amal, "step", audience="facilitators", step=STEP)
        if len(away) < 2 or "Amal" not in there:
            oak.does(oak.fola, "end")
    drafts(oak, away[0])
    signs(oak, away[0])
    seen = regions(app, oak, oak.amal)["missed"]
    assert "Good that you are back. While you were away the group did this:" in seen
    places = [seen.index(each) for each in ("Session 4", "Step", "Session 3", SUMMARY, "Ring my sister")]
    assert places == sorted(places) and "Session 2" not in seen
    assert CANARY not in str(screen(app, oak, oak.amal)) and regions(app, oak, oak.birgit)["missed"] == ""


def test_a_summary_that_is_not_what_was_signed_is_read_by_nobody(app: Flask, oak: Oak, missed: str) -> None:
    drafts(oak, missed)
    note = signs(oak, missed)
    changed = update(RecordNote).where(col(RecordNote.id) == note).values(signature="0" * 64)
    oak.database.writer.do(lambda db: db.execute(changed))
    seen = regions(app, oak, oak.amal)["missed"]
    assert SUMMARY not in seen and "Round" in seen


def test_the_number_of_the_time_before_waits_for_todays(app: Flask, oak: Oak, missed: str) -> None:
    oak.does(oak.fola, "start")
    then = "Session 2: 3."
    assert then not in regions(app, oak, oak.birgit)["form"]
    own = str(uuid4())
    oak.writes(oak.birgit, "round", id=own, audience="facilitators", week="A quiet one.")
    assert "A quiet one." in regions(app, oak, oak.birgit)["form"]
    assert then not in regions(app, oak, oak.birgit)["form"]
    oak.writes(oak.birgit, "round", id=own, audience="facilitators", mood=5, week="A quiet one.", revision=2)
    assert then in regions(app, oak, oak.birgit)["form"]


def test_a_line_that_a_scribe_wrote_shows_no_number_of_the_time_before(
    app: Flask, oak: Oak, missed: str
) -> None:
    oak.does(oak.fola, "start")
    line = {"id": str(uuid4()), "stage_id": "round", "answer": {"week": "A quiet one."}}
    oak.does(oak.fola, "write_for", participant_id=oak.birgit.id, audience="facilitators", **line)
    form = regions(app, oak, oak.birgit)["form"]
    assert 'id="answer-form"' in form and "Session 2: 3." not in form


def test_somebody_late_is_sent_the_names_of_no_stage_that_was_over(app: Flask, oak: Oak, missed: str) -> None:
    oak.does(oak.fola, "start")
    oak.moves_to("work")
    late = oak.joins("Chidi")
    told = screen(app, oak, late)["session"]
    assert (told["stage_id"], told["stage_index"]) == ("work", 1)
    assert [each["id"] for each in told["stages"]] == ["work"]
    assert [each["id"] for each in screen(app, oak, oak.birgit)["session"]["stages"]] == ["round", "work"]
