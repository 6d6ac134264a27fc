"""What a member said last time, as the opening round takes it up."""

from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import steps
from app.core.agenda import agenda_of
from app.core.models import GroupSession, Participant, Reflection
from app.core.opened import answer_of, waits_for_yes

Row = Any
SESSION = (col(GroupSession.kind), col(GroupSession.number))


def last_time(db: Connection, row: Row, person: Row) -> dict[str, Any]:
    """A member's mood of the last session in which they gave one, the ``number`` of that session (None for a
    meeting of two), and the step that is still open.
    """
    last: dict[str, Any] = {
        "mood": None,
        "number": None,
        "step": steps.open_step(db, person.member_id, row.id),
    }
    if person.member_id is None:
        return last
    rows = db.execute(
        select(Reflection.__table__, col(GroupSession.agenda).label("agenda"), *SESSION)
        .join(Participant, col(Participant.id) == col(Reflection.participant_id))
        .join(GroupSession, col(GroupSession.id) == col(Reflection.group_session_id))
        .where(
            col(Participant.member_id) == person.member_id,
            col(Reflection.group_session_id) != row.id,
            col(Reflection.withdrawn_at).is_(None),
        )
        .order_by(col(Reflection.saved_at).desc())
        .limit(60)
    ).all()
    for each in rows:
        if waits_for_yes(each):
            continue
        stages = agenda_of(_AgendaRow(each.group_session_id, each.agenda))
        prompts: list[dict[str, Any]] = next((s["prompts"] for s in stages if s["id"] == each.stage_id), [])
        answer = answer_of(each)
        for prompt in prompts:
            value = answer.get(prompt["key"])
            if (
                prompt.get("exercise") == "mood_event_checkin"
                and prompt["key"] == "mood"
                and last["mood"] is None
            ):
                last["mood"], last["number"] = value, each.number if each.kind == "group" else None
    return last


class _AgendaRow:
    """As much of a session's row as ``agenda_of`` needs."""

    def __init__(self, row_id: str, agenda: Any):
        self.id, self.agenda = row_id, agenda
