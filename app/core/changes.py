"""The one door through which a live session changes.

``changing()`` takes the session's row, hands out its fresh state, and on the way out raises the versions and
writes the footprint, but only if something was written. It never commits: the writer does, and then sends
``committed``.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from blinker import signal
from sqlalchemy import Connection, Row, bindparam, update
from sqlmodel import col

from app.core import stored
from app.core.models import GroupSession, LogEntry, Participant, Standing, now
from app.core.refusals import NotFound, Refused

committed = signal("committed")  # sent by the writer with a Committed, after the commit

ONE_MORE = (
    update(Participant.__table__)
    .where(col(Participant.id) == bindparam("person"))
    .values(own_version=col(Participant.own_version) + 1)
)


@dataclass(frozen=True)
class Who:
    """Who is asking: a participant, a facilitator or a display, always for one session. ``shut``: in a
    browser that came to an occupied seat without proof, where what was written in the seat is not read back.
    """

    kind: str
    group_session_id: str
    id: str = ""
    shut: bool = False


@dataclass(frozen=True)
class Committed:
    """The news of one change: which session, and whose screens it touches."""

    group_session_id: str
    version: int
    action: str
    shared: bool
    moved: bool
    people: frozenset[str]
    reflections: frozenset[str]


@dataclass
class Change:
    """One change under way. ``before`` is the session's row as it was found; ``led`` says whether somebody
    who leads is connected: nothing new is shown to the group while nobody is.
    """

    db: Connection
    who: Who
    action: str
    before: Row[Any]
    at: datetime = field(default_factory=now)
    person: Any = None  # the participant's row, once authorised
    led: bool = True
    subject_id: str = ""
    written: bool = False
    shared: bool = False
    moved: bool = False
    people: set[str] = field(default_factory=set)
    reflections: set[str] = field(default_factory=set)
    values: dict[str, Any] = field(default_factory=dict)

    def wrote(
        self,
        subject_id: str,
        *,
        shared: bool = False,
        moved: bool = False,
        people: Iterable[str] = (),
        reflections: Iterable[str] = (),
        **values: Any,
    ) -> None:
        """Says that rows were written: ``shared`` if the group may see it, ``moved`` if state, stage or
        agenda changed, ``people`` who alone see it, ``reflections`` that look different now, ``values`` for
        the session's own row.
        """
        self.written = True
        self.subject_id = subject_id
        self.shared |= shared
        self.moved |= moved
        self.people.update(people)
        self.reflections.update(reflections)
        self.values.update(values)

    @property
    def version(self) -> int:
        """The session's version as it will stand after this change."""
        return int(self.before.version) + (1 if self.written else 0)

    @property
    def shared_version(self) -> int:
        return int(self.before.shared_version) + (1 if self.shared else 0)

    @property
    def own_version(self) -> int:
        """The version as whoever makes this change may know it: a participant's own, whose gaps tell nothing
        of what others do in private; the session's for everybody else.
        """
        if self.who.kind != "participant":
            return self.version
        mine = 1 if self.who.id in self.people else 0
        return version_for(self.person, self.shared_version) + mine


def version_for(person: Any, shared_version: int) -> int:
    """The version of what somebody's page shows: what the group may see, and what they alone do. Of whoever
    waits at the door the second alone: the first would tell when the group moves on.
    """
    own = int(person.own_version)
    return own if person.standing == Standing.WAITING else shared_version + own


@contextmanager
def changing(db: Connection, who: Who, action: str) -> Iterator[Change]:
    """Opens the door to the session of ``who``; raises NotFound where there is none.

    A refusal after a write is a fault of the verb: as a mere refusal, what was written would be committed.
    """
    row = stored.find(db, GroupSession, lock=True, id=who.group_session_id)
    if row is None:
        raise NotFound()
    change = Change(db, who, action, row)
    try:
        yield change
    except Refused as refusal:
        if change.written:
            raise AssertionError("a refusal after a write") from refusal
        raise
    if change.written:
        _leave_footprint(change)


def _leave_footprint(change: Change) -> None:
    db, before = change.db, change.before
    version = change.version
    values = dict(change.values, version=version)
    if change.shared:
        values["shared_version"] = change.shared_version
    if change.moved:
        values["moved_version"] = version
    stored.change(db, GroupSession, before.id, **values)
    for person_id in sorted(change.people):
        db.execute(ONE_MORE, {"person": person_id})
    stored.add(
        db,
        LogEntry,
        group_session_id=before.id,
        version=version,
        actor_kind=change.who.kind,
        actor_id=change.who.id,
        action=change.action,
        subject_id=change.subject_id,
        at=change.at,
    )
    announce(
        db,
        Committed(
            before.id,
            version,
            change.action,
            change.shared,
            change.moved,
            frozenset(change.people),
            frozenset(change.reflections),
        ),
    )


def announce(db: Connection, news: Committed) -> None:
    """Leaves news with the connection; the writer sends it if, and after, this run commits."""
    db.info.setdefault("news", []).append(news)


def at(change: Change) -> dict[str, Any]:
    """The answer of a command that only says which version stands now, for the one who sent it."""
    return {"ok": True, "version": change.own_version}
