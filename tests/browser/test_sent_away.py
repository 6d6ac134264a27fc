"""What becomes of open pages when others go or are sent away: the lines of an unsent form, and every tab and
device of whoever has no place any more.
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from app.core import accounts, pins, roles
from app.core.agenda import agenda_of as frozen
from app.core.models import Role
from tests.browser.conftest import People
from tests.browser.people import PIN
from tests.browser.world import World, line
from tests.house.hashes import quick_hash
from tests.house.server import Server

FIVE = ("Amal", "Birgit", "Chidi", "Dolores", "Ewa")
Bring = Callable[..., Any]


@pytest.fixture
def world(make_world: Callable[..., World], house: Server) -> World:
    """A group of five."""
    return make_world(house.environment["DATABASE_URL"], *FIVE)


def who_reads(page: Page) -> Any:
    return page.locator("#answer-form .aud:not([hidden]) p")


def test_an_unsent_form_says_who_reads_it_now_and_keeps_what_is_typed(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    session = world.open([line("First")])
    for name in FIVE[1:]:
        world.joins(session, name)
    leader = actors(world.leader(house.url, session))
    amal = people.participant(house.url)
    amal.comes_in(world.member_path("Amal"))
    amal.reads("group_unnamed")
    amal.writes("the harbour at six")
    expect(who_reads(amal.page)).to_have_text("The group will read this, without your name.")

    leader.says("remove", participant_id=world.person(session, "Ewa"))
    expect(who_reads(amal.page)).to_have_text(
        "You are fewer than five now. Until you are five again, only Fola can read this."
    )
    olu = world.do(accounts.add_facilitator, "Olu", str(uuid4()))
    world.do(roles.give_role, world.fola, world.group, olu, Role.OBSERVER)
    amal.looks_again()  # the change was made beside the server, which tells of it at the next question
    expect(who_reads(amal.page)).to_contain_text("only Fola and Olu can read this.")
    expect(amal.box).to_have_value("the harbour at six")
    expect(amal.page.locator("#audience-sheet input:checked")).to_have_value("group_unnamed")
    amal.sends()


def test_whoever_is_sent_away_is_so_in_every_tab_and_on_every_device(
    world: World, house: Server, people: People, actors: Bring
) -> None:
    world.do(pins.set_first, world.members["Amal"], quick_hash(PIN))
    session = world.open([line("First")])
    stage = frozen(world.row(session))[0]["id"]
    for name in ("Amal", "Birgit"):
        given = {"id": str(uuid4()), "stage_id": stage, "answer": {"text": f"{name} wrote this."}}
        world.says(world.joins(session, name), "submit_reflection", **given, audience="group_named")
    world.leads(session, "reveal", stage_id=stage)
    leader = actors(world.leader(house.url, session))
    phone, tablet, forgetful = (people.participant(house.url, expects=["404"]) for _ in range(3))
    forgetful.context.add_init_script(
        "Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined });"  # a page without https
    )
    wall = people.wall(house.url)
    wall.opens_the_wall(world.display_path(session))
    for each in (phone, tablet, forgetful):
        each.comes_in(world.member_path("Amal"))
        expect(each.page.locator("#region-shown li")).to_have_count(2)
    tabs = {"room": phone.page, "other device": tablet.page}
    for path in ("help", "words", "consent"):
        tabs[path] = phone.new_page()
        tabs[path].goto(f"{phone.page.url}/{path}")
        tabs[path].wait_for_function(
            "() => openSockets.some((each) => each.readyState === 1 && each.answered)"
        )
    expect(tabs["words"].locator("main")).to_contain_text("Amal wrote this.")

    phone.page.evaluate("() => sessionStorage.setItem('reader.reloaded', String(Date.now()))")
    forgetful.writes("not sent yet")

    leader.says("remove", participant_id=world.person(session, "Amal"))
    expect(forgetful.page.locator("#region-shown li")).to_have_count(0)
    expect(forgetful.box).to_have_value("not sent yet")  # the page is the only place where these words are
    for name, page in tabs.items():
        gone = page.get_by_role("heading", level=1, name="There is no open room here right now.")
        if name not in ("consent",):
            gone = page.get_by_role("heading", level=1, name="You are not in the room any more.")
        expect(gone, name).to_be_visible()
        assert "wrote this." not in page.content(), name
    expect(wall.page.locator("#region-shown li")).to_have_count(1)
    for page in tabs.values():
        page.reload()
        expect(page.locator("main")).not_to_contain_text("wrote this.")
    phone.opens(world.member_path("Amal"))
    phone.sees("There is no open room here right now.")
