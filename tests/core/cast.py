"""The oak group at its session, spoken to through the real writer, and what each of its people sees."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, insert, select
from sqlmodel import col

from app.core import consents, console, door, groups, views
from app.core.agenda import Stage
from app.core.changes import Who
from app.core.commands import REGISTRY, perform
from app.core.models import Facilitator, GroupSession, LogEntry, Member, Participant, Reflection, Role, now
from app.core.refusals import Refused
from app.core.sealing import seal
from app.core.shown import shown_answers
from app.db import Database
from realtime.presence import Presence
from tests.house.groups import complete

MEMBERS = ["Amal", "Birgit", "Chidi", "Dolores", "Ewa"]
PIN_HASH = "a hash of 4711"
AUDIENCES = ["facilitators", "group_unnamed", "group_named"]


def prompt(key: str, kind: str = "free_text", **more: Any) -> dict[str, Any]:
    return {"key": key, "type": kind, "text": f"Tell us about {key}.", "who": "all", **more}


def stage(name: str, *prompts: dict[str, Any], **more: Any) -> Stage:
    """A stage whose id is its name; without prompts it is a talk."""
    return {
        "id": name,
        "title": name.capitalize(),
        "kind": "exercise" if prompts else "talk",
        "minutes": 10,
        "core": False,
        "cue": {"aim": "", "steps": [], "say": "", "also": "", "care": ""},
        "exercises": [],
        "pool": [],
        "reading": [],
        "prompts": list(prompts),
        "audiences": AUDIENCES,
        "default_audience": "group_named",
        "repeat": False,
        "perspectives": [],
        "measures": [],
        "phase": "",
        **more,
    }


def agenda() -> list[Stage]:
    """Every kind of stage; the session starts at ``words``."""
    wish = prompt("wish", "single_choice", options=["Talk", "Listen"], exercise="talk_or_listen")
    return [
        stage("words", prompt("text")),
        stage(
            "mixed",
            prompt("mood", "scale_0_10", audience="facilitators"),
            prompt("secret", audience="facilitators"),
            prompt("word", audience="group_unnamed"),
            prompt("text"),
        ),
        stage("talk", pool=["decision_analysis", "role_play"]),
        stage("cards", prompt("text"), repeat=True),
        stage("alone", prompt("text"), audiences=["facilitators"], default_audience="facilitators"),
        stage("wishes", wish | {"audience": "facilitators"}, prompt("text")),
        stage("last", prompt("text")),
    ]


class Oak:
    """The oak group: Fola leads, and is administrator, Sami supports; Amal, Birgit, Chidi, Dolores and Ewa
    are its members.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.presence = Presence()
        self.people: dict[str, Who] = {}
        database.writer.do(self._make)
        self.plans()

    def _make(self, db: Connection) -> None:
        self.leaders = {}
        for name in ("Fola", "Sami"):
            new = self.leaders[name] = f"f-{name.lower()}"
            db.execute(
                insert(Facilitator).values(
                    id=new,
                    name=seal(Facilitator.name, new, name),
                    created_at=now(),
                    administrator=name == "Fola",
                )
            )
        self.group_id = groups.create_group(db, self.leaders["Fola"], name="Oak", programme_id=None)
        groups.set_role(db, self.group_id, self.leaders["Sami"], Role.SUPPORT)
        self.members = dict(zip(MEMBERS, groups.add_members(db, self.group_id, MEMBERS), strict=True))
        complete(db, self.group_id, self.leaders["Fola"])

    def plans(self, stages: list[Stage] | None = None) -> None:
        """One more session of the group; from now on it is the one everybody speaks of."""
        self.id = str(self.database.writer.do(groups.plan_session, self.group_id, stages or agenda()))
        self.people = {name: Who("facilitator", self.id, who) for name, who in self.leaders.items()}

    def opens(self) -> None:
        """The lobby is open and all members have come."""
        self.does(self.fola, "open_lobby")
        for name in MEMBERS:
            self.joins(name)

    def starts(self) -> None:
        self.opens()
        self.does(self.fola, "start")

    def joins(self, name: str, **given: Any) -> Who:
        """A member comes by their personal link, and has chosen a PIN or proves it; anybody else knocks as a
        guest.
        """
        member = self.member(name) if name in self.members else None
        with self.database.reader() as db:
            given.setdefault("agreed", None if member else consents.newest(db, self.group_id))
            given.setdefault("pin_hash", PIN_HASH if member else None)
        person = self.database.writer.do(door.join, self.id, alias=name, member=member, **given)
        self.people[name] = Who("participant", self.id, person)
        return self.people[name]

    def __getattr__(self, name: str) -> Who:
        """``oak.amal``: the person of this name in the current session."""
        try:
            return self.__dict__["people"][name.capitalize()]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None

    def does(self, who: Who, name: str, **payload: Any) -> dict[str, Any]:
        """Sends a command of the registry; one that asks for a version gets the newest unless told
        otherwise.
        """
        command = REGISTRY[who.kind][name]
        if "version" in command.payload.model_fields:
            payload.setdefault("version", self.row().version)
        read = command.payload.model_validate(payload)
        answer: dict[str, Any] = self.database.writer.do(perform, who, command, read, of=who.group_session_id)
        return answer

    def writes(self, who: Who, stage_id: str = "words", **more: Any) -> dict[str, Any]:
        """``submit_reflection`` with its usual values; words that are no field are the answer to their
        prompt.
        """
        fields = {"id": str(uuid4()), "audience": "group_named", "passed": False, "revision": 1}
        payload = {key: more.pop(key, value) for key, value in fields.items()}
        return self.does(who, "submit_reflection", stage_id=stage_id, answer=more, **payload)

    def signals(self, who: Who, kind: str = "support") -> str:
        """Raises a signal and gives its id."""
        new = str(uuid4())
        self.does(who, "raise_signal", id=new, kind=kind)
        return new

    def moves_to(self, stage_id: str) -> dict[str, Any]:
        return self.does(self.fola, "go_to_stage", stage_id=stage_id)

    # what is stored

    def row(self) -> Any:
        return self.one(select(GroupSession.__table__).where(col(GroupSession.id) == self.id))

    def member(self, name: str) -> Any:
        return self.one(select(Member.__table__).where(col(Member.id) == self.members[name]))

    def person(self, who: Who) -> Any:
        return self.one(select(Participant.__table__).where(col(Participant.id) == who.id))

    def reflection(self, reflection_id: str) -> Any:
        return self.one(select(Reflection.__table__).where(col(Reflection.id) == reflection_id))

    def log(self) -> list[Any]:
        table = LogEntry.__table__
        return self.all(select(table).where(table.c.group_session_id == self.id).order_by(table.c.version))

    def one(self, query: Any) -> Any:
        with self.database.reader() as db:
            return db.execute(query).one()

    def all(self, query: Any) -> list[Any]:
        with self.database.reader() as db:
            return list(db.execute(query).all())

    # what each of them sees

    def shown(self) -> list[dict[str, Any]]:
        with self.database.reader() as db:
            return shown_answers(db, views.session_row(db, self.id))

    def shown_ids(self) -> list[str]:
        return [each["id"] for each in self.shown()]

    def room(self) -> dict[str, Any]:
        with self.database.reader() as db:
            return views.room(db, views.session_row(db, self.id), leader_here=True)

    def wall(self) -> dict[str, Any]:
        with self.database.reader() as db:
            return views.wall(
                db, views.session_row(db, self.id), "https://oak.example/r/x", ("M0 0h1v1h-1z", 9)
            )

    def me(self, who: Who) -> dict[str, Any]:
        with self.database.reader() as db:
            return views.me(db, views.session_row(db, self.id), who.id, {}, shut=who.shut)

    def console(self, who: Who | None = None) -> dict[str, Any]:
        with self.database.reader() as db:
            row = views.session_row(db, self.id)
            return console.console(db, row, who or self.fola, self.presence, {})

    def on_roster(self, who: Who) -> dict[str, Any]:
        return next(each for each in self.console()["people"] if each["id"] == who.id)

    def on_console(self, reflection_id: str) -> dict[str, Any]:
        return next(each for each in self.console()["answers"] if each["id"] == reflection_id)


@contextmanager
def refused(code: str) -> Iterator[Any]:
    """What stands inside is refused with this code."""
    with pytest.raises(Refused) as caught:
        yield caught
    assert caught.value.code == code
