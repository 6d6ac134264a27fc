"""What a session recorded, gathered for the drafts of its notes: of the group, and of each member.

A fixed number of queries, however many members there are. Working material (circles, timelines, plans,
transcripts) is not among the members' own words: it never goes into a note by itself. Nor does anything
that a facilitator wrote down for a member who did not say yes to it.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlmodel import col

from app.core import attendance, instruments, measures, shelf, stored, summary
from app.core.agenda import alone
from app.core.course import AREAS
from app.core.course_models import Goal, GoalRating, MeasureResponse, Step, Turn
from app.core.goals import opened
from app.core.models import URGENT, Audience, GroupSession, Participant, Reflection, SessionState
from app.core.safety_models import FollowUp
from app.core.sealing import open_sealed
from app.core.summary_answers import LEAVING, MOOD, WORD
from app.core.tags import PERSPECTIVES, THEME

Facts = dict[str, Any]
SAID = frozenset({"free_text", "short_texts"})  # the types whose words may stand in a note
WORKING = frozenset({"closeness_circle", "relationship_snapshot", "timeline", "communication_analysis"})
MOST_WORDS, LEAST = 3, 4  # answers of one member, and words in each, where none was tagged


def facts_of(db: Connection, row: Row[Any]) -> Facts:
    """``group`` (what all have in common) and ``members`` by id, for the drafts of a session's notes."""
    told = summary.summary_of(db, row.id, drafting=True)
    there = attendance.attendance(db, row)
    stages = [each for each in told["stages"] if each["actual"] is not None or each["skipped"]]
    people = {each["member_id"]: each for each in told["people"] if each["member_id"]}
    ids = [each["member_id"] for each in there]
    extra = _extra(db, row, ids, told)
    turns = {each.participant_id for each in stored.find_all(db, Turn, group_session_id=row.id)}
    return {
        "group": {
            "zone": told["group"]["time_zone"],
            "online": told["group"]["online"],
            "alone": alone(row),
            "started_at": row.started_at,
            "ended_at": row.ended_at,
            "planned": told["session"]["planned"],
            "actual": told["session"]["actual"],
            "leaders": [(each["name"], each["role"]) for each in told["facilitators"]],
            "statuses": [each["status"] for each in there],
            "guests": sum(each["member_id"] is None for each in told["people"]),
            "stages": stages,
            "exercises": _exercises(db, stages),
            "tags": _in_order(_common(stages)),
            "named_tags": _in_order(_named(stages)),
            "steps": any(each["step"] for each in told["people"]),
            "events": _events(told["signals"]),
            "next": _next(db, row),
        },
        "members": {
            each["member_id"]: each
            | {"person": people.get(each["member_id"]), "row": row}
            | _own(told, people.get(each["member_id"]), turns)
            | {name: found.get(each["member_id"], []) for name, found in extra.items()}
            | {"earlier": [call for call in told["earlier"] if call["member_id"] == each["member_id"]]}
            for each in there
        },
    }


def _own(told: dict[str, Any], person: dict[str, Any] | None, turns: set[str]) -> Facts:
    """What one member did in the session, from its summary."""
    if person is None:
        return {"wrote": 0, "passed": 0, "turn": False, "words": [], "tags": {}, "calls": []}
    answers = [
        (stage, each)
        for stage in told["stages"]
        for each in stage["answers"]
        if each["participant_id"] == person["id"]
    ]
    return {
        "wrote": len({stage["id"] for stage, _ in answers}),
        "passed": sum(person["alias"] in stage["passed"] for stage in told["stages"]),
        "turn": person["id"] in turns,
        "words": _words([each for _, each in answers]),
        "tags": _in_order(tag for _, each in answers for tag in each["tags"]),
        "calls": [each for each in told["signals"] if each["participant_id"] == person["id"]],
    }


def _words(answers: list[dict[str, Any]]) -> list[str]:
    """The week in the member's words, then what was tagged; where nothing was, the first few answers."""
    week = [
        part["text"]
        for each in answers
        for part in each["parts"]
        if part["exercise"] == MOOD and part["type"] in SAID
    ]
    others = [
        (bool(each["tags"]), part["text"])
        for each in answers
        for part in each["parts"]
        if part["type"] in SAID and part["exercise"] not in {MOOD, WORD, LEAVING, *WORKING}
    ]
    long = [text for _, text in others if len(text.split()) >= LEAST]
    chosen = [text for tagged, text in others if tagged] or long[:MOST_WORDS]
    return list(dict.fromkeys(week + chosen))


def _common(stages: list[dict[str, Any]]) -> Iterator[str]:
    """The tags that point at nobody: on what was written for the group with a name, or on answers of two
    people or more. What facilitators tagged on one person's private answer is in that person's note alone.
    """
    people: dict[str, set[str]] = {}
    for stage in stages:
        for answer in stage["answers"]:
            for tag in answer["tags"]:
                people.setdefault(tag, set()).add(answer["participant_id"])
    named = set(_named(stages))
    return (tag for tag, whose in people.items() if tag in named or len(whose) > 1)


def _named(stages: list[dict[str, Any]]) -> Iterator[str]:
    """The tags on what was written for the group with a name."""
    return (
        tag
        for stage in stages
        for answer in stage["answers"]
        if answer["audience"] == Audience.NAMED
        for tag in answer["tags"]
    )


def _in_order(tags: Iterable[str]) -> dict[str, list[str]]:
    """Themes, areas and perspectives, each once."""
    found = dict.fromkeys(tags)
    return {
        "themes": [tag.removeprefix(THEME) for tag in found if tag.startswith(THEME)],
        "areas": [tag for tag in AREAS if tag in found],
        "perspectives": [tag for tag in PERSPECTIVES if tag in found],
    }


def _exercises(db: Connection, stages: list[dict[str, Any]]) -> list[str]:
    ids = [each for stage in stages if not stage["skipped"] for each in stage["exercises"]]
    return list(dict.fromkeys(each.title for each in shelf.exercises(db, ids))) if ids else []


def _events(signals: Iterable[dict[str, Any]]) -> dict[str, int]:
    """How many members called and did not take it back, by the kind of call."""
    found: dict[str, set[str]] = {}
    for each in signals:
        if each["urgent"] and not each["taken_back"]:
            found.setdefault(each["kind"], set()).add(each["participant_id"])
    return {kind: len(who) for kind, who in found.items()}


def _next(db: Connection, row: Row[Any]) -> datetime | None:
    rows = stored.find_all(
        db,
        GroupSession,
        ("number",),
        group_id=row.group_id,
        kind="group",
        state=SessionState.PLANNED,
        rehearsal_of=None,
        sandbox=False,
    )
    return min((each.scheduled_at for each in rows if each.scheduled_at is not None), default=None)


# what is kept of members beside the session


def _extra(
    db: Connection, row: Row[Any], ids: list[str], told: dict[str, Any]
) -> dict[str, dict[str, list[Any]]]:
    unsure = _waiting(db, ids)
    return {
        "scores": _scores(db, row),
        "goals": _goals(db, row, ids, unsure),
        "steps": _steps(db, row, unsure),
        "reviews": _reviews(db, row, unsure),
        "follow_ups": _follow_ups(db, row, told),
    }


def _waiting(db: Connection, member_ids: list[str]) -> set[str]:
    """The answers of these members that a facilitator wrote down and nobody has said yes to."""
    query = (
        select(col(Reflection.id))
        .join(Participant, col(Participant.id) == col(Reflection.participant_id))
        .where(
            col(Participant.member_id).in_(member_ids),
            col(Reflection.written_by).is_not(None),
            col(Reflection.confirmed_at).is_(None),
        )
    )
    return set(db.execute(query).scalars())


def _scores(db: Connection, row: Row[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    listed: dict[str, Any] = {}
    for each in stored.find_all(db, MeasureResponse, ("taken_at", "id"), group_session_id=row.id):
        listed = listed or instruments.known(db)
        measure = listed.get(each.measure_id)
        if measure is not None:
            score = json.loads(open_sealed(MeasureResponse.score, each.id, each.score))
            told = {name: score[name] for name in ("total", "pro_rated")}
            found.setdefault(each.member_id, []).append(
                told | {"name": measure.name, "band": measures.band(measure, score["total"])}
            )
    return found


def _goals(db: Connection, row: Row[Any], ids: list[str], unsure: set[str]) -> dict[str, list[Any]]:
    """The open goals of members, each with the number it got in this session, if any."""
    rated = {
        each.goal_id: int(open_sealed(GoalRating.rating, each.goal_id, each.rating))
        for each in stored.find_all(db, GoalRating, group_session_id=row.id)
        if each.reflection_id not in unsure
    }
    query = select(Goal.__table__).where(col(Goal.member_id).in_(ids)).order_by(col(Goal.created_at))
    found: dict[str, list[Any]] = {}
    for each in db.execute(query).all():
        if each.reflection_id not in unsure and (each.status == "open" or each.id in rated):
            words = opened(Goal, each)
            entry = {"text": words["text"] or words["first_step"], "rating": rated.get(each.id)}
            found.setdefault(each.member_id, []).append(entry)
    return found


def _steps(db: Connection, row: Row[Any], unsure: set[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for each in stored.find_all(db, Step, ("created_at", "id"), group_session_id=row.id):
        if each.reflection_id not in unsure:
            found.setdefault(each.member_id, []).append(_step(each))
    return found


def _reviews(db: Connection, row: Row[Any], unsure: set[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for each in stored.find_all(db, Step, ("created_at", "id"), outcome_session_id=row.id):
        if unsure & {each.reflection_id, each.outcome_reflection_id}:
            continue
        outcome = open_sealed(Step.outcome, each.id, each.outcome)
        found.setdefault(each.member_id, []).append({"text": _step(each), "outcome": outcome})
    return found


def _step(row: Any) -> str:
    value = opened(Step, row)
    return " · ".join(each for each in (value["text"] or value["first_step"], value["when"]) if each)


def _follow_ups(db: Connection, row: Row[Any], told: dict[str, Any]) -> dict[str, list[Any]]:
    """What was written about calls of this session, and since it began about alerts that were left to it."""
    found: dict[str, list[Any]] = {}
    own = {each["id"] for each in told["signals"] if each["urgent"]}
    ids = own | {each["id"] for each in told["earlier"]}
    if not ids:
        return found
    query = select(FollowUp.__table__).where(col(FollowUp.signal_id).in_(ids))
    for each in db.execute(query.order_by(col(FollowUp.written_at))).all():
        if each.signal_id not in own and (row.started_at is None or each.written_at < row.started_at):
            continue
        parts = json.loads(open_sealed(FollowUp.body, each.id, each.body))
        found.setdefault(each.member_id, []).append(parts)
    return found


def urgent(calls: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The calls that belong into a note on risk."""
    return [each for each in calls if each["kind"] in URGENT]
