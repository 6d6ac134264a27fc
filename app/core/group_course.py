"""The course of a group over its sessions: attendance, moods, measures, goals, steps, and who needs a call.

For facilitators alone. Members stand in the order of joining, nobody is ranked; a mean of the group appears
from five numbers on. It costs a fixed number of queries, however many members there are, and none that looks
at another group.
"""

from collections import Counter
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import attendance, course, goals, measures, overview, steps, stored, to_call, turns
from app.core.agenda import agenda_of, counts
from app.core.alerts import OPEN
from app.core.models import (
    SMALL,
    URGENT,
    Group,
    GroupSession,
    Member,
    Participant,
    Reflection,
    SessionState,
    Signal,
    now,
)
from app.core.opened import answer_of
from app.core.refusals import NotFound
from app.core.safety_models import FollowUp
from app.core.sealing import open_sealed
from app.exercises import TYPES

REASONS = ("alerts", *to_call.REASONS)  # the most pressing first


def group_course(db: Connection, group_id: str, reliable: int) -> dict[str, Any]:
    """Everything on the course of a group; NotFound where there is none. ``reliable`` is the number of points
    of PHQ-9 that count.

    ``sessions`` are the group's own that have begun or are planned, ``members`` everybody who ever joined,
    ``calls`` the people who need a call, the most pressing first, and ``mean`` the mood of each session that
    has five numbers or more.
    """
    group = stored.find(db, Group, id=group_id)
    if group is None:
        raise NotFound()
    rows = [
        each for each in stored.find_all(db, GroupSession, ("number",), group_id=group_id) if counts(each)
    ]
    sessions = [each for each in rows if each.kind == "group"]
    people = stored.find_all(db, Member, ("created_at", "id"), group_id=group_id)
    members = _members(db, group_id, sessions, people, reliable)
    measured = {each["id"]: each["measures"] for each in members}
    return {
        "group": overview.group_facts(db, group),
        "sessions": [
            {
                "id": each.id,
                "number": each.number,
                "ended": each.state == SessionState.ENDED,
                "at": each.ended_at,
            }
            for each in sessions
        ],
        "members": members,
        "mean": _means(members),
        "calls": _calls(db, rows, members, to_call.to_call(db, group_id, measured, now())),
    }


def _members(
    db: Connection, group_id: str, sessions: list[Any], people: list[Any], reliable: int
) -> list[dict[str, Any]]:
    ids = [each.id for each in people]
    was = attendance.of_sessions(db, sessions, people)
    rounds = _opening_rounds(db, sessions)
    measured = measures.courses_of(db, ids, reliable)
    wanted, planned = goals.goals_of_members(db, ids), steps.steps_of_members(db, ids)
    worked, silent = turns.turn_tracker(db, group_id), attendance.silent(db, group_id)
    written = _follow_ups(db, ids)
    numbers = {each.id: each.number for each in sessions}
    found = []
    for each in people:
        own = course.standing(sessions, was[each.id])
        told = rounds.get(each.id, {})
        turned = worked.get(each.id, turns.NO_TIME)
        found.append(
            {
                "id": each.id,
                "alias": open_sealed(Member.alias, each.id, each.alias),
                "left_at": each.left_at,
                "called_at": each.called_at,
                "focus": course.focus_of(each)["areas"],
                "attendance": own,
                "missed": [one["number"] for one in own if one["status"] == "absent"],
                "excused": [one["number"] for one in own if one["status"] == "excused"],
                "mood": course.points(
                    own, {n: mood for n, (mood, _text) in told.items() if mood is not None}
                ),
                "events": [{"number": n, "text": text} for n, (_mood, text) in told.items() if text],
                "measures": measured[each.id],
                "goals": goals.ends_of(wanted[each.id]),
                "steps": [
                    {"number": numbers.get(one["session"]), "kept": one["kept"]} for one in planned[each.id]
                ],
                "kept": Counter(one["kept"] for one in planned[each.id]),
                "work": turned["sessions"],
                "heard": turned["heard"],
                "words": turned["words"],
                "due": turned["due"],
                "silent": each.id in silent,
                "follow_ups": written.get(each.id, 0),
            }
        )
    return found


def _opening_rounds(db: Connection, sessions: list[Any]) -> dict[str, dict[int, tuple[int | None, str]]]:
    """By member and number of the session: the mood, and what happened, of the opening rounds."""
    asked = {
        (row.id, stage["id"]): (row.number, stage["prompts"])
        for row in sessions
        if row.started_at is not None
        for stage in agenda_of(row)
        if any(prompt.get("exercise") == course.MOOD for prompt in stage["prompts"])
    }
    answers = db.execute(
        select(Reflection.__table__, col(Participant.member_id))
        .join(Participant, col(Participant.id) == col(Reflection.participant_id))
        .where(
            col(Reflection.group_session_id).in_({session for session, _stage in asked}),
            col(Reflection.stage_id).in_({stage for _session, stage in asked}),
            col(Reflection.withdrawn_at).is_(None),
            col(Reflection.passed).is_(False),
            goals.THEIRS,
            col(Participant.member_id).is_not(None),
        )
        .order_by(col(Reflection.created_at), col(Reflection.id))
    ).all()
    found: dict[str, dict[int, tuple[int | None, str]]] = {}
    for row in answers:
        if (row.group_session_id, row.stage_id) in asked:
            number, prompts = asked[row.group_session_id, row.stage_id]
            own = found.setdefault(row.member_id, {})
            own[number] = _round(answer_of(row), prompts, own.get(number, (None, "")))
    return {member_id: dict(sorted(own.items())) for member_id, own in found.items()}


def _round(
    answer: dict[str, Any], prompts: list[dict[str, Any]], before: tuple[int | None, str]
) -> tuple[int | None, str]:
    """Mood and event of one answer, over what an earlier one of the same session said."""
    mood, text = before
    for prompt in prompts:
        if prompt.get("exercise") != course.MOOD or prompt["key"] not in answer:
            continue
        value = answer[prompt["key"]]
        if prompt["type"] == "scale_0_10":
            mood = value
        elif prompt["type"] == "short_texts":
            text = TYPES["short_texts"].as_text(value, prompt)
    return mood, text


def _means(members: list[dict[str, Any]]) -> dict[int, float]:
    """By session: the mean of the moods, to one decimal, where there are five or more of them."""
    given: dict[int, list[int]] = {}
    for member in members:
        for each in member["mood"]:
            if each["value"] is not None:
                given.setdefault(each["number"], []).append(each["value"])
    return {
        number: round(sum(values) / len(values), 1)
        for number, values in sorted(given.items())
        if len(values) >= SMALL
    }


def _follow_ups(db: Connection, member_ids: list[str]) -> dict[str, int]:
    """How many follow-ups are written of each member."""
    query = select(col(FollowUp.member_id)).where(col(FollowUp.member_id).in_(member_ids))
    return Counter(db.execute(query).scalars())


# who needs a call


def _calls(
    db: Connection, rows: list[Any], members: list[dict[str, Any]], listed: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Those who need a call, as ``to_call`` lists them, with their ``alerts`` (open ones: {"id", "session",
    "kind", "raised_at"}): ``left`` (the one call is due), ``contact`` (when it was promised), ``worse``
    (names of measures), ``work`` (when they worked on something hard), ``silent`` and ``missed`` (the number
    of the last session, without an excuse); ``gone`` says that they have left, ``meeting`` is a meeting that
    is planned with them, ``session`` the last one.
    """
    alerts = _alerts(db, [row.id for row in rows if row.started_at is not None])
    last = next(
        (row for row in reversed(rows) if row.kind == "group" and row.state == SessionState.ENDED), None
    )
    meetings = {
        row.member_id: row.id
        for row in rows
        if row.member_id is not None and row.state == SessionState.PLANNED
    }
    reasons = {each["id"]: {one["why"]: one for one in each["reasons"]} for each in listed}
    entries = []
    for member in members:
        own = reasons.get(member["id"], {})
        worse = own.get("worse", {"measures": [], "over_all": []})
        entry = {
            "id": member["id"],
            "alias": member["alias"],
            "alerts": alerts.get(member["id"], []),
            "gone": member["left_at"] is not None,
            "left": "left" in own,
            "contact": own["contact"]["at"] if "contact" in own else None,
            "worse": [*worse["measures"], *worse["over_all"]],
            "work": own["work"]["at"] if "work" in own else None,
            "silent": "silent" in own,
            "missed": own["missed"]["number"] if "missed" in own else None,
            "meeting": meetings.get(member["id"]),
            "session": last.id if last is not None else None,
        }
        if any(entry[reason] for reason in REASONS):
            entries.append(entry)
    return sorted(entries, key=lambda each: next(n for n, reason in enumerate(REASONS) if each[reason]))


def _alerts(db: Connection, group_session_ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """By member: urgent signals that nobody has met yet."""
    open_ones = db.execute(
        select(Signal.__table__, col(Participant.member_id))
        .join(Participant, col(Participant.id) == col(Signal.participant_id))
        .where(
            col(Signal.group_session_id).in_(group_session_ids),
            col(Signal.kind).in_(URGENT),
            col(Signal.status).in_(OPEN),
            col(Participant.member_id).is_not(None),
        )
        .order_by(col(Signal.raised_at))
    ).all()
    found: dict[str, list[dict[str, Any]]] = {}
    for each in open_ones:
        told = {"id": each.id, "session": each.group_session_id, "kind": each.kind.value}
        found.setdefault(each.member_id, []).append(told | {"raised_at": each.raised_at})
    return found
