"""The page of a group's course: who reads it, what it leads to, and that a page has the chart a file has."""

from collections.abc import Callable
from typing import Any

import pytest

from app import charts
from app.charts import given
from app.core import accounts, group_course, groups, leaving, views
from app.core import course as courses
from app.core.models import Role
from app.db import Database
from tests.core.cast import Oak
from tests.core.long_group import Long, long_group
from tests.house.browser import Browser


@pytest.fixture
def made(database: Database) -> Long:
    return long_group(database, members=6, sessions=6)


def path(made: Long) -> str:
    return f"/groups/{made.group_id}/course"


def told(database: Database, made: Long) -> dict[str, Any]:
    with database.reader() as db:
        return group_course.group_course(db, made.group_id, 6)


def test_a_page_has_the_same_picture_as_a_file(
    made: Long, database: Database, browser_of: Callable[[str], Browser]
) -> None:
    fola = browser_of(made.leader)
    page = fola.visit(path(made))
    for each in told(database, made)["members"]:
        assert charts.render("mood_small", given.mood(each["mood"]), "en") in page
    member_id = made.members["Amal"]
    own = fola.visit(f"/groups/{made.group_id}/members/{member_id}")
    with database.reader() as db:
        seen = courses.course_page(db, made.group_id, member_id)
    assert charts.render("mood_line", given.mood(seen["mood"], seen["events"]), "en") in own
    assert charts.render("attendance", given.attendance(seen["attendance"]), "en") in own
    assert charts.render("goals", given.goals(seen["then"]["goals"]), "en") in own
    assert charts.render("steps", given.steps(seen["steps"]), "en") in own
    assert own.count('class="chart chart-own circle"') == 2
    assert "PHQ-9. 16, and 16 now: the same. Too small to be sure." in own


def test_who_needs_a_call_stands_there_with_a_button_that_does_it(
    made: Long, database: Database, browser_of: Callable[[str], Browser]
) -> None:
    database.writer.do(leaving.member_leaves, made.leader, made.group_id, made.members["Birgit"])
    fola = browser_of(made.leader)
    page = fola.visit(path(made))
    calls = {each["alias"]: each for each in told(database, made)["calls"]}
    assert calls["Birgit"]["left"] and "the one call is not made yet" in page
    fola.send(f"/groups/{made.group_id}/members/{made.members['Birgit']}/called")
    assert "Birgit" not in {each["alias"] for each in told(database, made)["calls"]}
    [missing] = [each for each in told(database, made)["calls"] if each["missed"] == 6]
    assert "Missed session 6, without an excuse." in page
    planner = fola.send(f"/sessions/{missing['session']}/talk", member_id=missing["id"])
    assert fola.visit(path(made)).count("To the planned talk") == 1 and planner.endswith("/plan")


def test_whoever_observes_reads_the_course_without_who_needs_a_call(
    made: Long, database: Database, browser_of: Callable[[str], Browser]
) -> None:
    olu = database.writer.do(accounts.add_facilitator, "Olu", "a token of theirs")
    browser = browser_of(olu)
    browser.visit(path(made), 404)
    database.writer.do(groups.set_role, made.group_id, olu, Role.OBSERVER)
    page = browser.visit(path(made))
    assert "Amal" in page and "Who needs a call" not in page and "Follow-ups" not in page
    assert "Who needs a call" in browser_of(made.leader).visit(path(made))


def test_nobody_who_is_not_signed_in_reads_it(made: Long, stranger: Browser) -> None:
    assert "sign-in" in stranger.goes(path(made))


def test_a_mean_of_the_group_is_told_to_facilitators_and_to_no_member(
    made: Long, database: Database, browser_of: Callable[[str], Browser]
) -> None:
    [first, *_] = told(database, made)["mean"].values()
    page = browser_of(made.leader).visit(path(made))
    assert f'<td class="grid-at">{first}</td>' in page
    with database.reader() as db:
        row = views.session_row(db, made.sessions[0])
        shown = str(views.room(db, row, leader_here=True))
    assert "mean" not in shown and str(first) not in shown


def test_a_group_without_members_or_sessions_has_a_page(
    oak: Oak, database: Database, browser_of: Callable[[str], Browser]
) -> None:
    new = database.writer.do(groups.create_group, oak.leaders["Fola"], name="Empty", programme_id=None)
    assert "Nobody is enrolled yet." in browser_of(oak.leaders["Fola"]).visit(f"/groups/{new}/course")
    fresh = browser_of(oak.leaders["Fola"]).visit(f"/groups/{oak.group_id}/course")
    assert "Nobody waits for a call." in fresh and "Nothing has come in yet." in fresh
