"""A group that goes through a whole programme, and a diary of what each of its members gave on the way."""

import uuid
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import select

from app.core import course, door, feedback, goals, groups, held_lines, instruments, measures, pins
from app.core.agenda import agenda_of
from app.core.changes import Who, changing
from app.core.commands import REGISTRY, perform
from app.core.models import Member
from app.core.shown import shown_answers
from app.core.turns import asked_of, turn_tracker, turns_of
from app.core.views import me, participant, session_row
from app.db import Database
from app.simulated_words import names, personas
from tests.core.cast import Oak
from tests.house.groups import complete

AUDIENCES = ["group_named", "group_unnamed"]  # of the first two; the others write to their facilitators
MEASURED = {"pre": 2, "mid": 1, "after": 0}  # the answer to each item, by the kind of meeting
FIRST = "Ring my sister on Sundays."
LATER = ("Say what I need.", "Ask for help.")  # goals that come in later sessions


@dataclass
class Diary:
    """What a member gave, as they gave it; the course must say the same."""

    moods: dict[int, int] = field(default_factory=dict)
    circles: list[list[tuple[str, int]]] = field(default_factory=list)
    goals: dict[str, list[int]] = field(default_factory=dict)
    steps: list[list[Any]] = field(default_factory=list)  # words, how it went, session
    measures: dict[str, list[int]] = field(default_factory=dict)
    of_people: int = 0  # questions answered about single people

    def keeps(self, session: str, number: int, group: bool, prompts: list[Any], answer: Any) -> None:
        for prompt in prompts:
            value = answer.get(prompt["key"])
            if value is not None:
                self._keeps(session, number if group else None, prompt, value, answer)

    def _keeps(self, session: str, number: int | None, prompt: Any, value: Any, answer: Any) -> None:
        exercise, kind = prompt.get("exercise"), prompt["type"]
        if exercise == "mood_event_checkin" and kind == "scale_0_10" and number:
            self.moods[number] = value
        elif kind == "closeness_circle":
            self.circles.append([(each["label"], each["ring"]) for each in value["people"]])
        elif kind == "goal" and exercise == goals.EXERCISE:
            for each in value.get("standing", ()):
                self.goals[each["text"]].append(each["rating"])
            if value.get("text"):
                new = value["rating"] if "rating" in value else [answer["close"]]
                self.goals.setdefault(value["text"], []).extend(new)
        elif kind == "goal":
            self.steps.append([value["text"], "", session])
        elif exercise == "step_review":
            earlier = [step for step in self.steps if step[2] != session]
            if earlier and not earlier[-1][1]:
                earlier[-1][1] = value
        elif exercise in ("closeness_circle", "relationship_snapshot"):
            self.of_people += 1


class Course:
    """A group goes through a programme: every stage of every session is played.

    ``misses`` says which sessions a member, by their place, does not come to.
    """

    def __init__(
        self, database: Database, programme: str, people: int = 6, misses: dict[int, int] | None = None
    ) -> None:
        self.leader = Oak(database).leaders["Fola"]
        safeguarding = "The school's lead, by telephone"
        self.group_id = database.writer.do(
            groups.create_group,
            self.leader,
            name="Maple",
            programme_id=programme,
            safeguarding=safeguarding,
        )
        self.database, self.aliases, self.misses = database, names()[:people], misses or {}
        made = database.writer.do(groups.add_members, self.group_id, self.aliases)
        self.members = dict(zip(self.aliases, made, strict=True))
        for member in made:  # each has a PIN, and proves it at every door: earlier words are theirs to see
            database.writer.do(pins.set_first, member, "a hash of four digits")
        database.writer.do(complete, self.group_id, self.leader)
        self.random = Random(12)
        self.diaries = {alias: Diary() for alias in self.aliases}
        self.shown: list[dict[str, Any]] = []  # what the group saw, over all sessions
        self.received: dict[str, list[str]] = {alias: [] for alias in self.aliases}

    def plays(self, number: int, stages: list[Any], kind: str = "group", alone: str | None = None) -> None:
        """One session or meeting from its lobby to its end, in one transaction."""
        self.database.writer.do(self._play, number, stages, kind, alone)

    def _play(self, db: Any, number: int, stages: list[Any], kind: str, alone: str | None) -> None:
        session = groups.plan_session(
            db,
            self.group_id,
            stages,
            number=None if alone or kind != "group" else number,
            kind=kind,
            member_id=self.members[alone] if alone else None,
        )
        leader = Who("facilitator", session, self.leader)
        leads = lambda name, **payload: self._does(db, leader, name, **payload)  # noqa: E731
        leads("open_lobby")
        there = (
            [alone]
            if alone
            else [alias for place, alias in enumerate(self.aliases) if self.misses.get(place) != number]
        )
        people = {alias: self._joins(db, session, alias) for alias in there}
        leads("start")
        for place, stage in enumerate(stages):
            if place:
                leads("go_to_stage", stage_id=stage["id"])
            stage = self._works(db, leads, stage, people)
            self._all_measure(db, stage, people, kind)
            self._all_answer(db, session, stage, people, number)
            if feedback.has_lines(stage):
                self._reads_and_gives(db, session, stage, leads)
            if not alone and stage["prompts"]:
                leads("reveal", stage_id=stage["id"])
        if kind == "after":
            self._gives_what_waited(db, alone)
        row = session_row(db, session)
        self.shown += shown_answers(db, row)
        for alias, who in people.items():
            self.received[alias] += [each["text"] for each in me(db, row, who.id, {})["received"]]
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

    def _all_measure(self, db: Any, stage: Any, people: dict[str, Who], kind: str) -> None:
        """Everybody fills in the private forms; it grows better from meeting to meeting, but for the last."""
        for measure_id in stage["measures"]:
            measure = instruments.find(db, measure_id)
            for alias, who in people.items():
                worse = alias == self.aliases[-1]
                value = 2 - MEASURED.get(kind, 0) if worse else MEASURED.get(kind, 0)
                answers = {key: 0 if key in measure.alert_items else value for key in measure.keys}
                with changing(db, who, "submit_measure") as change:
                    assert measures.is_open(change.before, True, change.at)
                    person = participant(db, who.group_session_id, who.id)
                    given = {"response_id": str(uuid.uuid4()), "revision": 1, "answers": answers}
                    measures.submit_measure(change, person=person, measure=measure, **given)
                self.diaries[alias].measures.setdefault(measure_id, []).append(sum(answers.values()))

    def _all_answer(self, db: Any, session: str, stage: Any, people: dict[str, Who], number: int) -> None:
        row = session_row(db, session)
        stage = next(each for each in agenda_of(row) if each["id"] == stage["id"])
        for alias, who in people.items():
            mine = me(db, row, who.id, {})
            asked = asked_of(stage["prompts"], turns_of(db, row.id, stage["id"]), who.id, row.kind != "group")
            asked = goals.asked(asked, mine["goals"])
            assert [each["key"] for each in mine["prompts"]] == [each["key"] for each in asked]
            if not asked:
                continue
            answer = self._answer(alias, number, asked, mine)
            wanted = (AUDIENCES + ["facilitators"] * len(self.aliases))[self.aliases.index(alias)]
            audience = wanted if wanted in stage["audiences"] else "facilitators"
            payload = {"id": str(uuid.uuid4()), "stage_id": stage["id"], "audience": audience}
            self._does(db, who, "submit_reflection", answer=answer, passed=not answer, **payload)
            self.diaries[alias].keeps(session, number, row.kind == "group", asked, answer)

    def _answer(self, alias: str, number: int, asked: list[Any], mine: dict[str, Any]) -> dict[str, Any]:
        persona = personas(len(self.aliases))[self.aliases.index(alias)]
        answer = persona.answer(number, [each | {"who": "all"} for each in asked], self.random, False)
        for key, addressees in mine["addressees"].items():
            if addressees:
                answer[key] = [{"to": each["id"], "text": f"{alias} noticed you."} for each in addressees]
        for prompt in asked:
            if prompt["type"] == "goal" and prompt.get("exercise") == goals.EXERCISE:
                answer |= self._goal(alias, prompt["key"], mine["goals"].get(prompt["key"], []))
        return answer

    def _goal(self, alias: str, key: str, standing: list[Any]) -> dict[str, Any]:
        """The first goal with the one number; then a number for each that stands, and for some a new one."""
        known = self.diaries[alias].goals
        place = self.aliases.index(alias)
        if not standing:
            return {key: {"text": (FIRST, *LATER)[len(known)]}, "close": place % 3}
        rated = [
            {"goal": each["id"], "text": each["text"], "rating": known[each["text"]][-1] + 2}
            for each in standing
        ]
        new = LATER[len(known) - 1] if place % 2 and len(known) <= len(LATER) else ""
        return {key: {"text": new, "rating": [1] if new else [], "standing": rated}}

    def _reads_and_gives(self, db: Any, session: str, stage: Any, leads: Any) -> None:
        row = session_row(db, session)
        for each in feedback.queue(db, row, stage)["lines"]:
            if not each["given"]:
                leads("check_line", id=each["id"], state="ok")
        if feedback.waits_for_goodbye(stage):
            return
        for to in feedback.without_line(db, row, stage):
            text = "It was good to have you."
            leads("add_line", stage_id=stage["id"], id=str(uuid.uuid4()), to=to, text=text)
        leads("deliver_lines", stage_id=stage["id"])

    def _gives_what_waited(self, db: Any, alias: str | None) -> None:
        ids = [each["id"] for each in self.waiting_for(db, alias or "")]
        held_lines.give(db, self.leader, self.group_id, self.members[alias or ""], ids)

    def waiting_for(self, db: Any, alias: str) -> list[dict[str, Any]]:
        """The lines that wait for a member."""
        return held_lines.waiting(db, self._member(db, alias))

    def _member(self, db: Any, alias: str) -> Any:
        return db.execute(select(Member.__table__).where(Member.id == self.members[alias])).one()

    def _joins(self, db: Any, session: str, alias: str) -> Who:
        seat = door.join(db, session, alias=alias, member=self._member(db, alias), private=True)
        return Who("participant", session, seat)

    def _does(self, db: Any, who: Who, name: str, **payload: Any) -> Any:
        command = REGISTRY[who.kind][name]
        if "version" in command.payload.model_fields:
            payload["version"] = session_row(db, who.group_session_id).version
        return perform(db, who, command, command.payload(**payload))

    def seen(self, alias: str) -> dict[str, Any]:
        """A member's page."""
        with self.database.reader() as db:
            return course.course_page(db, self.group_id, self.members[alias])

    def measured(self, alias: str) -> dict[str, dict[str, Any]]:
        """A member's measures as their page tells them, by id."""
        with self.database.reader() as db:
            return {each["id"]: each for each in measures.course_of(db, self.members[alias], 5)}
