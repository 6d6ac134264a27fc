"""What the group has chosen to show, and an answer as lines of plain text."""

import json
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from app.core.agenda import Stage, agenda_of
from app.core.models import Audience, Participant, Reflection
from app.core.sealing import open_sealed
from app.exercises import drawn, texts_of, without_private

Row = Any

SHOWN = (
    select(Reflection.__table__, col(Participant.alias).label("alias"))
    .join(Participant, col(Participant.id) == col(Reflection.participant_id))
    .where(col(Reflection.group_session_id) == bindparam("session"), col(Reflection.shown_at).is_not(None))
)


def shown_answers(db: Connection, row: Row) -> list[dict[str, Any]]:
    """What the group has chosen to show: the current stage first, named ones as they were shown, unnamed ones
    in the order that was drawn. Prompts for facilitators alone are taken out.
    """
    stages = {stage["id"]: (place, stage) for place, stage in enumerate(agenda_of(row))}
    found = [each for each in db.execute(SHOWN, {"session": row.id}).all() if _may_be_shown(each)]
    here = row.stage_index

    def place(each: Row) -> tuple[Any, ...]:
        where = stages[each.stage_id][0]
        unnamed = each.audience == Audience.UNNAMED
        return (where != here, -where, unnamed, each.shown_order if unnamed else each.shown_at, each.id)

    entries = []
    for each in sorted(found, key=place):
        stage = stages[each.stage_id][1]
        answer = without_private(stage["prompts"], answer_of(each))
        named = each.audience == Audience.NAMED
        entries.append(
            {
                "id": each.id,
                "stage_id": each.stage_id,
                "stage_title": stage["title"],
                "alias": open_sealed(Participant.alias, each.participant_id, each.alias) if named else None,
                "answer": answer,
                "parts": parts(stage, answer),
            }
        )
    return entries


def parts(stage: Stage, answer: dict[str, Any]) -> list[dict[str, Any]]:
    """An answer as plain text, in the order of its prompts, with a drawing where people would rather look."""
    return [
        {"key": prompt["key"], "prompt": prompt["text"], "type": prompt["type"], "text": text}
        | {"drawn": drawn(prompt, answer[prompt["key"]])}
        for prompt, text in texts_of(stage["prompts"], answer)
    ]


def answer_of(each: Row) -> dict[str, Any]:
    """The values of an answer's row, by prompt key."""
    answer: dict[str, Any] = json.loads(open_sealed(Reflection.answer, each.id, each.answer))
    return answer


def _may_be_shown(each: Row) -> bool:
    if each.written_by is not None and each.confirmed_at is None:
        return False  # nobody has said "yes, like that" yet
    return each.withdrawn_at is None and not each.passed and each.audience != Audience.FACILITATORS
