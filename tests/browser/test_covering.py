"""A console that nobody touches covers itself: calls still show, nothing else does, the room goes on."""

from uuid import uuid4

from playwright.sync_api import expect

from app.core.agenda import agenda_of as frozen
from tests.browser.conftest import People
from tests.browser.looking import findings, small_targets, too_wide
from tests.browser.world import PASSWORD, World, line
from tests.house.server import Server

LATER = "minutes => { const real = Date.now.bind(Date); Date.now = () => real() + minutes * 60000 }"


def test_a_console_that_nobody_touches_is_covered_and_the_password_brings_it_back(
    world: World, house: Server, people: People
) -> None:
    session = world.open([line("First"), line("Last")])
    amal = world.joins(session, "Amal")
    stage = frozen(world.row(session))[0]["id"]
    words = {"id": str(uuid4()), "stage_id": stage, "answer": {"text": "A walk."}, "audience": "group_named"}
    world.says(amal, "submit_reflection", **words)
    world.gives_fola_a_password()
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    page = fola.page
    page.get_by_role("button", name="Uncover Amal").click()
    expect(page.get_by_text("A walk.")).to_be_visible()

    page.evaluate(LATER, 31)
    page.mouse.move(200, 300)
    expect(page.get_by_role("heading", name="Covered")).to_be_visible()
    for hidden in ("#region-answers", "#region-roster", "#region-steer", "#region-agenda"):
        expect(page.locator(hidden)).to_be_hidden()
    assert "A walk." not in fola.source()
    world.says(amal, "raise_signal", id=str(uuid4()), kind="support")
    fola.looks_again()
    expect(page.locator(".alarm[role=alert]", has_text="Amal needs support.")).to_be_visible()
    expect(page.locator(".alarms button:visible")).to_have_count(0)
    page.locator("body").press("n")
    assert world.logged(session, "go_to_stage") == 0
    assert not findings(page) and not small_targets(page) and not too_wide(page)

    page.get_by_label("Your password").fill("not this one")
    page.get_by_role("button", name="Uncover the page").click()
    expect(page.get_by_text("This password is wrong.")).to_be_visible()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Uncover the page").click()
    expect(page.locator("#region-answers .cover")).to_be_visible()
    fola.is_connected()
    fola.moves_on("Last")
