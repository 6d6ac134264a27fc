"""When the programme of a group is over: nothing goes in its middle, and what never happens keeps nothing."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.core import groups, leaderless, over, stored
from app.core.models import Group, GroupSession, SessionState, now
from tests.core.cast import Oak, prompt, stage

DAY = timedelta(days=1)
LONG = 999 * DAY


@pytest.fixture
def past(oak: Oak) -> Oak:
    """One session was held; the group says no number."""
    oak.does(oak.fola, "end")
    return oak


def ended(oak: Oak) -> datetime:
    return oak.row().ended_at  # type: ignore[no-any-return]


def end(oak: Oak, at: datetime | None = None) -> datetime | None:
    with oak.database.reader() as db:
        return over.over_at(db, oak.group_id, at or now() + LONG)


def means(oak: Oak, sessions: int | None) -> None:
    oak.database.writer.do(stored.change, Group, oak.group_id, sessions=sessions)


def plans(oak: Oak, **more: Any) -> str:
    planned: str = oak.database.writer.do(
        groups.plan_session, oak.group_id, [stage("words", prompt("text"))], **more
    )
    return planned


def test_it_is_over_with_the_last_session_when_all_were_held(past: Oak) -> None:
    assert end(past) == ended(past)
    means(past, 1)
    assert end(past) == ended(past) == end(past, ended(past))
    assert end(past, ended(past) - timedelta(seconds=1)) is None


def test_it_goes_on_while_fewer_were_held_than_the_group_plans_but_not_for_ever(past: Oak) -> None:
    """Dates are planned one at a time, so that nothing is planned between two sessions."""
    means(past, 12)
    assert end(past, ended(past) + 180 * DAY - timedelta(seconds=1)) is None
    assert end(past) == ended(past) + 180 * DAY


def test_a_session_that_was_not_held_does_not_count(past: Oak) -> None:
    means(past, 2)
    values = {"state": SessionState.ENDED, "ended_at": ended(past) + DAY}
    past.database.writer.do(stored.change, GroupSession, plans(past), **values)
    assert end(past) == ended(past) + 181 * DAY
    past.database.writer.do(lambda db: db.execute(_started()))
    assert end(past) == ended(past) + DAY


def _started() -> Any:
    return GroupSession.__table__.update().values(started_at=now())


def test_a_session_with_a_day_keeps_it_going_until_two_weeks_after_that_day(past: Oak) -> None:
    plans(past, scheduled_at=ended(past) + 400 * DAY)
    assert end(past, ended(past) + 414 * DAY - timedelta(seconds=1)) is None
    assert end(past) == ended(past) + 414 * DAY
    plans(past, scheduled_at=ended(past) - 100 * DAY)
    assert end(past) == ended(past) + 414 * DAY


def test_a_day_that_passed_before_the_last_session_counts_for_nothing(past: Oak) -> None:
    plans(past, scheduled_at=ended(past) - 20 * DAY)
    assert end(past) == ended(past)


def test_a_session_without_a_day_counts_for_half_a_year_and_a_talk_for_nothing(past: Oak) -> None:
    talk = (past.group_id, past.members["Amal"], "A talk", [stage("words", prompt("text"))])
    past.database.writer.do(groups.plan_talk, *talk)
    assert end(past) == ended(past)
    plans(past)
    assert end(past) == ended(past) + 180 * DAY


def test_rehearsals_and_sandboxes_count_for_nothing(past: Oak) -> None:
    plans(past, sandbox=True, scheduled_at=ended(past) + 100 * DAY)
    plans(past, kind="rehearsal", rehearsal_of=past.id, scheduled_at=ended(past) + 100 * DAY)
    assert end(past) == ended(past)


def test_nothing_is_over_before_a_session_has_ended_or_while_a_room_is_open(oak: Oak) -> None:
    assert end(oak) is None
    oak.does(oak.fola, "end")
    assert end(oak) is not None
    oak.plans()
    oak.does(oak.fola, "open_lobby")
    assert end(oak) is None
    open_ones = {*SessionState} - {SessionState.PLANNED, SessionState.ENDED}
    assert set(leaderless.OPEN) == open_ones, "a room that is left open ends by itself"
