"""What the demo's database holds: a group, its people, four sessions behind it and a fifth one live.

Everything is written by the program's own verbs, so that rows and log are real; only the times are then moved
into the past, since a verb always writes that it happens now.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, func, select, true, update
from sqlmodel import col

from app.core import accounts, before, consents, door, gate, groups, stored
from app.core.agenda import Stage, agenda_of
from app.core.changes import Who
from app.core.commands import REGISTRY, perform
from app.core.models import (
    Group,
    GroupFacilitator,
    GroupSession,
    LogEntry,
    Member,
    Participant,
    Reflection,
    Role,
    SessionState,
    StageVisit,
    new_id,
    now,
)
from app.core.refusals import Refused
from app.core.sealing import open_sealed
from app.core.views import session_row
from app.library import agendas, load
from app.simulated_words import names, personas

NAME = "Tuesday group"
PROGRAMME = "online_short_75"
CRISIS_LINE = "0800 000 000 (example)"
CLINICIAN = "Dr Ada Example, 0000 000 0001 (example)"
ON_CALL = {"name": "Sami (example)", "reach": "0000 000 0002", "mail": "on-call@example.org"}
WITHOUT_MEETING = "An example: nobody of this group is real"
FREE = ["Gita", "Hugo"]
HELD = 4  # sessions behind the group
OLD = timedelta(hours=4)  # a session that began before this is over, whether or not somebody ended it
MARK = "demo-"


@dataclass(frozen=True)
class Demo:
    """What the printed links and the simulated members need; ``free`` holds alias and link of whoever is not
    simulated.
    """

    group_session_id: str
    number: int
    facilitator_id: str
    simulated: list[str]
    free: list[tuple[str, str]]
    room_link: str
    display_link: str
    code: str


def make_or_find(db: Connection) -> Demo | None:
    """The demo, with a live session; None where the database has groups, but not ours."""
    group = db.execute(
        select(Group.__table__)
        .where(col(Group.id).startswith(MARK, autoescape=True))
        .order_by(col(Group.created_at).desc())
    ).first()
    if group is None:
        if db.execute(select(func.count()).select_from(Group)).scalar_one():
            return None
        return _demo(db, *_make(db))
    lead = db.execute(
        select(col(GroupFacilitator.facilitator_id)).where(
            col(GroupFacilitator.group_id) == group.id, col(GroupFacilitator.role) == Role.LEAD
        )
    ).first()
    if lead is None:
        return None
    _pass_the_gate(db, group.id, lead.facilitator_id)
    room = _Room(db, group.id, lead.facilitator_id)
    session = room.current() or room.next()
    return _demo(db, *(room, session) if session else _make(db))


def _make(db: Connection) -> tuple["_Room", str]:
    """A new group whose fifth session is live in its second stage."""
    leading = [accounts.new_account(db, name) for name in ("Fola", "Sami")]
    group = groups.create_group(
        db,
        leading[0],
        name=NAME,
        programme_id=PROGRAMME,
        emergency_number="112",
        crisis_line=CRISIS_LINE,
        group_id=MARK + new_id(),
    )
    groups.set_role(db, group, leading[1], Role.SUPPORT)
    groups.add_members(db, group, names() + FREE)
    for member in stored.find_all(db, Member, group_id=group):  # they were there from the first session on
        stored.change(db, Member, member.id, created_at=member.created_at - timedelta(weeks=HELD + 1))
    _pass_the_gate(db, group, leading[0])
    room = _Room(db, group, leading[0])
    for number in range(1, HELD + 1):
        room.hold(number, weeks_ago=HELD + 1 - number)
    return room, room.begin(HELD + 1)


def _pass_the_gate(db: Connection, group_id: str, facilitator_id: str) -> None:
    """A safety plan, the shipped texts and a word on meetings, where there are none; the simulated members
    say yes to the texts.
    """
    group = stored.find(db, Group, id=group_id)
    if group is not None and gate.missing(db, group):
        gate.keep_safety_plan(
            db,
            group_id,
            country="",
            emergency_number=group.emergency_number,
            crisis_line=group.crisis_line,
            confirmed=True,
            clinician=CLINICIAN,
            on_call=ON_CALL,
        )
        consents.adopt(db, facilitator_id, group_id)
    before.say_why_not(db, group_id, None, WITHOUT_MEETING)
    versions = consents.newest(db, group_id)
    for member in stored.find_all(db, Member, group_id=group_id):
        if open_sealed(Member.alias, member.id, member.alias) in names():
            consents.say_yes(db, group_id, versions, member_id=member.id)


class _Room:
    """The sessions of the demo group, led by one facilitator."""

    def __init__(self, db: Connection, group_id: str, facilitator_id: str):
        self.db, self.group_id, self.facilitator_id = db, group_id, facilitator_id
        members = db.execute(
            select(Member.__table__)
            .where(col(Member.group_id) == group_id, col(Member.left_at).is_(None))
            .order_by(col(Member.created_at))
        ).all()
        self.members = {open_sealed(Member.alias, each.id, each.alias): each for each in members}

    def current(self) -> str | None:
        """The session that is open and not old; open ones that are old are ended."""
        found = None
        for row in self._sessions(col(GroupSession.state).in_(door.OPEN_STATES)):
            if row.opened_at > now() - OLD:
                found = found or row.id
            else:
                self.leads(row.id, "end", version=row.version)
        return found

    def next(self) -> str | None:
        """Begins the next planned session, or plans it; None where the programme is over."""
        sessions = self._sessions(true())
        planned = [row.number for row in sessions if row.state == SessionState.PLANNED and _stages_of(row)]
        number = min(planned, default=sessions[0].number + 1 if sessions else 1)
        if not planned and number > load().programmes[PROGRAMME].group_sessions:
            return None
        return self.begin(number)

    def hold(self, number: int, weeks_ago: int) -> None:
        """A whole session that took place some weeks ago."""
        session, at = self._open(number, names()), Random(f"{number}")
        stages = self._stages(session)
        starts = _tuesday(now() - timedelta(weeks=weeks_ago))
        clock = starts
        for place, stage in enumerate(stages):
            if place:
                self._go_to(session, stage["id"])
            self._all_answer(session, stage, number, at, place > 0)
            ends = clock + timedelta(minutes=max(1, stage["minutes"] + at.choice([-2, -1, 0, 0, 1, 2, 3])))
            _set_times(self.db, session, stage["id"], clock, ends, at)
            clock = ends
        self.leads(session, "end", version=session_row(self.db, session).version)
        _set_session_times(self.db, session, starts, clock)

    def begin(self, number: int) -> str:
        """A session that is live in its second stage, the first one answered a few minutes ago."""
        session, random = self._open(number, names()), Random(f"{number}")
        stages = self._stages(session)
        self._all_answer(session, stages[0], number, random, False)
        starts, moves = now() - timedelta(minutes=6), now() - timedelta(seconds=50)
        _set_times(self.db, session, stages[0]["id"], starts, moves, random)
        if len(stages) > 1:
            self.leads(session, "reveal", stage_id=stages[0]["id"])
            self._go_to(session, stages[1]["id"])
        _set_session_times(self.db, session, starts, None)
        return session

    def leads(self, session: str, command: str, **payload: Any) -> dict[str, Any]:
        """The lead facilitator's command."""
        return self._does(Who("facilitator", session, self.facilitator_id), command, payload)

    def enters(self, session: str, aliases: list[str]) -> dict[str, str]:
        """Participant ids by alias of those members who may come in."""
        found = {}
        for alias in aliases:
            try:
                found[alias] = door.join(
                    self.db, session, alias=alias, member=self.members[alias], private=True, safe=True
                )
            except (Refused, KeyError):  # removed from the session, or no longer a member
                continue
        return found

    def _open(self, number: int, aliases: list[str]) -> str:
        planned = [
            row.id
            for row in self._sessions(col(GroupSession.number) == number)
            if row.state == SessionState.PLANNED
        ]
        stages = agendas.agenda_of(PROGRAMME, number)
        session = (
            planned[0] if planned else groups.plan_session(self.db, self.group_id, stages, number=number)
        )
        self.leads(session, "open_lobby", version=session_row(self.db, session).version)
        self.enters(session, aliases)
        self.leads(session, "start", version=session_row(self.db, session).version)
        return session

    def _all_answer(self, session: str, stage: Stage, number: int, random: Random, last: bool) -> None:
        for alias, person in self.enters(session, names() if stage["prompts"] else []).items():
            persona = personas(len(names()))[names().index(alias)]
            passed = random.random() < 0.06
            answer = {} if passed else persona.answer(number, stage["prompts"], random, last)
            payload = {
                "id": str(uuid.uuid4()),
                "stage_id": stage["id"],
                "answer": answer,
                "audience": random.choice([stage["default_audience"], *stage["audiences"]]),
                "passed": not answer,
            }
            self._does(Who("participant", session, person), "submit_reflection", payload)

    def _go_to(self, session: str, stage_id: str) -> None:
        version = session_row(self.db, session).version
        self.leads(session, "go_to_stage", stage_id=stage_id, version=version)

    def _stages(self, session: str) -> list[Stage]:
        return _stages_of(session_row(self.db, session))

    def _does(self, who: Who, command: str, payload: dict[str, Any]) -> dict[str, Any]:
        row = REGISTRY[who.kind][command]
        return perform(self.db, who, row, row.payload(**payload))

    def _sessions(self, condition: Any) -> list[Any]:
        """Group sessions that fit, the newest first."""
        return list(
            self.db.execute(
                select(GroupSession.__table__)
                .where(
                    col(GroupSession.group_id) == self.group_id, col(GroupSession.kind) == "group", condition
                )
                .order_by(col(GroupSession.number).desc())
            ).all()
        )


def _stages_of(row: Any) -> list[Stage]:
    return [stage for stage in agenda_of(row) if not stage.get("skipped")]


def _tuesday(day: datetime) -> datetime:
    """The evening of the last Tuesday until that day."""
    day -= timedelta(days=(day.weekday() - 1) % 7)
    return day.replace(hour=17, minute=30, second=0, microsecond=0)


def _set_times(
    db: Connection, session: str, stage_id: str, starts: datetime, ends: datetime, random: Random
) -> None:
    """A stage and its answers, as if they had been between these times."""
    db.execute(
        update(StageVisit)
        .where(col(StageVisit.group_session_id) == session, col(StageVisit.stage_id) == stage_id)
        .values(entered_at=starts, left_at=ends)
    )
    rows = db.execute(
        select(col(Reflection.id)).where(
            col(Reflection.group_session_id) == session, col(Reflection.stage_id) == stage_id
        )
    ).all()
    for row in rows:
        at = starts + (ends - starts) * random.uniform(0.2, 0.9)
        db.execute(update(Reflection).where(col(Reflection.id) == row.id).values(saved_at=at, created_at=at))


def _set_session_times(db: Connection, session: str, starts: datetime, ends: datetime | None) -> None:
    """A session, its people and its log, as if it had begun, and perhaps ended, at these times."""
    opens = starts - timedelta(minutes=8)
    db.execute(
        update(GroupSession)
        .where(col(GroupSession.id) == session)
        .values(scheduled_at=starts, opened_at=opens, started_at=starts, ended_at=ends)
    )
    people = db.execute(
        select(col(Participant.id))
        .where(col(Participant.group_session_id) == session)
        .order_by(col(Participant.joined_at))
    ).all()
    for place, person in enumerate(people, 1):
        at = opens + timedelta(minutes=place)
        left = None if ends is None else ends + timedelta(seconds=10 * place)
        values = {"agreed_at": at, "joined_at": at, "admitted_at": at, "left_at": left}
        db.execute(update(Participant).where(col(Participant.id) == person.id).values(**values))
    entries = db.execute(select(col(LogEntry.version)).where(col(LogEntry.group_session_id) == session)).all()
    for entry in entries:
        at = opens + ((ends or now()) - opens) * (entry.version / len(entries))
        place = (col(LogEntry.group_session_id) == session) & (col(LogEntry.version) == entry.version)
        db.execute(update(LogEntry).where(place).values(at=at))


def _demo(db: Connection, room: _Room, session: str) -> Demo:
    row = session_row(db, session)
    return Demo(
        session,
        row.number,
        room.facilitator_id,
        list(room.enters(session, names()).values()),
        [
            (alias, open_sealed(Member.link, member.id, member.link))
            for alias, member in room.members.items()
            if alias not in names()
        ],
        open_sealed(GroupSession.room_link, row.id, row.room_link),
        open_sealed(GroupSession.display_link, row.id, row.display_link),
        row.code,
    )
