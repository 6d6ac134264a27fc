"""What a research file is made of: one entry for each thing that was counted, chosen, scored or written.

Only members who said yes to research are in it, whatever the file is for; guests never said one. What
somebody wrote for their facilitators alone stays with them: its numbers and choices count, its words are left
out. No figure over several people is made here.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import attendance, consents, instruments, signed_words, stored
from app.core.agenda import agenda_of, counts
from app.core.course import AREAS, focus_of
from app.core.course_models import Goal, GoalRating, MeasureResponse
from app.core.models import Audience, GroupSession, Member, Participant, Reflection
from app.core.opened import answer_of
from app.core.sealing import open_sealed
from app.exercises import COUNTED, TYPES, is_private
from app.library import load
from app.library.measures import Measure

SAFETY = "safe_place_check"  # asked to keep somebody safe, and for nothing else


@dataclass(frozen=True)
class Entry:
    """One value of one member. ``number`` is what is counted: an int, or the places of what was chosen (from
    1); ``text`` what was written, or what the choice is called. ``ours`` says that key, question and text are
    of our own library, so that nobody can have written a name into them.
    """

    member_id: str
    session_id: str | None
    at: datetime
    source: str  # attendance, answer, pass, measure, item, goal, focus
    exercise: str
    key: str
    type: str
    number: int | list[int] | None = None
    text: str = ""
    unit: str = ""
    question: str = ""
    options: tuple[str, ...] = ()
    ours: bool = True


def may_be_in(db: Connection, member_id: str) -> bool:
    """Whether a member said yes to research. The yes to care is none: its text promises to ask apart."""
    return consents.research_yes(db, member_id)


def members_of(db: Connection, group_id: str) -> tuple[list[Any], int]:
    """The rows of a group's members who are in its research files, and how many members there are in all."""
    rows = stored.find_all(db, Member, ("created_at", "id"), group_id=group_id)
    return [row for row in rows if may_be_in(db, row.id)], len(rows)


def sessions_of(db: Connection, group_id: str, group_session_id: str = "") -> list[Any]:
    """The rows of the sessions that have begun, oldest first; of one alone where it is named."""
    rows = stored.find_all(db, GroupSession, ("started_at", "id"), group_id=group_id)
    began = [row for row in rows if counts(row) and row.started_at is not None]
    return [row for row in began if not group_session_id or row.id == group_session_id]


def in_session(db: Connection, row: Any, members: Iterable[Any]) -> list[Entry]:
    """Who of these members (rows) was in a session (its row), and what they answered there."""
    people = {each.id: each for each in members}
    return [*_attendance(db, row, people), *_answers(db, row, people)]


def over_weeks(db: Connection, sessions: Iterable[Any], members: Iterable[Any], whole: bool) -> list[Entry]:
    """The scores and goal ratings of these members (rows) in these sessions (rows). With ``whole``, also what
    belongs to no session: scores taken elsewhere, and the focus areas.
    """
    people = {row.id: row for row in members}
    within = {row.id for row in sessions} | ({None} if whole else set())
    found = [*_measures(db, people), *_goals(db, people)]
    return [each for each in found if each.session_id in within] + (_focus(people) if whole else [])


def _attendance(db: Connection, row: Any, people: Mapping[str, Any]) -> list[Entry]:
    return [
        Entry(
            each["member_id"],
            row.id,
            row.started_at,
            "attendance",
            "",
            "attendance",
            "single_choice",
            [attendance.STATUSES.index(each["status"]) + 1],
            each["status"],
            options=attendance.STATUSES,
        )
        for each in attendance.attendance(db, row)
        if each["member_id"] in people
    ]


def _answers(db: Connection, session: Any, people: Mapping[str, Any]) -> list[Entry]:
    rows = db.execute(
        select(Reflection.__table__, col(Participant.member_id))
        .join(Participant, col(Participant.id) == col(Reflection.participant_id))
        .where(
            col(Reflection.group_session_id) == session.id,
            col(Participant.member_id).in_(list(people)),
            col(Reflection.withdrawn_at).is_(None),
            # what a facilitator wrote for somebody is theirs once they said so
            col(Reflection.written_by).is_(None) | col(Reflection.confirmed_at).is_not(None),
        )
        .order_by(col(Reflection.created_at), col(Reflection.id))
    ).all()
    stages = {stage["id"]: stage for stage in agenda_of(session)}
    hidden = signed_words.hidden(db, session.id)  # their words stand in a signed note, and nowhere else
    found = []
    for row in rows:
        stage = stages.get(row.stage_id)
        if stage is not None:
            found += [_passed(row, stage)] if row.passed else _parts(row, stage, row.participant_id in hidden)
    return found


def _passed(row: Any, stage: Mapping[str, Any]) -> Entry:
    exercise = next(iter(stage["exercises"]), "")
    ours = exercise in load().exercises
    place = (row.member_id, row.group_session_id, row.saved_at)
    return Entry(*place, "pass", exercise, "pass", "count", 1, ours=ours)


def _parts(row: Any, stage: Mapping[str, Any], hidden: bool) -> list[Entry]:
    answer = answer_of(row)
    return [
        _part(row, prompt, answer[prompt["key"]], hidden and not signed_words.is_working(prompt))
        for prompt in stage["prompts"]
        if prompt["key"] in answer and prompt.get("exercise") != SAFETY
    ]


def _part(row: Any, prompt: Mapping[str, Any], value: Any, hidden: bool) -> Entry:
    kind, options = prompt["type"], tuple(prompt.get("options") or ())
    number: int | list[int] | None = None
    if kind == "scale_0_10":
        number = value
    elif kind in ("single_choice", "multi_choice"):
        chosen = [value] if isinstance(value, str) else value
        number = [options.index(each) + 1 for each in chosen if each in options]
    kept_back = hidden or row.audience == Audience.FACILITATORS or is_private(prompt)
    text = "" if kind == "scale_0_10" else TYPES[kind].as_text(value, prompt)
    return Entry(
        row.member_id,
        row.group_session_id,
        row.saved_at,
        "answer",
        prompt.get("exercise", ""),
        prompt["key"],
        kind,
        number,
        "" if kept_back and kind not in COUNTED else text,
        "0 to 10" if kind == "scale_0_10" else "",
        prompt["text"],
        options,
        ours=_shipped(prompt),
    )


def _shipped(prompt: Mapping[str, Any]) -> bool:
    """Whether a question stands in our library word for word: a facilitator may have changed it."""
    exercise = load().exercises.get(prompt.get("exercise", ""))
    return exercise is not None and any(
        prompt["key"] in (each.key, f"{exercise.id}_{each.key}")
        and (each.type, each.text) == (prompt["type"], prompt["text"])
        and tuple(each.options) == tuple(prompt.get("options") or ())
        for each in exercise.prompts
    )


def _measures(db: Connection, people: Mapping[str, Any]) -> list[Entry]:
    listed, found = instruments.known(db), []
    rows = db.execute(
        select(MeasureResponse.__table__)
        .where(col(MeasureResponse.member_id).in_(list(people)))
        .order_by(col(MeasureResponse.taken_at), col(MeasureResponse.id))
    ).all()
    for row in rows:
        measure = listed.get(row.measure_id)
        score = json.loads(open_sealed(MeasureResponse.score, row.id, row.score))
        place = (row.member_id, row.group_session_id, row.taken_at)
        name = measure.name if measure else ""
        for key in ("total", "missing"):
            if score.get(key) is not None:
                unit = "points" if key == "total" else "items"
                facts = (row.measure_id, f"{row.measure_id}_{key}", "count")
                found.append(Entry(*place, "measure", *facts, score[key], unit=unit, question=name))
        answers = json.loads(open_sealed(MeasureResponse.answers, row.id, row.answers))
        asked = [item.key for item in measure.items] if isinstance(measure, Measure) else []
        found += [
            Entry(*place, "item", row.measure_id, key, "count", answers[key], unit="points", question=name)
            for key in asked
            if answers.get(key) is not None
        ]
    return found


def _goals(db: Connection, people: Mapping[str, Any]) -> list[Entry]:
    """How close members felt to their goals; each one's goals are numbered in the order they came."""
    goals = db.execute(
        select(Goal.__table__)
        .where(col(Goal.member_id).in_(list(people)))
        .order_by(col(Goal.created_at), col(Goal.id))
    ).all()
    place: dict[str, tuple[str, int]] = {}
    numbers: dict[str, int] = {}
    for goal in goals:
        numbers[goal.member_id] = numbers.get(goal.member_id, 0) + 1
        place[goal.id] = (goal.member_id, numbers[goal.member_id])
    ratings = db.execute(
        select(GoalRating.__table__)
        .where(col(GoalRating.goal_id).in_(list(place)))
        .order_by(col(GoalRating.at), col(GoalRating.goal_id))
    ).all()
    found = []
    for row in ratings:
        member_id, number = place[row.goal_id]
        # a rating has no id of its own: it is sealed under its goal's
        value = int(open_sealed(GoalRating.rating, row.goal_id, row.rating))
        facts = ("goal_setting", f"goal_{number}", "scale_0_10", value)
        found.append(Entry(member_id, row.group_session_id, row.at, "goal", *facts, unit="0 to 10"))
    return found


def _focus(people: Mapping[str, Any]) -> list[Entry]:
    return [
        Entry(
            row.id,
            None,
            row.created_at,
            "focus",
            "",
            "focus_areas",
            "multi_choice",
            [AREAS.index(each) + 1 for each in areas],
            "\n".join(areas),
            options=AREAS,
        )
        for row in people.values()
        if (areas := focus_of(row)["areas"])
    ]
