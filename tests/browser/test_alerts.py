"""Calls for a person reach a facilitator who is on another page, and the sender reads the truth of it."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.world import World, line
from tests.house.actors import Actor
from tests.house.server import Server


def reads(person: Actor, words: str) -> None:
    person.sees(lambda: any(words in str(event) for event in person.events), words)


def test_a_facilitator_on_another_page_is_called_on_return_and_answers_there(
    world: World, house: Server, people: People, actors: Callable[[Any], Any]
) -> None:
    session = world.open([line("First")])
    birgit = actors(world.member(house.url, session, "Birgit"))
    fola = people.facilitator(house.url)
    fola.opens(world.enter_path())
    fola.opens("/library")
    birgit.signals("support")
    fola.page.evaluate("window.dispatchEvent(new Event('focus'))")
    call = fola.page.locator("#alerts .alarm[role=alert]", has_text="Birgit needs support.")
    expect(call).to_be_visible()
    birgit.sees(
        lambda: any("on your leader’s screen" in str(frame) for frame in birgit.frames), "it is shown"
    )
    fola.page.set_viewport_size({"width": 320, "height": 640})
    assert fola.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    call.get_by_role("button", name="Seen").click()
    expect(call).to_have_count(0)
    reads(birgit, "Your leader has seen this.")
