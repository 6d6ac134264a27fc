"""A click meant for a button arrives, however fast what stands around it is replaced."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.people import Facilitator
from tests.browser.world import World, line
from tests.house.actors import Person
from tests.house.server import Server

CLICKS = 200
PACE = 0.1  # seconds between two answers; faster, and the test would measure the machine
# Where a button is, and how much this page has heard; nothing while the last click is on its way.
READY = """(selector) => {
  const button = document.querySelector(selector);
  if (!button || button.ariaBusy) return null;
  const { x, y, width, height } = button.getBoundingClientRect();
  return [x + width / 2, y + height / 2, openSockets[0].heard];
}"""


@contextmanager
def storm(person: Person) -> Iterator[None]:
    """Somebody answers and takes it back without end: counts, rows and the steering change all the time."""
    over = threading.Event()

    def rage() -> None:
        while not over.wait(PACE):
            answer = person.writes("a drop")
            person.says("withdraw_reflection", id=answer["id"])

    thread = threading.Thread(target=rage)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def presses_while(fola: Facilitator, selector: str, happens: Callable[[], Any]) -> None:
    """The button goes down, something happens and its push comes, the button goes up."""
    x, y, heard = fola.page.wait_for_function(READY, arg=selector).json_value()
    fola.page.mouse.move(x, y)
    fola.page.mouse.down()
    happens()
    fola.page.wait_for_function("(heard) => openSockets[0].heard > heard", arg=heard)
    fola.page.mouse.up()


def test_two_hundred_clicks_in_a_storm_of_pushes_all_arrive(
    world: World, house: Server, people: People, actors: Callable[..., Any]
) -> None:
    session = world.open([line("First")])
    amal = actors(world.member(house.url, session, "Amal"))
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    with storm(amal):
        for _ in range(CLICKS):
            presses_while(fola, "#steer-minute", lambda: None)  # the storm is enough
        fola.page.wait_for_function(READY, arg="#steer-minute")
    assert world.logged(session, "add_minutes") == CLICKS


def test_a_click_arrives_though_the_page_would_move_under_it(
    world: World, house: Server, people: People, actors: Callable[..., Any]
) -> None:
    session = world.open([line("First")])
    amal = actors(world.member(house.url, session, "Amal"))
    birgit = actors(world.member(house.url, session, "Birgit"))
    amal.writes("shown and taken back", audience="group_named")
    fola = people.facilitator(house.url)
    fola.opens_the_console(world.console_path(session))
    bar = fola.page.locator("#signals-quiet")
    for _ in range(10):
        hand = str(uuid4())
        raised = {"id": hand, "kind": "hand"}
        show, take_back = ".answer [data-command=show_reflection]", ".answer [data-command=hide_reflection]"
        presses_while(fola, show, lambda raised=raised: birgit.says("raise_signal", **raised))
        expect(bar).to_be_visible()
        presses_while(fola, take_back, lambda hand=hand: birgit.says("lower_signal", id=hand))
        expect(bar).to_have_count(0)
    fola.page.wait_for_function(READY, arg=show)
    assert world.logged(session, "show_reflection") == 10
    assert world.logged(session, "hide_reflection") == 10
