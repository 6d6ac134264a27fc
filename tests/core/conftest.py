"""The oak group in three moments of its session, on both databases."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.core import sealing
from app.core.changes import committed
from app.db import Database
from tests.core.cast import Oak
from tests.house.environment import KEYS


@pytest.fixture
def ring() -> None:
    """The ring of all tests is in use."""
    sealing.use(sealing.parse_ring(KEYS))


@pytest.fixture
def database_url(warm_url: str) -> str:
    return warm_url


@pytest.fixture
def database(warm_database: Database) -> Database:
    return warm_database


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
