"""A full session: twelve members, fourteen stages, everybody answers; with last week's before it.

For tests, for pictures, and for the bench: ``full_session(database)``, or ``play(db, ...)`` as a verb of a
writer, which puts as many groups as wanted into one transaction.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, insert, update
from sqlmodel import col

from app.core import door, goals, groups, stored, tags
from app.core.agenda import Stage, agenda_of
from app.core.changes import Who
from app.core.commands import REGISTRY, perform
from app.core.models import (
    Facilitator,
    GroupSession,
    Member,
    Participant,
    Reflection,
    Role,
    Signal,
    StageVisit,
    new_id,
    now,
)
from app.core.sealing import seal
from app.core.turns import asked_of, turns_of
from app.core.views import me, session_row
from app.db import Database
from app.library.agendas import stage_of_exercise, stage_of_row, talk_stage
from app.library.items import Row
from app.simulated_words import personas
from tests.house.groups import complete

NAMES = (
    *("Amal", "Birgit", "Chidi", "Dolores", "Ewa", "Farid"),
    *("Goran", "Hanna", "Ines", "Jun", "Karim", "Lena"),
)
MEMBERS, STAGES = len(NAMES), 14
EXERCISES = (
    *("one_word_checkin", "mood_event_checkin", "step_review", "talk_or_listen", "communication_analysis"),
    *("closeness_circle", "decision_analysis", "good_relationship_memory", "old_new_role"),
    *("name_the_feeling", "step_plan"),
)
CLOSE = Row(minutes=5, title="Pulse and one word", exercises=("session_pulse", "leaving_check"), core=True)
ADDED = "grounding"  # put in by the leader while people are there
AUDIENCES = ("group_named", "group_unnamed", "facilitators")
THEMES = ("Asking for help", "Saying no in the family", "Being alone")


@dataclass
class Full:
    """The ids of a group with two sessions, last week's and the full one, and of its people by alias."""

    group_id: str
    leader: str
    support: str
    members: dict[str, str]
    last_week: str
    id: str


def agenda(stages: int = STAGES) -> list[Stage]:
    """A plan with these many stages, less the one that is added on the way."""
    middle = [stage_of_exercise(each) for each in EXERCISES] + [talk_stage("What did others take", 5)]
    return [*middle[: stages - 2], stage_of_row(CLOSE, "middle")]


def full_session(database: Database, members: int = MEMBERS, stages: int = STAGES) -> Full:
    """One group with its full session, in one transaction."""
    full: Full = database.writer.do(play, members, stages)
    return full


def play(db: Connection, members: int = MEMBERS, stages: int = STAGES, tagged: bool = True) -> Full:
    """The same as a verb: a new group with new leaders, last week's session and this one, both ended."""
    leader, support = (_facilitator(db, name) for name in ("Fola", "Sami"))
    group_id = groups.create_group(db, leader, name="Tuesday group", programme_id="online_short_75")
    groups.set_role(db, group_id, support, Role.SUPPORT)
    aliases = list(NAMES[:members])
    people = dict(zip(aliases, groups.add_members(db, group_id, aliases), strict=True))
    complete(db, group_id, leader)
    made = Full(group_id, leader, support, people, "", "")
    made.last_week = _plays(db, made, 1, agenda(stages)[:2], now() - timedelta(days=7))
    made.id = _plays(db, made, 2, agenda(stages), now(), full=True)
    if tagged:
        _tags(db, made)
    return made


def _facilitator(db: Connection, name: str) -> str:
    new = new_id()
    db.execute(insert(Facilitator).values(id=new, name=seal(Facilitator.name, new, name), created_at=now()))
    return new


def _plays(
    db: Connection, made: Full, number: int, stages: list[Stage], ended: datetime, full: bool = False
) -> str:
    session = groups.plan_session(db, made.group_id, stages, number=number)
    leader, random = Who("facilitator", session, made.leader), Random(number)
    _does(db, leader, "open_lobby")
    inside = {alias: _joins(db, session, alias, made.members[alias]) for alias in made.members}
    _does(db, leader, "start")
    if full:
        _does(db, leader, "insert_stage", exercise_id=ADDED, minutes=3, after_stage_id=stages[-3]["id"])
        _calls(db, made, session, list(inside.values()))
    for place, stage in enumerate(agenda_of(session_row(db, session))):
        if place:
            _does(db, leader, "go_to_stage", stage_id=stage["id"])
        for alias, who in inside.items():
            _answers(db, who, stage, number, list(made.members).index(alias), random)
    for who in list(inside.values())[1:]:
        _does(db, leader, "mark_heard", participant_id=who.id)
    _does(db, leader, "end")
    _takes_its_time(db, session, ended)
    return session


def _answers(db: Connection, who: Who, stage: Stage, number: int, place: int, random: Random) -> None:
    row = session_row(db, who.group_session_id)
    asked = asked_of(stage["prompts"], turns_of(db, row.id, stage["id"]), who.id, False)
    asked = goals.asked(asked, me(db, row, who.id, {})["goals"])
    if not asked:
        return
    persona = personas(MEMBERS)[place % MEMBERS]
    answer = persona.answer(number, [each | {"who": "all"} for each in asked], random, False)
    wanted = AUDIENCES[place % 3]
    audience = wanted if wanted in stage["audiences"] else "facilitators"
    passed = not answer or (place == 5 and "mood" not in answer)
    payload = {"id": str(uuid.uuid4()), "stage_id": stage["id"], "audience": audience}
    _does(db, who, "submit_reflection", answer={} if passed else answer, passed=passed, **payload)


def _calls(db: Connection, made: Full, session: str, people: list[Who]) -> None:
    support = Who("facilitator", session, made.support)
    for who, kind in zip(people, ("hand", "support", "slower"), strict=False):
        signal = str(uuid.uuid4())
        _does(db, who, "raise_signal", id=signal, kind=kind)
        if kind == "support":
            _does(db, support, "answer_signal", id=signal, reply="call")


def _tags(db: Connection, made: Full) -> None:
    """Some answers of the full session are tagged already: every eleventh with an area and a theme."""
    rows = stored.find_all(db, Reflection, ("created_at", "id"), group_session_id=made.id, passed=False)
    for place, row in enumerate(rows[::11]):
        for tag in (tags.AREAS[place % 4], tags.PERSPECTIVES[place % 3], tags.THEME + THEMES[place % 3]):
            tags.set_tag(db, made.leader, made.id, row.id, tag, True)


def _takes_its_time(db: Connection, session: str, ended: datetime) -> None:
    """Puts the session into the evening it would have been: each stage a little over or under its plan."""
    stages = agenda_of(session_row(db, session))
    spent = [
        timedelta(minutes=max(1, stage["minutes"] + (-1, 0, 2)[i % 3])) for i, stage in enumerate(stages)
    ]
    began = at = ended - sum(spent, timedelta())
    for stage, minutes in zip(stages, spent, strict=True):
        visit = (col(StageVisit.group_session_id) == session, col(StageVisit.stage_id) == stage["id"])
        db.execute(update(StageVisit).where(*visit).values(entered_at=at, left_at=at + minutes))
        at += minutes
    stored.change(db, GroupSession, session, started_at=began, ended_at=ended)
    people = stored.find_all(db, Participant, ("admitted_at",), group_session_id=session)
    for place, person in enumerate(people):
        came = began - timedelta(minutes=1, seconds=-place)
        stored.change(db, Participant, person.id, joined_at=came, admitted_at=came)
    for place, signal in enumerate(stored.find_all(db, Signal, ("raised_at",), group_session_id=session)):
        raised = began + timedelta(minutes=21 + 7 * place)
        seen = raised + timedelta(minutes=1) if signal.seen_by else None
        stored.change(db, Signal, signal.id, raised_at=raised, seen_at=seen)


def _joins(db: Connection, session: str, alias: str, member_id: str) -> Who:
    member = stored.find(db, Member, id=member_id)
    return Who("participant", session, door.join(db, session, alias=alias, member=member, private=True))


def _does(db: Connection, who: Who, name: str, **payload: Any) -> Any:
    command = REGISTRY[who.kind][name]
    if "version" in command.payload.model_fields:
        payload["version"] = session_row(db, who.group_session_id).version
    return perform(db, who, command, command.payload(**payload))
