"""A member's course: goals and steps kept beside answers, and what has changed since the beginning."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlmodel import col

from app.core import stored
from app.core.agenda import Stage, agenda_of
from app.core.changes import Change
from app.core.course_models import Goal, GoalRating, Step, Turn
from app.core.models import GroupSession, Member, Participant, Reflection, SessionState, new_id
from app.core.opened import answer_of
from app.core.refusals import Invalid, NotFound
from app.core.sealing import open_sealed, seal
from app.exercises import TYPES, drawn

GOALS, PLAN, REVIEW, MOOD, CIRCLE = (
    *("goal_setting", "step_plan", "step_review"),
    *("mood_event_checkin", "closeness_circle"),
)
TIMELINE = "timeline"
AREAS = ("grief", "dispute", "change", "lonely")
EMPTY = {"text": "", "first_step": "", "when": "", "who": "", "rating": [], "status": "open"}
OF_MEMBER = (
    select(
        Reflection.__table__,
        col(GroupSession.agenda).label("agenda"),
        col(GroupSession.number).label("number"),
        col(GroupSession.kind).label("kind"),
    )
    .join(Participant, col(Participant.id) == col(Reflection.participant_id))
    .join(GroupSession, col(GroupSession.id) == col(Reflection.group_session_id))
    .where(
        col(Participant.member_id) == bindparam("member"),
        col(Reflection.withdrawn_at).is_(None),
        col(Reflection.passed).is_(False),
    )
    .order_by(col(Reflection.created_at), col(Reflection.id))
)


# kept beside an answer, in its transaction


def keep(change: Change, stage: Stage, person: Any, reflection_id: str, answer: Mapping[str, Any]) -> None:
    """Keeps the goals, steps, ratings and outcomes of a member's answer; a revision updates its own rows."""
    if person.member_id is None or not _concerns(stage):
        return
    for prompt in stage["prompts"]:
        value = answer.get(prompt["key"])
        exercise = prompt.get("exercise", "")
        if prompt["type"] == "goal":
            model = Goal if exercise == GOALS else Step
            _put(change, model, person.member_id, reflection_id, prompt["key"], value)
        elif exercise == GOALS and prompt["type"] == "scale_0_10" and value is not None:
            _rate(change, person.member_id, reflection_id, value)
        elif exercise == REVIEW and prompt["type"] == "single_choice":
            _review(change, person.member_id, reflection_id, value)


def forget(change: Change, reflection_id: str) -> None:
    """Takes back what was kept beside an answer that is withdrawn."""
    change.db.execute(delete(GoalRating).where(col(GoalRating.reflection_id) == reflection_id))
    goals = select(col(Goal.id)).where(col(Goal.reflection_id) == reflection_id)
    change.db.execute(delete(GoalRating).where(col(GoalRating.goal_id).in_(goals)))
    change.db.execute(delete(Goal).where(col(Goal.reflection_id) == reflection_id))
    change.db.execute(delete(Step).where(col(Step.reflection_id) == reflection_id))
    change.db.execute(
        update(Step)
        .where(col(Step.outcome_reflection_id) == reflection_id)
        .values(outcome=None, outcome_session_id=None, outcome_reflection_id=None)
    )


def open_step(db: Connection, member_id: str | None, group_session_id: str) -> str:
    """The newest step of an earlier session that nobody has looked back on yet, as one line; "" if none.

    It stays, however many sessions the member misses.
    """
    rows = stored.find_all(db, Step, ("created_at",), member_id=member_id) if member_id else []
    rows = [each for each in rows if each.group_session_id != group_session_id]
    if not rows or (rows[-1].outcome is not None and rows[-1].outcome_session_id != group_session_id):
        return ""
    value = _opened(Step, rows[-1])
    told = (value["text"] or value["first_step"], value["when"], value["who"])
    return " · ".join(each for each in told if each)


def then_and_now(db: Connection, member_id: str) -> dict[str, Any]:
    """The first mood, goals and circle of a member beside the last, from their own answers."""
    moods: dict[int, int] = {}
    circles: list[tuple[int | None, dict[str, Any]]] = []
    for each in db.execute(OF_MEMBER, {"member": member_id}).all():
        for prompt, value in _values(each):
            if prompt.get("exercise") == MOOD and prompt["type"] == "scale_0_10" and each.kind == "group":
                moods[each.number] = value
            if prompt["type"] == CIRCLE and isinstance(value, dict):
                number = each.number if each.kind == "group" else None
                circles.append((number, drawn(prompt, value) or {}))
    last = max(moods, default=0)
    weeks = range(min(moods, default=1), last + 1)
    points = [{"number": number, "value": moods.get(number)} for number in weeks]
    return {
        "mood": {"first": moods[min(moods)], "last": moods[last], "points": points} if moods else None,
        "goals": [
            {"text": goal["text"], "first": goal["ratings"][0] if goal["ratings"] else None}
            | {"last": goal["ratings"][-1] if goal["ratings"] else None}
            for goal in goals_of(db, member_id)
        ],
        "circle": {
            "first": circles[0][1] if circles else None,
            "last": circles[-1][1] if len(circles) > 1 else None,
            "first_number": circles[0][0] if circles else None,
            "last_number": circles[-1][0] if len(circles) > 1 else None,
        },
    }


# what facilitators see and set


def goals_of(db: Connection, member_id: str) -> list[dict[str, Any]]:
    """A member's goals, oldest first, each with its ratings in the order of the sessions."""
    goals = []
    for row in stored.find_all(db, Goal, ("created_at", "id"), member_id=member_id):
        value = _opened(Goal, row)
        ratings = [each.rating for each in stored.find_all(db, GoalRating, ("at",), goal_id=row.id)]
        goals.append(
            {
                "id": row.id,
                "text": value["text"] or value["first_step"],
                "first_step": value["first_step"],
                "status": row.status,
                "ratings": [int(open_sealed(GoalRating.rating, row.id, each)) for each in ratings],
            }
        )
    return goals


def steps_of(db: Connection, member_id: str) -> list[dict[str, Any]]:
    """A member's steps, the newest first, with how they went."""
    return [
        {
            "text": (value := _opened(Step, row))["text"] or value["first_step"],
            "when": value["when"],
            "who": value["who"],
            "outcome": open_sealed(Step.outcome, row.id, row.outcome) or "",
            "session": row.group_session_id,
        }
        for row in reversed(stored.find_all(db, Step, ("created_at", "id"), member_id=member_id))
    ]


def focus_of(row: Any) -> dict[str, Any]:
    """The focus of a member's row: areas, the main one first, and the one sentence."""
    if row.focus is None:
        return {"areas": [], "sentence": ""}
    focus: dict[str, Any] = json.loads(open_sealed(Member.focus, row.id, row.focus))
    return focus


def set_focus(db: Connection, group_id: str, member_id: str, areas: list[str], sentence: str) -> None:
    """Sets what a member works on, with them: one main area, two at most, and one sentence."""
    if len(areas) > 2 or len(set(areas)) != len(areas) or not set(areas) <= set(AREAS):
        raise Invalid("One main focus, and one more at most.")
    row = stored.find(db, Member, id=member_id, group_id=group_id)
    if row is None:
        raise NotFound()
    value = json.dumps({"areas": areas, "sentence": sentence}, ensure_ascii=False)
    stored.change(db, Member, member_id, focus=seal(Member.focus, member_id, value))


def turn_tracker(db: Connection, group_id: str) -> dict[str, dict[str, Any]]:
    """By member: the sessions with time of their own, how many since, and whether it is their turn now.

    Nobody goes two sessions in a row without.
    """
    held = [
        each
        for each in stored.find_all(db, GroupSession, ("number",), group_id=group_id, kind="group")
        if each.state != SessionState.PLANNED
    ]
    numbers = {each.id: each.number for each in held}
    rows = db.execute(
        select(col(Turn.group_session_id), col(Participant.member_id))
        .join(Participant, col(Participant.id) == col(Turn.participant_id))
        .where(col(Turn.group_session_id).in_(list(numbers)), col(Participant.member_id).is_not(None))
    ).all()
    given: dict[str, set[int]] = {}
    for each in rows:
        given.setdefault(each.member_id, set()).add(numbers[each.group_session_id])
    ended = [each.number for each in held if each.state == SessionState.ENDED]
    tracker = {}
    for member in stored.find_all(db, Member, ("created_at",), group_id=group_id, left_at=None):
        sessions = sorted(given.get(member.id, ()))
        without = len([number for number in ended if number > (sessions[-1] if sessions else 0)])
        tracker[member.id] = {"sessions": sessions, "without": without, "due": without >= 1}
    return tracker


def course_page(db: Connection, group_id: str, member_id: str) -> dict[str, Any]:
    """Everything on a member's course; NotFound if they are not of this group."""
    row = stored.find(db, Member, id=member_id, group_id=group_id)
    if row is None:
        raise NotFound()
    sessions = stored.find_all(db, GroupSession, ("number",), group_id=group_id, kind="group")
    there = {
        each.group_session_id: each
        for each in stored.find_all(db, Participant, member_id=member_id)
        if each.admitted_at is not None
    }
    return {
        "member": {
            "id": row.id,
            "alias": open_sealed(Member.alias, row.id, row.alias),
            "guardian": row.guardian_consented_at is not None,
            "assent": row.assented_at is not None,
        },
        "focus": focus_of(row),
        "attendance": [
            {"number": each.number, "there": each.id in there, "ended": each.state == SessionState.ENDED}
            for each in sessions
        ],
        "then": then_and_now(db, member_id),
        "goals": goals_of(db, member_id),
        "steps": steps_of(db, member_id),
        "events": list(_events(db, member_id)),
        "timeline": _timeline(db, member_id),
        "turns": turn_tracker(db, group_id).get(member_id, {"sessions": [], "without": 0, "due": False}),
    }


def _events(db: Connection, member_id: str) -> Iterable[dict[str, Any]]:
    """What happened with people, week by week, as the member told it in the opening rounds."""
    for each in db.execute(OF_MEMBER, {"member": member_id}).all():
        for prompt, value in _values(each):
            if prompt.get("exercise") == MOOD and prompt["type"] == "short_texts" and each.kind == "group":
                yield {"number": each.number, "text": TYPES["short_texts"].as_text(value, prompt)}


def _timeline(db: Connection, member_id: str) -> dict[str, Any] | None:
    """The timeline that the member drew last, as a drawing and in words; None before the first."""
    found = [
        {"drawn": drawn(prompt, value), "text": TYPES[TIMELINE].as_text(value, prompt)}
        for each in db.execute(OF_MEMBER, {"member": member_id}).all()
        for prompt, value in _values(each)
        if prompt["type"] == TIMELINE
    ]
    return found[-1] if found else None


def _concerns(stage: Stage) -> bool:
    return any(
        prompt["type"] == "goal" or prompt.get("exercise") in (GOALS, REVIEW) for prompt in stage["prompts"]
    )


def _values(row: Any) -> list[tuple[dict[str, Any], Any]]:
    """The prompts that an answer's row holds a value for."""
    stages = agenda_of(_AgendaRow(row.group_session_id, row.agenda))
    prompts: list[dict[str, Any]] = next(
        (stage["prompts"] for stage in stages if stage["id"] == row.stage_id), []
    )
    answer = answer_of(row)
    return [(prompt, answer[prompt["key"]]) for prompt in prompts if prompt["key"] in answer]


class _AgendaRow:
    """As much of a session's row as ``agenda_of`` needs."""

    def __init__(self, row_id: str, agenda: Any):
        self.id, self.agenda = row_id, agenda


def _put(change: Change, model: Any, member_id: str, reflection_id: str, key: str, value: Any) -> None:
    found = stored.find(change.db, model, reflection_id=reflection_id, prompt_key=key)
    if value is None:
        if found is not None:
            if model is Goal:
                change.db.execute(delete(GoalRating).where(col(GoalRating.goal_id) == found.id))
            change.db.execute(delete(model).where(col(model.id) == found.id))
        return
    if found is None and model is Goal and _stands(change, member_id, value):
        return
    new = found.id if found else new_id()
    text = seal(model.text, new, json.dumps(value, ensure_ascii=False))
    if found:
        stored.change(change.db, model, new, text=text)
        return
    stored.add(
        change.db,
        model,
        id=new,
        member_id=member_id,
        group_session_id=change.before.id,
        reflection_id=reflection_id,
        prompt_key=key,
        text=text,
        created_at=change.at,
        **({"changed_at": change.at} if model is Goal else {}),
    )


def _stands(change: Change, member_id: str, value: Any) -> bool:
    """Whether the member has this goal already: written again, it is the same one."""
    goals = stored.find_all(change.db, Goal, member_id=member_id, status="open")
    words = {**EMPTY, **value}["text"] if isinstance(value, dict) else str(value)
    return any(_opened(Goal, each)["text"].casefold() == words.casefold() for each in goals)


def _rate(change: Change, member_id: str, reflection_id: str, value: int) -> None:
    goals = stored.find_all(change.db, Goal, ("created_at", "id"), member_id=member_id, status="open")
    for goal in goals[-1:]:
        change.db.execute(
            delete(GoalRating).where(
                col(GoalRating.goal_id) == goal.id, col(GoalRating.group_session_id) == change.before.id
            )
        )
        stored.add(
            change.db,
            GoalRating,
            goal_id=goal.id,
            group_session_id=change.before.id,
            reflection_id=reflection_id,
            rating=seal(GoalRating.rating, goal.id, str(value)),
            at=change.at,
        )


def _review(change: Change, member_id: str, reflection_id: str, value: str | None) -> None:
    rows = stored.find_all(change.db, Step, ("created_at", "id"), member_id=member_id)
    open_ones = [
        each
        for each in rows
        if each.group_session_id != change.before.id
        and (each.outcome is None or each.outcome_reflection_id == reflection_id)
    ]
    for step in open_ones[-1:]:
        stored.change(
            change.db,
            Step,
            step.id,
            outcome=seal(Step.outcome, step.id, value) if value else None,
            outcome_session_id=change.before.id if value else None,
            outcome_reflection_id=reflection_id if value else None,
        )


def _opened(model: Any, row: Any) -> dict[str, Any]:
    value = json.loads(open_sealed(model.text, row.id, row.text))
    return {**EMPTY, **value} if isinstance(value, dict) else {**EMPTY, "text": str(value)}
