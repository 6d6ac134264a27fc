"""What a member said last time, as the opening round takes it up."""

from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import steps
from app.core.agenda import agenda_of
from app.core.models import GroupSession, Participant, Reflection
from app.core.opened import answer_of, waits_for_yes

Row = Any
MOOD = "mood"  # the key of its question
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
        if waits_for_yes(each) or not _asks_mood(each):
            continue
        mood = answer_of(each).get(MOOD)
        if mood is not None:
            return last | {"mood": mood, "number": each.number if each.kind == "group" else None}
    return last


def _asks_mood(row: Row) -> bool:
    """Whether the stage of an answer was the opening round."""
    stages = agenda_of(_AgendaRow(row.group_session_id, row.agenda))
    prompts: list[dict[str, Any]] = next((s["prompts"] for s in stages if s["id"] == row.stage_id), [])
    return any(each.get("exercise") == "mood_event_checkin" and each["key"] == MOOD for each in prompts)


class _AgendaRow:
    """As much of a session's row as ``agenda_of`` needs."""

    def __init__(self, row_id: str, agenda: Any):
        self.id, self.agenda = row_id, agenda
