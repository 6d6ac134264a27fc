"""Nothing goes that was not told a week before, also where days or the programme were made shorter."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from app.core import groups, keepsake, record, retention, stored
from app.core.models import Group, Member, now
from app.db import Database
from tests.core.cast import Oak
from tests.core.full_session import Full, full_session
from tests.core.notes import note_of, notes, saves, signs
from tests.core.test_retention import DAY, ended, finished, runs


@pytest.fixture
def full(database: Database) -> Full:
    """A group whose only sessions have just ended, as many as it plans."""
    return finished(database, full_session(database, members=4))


@pytest.fixture
def past(oak: Oak) -> Oak:
    """A session that is over, with a word of Amal's in it."""
    oak.writes(oak.amal, text="My sister called on Sunday and I did not pick up at first.")
    oak.does(oak.fola, "end")
    return oak


def test_what_shorter_days_make_due_waits_for_a_week_and_is_told_meanwhile(
    database: Database, full: Full
) -> None:
    over_at = ended(database, full)
    short, long = ({"drafts_kept": 30, "answers_kept": n, "work_kept": 90} for n in (7, 60))
    with time_machine.travel(over_at + 10 * DAY, tick=False):
        database.writer.do(retention.keep_settings, full.group_id, long, True)
        assert held(database, full, now()) == (None, over_at + 60 * DAY)
    with time_machine.travel(over_at + 20 * DAY, tick=False):
        at = now()
        database.writer.do(retention.keep_settings, full.group_id, short, True)
    until = at + 7 * DAY
    assert held(database, full, at) == (until, until) and held(database, full, until)[0] is None
    with database.reader() as db:
        told = retention.going(db, [full.group_id], at, within=retention.SOON)
        assert [(each["what"], each["expires_at"]) for each in told] == [("answers", until)]
        with time_machine.travel(at, tick=False):
            member = stored.find_all(db, Member, group_id=full.group_id)[0]
            assert keepsake.words_of(db, member, for_leaders=True)["until"] == until
    assert runs(database, until - timedelta(seconds=1)) == 0
    with time_machine.travel(until - DAY, tick=False):  # longer days, or the same, hold nothing back
        database.writer.do(retention.keep_settings, full.group_id, short, False)
    assert runs(database, until) > 0


def held(database: Database, full: Full, at: Any) -> tuple[Any, Any]:
    """Before which day nothing goes, and when the answers do."""
    with database.reader() as db:
        told = retention.end_of(db, full.group_id, at)
    return told["held_until"], next(e["expires_at"] for e in told["going"] if e["what"] == "answers")


def test_drafts_wait_for_a_week_after_their_days_were_made_shorter(past: Oak) -> None:
    saves(past, note_of(past, "Amal"), "A draft.")
    at = past.row().ended_at + 20 * DAY
    days = {"drafts_kept": 7, "answers_kept": 60, "work_kept": 90}
    with time_machine.travel(at, tick=False):
        past.database.writer.do(retention.keep_settings, past.group_id, days, True)
    with past.database.reader() as db:
        [told] = retention.soon(db, past.leaders["Fola"], at)
        assert told["expires_at"] == retention.expires_at(db, past.row()) == at + 7 * DAY
    assert runs(past.database, at + 7 * DAY - timedelta(seconds=1)) == 0 < runs(past.database, at + 7 * DAY)


def test_a_shared_part_that_stands_in_no_signed_note_is_told_before_it_goes(planned_oak: Oak) -> None:
    oak = planned_oak
    oak.starts()
    oak.does(oak.fola, "end")

    def told() -> list[int]:
        with oak.database.reader() as db:
            day = retention.expires_at(db, oak.row())
            assert day is not None
            return [each["drafts"] for each in retention.soon(db, oak.leaders["Fola"], day - DAY)]

    assert told() == []
    shared = notes(oak)["shared"]
    place = (oak.leaders["Fola"], oak.id, "shared", "", "dap")
    oak.database.writer.do(record.save, *place, shared["sections"], 1)
    assert told() == [1]
    signs(oak, notes(oak)["group_note"])
    assert told() == [1], "the group note does not hold it"
    signs(oak, note_of(oak, "Amal"))
    assert told() == []


@pytest.mark.parametrize("how", ["fewer sessions", "no number", "a day that has passed"])
def test_what_ends_a_programme_earlier_holds_what_is_due_by_it_for_a_week(past: Oak, how: str) -> None:
    oak, do, last = past, past.database.writer.do, past.row().ended_at
    at = last + 100 * DAY
    if how == "a day that has passed":
        oak.plans()  # and has no day yet
        change: Any = (groups.schedule_session, "f-fola", oak.id, last + 10 * DAY)
    else:
        do(groups.set_sessions, oak.group_id, 20)
        change = (groups.set_sessions, oak.group_id, 1 if how == "fewer sessions" else None)

    def told() -> set[Any]:
        with oak.database.reader() as db:
            found = retention.going(db, [oak.group_id], at, retention.SOON)
        return {each["expires_at"] for each in found}

    assert told() == set()
    with time_machine.travel(at, tick=False):
        do(*change)
    assert told() == {at + 7 * DAY}
    assert runs(oak.database, at + 7 * DAY - timedelta(seconds=1)) == 0 < runs(oak.database, at + 7 * DAY)


def test_a_change_after_which_a_programme_goes_on_holds_nothing(past: Oak) -> None:
    oak, do = past, past.database.writer.do
    do(groups.set_sessions, oak.group_id, 20)
    do(groups.set_sessions, oak.group_id, 12)
    oak.plans()
    do(groups.schedule_session, "f-fola", oak.id, now() + 7 * DAY)
    do(groups.set_sessions, oak.group_id, None)  # over two weeks after that day, and no longer in half a year
    with oak.database.reader() as db:
        row = stored.find(db, Group, id=oak.group_id)
    assert row is not None and row.days_changed_at is None
