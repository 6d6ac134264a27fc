"""One server for each kind of database, shared by the tests that leave it as they found it."""

from collections.abc import Callable, Iterator

import pytest

from app.core.models import SessionState
from app.db import Database
from tests.house.actors import Company
from tests.house.databases import Databases
from tests.house.rooms import CAST, Room, make_room, open_database
from tests.house.server import Server


@pytest.fixture(scope="session")
def standing(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], tuple[Server, str]]]:
    """A function that gives the shared server of a kind of database, started when it is asked for first."""
    started: dict[str, tuple[Server, str]] = {}

    def get(kind: str) -> tuple[Server, str]:
        if kind not in started:
            folder = tmp_path_factory.mktemp(f"standing-{kind}")
            url = databases.fresh_sqlite(folder) if kind == "sqlite" else databases.fresh_postgresql()
            started[kind] = (Server(url, folder).start(), url)
        return started[kind]

    yield get
    for server, url in started.values():
        server.stop()
        databases.forget(url)


@pytest.fixture
def shared(standing: Callable[[str], tuple[Server, str]], database_kind: str) -> Server:
    """The shared server; a test makes a room of its own in it, and neither stops it nor breaks it."""
    return standing(database_kind)[0]


@pytest.fixture
def opened() -> Iterator[Callable[[str], Database]]:
    """A function that opens a database from the test's own process."""
    made: list[Database] = []

    def get(url: str) -> Database:
        made.append(open_database(url))
        return made[-1]

    yield get
    for database in made:
        database.close()


@pytest.fixture
def database(
    standing: Callable[[str], tuple[Server, str]], database_kind: str, opened: Callable[[str], Database]
) -> Database:
    """The database of the shared server, opened from the test's own process."""
    return opened(standing(database_kind)[1])


@pytest.fixture
def gathering() -> Iterator[Callable[[Server], Company]]:
    """A function that brings people to a server; they go home with the test."""
    made: list[Company] = []

    def get(server: Server) -> Company:
        made.append(Company(server.url))
        return made[-1]

    yield get
    for company in made:
        company.go_home()


@pytest.fixture
def company(shared: Server, gathering: Callable[[Server], Company]) -> Company:
    """Brings people to the shared server."""
    return gathering(shared)


@pytest.fixture
def oak(database: Database) -> Room:
    """The oak group's live session with Amal, Birgit and Chidi, on the shared server."""
    return make_room(database, CAST, state=SessionState.LIVE)
