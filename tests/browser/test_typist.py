"""Never lose a word: what somebody writes survives whatever happens to their page."""

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.world import World, line, one_word
from tests.house.server import Server


def test_an_answer_is_sent_and_read(world: World, running: Server, people: People) -> None:
    session = world.open([line("First"), one_word()])
    amal = people.participant(running.url)
    amal.comes_in(world.member_path("Amal"))
    amal.writes("the harbour at six")
    expect(amal.state).to_contain_text("Kept in this page")
    amal.sends()
