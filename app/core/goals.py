"""A member's goals: written in an answer, rated from session to session, closed by a facilitator.

A goal belongs to the answer in which it was written; its ratings belong to the answers in which they were
given, one for a session.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, or_, select
from sqlmodel import col

from app.core import stored
from app.core.agenda import Stage, agenda_of, find_stage
from app.core.changes import Change
from app.core.course_models import Goal, GoalRating
from app.core.models import Member, Participant, Reflection, new_id, now
from app.core.opened import answer_of, waits_for_yes
from app.core.refusals import Invalid, NotFound
from app.core.sealing import open_sealed, seal
from app.exercises.goal import LINES, STANDING, STATUS

EXERCISE = "goal_setting"
EMPTY = dict.fromkeys(LINES, "")
THEIRS = or_(  # of the answer beside it, where there is one: written by themselves, or confirmed
    col(Reflection.id).is_(None),
    col(Reflection.written_by).is_(None),
    col(Reflection.confirmed_at).is_not(None),
)
NOT_YOURS = "One of these goals cannot be rated here."


# asked in a stage


def standing(db: Connection, stage: Stage, person: Any) -> dict[str, list[dict[str, str]]]:
    """The goals that stand in a stage's questions for this person, by prompt key: id and words, oldest first.

    Those are the open ones from before, and whatever this person's answer here has rated already. The goal
    that the answer itself holds is not among them.
    """
    keys = [prompt["key"] for prompt in stage["prompts"] if _takes(prompt)]
    if not keys or person.member_id is None:
        return {}
    own = _own_answers(db, stage, person)
    rated = {each.goal_id for name in own for each in stored.find_all(db, GoalRating, reflection_id=name)}
    found = [
        {"id": row.id, "text": _told(opened(Goal, row))}
        for row in _rows(db, person.member_id)
        if row.reflection_id not in own and (row.status == "open" or row.id in rated)
    ]
    return dict.fromkeys(keys, found[-STANDING:]) if found else {}


def asked(prompts: list[Any], goals: Mapping[str, Any]) -> list[Any]:
    """The prompts without the one number for a goal, where each goal that stands has a number of its own."""
    return [each for each in prompts if not (goals and _scale(each))]


def check(change: Change, stage: Stage, person: Any, answer: Mapping[str, Any]) -> None:
    """Refuses ratings of goals that are not this person's own, and ratings where no goals stand."""
    rated = {
        each["goal"]: _takes(prompt)
        for prompt in stage["prompts"]
        if prompt["type"] == "goal"
        for each in answer.get(prompt["key"], {}).get("standing", ())
    }
    if not rated:
        return
    own = {row.id for row in _rows(change.db, person.member_id)} if person.member_id else set()
    if not rated.keys() <= own or not all(rated.values()):
        raise Invalid(NOT_YOURS)


# kept beside an answer, in its transaction


def keep(change: Change, stage: Stage, person: Any, reflection_id: str, answer: Mapping[str, Any]) -> None:
    """Keeps the goal of a member's answer, and every rating in it; a revision replaces its own."""
    if not any(_takes(prompt) or _scale(prompt) for prompt in stage["prompts"]):
        return
    lost = _forget_ratings(change, reflection_id)
    written = {
        prompt["key"]: _write(
            change, person.member_id, reflection_id, prompt["key"], answer.get(prompt["key"]) or {}
        )
        for prompt in filter(_takes, stage["prompts"])
    }
    row = stored.find(change.db, Reflection, id=reflection_id)
    ratings: dict[str, int] = {}
    if row is None or not waits_for_yes(row):  # else with their yes: it would take the place of their own
        ratings = _ratings(change.db, stage, person.member_id, answer, written)
    for goal_id, rating in ratings.items():
        _rate(change, goal_id, reflection_id, rating)
    _as_rated_before(change, person, reflection_id, lost - ratings.keys())


def forget(change: Change, reflection_id: str) -> None:
    """Takes back the goals and ratings of an answer that is withdrawn."""
    lost = _forget_ratings(change, reflection_id)
    for goal in stored.find_all(change.db, Goal, reflection_id=reflection_id):
        _remove(change, goal.id)
        lost.discard(goal.id)
    answer = stored.find(change.db, Reflection, id=reflection_id) if lost else None
    if answer is not None:
        person = stored.find(change.db, Participant, id=answer.participant_id)
        _as_rated_before(change, person, reflection_id, lost)


def _ratings(
    db: Connection,
    stage: Stage,
    member_id: str,
    answer: Mapping[str, Any],
    written: Mapping[str, str | None],
) -> dict[str, int]:
    """The numbers that an answer gives, by goal; ``written`` are the goals it holds, by prompt key."""
    ratings: dict[str, int] = {}
    own = None
    for key, own in written.items():
        value = answer.get(key) or {}
        if own and value["rating"]:
            ratings[own] = value["rating"][0]
        ratings |= {each["goal"]: each["rating"] for each in value.get("standing", ())}
    for prompt in filter(_scale, stage["prompts"]):
        newest = own or _newest(db, member_id)
        if newest and answer.get(prompt["key"]) is not None:
            ratings.setdefault(newest, answer[prompt["key"]])
    return ratings


def _as_rated_before(change: Change, person: Any, without: str, lost: set[str]) -> None:
    """Lets the numbers stand again that this person's other answers of the session give to goals which have
    lost theirs; the last one counts. ``without`` is the answer that took its own back.
    """
    if not lost:
        return
    rows = stored.find_all(
        change.db, Reflection, ("saved_at", "id"), participant_id=person.id, withdrawn_at=None, passed=False
    )
    stages = agenda_of(change.before)
    for row in rows:
        if row.id == without or waits_for_yes(row):
            continue
        stage, answer = stages[find_stage(stages, row.stage_id)], answer_of(row)
        written = {
            prompt["key"]: _kept(change, person.member_id, row.id, prompt["key"], answer)
            for prompt in filter(_takes, stage["prompts"])
        }
        for goal_id, rating in _ratings(change.db, stage, person.member_id, answer, written).items():
            if goal_id in lost:
                _rate(change, goal_id, row.id, rating)


def _kept(
    change: Change, member_id: str, reflection_id: str, key: str, answer: Mapping[str, Any]
) -> str | None:
    """The goal that an answer holds under a key, as ``_write`` kept it."""
    value = answer.get(key) or {}
    if not any(value.get(name) for name in LINES):
        return None
    found = stored.find(change.db, Goal, reflection_id=reflection_id, prompt_key=key)
    return str(found.id) if found is not None else _same_words(change, member_id, value)


def _forget_ratings(change: Change, reflection_id: str) -> set[str]:
    """Removes the ratings of an answer and gives the goals that had them."""
    lost = {each.goal_id for each in stored.find_all(change.db, GoalRating, reflection_id=reflection_id)}
    change.db.execute(delete(GoalRating).where(col(GoalRating.reflection_id) == reflection_id))
    return lost


# what facilitators see and set


def goals_of(db: Connection, member_id: str) -> list[dict[str, Any]]:
    """A member's goals, oldest first, each with its ratings in the order of the sessions."""
    return goals_of_members(db, [member_id])[member_id]


def goals_of_members(db: Connection, member_ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """The same of several members, by their ids; what was written for them counts once they said yes."""
    mine = col(Goal.member_id).in_(member_ids)
    written = select(Goal.__table__).outerjoin(Reflection, col(Reflection.id) == col(Goal.reflection_id))
    rows = db.execute(written.where(mine, THEIRS).order_by(col(Goal.created_at), col(Goal.id))).all()
    rated = (
        select(GoalRating.__table__)
        .join(Goal, col(Goal.id) == col(GoalRating.goal_id))
        .outerjoin(Reflection, col(Reflection.id) == col(GoalRating.reflection_id))
        .where(mine, THEIRS)
        .order_by(col(GoalRating.at))
    )
    ratings: dict[str, list[int]] = {}
    for each in db.execute(rated).all():
        number = int(open_sealed(GoalRating.rating, each.goal_id, each.rating))
        ratings.setdefault(each.goal_id, []).append(number)
    found: dict[str, list[dict[str, Any]]] = {member_id: [] for member_id in member_ids}
    for row in rows:
        words = opened(Goal, row)
        found[row.member_id].append(
            {
                "id": row.id,
                "text": _told(words),
                "first_step": words["first_step"] if words["text"] else "",
                "status": row.status,
                "ratings": ratings.get(row.id, []),
            }
        )
    return found


def ends_of(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first and the last rating of each goal; ``last`` is None before the second."""
    return [
        {
            "text": goal["text"],
            "status": goal["status"],
            "first": goal["ratings"][0] if goal["ratings"] else None,
            "last": goal["ratings"][-1] if len(goal["ratings"]) > 1 else None,
        }
        for goal in listed
    ]


def then_and_now(db: Connection, member_id: str) -> list[dict[str, Any]]:
    """The first and the last rating of each goal of a member."""
    return ends_of(goals_of(db, member_id))


def set_status(db: Connection, group_id: str, member_id: str, goal_id: str, status: str) -> None:
    """Marks a member's goal as met, let go, or open again."""
    if status not in STATUS:
        raise Invalid("A goal is open, met or let go.")
    goal = stored.find(db, Goal, id=goal_id, member_id=member_id)
    if goal is None or not stored.exists(db, Member, id=member_id, group_id=group_id):
        raise NotFound()
    if goal.status != status:
        stored.change(db, Goal, goal_id, status=status, changed_at=now())


def opened(model: Any, row: Any) -> dict[str, str]:
    """The words of a goal or a step by the names of its lines; what was left out is empty."""
    value = json.loads(open_sealed(model.text, row.id, row.text))
    return {**EMPTY, **value} if isinstance(value, dict) else {**EMPTY, "text": str(value)}


def sealed_words(model: Any, row_id: str, value: Mapping[str, Any]) -> Any:
    """What the row of a goal or a step holds of an answer's value: its lines alone."""
    words = {name: value[name] for name in LINES}
    return seal(model.text, row_id, json.dumps(words, ensure_ascii=False))


def _told(words: Mapping[str, Any]) -> str:
    """What a goal is called: what they would like, or at least one of its other lines."""
    return next((str(words[name]) for name in LINES if words[name]), "")


def _takes(prompt: Mapping[str, Any]) -> bool:
    return prompt["type"] == "goal" and prompt.get("exercise") == EXERCISE


def _scale(prompt: Mapping[str, Any]) -> bool:
    return prompt["type"] == "scale_0_10" and prompt.get("exercise") == EXERCISE


def _rows(db: Connection, member_id: str) -> list[Any]:
    return stored.find_all(db, Goal, ("created_at", "id"), member_id=member_id)


def _own_answers(db: Connection, stage: Stage, person: Any) -> set[str]:
    """The ids of this person's answers to a stage, withdrawn ones too."""
    rows = db.execute(
        select(col(Reflection.id)).where(
            col(Reflection.participant_id) == person.id, col(Reflection.stage_id) == stage["id"]
        )
    )
    return set(rows.scalars())


def _newest(db: Connection, member_id: str) -> str | None:
    goals = [row.id for row in _rows(db, member_id) if row.status == "open"]
    return goals[-1] if goals else None


def _write(
    change: Change, member_id: str, reflection_id: str, key: str, value: Mapping[str, Any]
) -> str | None:
    """Keeps the words of a goal and gives the goal's id; None, and nothing kept, where no words are."""
    found = stored.find(change.db, Goal, reflection_id=reflection_id, prompt_key=key)
    if not any(value.get(name) for name in LINES):
        if found is not None:
            _remove(change, found.id)
        return None
    if found is not None:
        stored.change(
            change.db, Goal, found.id, text=sealed_words(Goal, found.id, value), changed_at=change.at
        )
        return str(found.id)
    known = _same_words(change, member_id, value)
    if known is not None:
        return known
    new = new_id()
    stored.add(
        change.db,
        Goal,
        id=new,
        member_id=member_id,
        group_session_id=change.before.id,
        reflection_id=reflection_id,
        prompt_key=key,
        text=sealed_words(Goal, new, value),
        created_at=change.at,
        changed_at=change.at,
    )
    return new


def _same_words(change: Change, member_id: str, value: Mapping[str, Any]) -> str | None:
    """The open goal with these words: written again, it is the same one."""
    for row in _rows(change.db, member_id):
        if row.status == "open" and _told(opened(Goal, row)).casefold() == _told(value).casefold():
            return str(row.id)
    return None


def _rate(change: Change, goal_id: str, reflection_id: str, rating: int) -> None:
    change.db.execute(
        delete(GoalRating).where(
            col(GoalRating.goal_id) == goal_id, col(GoalRating.group_session_id) == change.before.id
        )
    )
    stored.add(
        change.db,
        GoalRating,
        goal_id=goal_id,
        group_session_id=change.before.id,
        reflection_id=reflection_id,
        rating=seal(GoalRating.rating, goal_id, str(rating)),
        at=change.at,
    )


def _remove(change: Change, goal_id: str) -> None:
    change.db.execute(delete(GoalRating).where(col(GoalRating.goal_id) == goal_id))
    change.db.execute(delete(Goal).where(col(Goal.id) == goal_id))
