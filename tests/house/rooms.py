"""Rooms for tests, made in the database by the program's own verbs: the oak group and its session."""

import sqlite3
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Connection, insert, select
from sqlmodel import SQLModel

from app.access import Tickets
from app.core import consents, door, groups, sealing
from app.core.changes import Who
from app.core.commands import REGISTRY, perform
from app.core.models import (
    Facilitator,
    Reflection,
    Role,
    SessionState,
    new_id,
    now,
)
from app.core.sealing import open_sealed, seal
from app.db import Database
from app.private_form import sign_of
from tests.house.environment import KEYS, SECRET_KEY
from tests.house.groups import complete, everybody_says_yes

CAST = ("Amal", "Birgit", "Chidi")
ALL = ("facilitators", "group_unnamed", "group_named")
FORM = f"/form/{sign_of('phq9')}"  # the address in a room of the private form that most tests ask
LATEST = 2**40  # a version that is never stale
STEPS = {
    SessionState.PLANNED: (),
    SessionState.LOBBY: ("open_lobby",),
    SessionState.LIVE: ("open_lobby", "start"),
    SessionState.HELD: ("open_lobby", "start", "hold"),
    SessionState.ENDED: ("open_lobby", "start", "end"),
}
TABLES = SQLModel.metadata.tables
tickets = Tickets(SECRET_KEY)


def asking(
    key: str, *prompts: dict[str, Any], audiences: tuple[str, ...] = ALL, repeat: bool = False
) -> dict[str, Any]:
    """A stage called ``key``; without prompts of its own it asks for one free text named ``text``."""
    asked = prompts or ({"key": "text", "type": "free_text", "text": "What is on your mind?", "who": "all"},)
    return {
        "id": key,
        "title": f"The stage {key}",
        "kind": "exercise",
        "minutes": 5,
        "core": False,
        "cue": {"aim": "", "steps": [], "say": "", "also": "", "care": ""},
        "exercises": [],
        "pool": [],
        "reading": [],
        "prompts": list(asked),
        "audiences": list(audiences),
        "default_audience": "facilitators",
        "repeat": repeat,
        "perspectives": [],
        "measures": [],
        "phase": "",
    }


@dataclass
class Room:
    """One session, with the ids of its people by alias and of its facilitators by name."""

    database: Database
    group: str
    id: str
    people: dict[str, str]
    leading: dict[str, str]
    stages: list[dict[str, Any]] = field(default_factory=list)

    def who(self, name: str) -> Who:
        """Somebody of this room by alias or name; ``display`` is the wall."""
        if name == "display":
            return Who("display", self.id)
        if name in self.people:
            return Who("participant", self.id, self.people[name])
        return Who("facilitator", self.id, self.leading[name])

    def ticket(self, name: str, *, sandbox: bool = False) -> str:
        return tickets.issue(self.who(name), sandbox=sandbox)

    def does(self, name: str, command: str, **payload: Any) -> dict[str, Any]:
        """Runs a command through the writer; raises what it is refused with."""
        who = self.who(name)
        row = REGISTRY[who.kind][command]
        answer: dict[str, Any] = self.database.writer.do(
            perform, who, row, row.payload(**payload), of=self.id
        )
        return answer

    def do(self, *steps: tuple[str, str, dict[str, Any]]) -> None:
        """Several commands in one transaction: who, what, and with which payload."""
        self.database.writer.do(
            _play, [(self.who(name), command, payload) for name, command, payload in steps]
        )

    def lets_in(self, alias: str, *, guest: bool = False) -> str:
        """One more person enters: a member at once, a guest into the waiting room."""
        self.people[alias] = self.database.writer.do(_enter, self.group, self.id, alias, guest)
        return self.people[alias]

    @property
    def row(self) -> Any:
        table = TABLES["group_session"]
        return self.all(select(table).where(table.c.id == self.id))[0]

    @property
    def reflections(self) -> list[Any]:
        table = TABLES["reflection"]
        return self.all(select(table).where(table.c.group_session_id == self.id).order_by(table.c.created_at))

    @property
    def log(self) -> list[Any]:
        table = TABLES["log_entry"]
        return self.all(select(table).where(table.c.group_session_id == self.id).order_by(table.c.version))

    def has_every_version(self) -> bool:
        """Whether the log tells of each version once, without a gap, up to the session's own."""
        return [entry.version for entry in self.log] == list(range(1, self.row.version + 1))

    def all(self, query: Any) -> list[Any]:
        with self.database.reader() as db:
            return list(db.execute(query).all())


def words_of(row: Any) -> str:
    """What a stored answer says, unsealed."""
    return open_sealed(Reflection.answer, row.id, row.answer)


def open_database(url: str) -> Database:
    """The database from the test's own process, with the keys of the tests."""
    sealing.use(sealing.parse_ring(KEYS))
    return Database(url)


def make_room(
    database: Database,
    people: tuple[str, ...] = CAST,
    stages: list[dict[str, Any]] | None = None,
    *,
    state: SessionState = SessionState.LIVE,
    sandbox: bool = False,
) -> Room:
    """A session of the oak group in lobby, live, held or ended; Fola leads, Sami supports, Olu watches."""
    stages = stages or [asking("s-one"), asking("s-two"), asking("s-three", repeat=True)]
    group, session, inside, leading = database.writer.do(_make, people, stages, state, sandbox)
    return Room(database, group, session, inside, leading, stages)


def _make(
    db: Connection, people: tuple[str, ...], stages: list[dict[str, Any]], state: SessionState, sandbox: bool
) -> tuple[str, str, dict[str, str], dict[str, str]]:
    leading = {name: _facilitator(db, name) for name in ("Fola", "Sami", "Olu")}
    group = groups.create_group(db, leading["Fola"], name="oak", programme_id=None)
    groups.set_role(db, group, leading["Sami"], Role.SUPPORT)
    groups.set_role(db, group, leading["Olu"], Role.OBSERVER)
    complete(db, group, leading["Fola"])
    session = groups.plan_session(db, group, stages, sandbox=sandbox)
    fola, inside = Who("facilitator", session, leading["Fola"]), {}
    for step in STEPS[state]:
        _play(db, [(fola, step, {"version": LATEST})])
        if step == "open_lobby":
            inside = {alias: _enter(db, group, session, alias, False) for alias in people}
    return group, session, inside, leading


def _facilitator(db: Connection, name: str) -> str:
    new = new_id()
    db.execute(insert(Facilitator).values(id=new, name=seal(Facilitator.name, new, name), created_at=now()))
    return new


def _play(db: Connection, steps: list[tuple[Who, str, dict[str, Any]]]) -> None:
    for who, command, payload in steps:
        row = REGISTRY[who.kind][command]
        perform(db, who, row, row.payload(**payload))


def _enter(db: Connection, group: str, session: str, alias: str, guest: bool) -> str:
    if guest:
        return door.join(db, session, alias=alias, agreed=consents.newest(db, group))
    member_id = groups.add_members(db, group, [alias])[0]
    everybody_says_yes(db, group)
    table = TABLES["member"]
    return door.join(
        db, session, alias=alias, member=db.execute(select(table).where(table.c.id == member_id)).one()
    )


def raw_rows(url: str, query: str) -> list[tuple[Any, ...]]:
    """Rows read without the program's own code, as somebody finds them who looks into the database."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()
    with psycopg.connect(url.replace("+psycopg", "")) as pg:
        return pg.execute(query).fetchall()
