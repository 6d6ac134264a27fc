"""A member's steps between sessions: planned in an answer, looked back on in a later one."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.core import goals, stored
from app.core.agenda import Stage, agenda_of
from app.core.changes import Change
from app.core.course_models import Step
from app.core.goals import opened, sealed_words
from app.core.models import GroupSession, Reflection, new_id
from app.core.sealing import open_sealed, seal

REVIEW = "step_review"
LOOKED = aliased(Reflection)  # the answer in which a step was looked back on
THEIRS = (  # made once: it is asked with every page of a member
    select(
        Step.__table__,
        and_(col(LOOKED.written_by).is_not(None), col(LOOKED.confirmed_at).is_(None)).label("unsure"),
    )
    .outerjoin(Reflection, col(Reflection.id) == col(Step.reflection_id))
    .outerjoin(LOOKED, col(LOOKED.id) == col(Step.outcome_reflection_id))
    .where(col(Step.member_id).in_(bindparam("members", expanding=True)), goals.THEIRS)
    .order_by(col(Step.created_at).desc(), col(Step.id).desc())
)
KEPT = ("done", "part", "not_yet")  # how a step went, by the place of the choice


def keep(change: Change, stage: Stage, person: Any, reflection_id: str, answer: Mapping[str, Any]) -> None:
    """Keeps the steps of a member's answer, and how the last one went; a revision updates its own rows."""
    for prompt in stage["prompts"]:
        value = answer.get(prompt["key"])
        exercise = prompt.get("exercise", "")
        if prompt["type"] == "goal" and exercise != goals.EXERCISE:
            _plan(change, person.member_id, reflection_id, prompt["key"], value)
        elif prompt["type"] == "single_choice" and exercise == REVIEW:
            _review(change, person.member_id, reflection_id, value)


def forget(change: Change, reflection_id: str) -> None:
    """Takes back what was kept beside an answer that is withdrawn."""
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
    rows = _theirs(db, [member_id]) if member_id else []
    rows = [each for each in rows if each.group_session_id != group_session_id]
    if not rows or (_looked_at(rows[0]) and rows[0].outcome_session_id != group_session_id):
        return ""
    value = opened(Step, rows[0])
    told = (value["text"] or value["first_step"], value["when"], value["who"])
    return " · ".join(each for each in told if each)


def steps_of(db: Connection, member_id: str) -> list[dict[str, Any]]:
    """A member's steps, the newest first, with how they went."""
    return steps_of_members(db, [member_id])[member_id]


def steps_of_members(db: Connection, member_ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """The same of several members, by their ids. ``kept`` says how it went: ``done``, ``part``, ``not_yet``,
    or ``open`` while nobody has looked back.
    """
    rows = _theirs(db, member_ids)
    reviewed = {row.outcome_session_id for row in rows if row.outcome_session_id}
    agendas = db.execute(
        select(col(GroupSession.id), col(GroupSession.agenda)).where(col(GroupSession.id).in_(reviewed))
    ).all()
    choices = {each.id: _choices(agenda_of(each)) for each in agendas}
    found: dict[str, list[dict[str, Any]]] = {member_id: [] for member_id in member_ids}
    for row in rows:
        value = opened(Step, row)
        outcome = "" if row.unsure else open_sealed(Step.outcome, row.id, row.outcome) or ""
        found[row.member_id].append(
            {
                "text": value["text"] or value["first_step"],
                "when": value["when"],
                "who": value["who"],
                "outcome": outcome,
                "kept": _kept(outcome, choices.get(row.outcome_session_id, [])),
                "session": row.group_session_id,
            }
        )
    return found


def _theirs(db: Connection, member_ids: list[str]) -> list[Any]:
    """The steps of these members, the newest first, without what a facilitator wrote down and they have not
    said yes to; ``unsure`` marks those whose outcome is such.
    """
    return list(db.execute(THEIRS, {"members": member_ids}).all())


def _looked_at(step: Any) -> bool:
    return step.outcome is not None and not step.unsure


def _choices(stages: list[Stage]) -> list[str]:
    """What could be said of a step in a session, the best first: words may be in any language."""
    return [
        option
        for stage in stages
        for prompt in stage["prompts"]
        if prompt.get("exercise") == REVIEW and prompt["type"] == "single_choice"
        for option in prompt["options"]
    ]


def _kept(outcome: str, choices: list[str]) -> str:
    if outcome not in choices:
        return "open"
    return KEPT[min(choices.index(outcome), len(KEPT) - 1)]


def _plan(change: Change, member_id: str, reflection_id: str, key: str, value: Any) -> None:
    found = stored.find(change.db, Step, reflection_id=reflection_id, prompt_key=key)
    if value is None:
        if found is not None:
            change.db.execute(delete(Step).where(col(Step.id) == found.id))
        return
    new = found.id if found else new_id()
    text = sealed_words(Step, new, value)
    if found:
        stored.change(change.db, Step, new, text=text)
        return
    stored.add(
        change.db,
        Step,
        id=new,
        member_id=member_id,
        group_session_id=change.before.id,
        reflection_id=reflection_id,
        prompt_key=key,
        text=text,
        created_at=change.at,
    )


def _review(change: Change, member_id: str, reflection_id: str, value: str | None) -> None:
    """Keeps how the newest step of an earlier session went, which is the one that stood before the member."""
    rows = _theirs(change.db, [member_id])
    earlier = [each for each in rows if each.group_session_id != change.before.id]
    for step in earlier[:1]:
        if _looked_at(step) and step.outcome_reflection_id != reflection_id:
            continue
        stored.change(
            change.db,
            Step,
            step.id,
            outcome=seal(Step.outcome, step.id, value) if value else None,
            outcome_session_id=change.before.id if value else None,
            outcome_reflection_id=reflection_id if value else None,
        )
