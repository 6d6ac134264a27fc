"""The database in trouble: people are told to try again, others go on, and afterwards all is well."""

import json
import resource
import sqlite3
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from app.db import Database
from tests.house.actors import Answer, Company, Person
from tests.house.databases import Databases
from tests.house.outbox import Writers
from tests.house.rooms import Room, asking, make_room, words_of
from tests.house.server import Server

ABOUT_TWO_SECONDS = 3.0  # on a busy machine
STILL_THERE = 0.25
HELD_UP = 1.0  # whoever had to wait for the lock would have waited at least this long


@pytest.fixture(scope="module")
def troubled(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A server over SQLite, and its database, which the tests of this file trouble in turn."""
    folder = tmp_path_factory.mktemp("troubled")
    url = databases.fresh_sqlite(folder)
    server = Server(url, folder).start()
    yield server, url
    server.stop()


@pytest.fixture
def room(troubled: tuple[Server, str], opened: Callable[[str], Database]) -> Room:
    return make_room(opened(troubled[1]))


@pytest.fixture
def people(
    troubled: tuple[Server, str], room: Room, gathering: Callable[[Server], Company]
) -> tuple[Server, Person, Person]:
    """Amal and Birgit on that server."""
    company = gathering(troubled[0])
    return troubled[0], company.person(room, "Amal"), company.person(room, "Birgit")


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Somebody else holds SQLite's write lock."""
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def waits(answer: Answer, reader: Person) -> list[float]:
    """How long each read of somebody else takes until an answer has come."""
    took = []
    while not answer.arrived.is_set():
        began = time.monotonic()
        assert reader.says("sync", seen=0)["ok"]
        took.append(time.monotonic() - began)
    return took


def test_a_locked_database_is_told_within_two_seconds_and_holds_up_nobody_who_reads(
    people: tuple[Server, Person, Person], troubled: tuple[Server, str], room: Room
) -> None:
    _, amal, birgit = people
    sent = amal.answer("written while it was locked")
    with locked(troubled[1]):
        began = time.monotonic()
        answer = amal.begins("submit_reflection", sent)
        took = waits(answer, birgit)
        assert answer.value["error"]["code"] == "retry"
        assert 1.5 < time.monotonic() - began < ABOUT_TWO_SECONDS
    assert statistics.median(took) < STILL_THERE and max(took) < HELD_UP and len(took) > 20
    assert amal.says("submit_reflection", **sent)["ok"]
    assert [row.id for row in room.reflections] == [sent["id"]]


def test_whoever_comes_while_others_wait_for_the_lock_waits_no_longer_than_they_do(
    people: tuple[Server, Person, Person], troubled: tuple[Server, str]
) -> None:
    _, amal, birgit = people
    with locked(troubled[1]):
        first = amal.begins("submit_reflection", amal.answer("first"))
        assert birgit.says("sync", seen=0)["ok"]  # the writer waits for the lock by now
        began = time.monotonic()
        second = birgit.begins("submit_reflection", birgit.answer("second"))
        assert [each.now()["error"]["code"] for each in (first, second)] == ["retry", "retry"]
        assert time.monotonic() - began < ABOUT_TWO_SECONDS


def test_a_short_lock_is_waited_for(
    people: tuple[Server, Person, Person], troubled: tuple[Server, str]
) -> None:
    _, amal, birgit = people
    with locked(troubled[1]):
        answer = amal.begins("submit_reflection", amal.answer("patiently"))
        assert birgit.says("sync", seen=0)["ok"]
        assert not answer.arrived.is_set()
    assert answer.now()["ok"]


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux")
def test_a_disk_that_takes_no_more_is_told_and_then_works_again(
    people: tuple[Server, Person, Person], troubled: tuple[Server, str], room: Room
) -> None:
    server, amal, birgit = people
    assert amal.writes("before")["ok"]
    sent = birgit.answer("while it was full")
    log = Path(troubled[1].removeprefix("sqlite:///") + "-wal")
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (log.stat().st_size, hard))
    assert birgit.says("submit_reflection", **sent)["error"]["code"] == "retry"
    assert birgit.says("sync", seen=0)["ok"]
    assert [words_of(row) for row in room.reflections] == ['{"text": "before"}']
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (hard, hard))
    assert birgit.says("submit_reflection", **sent)["ok"]
    assert room.has_every_version()


def test_cut_connections_to_postgresql_come_back_within_five_seconds_and_nothing_acknowledged_is_lost(
    start_server: Callable[..., Server],
    postgresql_url: str,
    opened: Callable[[str], Database],
    gathering: Callable[[Server], Company],
) -> None:
    room = make_room(opened(postgresql_url), stages=[asking("s-one", repeat=True)])
    writers = Writers(gathering(start_server(postgresql_url)), room)
    for _ in range(3):
        writers.wait_for_acks(3)
        with psycopg.connect(postgresql_url.replace("+psycopg", ""), autocommit=True) as pg:
            cut = pg.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchall()
        assert cut, "there was nothing to cut"
        writers.wait_for_acks(1, within=5)
    writers.finish()
    assert {row.id: json.loads(words_of(row))["text"] for row in room.reflections} == writers.acked
    assert writers.refused == [] and room.has_every_version()


def test_readyz_tells_whether_the_database_can_be_reached(
    start_server: Callable[..., Server], postgresql_url: str
) -> None:
    server = start_server(postgresql_url)
    name = postgresql_url.rpartition("/")[2]
    elsewhere = postgresql_url.replace("+psycopg", "").rpartition("/")[0] + "/postgres"
    turn = threading.Event()
    with psycopg.connect(elsewhere, autocommit=True) as pg:
        pg.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')  # type: ignore[arg-type]
        pg.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        assert not server.is_ready()
        pg.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')  # type: ignore[arg-type]
    for _ in range(250):
        if server.is_ready():
            return
        turn.wait(0.02)
    raise AssertionError("it never became ready again")
