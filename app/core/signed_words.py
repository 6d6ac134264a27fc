"""What facilitators still read of people whose note is signed: their words stand in the note alone.

Numbers, choices and working material stay, everywhere: in the summary, on the console, in the course.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core.goals import EXERCISE as GOALS
from app.core.models import Group, GroupSession, Participant
from app.core.record_models import NoteKind, RecordNote
from app.core.steps import REVIEW
from app.core.summary_answers import MOOD, STEP
from app.exercises import COUNTED

WORK_TYPES = frozenset({"closeness_circle", "timeline", "goal", "structured_plan"})
WORK_EXERCISES = frozenset({MOOD, GOALS, STEP, REVIEW})


def is_working(prompt: Mapping[str, Any]) -> bool:
    """Whether what is asked here is working material, kept longer than other answers."""
    return prompt["type"] in WORK_TYPES or prompt.get("exercise") in WORK_EXERCISES


def stays(prompt: Mapping[str, Any]) -> bool:
    """Whether what was answered here is read on, once the words stand in a signed note."""
    return prompt["type"] in COUNTED or is_working(prompt)


def hidden(db: Connection, *group_session_ids: str) -> set[str]:
    """The participants of these sessions whose words stand in a signed note now, and nowhere else for
    facilitators; empty where the group wants to go on reading them.
    """
    query = (
        select(col(Participant.id))
        .join(GroupSession, col(GroupSession.id) == col(Participant.group_session_id))
        .join(Group, col(Group.id) == col(GroupSession.group_id))
        .join(
            RecordNote,
            (col(RecordNote.group_session_id) == col(GroupSession.id))
            & (col(RecordNote.member_id) == col(Participant.member_id)),
        )
        .where(
            col(Participant.group_session_id).in_(group_session_ids),
            col(RecordNote.kind) == NoteKind.INDIVIDUAL,
            col(RecordNote.signed_at).is_not(None),
            col(Group.hide_signed).is_(True),
        )
    )
    return set(db.execute(query).scalars())


def without_words(answers: Iterable[dict[str, Any]], whose: set[str]) -> list[dict[str, Any]]:
    """The answers of a summary without the words of these participants. Each has ``hidden``, whether
    anything was left out.
    """
    told = []
    for answer in answers:
        parts = answer["parts"]
        if answer["participant_id"] in whose:
            parts = [each for each in parts if stays(each)]
        told.append(answer | {"parts": parts, "hidden": len(parts) < len(answer["parts"])})
    return told


def without_own_words(prompts: Iterable[Mapping[str, Any]], answer: Mapping[str, Any]) -> dict[str, Any]:
    """What is still read of an answer, by prompt key."""
    left = {each["key"] for each in prompts if stays(each)}
    return {key: value for key, value in answer.items() if key in left}
