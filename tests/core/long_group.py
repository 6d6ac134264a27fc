"""A long group: twelve members, sixteen weekly sessions; moods, events, measures, goals, steps and circles.

For tests, for pictures, and for the bench: ``long_group(database)``, or ``play(db, ...)`` as a verb of a
writer, which puts as many groups as wanted into one transaction. What somebody gives is a rule and no draw,
so that a test can say what must come out (``mood_of``, ``missed``).
"""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import time_machine
from sqlalchemy import Connection, insert

from app.core import door, groups, instruments, measures, stored, views
from app.core.agenda import Stage
from app.core.changes import Who, changing
from app.core.commands import REGISTRY, perform
from app.core.models import Facilitator, Member, Role, new_id, now
from app.core.sealing import seal
from app.db import Database
from app.library.agendas import stage_of_exercise, talk_stage
from tests.core.full_session import NAMES
from tests.house.groups import complete

MEMBERS, SESSIONS = len(NAMES), 16
EVERY = 4  # measures, goals and circles come with every fourth session, and the first
WEEK = timedelta(days=7)
MEASURES = ("phq9", "gad7")
HAPPENED = ("A long call with my sister.", "A quarrel about the flat.", "I was alone.", "Somebody helped.")
DONE = ("I did it", "I did part of it", "Not yet")


@dataclass
class Long:
    """The ids of a group, its leaders, its members by alias in the order of joining, and its sessions."""

    group_id: str = ""
    leader: str = ""
    support: str = ""
    members: dict[str, str] = field(default_factory=dict)
    sessions: list[str] = field(default_factory=list)


def mood_of(place: int, number: int) -> int:
    """The mood of the member at a place in a session: most rise, some fall, and it goes up and down."""
    slope = (-1 if place % 5 == 4 else 1) * number / 4
    return max(0, min(10, round(4 + slope + (-1) ** (number + place))))


def missed(place: int, number: int) -> bool:
    return (3 * place + number) % 9 == 0


def score_of(place: int, number: int, items: int) -> int:
    """The sum of a form: two points an item at first, then fewer; with some members more."""
    level = 2 - number // 6 if place % 5 != 4 else 1 + number // 8
    return max(0, min(3, level)) * (items - 1)


def long_group(database: Database, members: int = MEMBERS, sessions: int = SESSIONS) -> Long:
    """One long group, in one transaction."""
    made: Long = database.writer.do(play, members, sessions)
    return made


def play(db: Connection, members: int = MEMBERS, sessions: int = SESSIONS) -> Long:
    """The same as a verb: a new group with new leaders; its last session ended an hour ago."""
    end = now() - timedelta(hours=1)
    with time_machine.travel(end - WEEK * sessions, tick=True):
        made = _group(db, members)
    for number in range(1, sessions + 1):
        with time_machine.travel(end - WEEK * (sessions - number), tick=True):
            _plays(db, made, number)
    return made


def _group(db: Connection, members: int) -> Long:
    made = Long(leader=_facilitator(db, "Fola"), support=_facilitator(db, "Sami"))
    made.group_id = groups.create_group(db, made.leader, name="Thursday group", programme_id="uganda_16")
    groups.set_role(db, made.group_id, made.support, Role.SUPPORT)
    aliases = list(NAMES[:members])
    made.members = dict(zip(aliases, groups.add_members(db, made.group_id, aliases), strict=True))
    complete(db, made.group_id, made.leader)
    return made


def _facilitator(db: Connection, name: str) -> str:
    new = new_id()
    db.execute(insert(Facilitator).values(id=new, name=seal(Facilitator.name, new, name), created_at=now()))
    return new


def agenda(number: int) -> list[Stage]:
    """The opening round, last week's step and the next one; goal, circle and forms now and then."""
    asked = ["mood_event_checkin", "step_review", "step_plan"]
    if now_and_then(number):
        asked += ["goal_setting", "closeness_circle"]
    stages = [stage_of_exercise(each) | {"id": each} for each in asked]
    if now_and_then(number):
        stages[0] = stages[0] | {"measures": list(MEASURES)}
    return [*stages, talk_stage("Work", 40) | {"id": "work", "pool": ["decision_analysis"]}]


def now_and_then(number: int) -> bool:
    return number == 1 or number % EVERY == 0


def _plays(db: Connection, made: Long, number: int) -> None:
    session = groups.plan_session(db, made.group_id, agenda(number), number=number)
    made.sessions.append(session)
    leader = Who("facilitator", session, made.leader)
    _does(db, leader, "open_lobby")
    inside = {
        place: _joins(db, session, alias, made.members[alias])
        for place, alias in enumerate(made.members)
        if not missed(place, number)
    }
    _does(db, leader, "start")
    for stage in agenda(number):
        if stage["id"] != "mood_event_checkin":
            _does(db, leader, "go_to_stage", stage_id=stage["id"])
        for place, who in inside.items():
            _gives(db, who, stage, place, number)
    worked = sorted(inside)[number % len(inside)]
    _does(db, leader, "give_turn", stage_id="work", participant_id=inside[worked].id)
    for place in sorted(inside)[::2]:
        _does(db, leader, "mark_heard", participant_id=inside[place].id)
    _does(db, leader, "end")


def _gives(db: Connection, who: Who, stage: Stage, place: int, number: int) -> None:
    for measure_id in stage["measures"]:
        _measures(db, who, measure_id, place, number)
    answer = _answer(db, who, stage["id"], place, number)
    if answer:
        payload = {"id": str(uuid.uuid4()), "stage_id": stage["id"], "audience": "facilitators"}
        _does(db, who, "submit_reflection", answer=answer, passed=False, **payload)


def _answer(db: Connection, who: Who, exercise: str, place: int, number: int) -> dict[str, Any]:
    if exercise == "mood_event_checkin":
        return {"mood": mood_of(place, number), "week": [HAPPENED[(place + number) % len(HAPPENED)]]}
    if exercise == "step_review":
        return {"done": DONE[(place + number) % len(DONE)]} if number > 1 else {}
    if exercise == "step_plan":
        return {"step": {"text": f"Ring somebody, week {number}.", "when": "Thursday"}}
    if exercise == "goal_setting":
        standing = views.me(db, views.session_row(db, who.group_session_id), who.id, {})["goals"].get("goal")
        if not standing:
            return {"goal": {"text": "Ring my sister on Sundays."}, "close": 2}
        rated = [
            {"goal": each["id"], "text": each["text"], "rating": min(10, 2 + number // 3)}
            for each in standing
        ]
        return {"goal": {"standing": rated}}
    if exercise == "closeness_circle":
        people = [("Sister", max(1, 4 - number // 5), 40), ("Ines", 2, 200), ("Work", 3, 300)]
        return {"people": {"people": [{"label": a, "ring": r, "angle": g} for a, r, g in people]}}
    return {}


def _measures(db: Connection, who: Who, measure_id: str, place: int, number: int) -> None:
    measure = instruments.find(db, measure_id)
    keys = [key for key in measure.keys if key not in measure.alert_items]
    each, more = divmod(score_of(place, number, len(measure.keys)), len(keys))
    answers = {key: each + (n < more) for n, key in enumerate(keys)} | dict.fromkeys(measure.alert_items, 0)
    with changing(db, who, "submit_measure") as change:
        person = views.participant(db, who.group_session_id, who.id)
        given = {"response_id": str(uuid.uuid4()), "revision": 1, "answers": answers}
        measures.submit_measure(change, person=person, measure=measure, **given)


def _joins(db: Connection, session: str, alias: str, member_id: str) -> Who:
    member = stored.find(db, Member, id=member_id)
    return Who("participant", session, door.join(db, session, alias=alias, member=member, private=True))


def _does(db: Connection, who: Who, name: str, **payload: Any) -> Any:
    command = REGISTRY[who.kind][name]
    if "version" in command.payload.model_fields:
        payload["version"] = views.session_row(db, who.group_session_id).version
    return perform(db, who, command, command.payload(**payload))
