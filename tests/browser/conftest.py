"""What browser tests ask for: a world in the database, the server on it, and people with browsers."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.people import Facilitator, Participant, Person, Wall
from tests.browser.world import World
from tests.house.server import Server

expect.set_options(timeout=15_000)  # two cores carry the server, the browser and the test


@pytest.fixture
def make_world() -> Iterator[Callable[..., World]]:
    """A function that makes a world in a database; all of them are closed with the test."""
    made: list[World] = []

    def make(database_url: str, *aliases: str) -> World:
        made.append(World(database_url, aliases) if aliases else World(database_url))
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture
def world(make_world: Callable[..., World], sqlite_url: str) -> World:
    """A group with three members."""
    return make_world(sqlite_url)


@pytest.fixture
def running(start_server: Callable[..., Server], world: World, sqlite_url: str) -> Server:
    """The server on the world's database."""
    return start_server(sqlite_url)


P = TypeVar("P", bound=Person)


class People:
    """Opens browsers for people, and tells afterwards what went wrong on anybody's page."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.all: list[Person] = []

    def participant(self, address: str, **more: Any) -> Participant:
        return self._kept(Participant(self.browser, address, **more))

    def facilitator(self, address: str, **more: Any) -> Facilitator:
        return self._kept(Facilitator(self.browser, address, **more))

    def wall(self, address: str, **more: Any) -> Wall:
        return self._kept(Wall(self.browser, address, **more))

    def _kept(self, person: P) -> P:
        self.all.append(person)
        return person

    @property
    def faults(self) -> list[str]:
        """Errors, warnings and forbidden things on any page so far."""
        return [fault for person in self.all for fault in person.faults]


@pytest.fixture
def people(browser: Browser) -> Iterator[People]:
    """Whoever the test brings in; a page of theirs on which anything went wrong fails the test."""
    here = People(browser)
    yield here
    faults = here.faults
    for person in here.all:
        person.leaves()
    assert faults == []
