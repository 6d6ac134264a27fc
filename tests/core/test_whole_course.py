"""A whole programme of twelve sessions with six simulated members, meetings included, up to the goodbye."""

import uuid
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app.core import course, door, feedback, goals, groups
from app.core.agenda import agenda_of
from app.core.changes import Who
from app.core.commands import REGISTRY, perform
from app.core.course_models import FeedbackLine
from app.core.models import GroupSession, Member, now
from app.core.turns import asked_of, turn_tracker
from app.core.views import me, session_row
from app.db import Database
from app.library import load
from app.library.agendas import agenda_of as programme_agenda
from app.library.agendas import meeting_agenda
from app.simulated_words import names, personas
from tests.core.cast import Oak
from tests.house.groups import complete

PROGRAMME = "online_short_75"
MISSES = {2: 4, 5: 7}  # the place of a member, and the session that they miss


class Course:
    """A group goes through a programme: every stage of every session is played."""

    def __init__(self, database: Database, programme: str = PROGRAMME, people: int = 6) -> None:
        self.leader = Oak(database).leaders["Fola"]
        self.group_id = database.writer.do(
            groups.create_group,
            self.leader,
            name="Maple",
            programme_id=programme,
            safeguarding="The school's lead, by telephone",
        )
        self.database, self.aliases = database, names()[:people]
        self.members = dict(
            zip(
                self.aliases,
                database.writer.do(groups.add_members, self.group_id, self.aliases),
                strict=True,
            )
        )
        database.writer.do(complete, self.group_id, self.leader)
        self.random = Random(12)

    def plays(self, number: int, stages: list[Any], kind: str = "group", alone: str | None = None) -> None:
        """One session or meeting from its lobby to its end, in one transaction."""
        self.database.writer.do(self._play, number, stages, kind, alone)

    def _play(self, db: Any, number: int, stages: list[Any], kind: str, alone: str | None) -> None:
        member_id = self.members[alone] if alone else None
        session = groups.plan_session(
            db,
            self.group_id,
            stages,
            number=None if alone or kind != "group" else number,
            kind=kind,
            member_id=member_id,
        )
        leader = Who("facilitator", session, self.leader)
        leads = lambda name, **payload: self._does(db, leader, name, **payload)  # noqa: E731
        leads("open_lobby")
        there = (
            [alone]
            if alone
            else [alias for place, alias in enumerate(self.aliases) if MISSES.get(place) != number]
        )
        people = {alias: self._joins(db, session, alias) for alias in there}
        leads("start")
        for place, stage in enumerate(stages):
            if place:
                leads("go_to_stage", stage_id=stage["id"])
            stage = self._works(db, leads, stage, people)
            self._all_answer(db, session, stage, people, number)
            if feedback.has_lines(stage):
                self._reads_and_gives(db, session, stage, leads)
            if not alone and stage["prompts"]:
                leads("reveal", stage_id=stage["id"])
        leads("end")

    def _works(self, db: Any, leads: Any, stage: Any, people: dict[str, Who]) -> Any:
        """In member work whoever waits longest gets the time, and an exercise of the pool."""
        if not stage["pool"]:
            return stage
        tracker = turn_tracker(db, self.group_id)
        alias = max(people, key=lambda each: self._waited(tracker[self.members[each]]))
        leads("give_turn", stage_id=stage["id"], participant_id=people[alias].id)
        leads("choose_exercise", stage_id=stage["id"], exercise_id=self.random.choice(stage["pool"]))
        return stage

    @staticmethod
    def _waited(told: dict[str, Any]) -> tuple[int, int]:
        return -max(told["sessions"], default=0), -len(told["sessions"])

    def _all_answer(self, db: Any, session: str, stage: Any, people: dict[str, Who], number: int) -> None:
        row = session_row(db, session)
        stage = next(each for each in agenda_of(row) if each["id"] == stage["id"])
        for alias, who in people.items():
            mine = me(db, row, who.id, {})
            asked = asked_of(stage["prompts"], row_turns(db, row, stage), who.id, row.kind != "group")
            asked = goals.asked(asked, mine["goals"])
            assert [each["key"] for each in mine["prompts"]] == [each["key"] for each in asked]
            if not asked:
                continue
            persona = personas(len(self.aliases))[self.aliases.index(alias)]
            open_to_all = [each | {"who": "all"} for each in asked]
            answer = persona.answer(number, open_to_all, self.random, False)
            for key, addressees in mine["addressees"].items():
                if addressees:
                    answer[key] = [{"to": each["id"], "text": f"{alias} noticed you."} for each in addressees]
            for key, standing in mine["goals"].items():
                rated = [
                    {"goal": each["id"], "text": each["text"], "rating": number % 11} for each in standing
                ]
                answer[key] = {**answer.get(key, {}), "standing": rated}
            payload = {"id": str(uuid.uuid4()), "stage_id": stage["id"], "audience": stage["audiences"][0]}
            self._does(db, who, "submit_reflection", answer=answer, passed=not answer, **payload)

    def _reads_and_gives(self, db: Any, session: str, stage: Any, leads: Any) -> None:
        row = session_row(db, session)
        for each in feedback.queue(db, row, stage)["lines"]:
            if not each["given"]:
                leads("check_line", id=each["id"], state="ok")
        if any(prompt.get("exercise") == feedback.WRITING for prompt in stage["prompts"]):
            return  # given with the goodbye
        for to in feedback.without_line(db, row, stage):
            leads(
                "add_line", stage_id=stage["id"], id=str(uuid.uuid4()), to=to, text="It was good to have you."
            )
        leads("deliver_lines", stage_id=stage["id"])

    def _joins(self, db: Any, session: str, alias: str) -> Who:
        member = db.execute(select(Member.__table__).where(Member.id == self.members[alias])).one()
        return Who("participant", session, door.join(db, session, alias=alias, member=member, private=True))

    def _does(self, db: Any, who: Who, name: str, **payload: Any) -> Any:
        command = REGISTRY[who.kind][name]
        if "version" in command.payload.model_fields:
            payload["version"] = session_row(db, who.group_session_id).version
        return perform(db, who, command, command.payload(**payload))

    def seen(self, alias: str) -> dict[str, Any]:
        with self.database.reader() as db:
            return course.course_page(db, self.group_id, self.members[alias])


def row_turns(db: Any, row: Any, stage: Any) -> list[str]:
    from app.core.turns import turns_of

    return turns_of(db, row.id, stage["id"])


@pytest.fixture
def whole(ring: None, sqlite_url: str) -> Any:
    database = Database(sqlite_url)
    yield Course(database)
    database.close()


def test_a_programme_of_twelve_sessions_ends_with_then_and_now_for_each_member(whole: Course) -> None:
    programme = load().programmes[PROGRAMME]
    begin = now().replace(hour=18, minute=0, second=0, microsecond=0)
    meetings = {each.kind: each for each in programme.meetings}

    def meets(kind: str, week: float) -> None:
        for alias in whole.aliases:
            with time_machine.travel(begin + timedelta(weeks=week), tick=True):
                number = 0 if kind == "pre" else programme.group_sessions
                whole.plays(number, meeting_agenda(PROGRAMME, meetings[kind].id), meetings[kind].id, alias)

    meets("pre", -1)
    for number in range(1, programme.group_sessions + 1):
        with time_machine.travel(begin + timedelta(weeks=number), tick=True):
            whole.plays(number, programme_agenda(PROGRAMME, number))
        if number == meetings["mid"].after_session:
            meets("mid", number + 0.5)
    meets("after", programme.group_sessions + 1)
    meets("follow_up", programme.group_sessions + 8)

    for place, alias in enumerate(whole.aliases):
        page = whole.seen(alias)
        then = page["then"]
        assert then["mood"]["first"] is not None and then["mood"]["last"] is not None, alias
        assert {each["number"] for each in then["mood"]["points"]} <= set(range(1, 13))
        assert then["circle"]["first"]["people"], alias
        assert page["goals"], alias
        attended = [each["number"] for each in page["attendance"] if each["there"]]
        missed = [MISSES[place]] if place in MISSES else []
        assert attended == [number for number in range(1, 13) if number not in missed]
        assert len(page["turns"]["sessions"]) >= 2
        assert page["timeline"] is None or page["timeline"]["drawn"]["first"]
    with whole.database.reader() as db:
        sessions = GroupSession.__table__
        ended = db.execute(select(sessions).where(sessions.c.state == "ended")).all()
        assert len(ended) == 12 + 4 * len(whole.aliases)
        lines = db.execute(select(FeedbackLine.__table__)).all()
        assert lines and all(each.delivered_at is not None for each in lines if each.to_id != "all")


@pytest.mark.parametrize("programme", sorted(load().programmes))
def test_every_programme_runs_from_its_first_meeting_to_its_last(
    ring: None, sqlite_url: str, programme: str
) -> None:
    database = Database(sqlite_url)
    try:
        whole = Course(database, programme, people=3)
        for member_id in whole.members.values():
            for who in ("guardian", "young_person"):
                database.writer.do(groups.member_consents, whole.group_id, member_id, who, True)
        of = load().programmes[programme]
        first, *rest = of.meetings
        for alias in whole.aliases:
            whole.plays(0, meeting_agenda(programme, first.id), first.id, alias)
        for number in range(1, of.group_sessions + 1):
            whole.plays(number, programme_agenda(programme, number))
        for meeting in rest:
            whole.plays(
                of.group_sessions, meeting_agenda(programme, meeting.id), meeting.id, whole.aliases[0]
            )
        for alias in whole.aliases:
            then = whole.seen(alias)["then"]
            assert then["mood"]["first"] is not None and then["mood"]["last"] is not None, alias
    finally:
        database.close()
