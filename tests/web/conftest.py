"""The application over a fresh database, and facilitators signed in to it."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app import sign_in
from app.config import from_environment
from app.db import Database
from app.factory import create_app
from tests.core.cast import Oak
from tests.house.browser import Browser
from tests.house.environment import SECRET_KEY, environment
from tests.house.rooms import open_database
from tests.house.visitor import Visitor


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are the same on both databases; what they read and write is tried on both in tests/core."""
    return sqlite_url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def app(database_url: str, database: Database) -> Flask:
    return create_app(from_environment(environment(database_url)), database)


@pytest.fixture
def stranger(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def oak(app: Flask, database: Database) -> Oak:
    """The oak group, live at its first stage."""
    made = Oak(database)
    made.starts()
    return made


@pytest.fixture
def browser_of(app: Flask) -> Callable[[str], Browser]:
    """A function that signs somebody in, as the links of the demo do."""

    def enter(facilitator_id: str) -> Browser:
        browser = Browser(app)
        assert browser.goes(sign_in.enter_path(SECRET_KEY, facilitator_id)) == "/today"
        return browser

    return enter


@pytest.fixture
def fola(oak: Oak, browser_of: Callable[[str], Browser]) -> Browser:
    return browser_of(oak.leaders["Fola"])


@pytest.fixture
def visitor(app: Flask) -> Callable[[], Visitor]:
    """A function that brings one more participant's browser."""
    return lambda: Visitor(app)
