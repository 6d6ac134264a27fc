"""The calendar file is read back by a parser: neutral, in the group's time, the same event after a change."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from app.core import groups, stored
from app.core.models import Group, Member
from app.papers import calendar
from app.papers.registry import Asked
from tests.core.cast import MEMBERS, Oak, refused

# two Tuesdays at six in London, with the end of summer time between
BEFORE = datetime(2026, 10, 20, 17, 0, tzinfo=UTC)
AFTER = datetime(2026, 10, 27, 18, 0, tzinfo=UTC)


@pytest.fixture
def dated(planned_oak: Oak) -> Oak:
    """The oak group in London, with its session dated and another one."""
    oak = planned_oak

    def dates(db: Any) -> None:
        stored.change(db, Group, oak.group_id, time_zone="Europe/London")
        groups.schedule_session(db, oak.leaders["Fola"], oak.id, BEFORE)
        groups.plan_session(db, oak.group_id, [], title="Grief, with Amal", scheduled_at=AFTER)
        groups.plan_session(db, oak.group_id, [])  # no date yet
        groups.plan_session(db, oak.group_id, [], kind="tried", scheduled_at=AFTER, sandbox=True)

    oak.database.writer.do(dates)
    return oak


def made(oak: Oak) -> bytes:
    with oak.database.reader() as db:
        return calendar.made(db, Asked(group_id=oak.group_id), "Appointment")


def events(oak: Oak) -> list[Any]:
    return sorted(Calendar.from_ical(made(oak)).walk("VEVENT"), key=lambda each: each["dtstart"].dt)


def test_each_dated_session_is_an_appointment_in_the_groups_time(dated: Oak) -> None:
    first, second = events(dated)
    assert [each["dtstart"].dt for each in (first, second)] == [BEFORE, AFTER]
    assert {f"{each['dtstart'].dt:%H:%M}" for each in (first, second)} == {"18:00"}
    assert {each["dtstart"].params["TZID"] for each in (first, second)} == {"Europe/London"}
    assert first["dtend"].dt - first["dtstart"].dt == timedelta(minutes=70)
    assert [str(each["tzid"]) for each in Calendar.from_ical(made(dated)).walk("VTIMEZONE")] == [
        "Europe/London"
    ]


def test_nothing_in_it_says_what_it_is_of(dated: Oak) -> None:
    text = made(dated).decode()
    assert {str(each["summary"]) for each in events(dated)} == {"Appointment"}
    with dated.database.reader() as db:
        links = [row.id for row in stored.find_all(db, Member)]
    for mark in (*MEMBERS, *dated.leaders, "Oak", "Grief", "erapy", "roup", dated.id, *links):
        assert mark not in text
    for name in ("DESCRIPTION", "LOCATION", "ATTENDEE", "ORGANIZER", "URL", "X-WR-CALNAME"):
        assert name not in text


def test_a_changed_date_is_the_same_event_with_a_higher_sequence(dated: Oak) -> None:
    before, other = events(dated)
    moved = BEFORE - timedelta(days=1)
    dated.database.writer.do(groups.schedule_session, dated.leaders["Fola"], dated.id, moved)
    after, same = events(dated)
    assert after["uid"] == before["uid"] and after["dtstart"].dt == moved
    assert int(after["sequence"]) > int(before["sequence"])
    assert (same["uid"], same["sequence"]) == (other["uid"], other["sequence"])
    assert before["uid"] != other["uid"]


def test_without_a_date_there_is_no_file(planned_oak: Oak) -> None:
    with refused("not_now"):
        made(planned_oak)
