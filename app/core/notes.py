"""What a facilitator notes for themselves during a session: read by its writer alone, never by the group."""

from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from app.core.agenda import agenda_of
from app.core.changes import Who
from app.core.models import Note, Participant
from app.core.sealing import open_sealed

Row = Any
OWN = select(Note.__table__).where(
    col(Note.group_session_id) == bindparam("session"), col(Note.facilitator_id) == bindparam("facilitator")
)


def beside(db: Connection, row: Row, who: Who, stage_id: str | None) -> dict[str, Any]:
    """The notes that stand on the console: ``stage`` on the current one, ``people`` by participant."""
    stage: dict[str, Any] | None = None
    people: dict[str, dict[str, Any]] = {}
    for note in _own(db, row, who.id):
        if note.stage_id is None and note.participant_id is not None:
            people[note.participant_id] = _open(note)
        elif note.stage_id is not None and note.stage_id == stage_id and note.participant_id is None:
            stage = _open(note)
    return {"stage": stage, "people": people}


def told(db: Connection, row: Row, facilitator_id: str) -> list[dict[str, Any]]:
    """All notes with words in them, for their writer's summary: by stage, then by person.

    They belong to their writer and not to the session's record, so no export holds them.
    """
    titles = {stage["id"]: stage["title"] for stage in agenda_of(row)}
    people = db.execute(
        select(col(Participant.id), col(Participant.alias))
        .where(col(Participant.group_session_id) == row.id)
        .order_by(col(Participant.joined_at), col(Participant.id))
    ).all()
    aliases = {each.id: open_sealed(Participant.alias, each.id, each.alias) for each in people}
    stages, persons = list(titles), list(aliases)
    notes = [
        {"stage": titles.get(note.stage_id), "person": aliases.get(note.participant_id), **_open(note)}
        for note in sorted(
            _own(db, row, facilitator_id),
            key=lambda note: (
                note.participant_id is not None,
                persons.index(note.participant_id) if note.participant_id else 0,
                stages.index(note.stage_id) if note.stage_id else 0,
            ),
        )
    ]
    return [note for note in notes if note["text"]]


def _own(db: Connection, row: Row, facilitator_id: str) -> list[Row]:
    return list(db.execute(OWN, {"session": row.id, "facilitator": facilitator_id}).all())


def _open(note: Row) -> dict[str, Any]:
    return {
        "text": open_sealed(Note.text, note.id, note.text),
        "revision": note.revision,
        "saved_at": note.saved_at,
    }
