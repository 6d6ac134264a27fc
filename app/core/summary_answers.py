"""The answers of a session, opened for a summary: one by one, and by what an exercise asked.

``scribed`` says of an answer that a facilitator wrote it down and its person has not said yes to it.
"""

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core.models import Reflection
from app.core.opened import waits_for_yes
from app.core.sealing import open_sealed
from app.exercises import drawn, texts_of

Answer = dict[str, Any]
MOOD, WORD, LEAVING, STEP = "mood_event_checkin", "one_word_checkin", "leaving_check", "step_plan"
PULSE = "session_pulse"


def answers_of(
    db: Connection, group_session_id: str, stages: Iterable[dict[str, Any]], aliases: Mapping[str, str]
) -> list[Answer]:
    """The answers to these stages in the order in which they came; withdrawn ones are left out."""
    prompts = {(group_session_id, stage["id"]): stage["prompts"] for stage in stages}
    return answers_in(db, prompts, aliases)


def answers_in(
    db: Connection,
    prompts: Mapping[tuple[str, str], list[dict[str, Any]]],
    aliases: Mapping[str, str] = MappingProxyType({}),
) -> list[Answer]:
    """The same of many sessions at once: ``prompts`` by the ids of their session and stage."""
    rows = db.execute(
        select(Reflection.__table__)
        .where(
            col(Reflection.group_session_id).in_({session for session, _ in prompts}),
            col(Reflection.stage_id).in_({stage for _, stage in prompts}),
            col(Reflection.withdrawn_at).is_(None),
        )
        .order_by(col(Reflection.created_at), col(Reflection.id))
    ).all()
    places = ((row, prompts.get((row.group_session_id, row.stage_id))) for row in rows)
    return [_answer(row, asked, aliases) for row, asked in places if asked is not None]


def values(answers: Iterable[Answer], exercise: str, ending: str) -> list[tuple[Answer, Any]]:
    """What answers hold for one prompt of an exercise; a merged stage may have prefixed its key."""
    return [(answer, part["value"]) for answer in answers for part in _parts(answer, exercise, ending)]


def texts(answers: Iterable[Answer], exercise: str, ending: str) -> dict[str, list[str]]:
    """The same as words, by participant."""
    found: dict[str, list[str]] = {}
    for answer in answers:
        for part in _parts(answer, exercise, ending):
            found.setdefault(answer["participant_id"], []).append(part["text"])
    return found


def asks(stages: Iterable[dict[str, Any]], exercise: str) -> list[dict[str, Any]]:
    """The stages that ask anything of an exercise."""
    return [stage for stage in stages if any(each.get("exercise") == exercise for each in stage["prompts"])]


def _parts(answer: Answer, exercise: str, ending: str) -> list[dict[str, Any]]:
    return [
        part
        for part in answer["parts"]
        if part["exercise"] == exercise and (part["key"] == ending or part["key"].endswith(f"_{ending}"))
    ]


def _answer(row: Any, prompts: list[dict[str, Any]], aliases: Mapping[str, str]) -> Answer:
    answer = json.loads(open_sealed(Reflection.answer, row.id, row.answer))
    return {
        "id": row.id,
        "group_session_id": row.group_session_id,
        "stage_id": row.stage_id,
        "participant_id": row.participant_id,
        "alias": aliases.get(row.participant_id, ""),
        "audience": str(row.audience),
        "passed": row.passed,
        "late": row.late,
        "scribed": waits_for_yes(row),
        "shown": row.shown_at is not None,
        "saved_at": row.saved_at,
        "parts": [
            {
                "key": prompt["key"],
                "exercise": prompt.get("exercise", ""),
                "prompt": prompt["text"],
                "type": prompt["type"],
                "value": answer[prompt["key"]],
                "text": text,
                "drawn": drawn(prompt, answer[prompt["key"]]),
            }
            for prompt, text in texts_of(prompts, answer)
        ],
    }
