"""The signed notes that go into a bundle, as text: never a draft, never a process note."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import record
from app.core.record_models import Addendum, NoteKind, RecordNote
from app.core.sealing import open_sealed


@dataclass(frozen=True)
class Note:
    """One signed note; ``member_id`` is "" where it is nobody's own, ``added`` says that it was added to."""

    id: str
    kind: str
    member_id: str
    session_id: str
    started_at: datetime
    text: str
    signature: str
    signed_by: str
    signed_at: datetime
    added: bool


def notes_of(db: Connection, sessions: Iterable[Any], members: Iterable[Any], everybody: bool) -> list[Note]:
    """The signed notes of these sessions (rows) about these members (rows); with ``everybody``, also those
    that name nobody.
    """
    began = {row.id: row.started_at for row in sessions}
    people = {row.id for row in members} | ({""} if everybody else set())
    rows = [row for row in _signed(db, began) if row.member_id in people]
    added: dict[str, list[str]] = {}
    later = db.execute(
        select(Addendum.__table__)
        .where(col(Addendum.note_id).in_([row.id for row in rows]))
        .order_by(col(Addendum.written_at), col(Addendum.id))
    ).all()
    for each in later:
        added.setdefault(each.note_id, []).append(open_sealed(Addendum.text, each.id, each.text))
    return [_note(row, began[row.group_session_id], added.get(row.id, [])) for row in rows]


def whose(db: Connection, session_ids: Iterable[str]) -> set[str]:
    """The members with a signed note of their own about these sessions, whether they were there or not."""
    return {row.member_id for row in _signed(db, session_ids)} - {""}


def _signed(db: Connection, session_ids: Iterable[str]) -> list[Any]:
    query = select(RecordNote.__table__).where(
        col(RecordNote.group_session_id).in_(list(session_ids)),
        col(RecordNote.signed_at).is_not(None),
        col(RecordNote.kind) != NoteKind.SHARED,
    )
    return list(db.execute(query.order_by(col(RecordNote.signed_at), col(RecordNote.id))).all())


def _note(row: Any, started_at: datetime, added: list[str]) -> Note:
    parts = [f"{each['title']}\n{each['text']}" for each in record.sections_of(row) if each["text"]]
    return Note(
        row.id,
        row.kind.value,
        row.member_id,
        row.group_session_id,
        started_at,
        "\n\n".join([*parts, *(f"Addendum\n{each}" for each in added)]),
        row.signature,
        row.signed_by,
        row.signed_at,
        bool(added),
    )
