"""Today: what waits, in the order of urgency, and a calm sentence where nothing does."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from app.core import attendance, contacts, groups, leaving, stored
from app.core.models import GroupSession, Installation, Role, now
from app.core.sealing import seal
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
    told = re.search(r"The next contact was meant for (.*?)\.", fola.visit("/today"))
    assert told and str(now().day) in told[1]
    assert told[0] in fola.visit(f"/groups/{oak.group_id}/course")
    assert "This is not a date." in fola.send(path, 422, next="By phone.", on="2026-13-40")


def ended_days_ago(oak: Oak, days: int) -> None:
    ended = now() - timedelta(days=days)
    oak.database.writer.do(lambda db: db.execute(update(GroupSession).values(ended_at=ended)))


def test_what_is_deleted_soon_is_told_and_leads_to_the_days(
    oak: Oak, fola: Browser, browser_of: Callable[[str], Browser]
) -> None:
    oak.writes(oak.amal, text="A word of Amal's.")
    oak.does(oak.fola, "save_note", text="A note.", revision=1, participant_id=oak.amal.id)
    oak.does(oak.fola, "end")
    ended_days_ago(oak, 22)
    safety = f"/groups/{oak.group_id}/safety"
    assert 'id="going"' not in fola.visit("/today")
    shown = fola.visit(safety)
    assert "This programme was over on" in shown and "What members wrote is deleted on" in shown
    ended_days_ago(oak, 24)
    page = fola.visit("/today")
    assert "What members wrote is deleted on" in page and f'href="{safety}#kept"' in page
    assert "process notes of leaders are deleted on" not in page and "A word of Amal" not in page
    ended_days_ago(oak, 84)
    assert "process notes of leaders are deleted on" in fola.visit("/today")
    oak.database.writer.do(groups.set_role, oak.group_id, "f-sami", Role.OBSERVER)
    assert 'id="going"' not in browser_of("f-sami").visit("/today")
    planned = (oak.group_id, [])
    oak.database.writer.do(groups.plan_session, *planned, scheduled_at=now() + timedelta(days=2))
    assert 'id="going"' not in fola.visit("/today")
    assert "If no further session is held, this programme is over on" in fola.visit(safety)


def test_a_clock_that_has_to_be_confirmed_is_told(oak: Oak, fola: Browser) -> None:
    quiet(oak)
    check = seal(Installation.key_check, "installation", "concentric")

    def last_ran(db: Any, days: int) -> None:
        at = now() - timedelta(days=days)
        if stored.find(db, Installation, id="installation") is None:
            stored.add(db, Installation, id="installation", key_check=check, created_at=now())
        stored.change(db, Installation, "installation", expired_at=at)

    oak.database.writer.do(last_ran, 59)
    assert 'id="paused"' not in fola.visit("/today")
    oak.database.writer.do(last_ran, 61)
    page = fola.visit("/today")
    assert "Nothing was deleted for 61 days" in page and "expire --confirm" in page
    assert "Nothing waits for you." not in page


def test_a_call_that_was_seen_and_not_met_leads_to_where_it_is(oak: Oak, fola: Browser) -> None:
    guest = oak.joins("Zora")  # waits at the door, and may call all the same
    for who in (oak.amal, guest):
        oak.does(oak.fola, "acknowledge_signal", id=oak.signals(who))
    oak.does(oak.fola, "end")
    page = fola.visit("/today")
    assert "Left with an open alert" in page and page.count("Asked for support, ") == 2
    place = f"/sessions/{oak.id}/summary"
    assert page.count(f'{place}#to-do"') == 2
    to_do = fola.visit(place).split('id="to-do"')[1]
    assert "Amal" in to_do and "Zora" in to_do and "Still open." in to_do


def test_what_is_missing_stands_under_ones_own_session_after_one_that_is_observed(
    oak: Oak, fola: Browser
) -> None:
    oak.does(oak.fola, "end")
    oak.plans()
    elm = oak.database.writer.do(groups.create_group, "f-sami", name="Elm", programme_id=None)
    oak.database.writer.do(groups.set_role, elm, "f-fola", Role.OBSERVER)
    sooner = oak.database.writer.do(groups.plan_session, elm, [])
    for leader, session, hours in (("f-sami", sooner, 1), ("f-fola", oak.id, 2)):
        oak.database.writer.do(groups.schedule_session, leader, session, now() + timedelta(hours=hours))
    observed, own = fola.visit("/today").split('id="next"')[1].split(f"/groups/{oak.group_id}", 1)
    assert "Elm" in observed and "Still missing" not in observed and "btn-first" not in observed
    assert "Still missing" in own and "Before you open" in own and own.count("btn-first") == 1
