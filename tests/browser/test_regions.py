"""Live regions: what is pushed replaces what stands there, and never what a person is doing with it."""

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.world import World, line
from tests.house.server import Server


def test_a_button_that_has_the_focus_says_what_it_does_now(
    world: World, house: Server, people: People
) -> None:
    session = world.open([line("First"), line("Second"), line("Third")])
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    fola.decides("Next: Second")
    expect(fola.next_button).to_contain_text("Next: Third")
    expect(fola.next_button).to_be_focused()
