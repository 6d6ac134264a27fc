"""The oak group in three moments of its session, on both databases."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.core import sealing
from app.core.changes import committed
from app.db import Database
from tests.core.cast import Oak
from tests.house.databases import Databases, Warm
from tests.house.environment import KEYS


@pytest.fixture
def ring() -> None:
    """The ring of all tests is in use."""
    sealing.use(sealing.parse_ring(KEYS))


@pytest.fixture(scope="session")
def warm(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """One open database of each kind for all tests of the core."""
    made = Warm(databases, tmp_path_factory.mktemp("warm"))
    yield made
    made.close()


@pytest.fixture
def database_url(ring: None, warm: Warm, database_kind: str) -> Iterator[str]:
    """The address of a migrated database without a row; the test runs once per kind."""
    yield warm.url(database_kind)
    warm.empty(database_kind)


@pytest.fixture
def database(warm: Warm, database_kind: str, database_url: str) -> Database:
    """The same, opened with its writer."""
    return warm.open(database_kind)


@pytest.fixture
def planned_oak(database: Database) -> Oak:
    return Oak(database)


@pytest.fixture
def open_oak(planned_oak: Oak) -> Oak:
    """In the lobby, all members there."""
    planned_oak.opens()
    return planned_oak


@pytest.fixture
def oak(planned_oak: Oak) -> Oak:
    """Live at the stage ``words``, all members there."""
    planned_oak.starts()
    return planned_oak


@pytest.fixture
def news() -> Iterator[list[Any]]:
    """What the writers have announced since the test began."""
    heard: list[Any] = []

    def listen(_sender: Any, change: Any) -> None:
        heard.append(change)

    with committed.connected_to(listen):
        yield heard
