"""What browser tests ask for: a world in the database, the server on it, and people with browsers."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.people import Facilitator, Participant, Person, Wall
from tests.browser.phone import Phone
from tests.browser.world import World
from tests.house.actors import Actor
from tests.house.databases import Databases
from tests.house.server import Server

expect.set_options(timeout=30_000)  # two cores carry the server, the browser and the test


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


@pytest.fixture(scope="module")
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server for all tests of a module; each makes a world of its own in it."""
    folder = tmp_path_factory.mktemp("house")
    server = Server(databases.fresh_sqlite(folder), folder).start()
    yield server
    server.stop()


@pytest.fixture
def world(make_world: Callable[..., World], house: Server) -> World:
    """A group with three members, in the house's database."""
    return make_world(house.environment["DATABASE_URL"])


@pytest.fixture
def actors() -> Iterator[Callable[[Actor], Any]]:
    """Brings in somebody without a browser: a bare client, with all that reached it."""
    here: list[Actor] = []

    def bring(actor: Actor) -> Any:
        here.append(actor)
        return actor.arrives()

    yield bring
    for actor in here:
        actor.leaves()


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


@pytest.fixture
def phone(world: World, house: Server, people: People) -> Phone:
    return Phone(world, house, people)
