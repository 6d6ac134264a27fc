"""What the group has chosen to show, and an answer as lines of plain text."""

from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from app.core.agenda import Stage, agenda_of
from app.core.compared import compared
from app.core.models import SMALL, Audience, Member, Participant, Reflection
from app.core.opened import answer_of, waits_for_yes
from app.core.sealing import open_sealed
from app.exercises import COUNTED, drawn, is_private, shown_alone, texts_of

Row = Any

BANDS = ((0, 3), (4, 6), (7, 10))
RELEASED = select(Reflection.__table__).where(
    col(Reflection.group_session_id) == bindparam("session"), col(Reflection.shown_order).is_not(None)
)
SHOWN = (
    select(
        Reflection.__table__,
        col(Participant.alias).label("alias"),
        col(Participant.member_id).label("member_id"),
        col(Member.left_at).label("member_left_at"),
    )
    .join(Participant, col(Participant.id) == col(Reflection.participant_id))
    .outerjoin(Member, col(Member.id) == col(Participant.member_id))
    .where(col(Reflection.group_session_id) == bindparam("session"), col(Reflection.shown_at).is_not(None))
)


def shown_answers(db: Connection, row: Row) -> list[dict[str, Any]]:
    """What the group has chosen to show: the current stage first, named ones as they were shown, unnamed ones
    in the order that was drawn. Prompts for facilitators alone are taken out.
    """
    stages = {stage["id"]: (place, stage) for place, stage in enumerate(agenda_of(row))}
    found = [
        each
        for each in db.execute(SHOWN, {"session": row.id}).all()
        if _may_be_shown(each) and not _went_with_its_writer(each)
    ]
    here = row.stage_index

    def place(each: Row) -> tuple[Any, ...]:
        where = stages[each.stage_id][0]
        unnamed = each.audience == Audience.UNNAMED
        return (where != here, -where, unnamed, each.shown_order if unnamed else each.shown_at, each.id)

    entries = []
    for each in sorted(found, key=place):
        stage = stages[each.stage_id][1]
        named = each.audience == Audience.NAMED
        answer = shown_alone(stage["prompts"], answer_of(each))
        if not answer:
            continue
        entries.append(
            {
                "id": each.id,
                "stage_id": each.stage_id,
                "stage_title": stage["title"],
                "alias": open_sealed(Participant.alias, each.participant_id, each.alias) if named else None,
                "answer": answer,
                "parts": [
                    part | _then(db, each, part, answer) if named else part for part in parts(stage, answer)
                ],
            }
        )
    return entries


def _then(db: Connection, each: Row, part: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """What stands beside the words of a named "compare": the ticked parts of then and now."""
    if part["type"] != "compare":
        return {}
    return {"then": compared(db, each.member_id, answer[part["key"]])}


def tallies(db: Connection, row: Row) -> list[dict[str, Any]]:
    """How often each choice was made, and where the numbers of a scale lie, among the unnamed answers that
    were released together: from five people on, of each the last value, and never again once one answer was
    changed or taken back, since the difference would give it away.
    """
    stages = {stage["id"]: stage for stage in agenda_of(row)}
    released: dict[str, list[Row]] = {}
    for each in db.execute(RELEASED, {"session": row.id}).all():
        released.setdefault(each.stage_id, []).append(each)
    found = []
    for stage_id, rows in released.items():
        if all(_may_be_shown(each) and each.shown_at is not None for each in rows):
            rows.sort(key=lambda each: (each.created_at, each.id))
            answers = [(each.participant_id, answer_of(each)) for each in rows]
            found += [_tally(stages[stage_id], each, answers) for each in stages[stage_id]["prompts"]]
    return [each for each in found if each is not None]


def _tally(
    stage: Stage, prompt: dict[str, Any], answers: list[tuple[str, dict[str, Any]]]
) -> dict[str, Any] | None:
    # one for each person: in a stage that repeats, five cards may all be one person's
    last = {writer: answer[prompt["key"]] for writer, answer in answers if prompt["key"] in answer}
    values = list(last.values())
    if prompt["type"] not in COUNTED or is_private(prompt) or len(values) < SMALL:
        return None
    if prompt["type"] == "scale_0_10":
        counts = [
            {"text": f"{low} to {high}", "count": sum(low <= value <= high for value in values)}
            for low, high in BANDS
        ]
    else:
        chosen = [each for value in values for each in (value if isinstance(value, list) else [value])]
        counts = [{"text": option, "count": chosen.count(option)} for option in prompt.get("options") or ()]
    return {
        "id": f"tally-{stage['id']}-{prompt['key']}",
        "stage_id": stage["id"],
        "key": prompt["key"],
        "prompt": prompt["text"],
        "answers": len(values),
        "counts": counts,
    }


def parts(stage: Stage, answer: dict[str, Any]) -> list[dict[str, Any]]:
    """An answer as plain text, in the order of its prompts, with a drawing where people would rather look."""
    return [
        {"key": prompt["key"], "prompt": prompt["text"], "type": prompt["type"], "text": text}
        | {"drawn": drawn(prompt, answer[prompt["key"]])}
        for prompt, text in texts_of(stage["prompts"], answer)
    ]


def _went_with_its_writer(each: Row) -> bool:
    """Whether a named answer is of somebody who has left the group. Unnamed ones stay: one that went together
    with a person would have a name.
    """
    return each.audience == Audience.NAMED and each.member_left_at is not None


def _may_be_shown(each: Row) -> bool:
    if waits_for_yes(each):
        return False
    return each.withdrawn_at is None and not each.passed and each.audience != Audience.FACILITATORS
