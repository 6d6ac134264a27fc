"""The application over a fresh database, and facilitators signed in to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask

from app import hashing, sign_in
from app.config import from_environment
from app.core.models import now
from app.db import Database
from app.factory import create_app
from app.safety import Limiter
from tests.core.cast import Oak
from tests.house.browser import Browser
from tests.house.databases import Warm
from tests.house.environment import SECRET_KEY, environment
from tests.house.hashes import QUICK
from tests.house.visitor import Visitor


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Passwords and PINs are hashed as ever, for a thousandth of the price; the price has its own test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashing, "hasher", QUICK)
        yield


@pytest.fixture
def database_kind() -> str:
    """Pages are the same on both databases; what they read and write is tried on both in tests/core."""
    return "sqlite"


@pytest.fixture
def database_url(warm_url: str) -> str:
    return warm_url


@pytest.fixture
def database(warm_database: Database) -> Database:
    return warm_database


@pytest.fixture(scope="session")
def kept_app(warm: Warm) -> Iterator[Flask]:
    """One application for all tests of pages: putting one together takes longer than opening a page."""
    made = create_app(from_environment(environment(warm.url("sqlite"))), warm.open("sqlite"))
    yield made
    made.extensions["concentric.bus"].close()


@pytest.fixture
def app(kept_app: Flask, database: Database) -> Flask:
    """The same, over an empty database, as if it had been started just now."""
    kept = kept_app.extensions["concentric"]
    kept.limiter, kept.screens.presence.began = Limiter(), now()
    return kept_app


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
def clock() -> Iterator[Any]:
    """A clock that stands still until it is shifted."""
    with time_machine.travel(now(), tick=False) as made:
        yield made


@pytest.fixture
def visitor(app: Flask) -> Callable[[], Visitor]:
    """A function that brings one more participant's browser."""
    return lambda: Visitor(app)
