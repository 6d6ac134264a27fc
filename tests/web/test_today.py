"""Today: what waits, in the order of urgency, and a calm sentence where nothing does."""

from datetime import timedelta

from app.core import attendance, contacts, groups, leaving
from app.core.models import now
from tests.core.cast import MEMBERS, Oak
from tests.house.browser import Browser


def quiet(oak: Oak) -> None:
    """Nothing waits: the session has not been held, has a date, and lacks nothing."""
    held = {"contact": "Mother", "contact_phone": "0123"}
    for key in oak.members.values():
        oak.database.writer.do(contacts.keep, oak.group_id, key, held, "")
    oak.database.writer.do(groups.schedule_session, "f-fola", oak.id, now() + timedelta(days=1))


def test_where_nothing_waits_it_says_so(oak: Oak, fola: Browser) -> None:
    quiet(oak)
    page = fola.visit("/today")
    assert "Nothing waits for you." in page
    assert not any(part in page for part in ('id="calls"', 'id="unsigned"', "Still missing"))
    assert "Before you open" in page and all(name in page for name in MEMBERS)


def test_what_is_missing_leads_to_where_it_is_put_right(oak: Oak, fola: Browser) -> None:
    page = fola.visit("/today")
    assert "Still missing" in page and "An emergency contact" in page and "Nothing waits" not in page
    assert f'/groups/{oak.group_id}#members"' in page


def test_notes_and_calls_stand_with_what_does_them(oak: Oak, fola: Browser) -> None:
    quiet(oak)
    oak.does(oak.fola, "end")
    there = {oak.members["Ewa"]: "absent"}
    oak.database.writer.do(attendance.correct, "f-fola", oak.id, there)
    gone = (oak.group_id, oak.members["Chidi"])
    oak.database.writer.do(leaving.member_leaves, "f-fola", *gone)
    page = fola.visit("/today")
    assert "The notes of 1 session are not signed." in page and f"/sessions/{oak.id}/notes" in page
    assert (
        "without a word." in page and f"/groups/{oak.group_id}/members/{oak.members['Ewa']}/follow-up" in page
    )
    assert "the one call is due." in page
    fola.send(f"/groups/{gone[0]}/members/{gone[1]}/called")
    assert "the one call is due." not in fola.visit("/today")
    assert "Nothing waits" not in fola.visit("/today")


def test_a_follow_up_with_a_day_comes_back_on_that_day(oak: Oak, fola: Browser) -> None:
    path = f"/groups/{oak.group_id}/members/{oak.members['Amal']}/follow-up"
    fola.send(path, next="By phone.", on=now().date().isoformat())
    assert "The next contact was meant for" in fola.visit("/today")
    assert "This is not a date." in fola.send(path, 422, next="By phone.", on="2026-13-40")
