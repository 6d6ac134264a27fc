"""A fresh, migrated database for each test, on SQLite and on PostgreSQL."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cached_property
from itertools import count
from pathlib import Path

import pytest

from app.core import sealing
from app.db import Database
from tests.house import tools
from tests.house.cluster import Cluster
from tests.house.environment import KEYS, ROOT, environment

KINDS = ("sqlite", "postgresql")
TEMPLATE = "migrated"


def migrate(url: str) -> None:
    """Bring the database at this address to the newest schema, with the command that an operator uses."""
    command = [sys.executable, "-m", "app", "migrate"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(url), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"app migrate failed:\n{done.stdout}{done.stderr}")


def empty_sqlite(path: Path) -> None:
    """Every row goes but the version of the tables."""
    with closing(sqlite3.connect(path)) as db:  # foreign keys are off unless one turns them on
        tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in tables:
            if name != "alembic_version":
                db.execute(f'DELETE FROM "{name}"')
        db.commit()


class Databases:
    """Templates are migrated once per test run, when the first test asks; each test gets a copy."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = count(1)
        self.unused: list[str] = []  # emptied PostgreSQL databases

    @cached_property
    def cluster(self) -> Cluster:
        programs = tools.postgresql()
        if programs is None:
            pytest.skip(f"PostgreSQL is missing: {tools.how_to_install(['postgresql'])}")
        return Cluster(programs)

    @cached_property
    def sqlite_template(self) -> Path:
        path, whole = self.folder / "working.db", self.folder / f"{TEMPLATE}.db"
        migrate(f"sqlite:///{path}")
        # One whole file: what is still in the write-ahead log would be lost by copying the file alone.
        source, target = sqlite3.connect(path), sqlite3.connect(whole)
        source.backup(target)
        source.close()
        target.close()
        return whole

    @cached_property
    def postgresql_template(self) -> str:
        self.cluster.create(TEMPLATE)
        migrate(self.cluster.url(TEMPLATE))
        return TEMPLATE

    def fresh_sqlite(self, folder: Path) -> str:
        """A migrated SQLite file of one's own."""
        path = folder / f"{next(self.numbers)}.db"
        shutil.copyfile(self.sqlite_template, path)
        return f"sqlite:///{path}"

    def fresh_postgresql(self) -> str:
        """A migrated PostgreSQL database of one's own, without a row."""
        if self.unused:
            return self.unused.pop()
        name = f"test_{next(self.numbers)}"
        self.cluster.copy(self.postgresql_template, name)
        return self.cluster.url(name)

    def empty_postgresql(self) -> str:
        """A PostgreSQL database without a schema, for the tests of the migrations."""
        name = f"empty_{next(self.numbers)}"
        self.cluster.create(name)
        return self.cluster.url(name)

    def give_back(self, url: str) -> None:
        """Empty a migrated PostgreSQL database for the next test; a SQLite file goes with its folder."""
        if url.startswith("postgresql"):
            self.cluster.empty(url.rpartition("/")[2])
            self.unused.append(url)

    def forget(self, url: str) -> None:
        """Drop a PostgreSQL database whose tables a test has changed."""
        if url.startswith("postgresql"):
            self.cluster.drop(url.rpartition("/")[2])

    def close(self) -> None:
        if "cluster" in self.__dict__:
            self.cluster.stop()


class Warm:
    """One database of each kind that stays open from test to test and is emptied in between.

    A new engine translates every statement anew, which costs more than all that a test of a verb does.
    """

    def __init__(self, databases: Databases, folder: Path) -> None:
        self.databases, self.folder = databases, folder
        self.urls: dict[str, str] = {}
        self.opened: dict[str, Database] = {}

    def url(self, kind: str) -> str:
        if kind not in self.urls:
            fresh = self.databases
            self.urls[kind] = (
                fresh.fresh_sqlite(self.folder) if kind == "sqlite" else fresh.fresh_postgresql()
            )
        return self.urls[kind]

    def open(self, kind: str) -> Database:
        if kind not in self.opened:
            self.opened[kind] = Database(self.url(kind))
        return self.opened[kind]

    def empty(self, kind: str) -> None:
        if kind == "sqlite":
            empty_sqlite(Path(self.urls[kind].removeprefix("sqlite:///")))
        else:
            self.databases.cluster.empty(self.urls[kind].rpartition("/")[2])

    def close(self) -> None:
        for database in self.opened.values():
            database.close()
        for url in self.urls.values():
            self.databases.forget(url)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """What makes databases; lazily, so that a run that needs no PostgreSQL starts none."""
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def warm(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """One open database of each kind for all tests that stay within this process."""
    made = Warm(databases, tmp_path_factory.mktemp("warm"))
    yield made
    made.close()


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Every test that asks for a database runs on both kinds."""
    kind: str = request.param
    return kind


@pytest.fixture
def fresh_database(databases: Databases, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """A function that makes one more migrated database of the given kind and tells its address."""
    made: list[str] = []

    def make(kind: str) -> str:
        url = databases.fresh_sqlite(tmp_path) if kind == "sqlite" else databases.fresh_postgresql()
        made.append(url)
        return url

    yield make
    for url in made:
        databases.give_back(url)


@pytest.fixture
def database_url(fresh_database: Callable[[str], str], database_kind: str) -> str:
    """The address of a fresh migrated database; the test runs once per kind."""
    return fresh_database(database_kind)


@pytest.fixture
def empty_database_url(databases: Databases, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a schema; the test runs once per kind."""
    url = f"sqlite:///{tmp_path / 'empty.db'}" if database_kind == "sqlite" else databases.empty_postgresql()
    yield url
    databases.forget(url)


@pytest.fixture
def warm_url(warm: Warm, database_kind: str) -> Iterator[str]:
    """The address of a migrated database without a row, which this process keeps open from test to test; the
    test runs once per kind.
    """
    sealing.use(sealing.parse_ring(KEYS))
    yield warm.url(database_kind)
    warm.empty(database_kind)


@pytest.fixture
def warm_database(warm: Warm, database_kind: str, warm_url: str) -> Database:
    """The same, opened with its writer."""
    return warm.open(database_kind)


@pytest.fixture
def sqlite_url(fresh_database: Callable[[str], str]) -> str:
    """A fresh migrated SQLite file, for tests of SQLite alone."""
    return fresh_database("sqlite")


@pytest.fixture
def postgresql_url(fresh_database: Callable[[str], str]) -> str:
    """A fresh migrated PostgreSQL database, for tests of PostgreSQL alone."""
    return fresh_database("postgresql")
