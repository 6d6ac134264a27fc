"""A plan is rehearsed in the browser: simulated members answer, one asks for support, and nothing is left."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select
from sqlmodel import SQLModel

from app.core.models import GroupSession, SessionState
from app.core.rehearsal import FRAME, PEOPLE
from app.simulated_words import names
from tests.browser.conftest import People
from tests.browser.world import World, line
from tests.house.server import Server

STRIP = "Rehearsal. Nobody real is here."
KNOWN_BY_USE = "sign_in"  # being signed in is no record of a group


def rows_in_all_tables(world: World) -> dict[str, int]:
    tables = [each for each in SQLModel.metadata.sorted_tables if each.name not in (*FRAME, KNOWN_BY_USE)]
    with world.database.reader() as db:
        return {each.name: db.execute(select(func.count()).select_from(each)).scalar_one() for each in tables}


@pytest.mark.timeout(240)
def test_a_plan_is_rehearsed_and_nothing_of_it_is_kept(
    make_world: Callable[..., World], house: Server, people: People
) -> None:
    world = make_world(house.environment["DATABASE_URL"])
    planned = world.plan([line("First"), line("Second"), line("Third")])
    before = rows_in_all_tables(world)
    fola = people.facilitator(house.url)
    fola.opens(world.enter_path(f"/groups/{world.group}"))
    fola.page.get_by_role("link", name="Plan", exact=True).click()
    fola.page.get_by_role("link", name="Rehearse", exact=True).click()
    fola.page.get_by_text("4 times as fast").click()
    fola.press("Start the rehearsal")
    fola.page.wait_for_url("**/console")
    fola.is_connected()
    fola.sees(STRIP)
    rehearsal = re.search(r"/sessions/([^/]+)/console", fola.page.url).group(1)  # type: ignore[union-attr]
    assert rehearsal != planned

    wall, guest = people.wall(house.url), people.participant(house.url, expects=("404",))
    wall.opens_the_wall(world.display_path(rehearsal))
    wall.sees(STRIP)
    guest.opens(world.room_path(rehearsal))
    guest.sees(STRIP)
    guest.comes_in(alias="Me")
    guest.sees(STRIP)
    fola.page.get_by_role("button", name="Refuse Me").click()

    expect(fola.page.locator("#region-roster .person")).to_have_count(PEOPLE)
    assert world.members.keys() <= set(names())
    for alias in world.members:  # nobody made up goes by the name of a member
        expect(fola.person(alias)).to_have_count(0)
    fola.moves_on("First")
    answers = fola.page.locator("#region-answers .answer")
    expect(answers.first).to_be_visible()
    expect(fola.page.locator("#region-signals")).to_contain_text("support", timeout=90_000)
    fola.moves_on("Second")
    expect(answers.first).to_be_visible(timeout=60_000)
    fola.moves_on("Third")
    fola.decides("End the session")
    fola.page.locator("#ask-end").get_by_role("button", name="End the session").click()
    expect(fola.next_button).to_contain_text("Rehearse again")

    assert rows_in_all_tables(world) == before
    assert world.row(planned).state == SessionState.PLANNED
    fola.opens("/today")
    expect(fola.page.get_by_text("Session 1 of")).to_have_count(1)
    expect(fola.page.get_by_text("Summaries of the last weeks will stand here.")).to_be_visible()
    assert fola.page.request.get(f"{house.url}/sessions/{rehearsal}/summary").status == 404
    with world.database.reader() as db:
        kinds = db.execute(select(GroupSession.kind).where(GroupSession.group_id == world.group)).scalars()  # type: ignore[call-overload]
        assert sorted(kinds) == ["group", "rehearsal"]
