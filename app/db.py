"""The engines, the reader and the writer.

Every write of a process goes through its one writer: many verbs in one transaction, one durable commit, then
the news is sent and every caller wakes. SQLite is the embedded default (one process); PostgreSQL takes
several.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc, insert, select, text

from app.core import sealing
from app.core.changes import committed
from app.core.models import Installation
from app.core.refusals import Refused, Retry
from app.core.sealing import Unsealable, open_sealed, seal

log = logging.getLogger("concentric.db")

LARGEST_BATCH = 200
LOCKED_FOR = (
    2.0  # seconds a caller waits for SQLite's write lock before everybody in its batch is told to retry
)
PAUSE = 0.02
TRANSIENT = (exc.OperationalError, exc.InterfaceError)
DEADLOCK_OR_SERIALISATION = {"40001", "40P01"}

Verb = Callable[..., Any]


class Database:
    """Two engines on one database, and the writer. ``spawn`` starts the writer's loop."""

    def __init__(self, url: str, spawn: Callable[[Callable[[], None]], Any] | None = None):
        self.sqlite = url.startswith("sqlite")
        self.write_engine = _engine(url, "IMMEDIATE" if self.sqlite else "")
        self.read_engine = _engine(url, "DEFERRED" if self.sqlite else "")
        if not self.sqlite:
            self.read_engine = self.read_engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        self.writer = Writer(self.write_engine, spawn or _thread)

    @contextmanager
    def reader(self) -> Iterator[Connection]:
        """A connection that sees one state of the database from its first to its last query."""
        with self.read_engine.connect() as db, db.begin():
            yield db

    def answers(self) -> bool:
        """Whether the database can be reached now."""
        try:
            with self.reader() as db:
                db.execute(text("SELECT 1"))
        except exc.SQLAlchemyError:
            return False
        return True

    def close(self) -> None:
        """Closes what is unused now, and whatever is still out (by a push under way) as it comes back."""
        self.writer.close()
        for engine in (self.write_engine, self.read_engine):
            event.listen(engine.pool, "checkin", _close)  # the pool that follows it inherits the listener
            engine.dispose()


def check_keys(database: Database) -> None:
    """Raises Unsealable unless the ring in use opens this database; marks a new database with it."""

    def check(db: Connection) -> None:
        row = db.execute(select(Installation.__table__)).one_or_none()
        if row is None:
            value = seal(Installation.key_check, "installation", "concentric")
            db.execute(insert(Installation).values(id="installation", key_check=value))
        elif open_sealed(Installation.key_check, row.id, row.key_check) != "concentric":
            raise Unsealable("installation")

    sealing.ring()
    with database.write_engine.begin() as db:
        check(db)


class Writer:
    """The one writer of this process."""

    def __init__(self, engine: Engine, spawn: Callable[[Callable[[], None]], Any]):
        self.engine = engine
        event.listen(engine, "before_cursor_execute", _count_writes)
        self._waiting: queue.Queue[_Item | None] = queue.Queue()
        self._spawn = spawn
        self._started = threading.Lock()
        self._running = False

    def do(self, verb: Verb, *args: Any, of: str = "", **kwargs: Any) -> Any:
        """Runs ``verb(db, *args, **kwargs)`` durably and gives what it gave, or raises what it raised.

        ``of`` names the session it belongs to, so that a batch can take sessions in one order. Raises Retry
        when the database could not take it; nothing was stored then.
        """
        self._start()
        item = _Item(verb, args, kwargs, of)
        self._waiting.put(item)
        item.done.wait()
        if isinstance(item.outcome, BaseException):
            raise item.outcome
        return item.outcome

    @property
    def idle(self) -> bool:
        return self._waiting.empty()

    def close(self) -> None:
        if self._running:
            self._waiting.put(None)

    def _start(self) -> None:
        if not self._running:
            with self._started:
                if not self._running:
                    self._running = True
                    self._spawn(self._run)

    def _run(self) -> None:
        while True:
            first = self._waiting.get()
            if first is None:
                self._running = False
                return
            batch = [first]
            while len(batch) < LARGEST_BATCH and not self._waiting.empty():
                item = self._waiting.get_nowait()
                if item is None:
                    self._waiting.put(None)
                    break
                batch.append(item)
            # two workers that took sessions in the order of arrival could lock each other out; sorting is
            # stable, so each session keeps its own order
            batch.sort(key=lambda item: item.of)
            self._serve(batch)

    def _serve(self, batch: list["_Item"]) -> None:
        news: list[Any] = []
        try:
            outcomes, news = self._commit(batch)
        except Exception as broken:  # noqa: BLE001 - the writer lives on whatever happens, and all are told
            log.warning("batch failed: %s", type(broken).__name__)
            outcomes = [Retry() for _ in batch]
        for change in news:
            try:
                committed.send(self, change=change)
            except Exception as failed:  # noqa: BLE001 - a listener that fails keeps nobody from an answer
                log.error("a listener failed: %s", type(failed).__name__)
        for item, outcome in zip(batch, outcomes, strict=True):
            item.outcome = outcome
            item.done.set()

    def _commit(self, batch: list["_Item"]) -> tuple[list[Any], list[Any]]:
        try:
            return self._in_transaction(self._together, batch)
        except Exception as failed:
            if _connection_lost(failed):
                raise
            return self._in_transaction(self._one_by_one, batch)

    def _in_transaction(
        self, run: Callable[..., list[Any]], batch: list["_Item"]
    ) -> tuple[list[Any], list[Any]]:
        for attempt in range(3):
            try:
                with self._connection(min(item.at for item in batch) + LOCKED_FOR) as db:
                    db.info["news"], db.info["written"] = [], 0
                    outcomes = run(db, batch)
                    news = db.info["news"]
                    db.commit()
                    return outcomes, news
            except exc.DBAPIError as failed:
                if attempt == 2 or getattr(failed.orig, "sqlstate", None) not in DEADLOCK_OR_SERIALISATION:
                    raise
        raise AssertionError("unreachable")

    @contextmanager
    def _connection(self, give_up: float) -> Iterator[Connection]:
        """A connection in a write transaction; waits for SQLite's lock without holding up anybody else."""
        with self.engine.connect() as db:
            while True:
                try:
                    db.begin()
                    break
                except exc.OperationalError as failed:
                    if "locked" not in str(failed.orig) or time.monotonic() > give_up:
                        raise
                    db.rollback()
                    time.sleep(PAUSE)
            try:
                yield db
            except BaseException:
                db.rollback()
                raise

    def _together(self, db: Connection, batch: list["_Item"]) -> list[Any]:
        outcomes: list[Any] = []
        for item in batch:
            written = db.info["written"]
            try:
                outcomes.append(item.run(db))
            except Refused as refusal:  # raised before the first write: the batch goes on
                if db.info["written"] != written:
                    raise AssertionError("a refusal after a write") from refusal
                outcomes.append(refusal)
        return outcomes

    def _one_by_one(self, db: Connection, batch: list["_Item"]) -> list[Any]:
        outcomes: list[Any] = []
        for item in batch:
            known = len(db.info["news"])
            try:
                with db.begin_nested():
                    outcomes.append(item.run(db))
            except Exception as failed:
                if _connection_lost(failed):
                    raise
                del db.info["news"][known:]
                if not isinstance(failed, Refused):
                    log.error("a verb failed: %s in %s", type(failed).__name__, item.name)
                outcomes.append(failed)
        return outcomes


class _Item:
    __slots__ = ("args", "at", "done", "kwargs", "of", "outcome", "verb")

    def __init__(self, verb: Verb, args: tuple[Any, ...], kwargs: dict[str, Any], of: str):
        self.verb, self.args, self.kwargs, self.of = verb, args, kwargs, of
        self.at = time.monotonic()
        self.done = threading.Event()
        self.outcome: Any = None

    @property
    def name(self) -> str:
        return getattr(self.verb, "__name__", "verb")

    def run(self, db: Connection) -> Any:
        return self.verb(db, *self.args, **self.kwargs)


def _connection_lost(failed: BaseException) -> bool:
    """Locked, disk full, connection cut: nothing that another try with savepoints could mend."""
    if (
        isinstance(failed, exc.DBAPIError)
        and getattr(failed.orig, "sqlstate", None) in DEADLOCK_OR_SERIALISATION
    ):
        return True
    return isinstance(failed, TRANSIENT) or (
        isinstance(failed, exc.DBAPIError) and failed.connection_invalidated
    )


def _count_writes(
    db: Connection, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool
) -> None:
    """Counts what is written on a connection, so that a refusal that comes too late is found out."""
    if context.isinsert or context.isupdate or context.isdelete:
        db.info["written"] = db.info.get("written", 0) + 1


def _close(_connection: Any, record: Any) -> None:
    record.invalidate()


def _thread(run: Callable[[], None]) -> None:
    threading.Thread(target=run, name="writer", daemon=True).start()


def _engine(url: str, sqlite_begin: str) -> Engine:
    # parameters never reach a log or an error: they hold what people wrote
    if not url.startswith("sqlite"):
        return create_engine(
            url,
            hide_parameters=True,
            pool_size=10,
            max_overflow=5,
            pool_timeout=5,
            pool_pre_ping=True,
            pool_recycle=1800,
        )
    engine = create_engine(url, hide_parameters=True, pool_size=8, max_overflow=8)

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        # else a savepoint that comes first commits by itself at its release
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            "journal_size_limit=67108864",
            "busy_timeout=0",  # waiting in C would hold up everybody; the writer waits by itself
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {sqlite_begin}")

    return engine
