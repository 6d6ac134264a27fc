"""The writer: many verbs, one durable commit, and everybody is told the truth."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event, exc, insert, select
from sqlmodel import col

import app.db
from app.core.changes import Committed, announce, committed
from app.core.models import Installation, now
from app.core.refusals import NotNow, Retry
from app.core.sealing import seal
from app.db import Database, Writer

PATIENCE = 20


def keeps(db: Connection, name: str) -> str:
    """Stores a row and announces it."""
    value = seal(Installation.key_check, name, "x")
    db.execute(insert(Installation).values(id=name, key_check=value, created_at=now()))
    announce(db, Committed("s", 1, name, False, False, frozenset(), frozenset()))
    return name


def refuses(db: Connection) -> None:
    raise NotNow()


def fails(db: Connection) -> None:
    keeps(db, "half")
    raise ZeroDivisionError


def refuses_too_late(db: Connection) -> None:
    """A row is in, nothing was announced yet, and then a refusal."""
    value = seal(Installation.key_check, "half", "x")
    db.execute(insert(Installation).values(id="half", key_check=value, created_at=now()))
    raise NotNow()


def kept(database: Database) -> set[str]:
    with database.reader() as db:
        return set(db.execute(select(col(Installation.id))).scalars())


class Crowd:
    """Callers whose verbs the writer finds waiting together."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.callers = ThreadPoolExecutor(30)
        self.promised: list[Future[Any]] = []
        self.holding, self.go = threading.Event(), threading.Event()

    def hold(self, _db: Connection) -> None:
        self.holding.set()
        assert self.go.wait(PATIENCE)

    def asks(self, verb: Callable[..., Any], *args: Any, of: str = "") -> "Future[Any]":
        """Puts one more verb behind the others and waits until it stands there."""
        waiting = self.writer._waiting.qsize()
        promised = self.callers.submit(self.writer.do, verb, *args, of=of)
        self.promised.append(promised)
        pause = threading.Event()
        while self.writer._waiting.qsize() == waiting:
            pause.wait(0.001)
        return promised


@contextmanager
def one_batch(database: Database) -> Iterator[Crowd]:
    """What is asked inside reaches the database as one batch."""
    crowd = Crowd(database.writer)
    first = crowd.callers.submit(database.writer.do, crowd.hold)
    assert crowd.holding.wait(PATIENCE)
    yield crowd
    crowd.go.set()
    first.exception(PATIENCE)
    for each in crowd.promised:
        each.exception(PATIENCE)
    crowd.callers.shutdown()


@contextmanager
def counted(database: Database, name: str) -> Iterator[list[int]]:
    times: list[int] = []

    def count(*_: Any) -> None:
        times.append(1)

    event.listen(database.write_engine, name, count)
    yield times
    event.remove(database.write_engine, name, count)


@contextmanager
def broken(database: Database, name: str) -> Iterator[None]:
    """BEGIN or COMMIT of the write engine fails while one is inside."""

    def breaks(_connection: Any) -> None:
        raise exc.OperationalError("", None, OSError("no space left"))

    event.listen(database.write_engine, name, breaks)
    yield
    event.remove(database.write_engine, name, breaks)


def test_many_verbs_take_one_commit(database: Database, news: list[Any]) -> None:
    with one_batch(database) as crowd, counted(database, "commit") as commits:
        names = [f"n{number}" for number in range(20)]
        asked = [crowd.asks(keeps, name) for name in names]
        crowd.go.set()
        assert [each.result(PATIENCE) for each in asked] == names
    assert len(commits) <= 2  # the one that held them up, and theirs
    assert kept(database) >= set(names)
    assert sorted(each.action for each in news) == sorted(names)


def test_a_refusal_costs_the_others_nothing(database: Database) -> None:
    with one_batch(database) as crowd, counted(database, "rollback") as rollbacks:
        first, refusal, last = crowd.asks(keeps, "first"), crowd.asks(refuses), crowd.asks(keeps, "last")
    assert isinstance(refusal.exception(), NotNow)
    assert (first.result(), last.result()) == ("first", "last")
    assert kept(database) >= {"first", "last"} and rollbacks == []


def test_a_verb_that_fails_takes_nobody_with_it(database: Database, news: list[Any]) -> None:
    with one_batch(database) as crowd:
        first, broken_verb, last = crowd.asks(keeps, "first"), crowd.asks(fails), crowd.asks(keeps, "last")
    assert isinstance(broken_verb.exception(), ZeroDivisionError)
    assert (first.result(), last.result()) == ("first", "last")
    assert kept(database) >= {"first", "last"} and "half" not in kept(database)
    assert [each.action for each in news] == ["first", "last"]  # once each, though the batch ran twice


def test_a_refusal_after_a_row_was_written_stores_nothing_and_takes_nobody_with_it(
    database: Database,
) -> None:
    with one_batch(database) as crowd:
        first, late, last = (
            crowd.asks(keeps, "first"),
            crowd.asks(refuses_too_late),
            crowd.asks(keeps, "last"),
        )
    assert isinstance(late.exception(), NotNow)
    assert (first.result(), last.result()) == ("first", "last")
    assert kept(database) >= {"first", "last"} and "half" not in kept(database)


@pytest.mark.parametrize("moment", ["begin", "commit"])
def test_when_the_database_fails_all_are_told_to_retry_and_the_writer_lives(
    database: Database, news: list[Any], moment: str
) -> None:
    with one_batch(database) as crowd:
        asked = [crowd.asks(keeps, "first"), crowd.asks(refuses), crowd.asks(keeps, "last")]
        with broken(database, moment):
            crowd.go.set()
            outcomes = [each.exception(PATIENCE) for each in asked]
    assert [type(each) for each in outcomes] == [Retry, Retry, Retry]
    assert kept(database) <= {"installation"} and news == []
    assert database.writer.do(keeps, "first") == "first"


def test_a_locked_database_is_a_retry_and_then_is_not(
    ring: None, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.db, "LOCKED_FOR", 0.1)
    database, other = Database(sqlite_url), create_engine(sqlite_url)
    with other.connect() as elsewhere:
        elsewhere.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(Retry):
            database.writer.do(keeps, "mine")
        elsewhere.rollback()
    assert database.writer.do(keeps, "mine") == "mine"
    other.dispose()
    database.close()


def test_a_connection_that_was_cut_is_a_retry_and_the_next_one_works(ring: None, postgresql_url: str) -> None:
    database = Database(postgresql_url)

    def is_cut(db: Connection) -> None:
        db.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    with one_batch(database) as crowd:
        asked = [crowd.asks(keeps, "first"), crowd.asks(is_cut), crowd.asks(keeps, "last")]
    assert [type(each.exception()) for each in asked] == [Retry, Retry, Retry]
    assert database.writer.do(keeps, "first") == "first"
    database.close()


def test_a_listener_that_fails_stops_neither_the_writer_nor_the_answer(database: Database) -> None:
    heard = []

    def breaks(_sender: Any, change: Any) -> None:
        raise ZeroDivisionError

    def hears(_sender: Any, change: Any) -> None:
        heard.append(change.action)

    with committed.connected_to(breaks), ThreadPoolExecutor(1) as caller:
        assert caller.submit(database.writer.do, keeps, "first").result(PATIENCE) == "first"
    with committed.connected_to(hears):
        assert database.writer.do(keeps, "last") == "last"
    assert heard == ["last"]


def test_each_session_keeps_its_order_and_sessions_stand_together(database: Database) -> None:
    seen: list[str] = []

    def notes(_db: Connection, name: str) -> None:
        seen.append(name)

    with one_batch(database) as crowd:
        for name in ("b1", "a1", "b2", "c1", "a2", "b3"):
            crowd.asks(notes, name, of=name[0])
    assert seen == ["a1", "a2", "b1", "b2", "b3", "c1"]


def test_an_answer_is_given_only_after_the_commit(database: Database) -> None:
    with ThreadPoolExecutor(8) as callers:
        for name in callers.map(lambda number: database.writer.do(keeps, f"n{number}"), range(40)):
            assert name in kept(database)


def test_a_reader_sees_one_state_from_its_first_to_its_last_query(database: Database) -> None:
    database.writer.do(keeps, "first")
    with database.reader() as db:
        before = set(db.execute(select(col(Installation.id))).scalars())
        database.writer.do(keeps, "meanwhile")
        assert set(db.execute(select(col(Installation.id))).scalars()) == before
    assert "meanwhile" in kept(database)


def test_what_is_still_read_when_a_database_closes_is_closed_as_it_ends_and_so_is_what_comes_later(
    ring: None, database_url: str
) -> None:
    database, closed = Database(database_url), []
    for engine in (database.read_engine, database.write_engine):
        event.listen(engine, "close", lambda connection, _record: closed.append(connection))
    with database.reader() as under_way:
        under_way.execute(select(1))
        database.close()
        was_closed = len(closed)
        assert under_way.execute(select(1)).scalar() == 1
    assert len(closed) == was_closed + 1
    with database.reader() as later:
        later.execute(select(1))
    assert len(closed) == was_closed + 2


def test_sqlite_is_set_to_keep_what_it_was_given(ring: None, sqlite_url: str) -> None:
    database = Database(sqlite_url)
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    for engine in (database.write_engine, database.read_engine):
        with engine.connect() as db:
            found = {name: db.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
        assert found == wanted
    database.close()
