"""Somebody who writes in a stage with one box, and what of it stands on the facilitators' side."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import People
from tests.browser.people import Participant
from tests.browser.world import World, line
from tests.house.server import Server

LINES = [line("First"), line("Second"), line("Third")]
Bring = Callable[..., Any]


def amal_in(world: World, house: Server, people: People, path: str = "") -> Participant:
    amal = people.participant(house.url)
    amal.comes_in(path or world.member_path("Amal"))
    return amal


def is_kept(page: Page) -> None:
    """Waits until the words lie sealed in the storage of this tab."""
    page.wait_for_function(
        "() => sealing === 0 && Object.keys(sessionStorage).some((name) => name.includes('.draft.'))"
    )


def texts(leader: Any) -> list[str]:
    """The answers that stand, as the facilitators' side has them."""
    standing = [each for each in leader.of("reflections").values() if not each["withdrawn"]]
    return [each["answer"].get("text", "") for each in standing]
