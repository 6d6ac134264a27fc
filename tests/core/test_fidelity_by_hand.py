"""The checklist corrected by hand, over the weeks, and after the answers are gone."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import event

from app.core import attendance, fidelity, retention, stored
from app.core.models import GroupSession, Participant
from app.core.record_models import Fidelity
from app.db import Database
from tests.core.cast import MEMBERS, Oak, refused
from tests.core.fidelity import all_write, holds, line, sets, stored_reflections, why
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


def test_a_correction_stays_beside_what_the_record_says(oak: Oak) -> None:
    holds(oak, "mood_event_checkin")
    all_write(oak, 0, MEMBERS[:4], mood=4)
    oak.does(oak.fola, "end")
    for _ in range(2):
        sets(oak, "mood", "yes")
    told = line(oak, "mood")
    assert (told["answer"], told["recorded"], told["by_hand"]) == ("yes", "partly", True)
    assert why(oak, "mood") == ["4 of 5 rated their mood."]
    assert len(oak.all(Fidelity.__table__.select())) == 1
    oak.database.writer.do(attendance.correct, "f-fola", oak.id, {oak.members["Amal"]: "absent"})
    assert line(oak, "mood")["answer"] == "yes"
    sets(oak, "mood", "partly")
    assert not line(oak, "mood")["by_hand"] and oak.all(Fidelity.__table__.select()) == []


def test_what_the_record_cannot_know_is_ticked_by_hand(oak: Oak) -> None:
    holds(oak)
    oak.does(oak.fola, "end")
    sets(oak, "debrief", "yes")
    assert (line(oak, "debrief")["answer"], line(oak, "debrief")["recorded"]) == ("yes", None)
    with oak.database.reader() as db:
        [told] = fidelity.of_group(db, oak.group_id)
    assert told["answers"]["debrief"] == "yes" and told["by_hand"] == ["debrief"]
    assert told["answers"]["mood"] == "no" and list(told["answers"]) == list(fidelity.LINES)


@pytest.mark.parametrize(("key", "answer"), [("mood", "maybe"), ("weather", "yes")])
def test_other_lines_and_other_answers_are_refused(oak: Oak, key: str, answer: str) -> None:
    holds(oak)
    oak.does(oak.fola, "end")
    with refused("invalid"):
        sets(oak, key, answer)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"sandbox": True}, "not_found"),
        ({"kind": "pre"}, "not_found"),
        ({"rehearsal_of": "itself"}, "not_found"),
        ({"state": "live"}, "not_now"),
        ({"started_at": None}, "not_now"),
    ],
)
def test_only_a_session_of_the_group_that_was_held_has_a_checklist(
    oak: Oak, values: dict[str, Any], code: str
) -> None:
    holds(oak)
    oak.does(oak.fola, "end")
    values = {key: oak.id if value == "itself" else value for key, value in values.items()}
    change: Callable[[Any], None] = lambda db: stored.change(db, GroupSession, oak.id, **values)  # noqa: E731
    oak.database.writer.do(change)
    with refused(code), oak.database.reader() as db:
        fidelity.of_session(db, oak.id)
    with refused(code):
        sets(oak, "mood", "yes")
    with oak.database.reader() as db:
        assert fidelity.of_group(db, oak.group_id) == []


def test_what_the_answers_said_stays_when_they_are_deleted(oak: Oak) -> None:
    holds(oak, "mood_event_checkin")
    all_write(oak, 0, MEMBERS[:4], mood=4)
    oak.does(oak.fola, "end")
    oak.database.writer.do(lambda db: stored.change(db, GroupSession, first_of(oak), state="ended"))
    sets(oak, "pulse", "partly")
    late = BEGIN + timedelta(days=400)
    while oak.database.writer.do(retention.expire, late):
        pass
    assert oak.all(stored_reflections()) == []
    assert line(oak, "mood")["answer"] == "partly"
    assert why(oak, "mood") == [
        "The answers of this session are deleted by now. This is what they said before."
    ]
    pulse = line(oak, "pulse")
    assert (pulse["answer"], pulse["recorded"], pulse["by_hand"]) == ("partly", "no", True)
    assert line(oak, "debrief")["answer"] is None
    for answer in ("yes", "partly"):
        sets(oak, "mood", answer)
        assert (line(oak, "mood")["answer"], line(oak, "mood")["recorded"]) == (answer, "partly")
    assert not line(oak, "mood")["by_hand"]


def first_of(oak: Oak) -> str:
    """The session with which the group was made; nobody ever opened it."""
    table = GroupSession.__table__
    query = table.select().where(table.c.group_id == oak.group_id, table.c.number == 1)
    return str(oak.one(query).id)


def test_no_query_is_made_for_a_person_or_a_session_more(oak: Oak) -> None:
    def cost() -> int:
        seen: list[str] = []
        note = lambda *told: seen.append(told[2])  # noqa: E731
        event.listen(oak.database.read_engine, "before_cursor_execute", note)
        with oak.database.reader() as db:
            assert fidelity.of_group(db, oak.group_id)
        event.remove(oak.database.read_engine, "before_cursor_execute", note)
        return len(seen)

    holds(oak, "mood_event_checkin", there=["Amal"])
    all_write(oak, 0, ["Amal"], mood=3)
    oak.does(oak.fola, "end")
    few = cost()
    holds(oak, "mood_event_checkin")
    all_write(oak, 0, mood=3)
    oak.does(oak.fola, "end")
    assert cost() == few
    assert len(oak.all(Participant.__table__.select())) == 6
