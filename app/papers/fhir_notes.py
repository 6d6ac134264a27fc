"""The signed notes that go into a bundle, as text: never a draft, never a process note."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.core import record
from app.core.models import Facilitator
from app.core.record_models import Addendum, NoteKind, RecordNote
from app.core.sealing import open_sealed


@dataclass(frozen=True)
class Note:
    """One signed note with what was added to it; ``member_id`` is "" where it is nobody's own. ``authors``
    are ids of facilitators, the signer first; ``changed_at`` is when it was signed or last added to.
    """

    id: str
    kind: str
    member_id: str
    session_id: str
    started_at: datetime
    text: str
    signature: str
    authors: list[str]
    changed_at: datetime
    added: bool


def notes_of(db: Connection, sessions: Iterable[Any], members: Iterable[Any], everybody: bool) -> list[Note]:
    """The signed notes of these sessions (rows) about these members (rows); with ``everybody``, also those
    that name nobody.
    """
    began = {row.id: row.started_at for row in sessions}
    people = {row.id for row in members} | ({""} if everybody else set())
    rows = [row for row in _signed(db, began) if row.member_id in people]
    added: dict[str, list[Any]] = {}
    later = db.execute(
        select(Addendum.__table__)
        .where(col(Addendum.note_id).in_([row.id for row in rows]))
        .order_by(col(Addendum.written_at), col(Addendum.id))
    ).all()
    for each in later:
        added.setdefault(each.note_id, []).append(each)
    names = _names(db, {each.facilitator_id for each in later})
    return [_note(row, began[row.group_session_id], added.get(row.id, []), names) for row in rows]


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


def _names(db: Connection, ids: Iterable[str]) -> dict[str, str]:
    table = Facilitator.__table__
    rows = db.execute(select(table).where(table.c.id.in_(list(ids)))).all() if ids else ()
    return {row.id: open_sealed(Facilitator.name, row.id, row.name) for row in rows}


def _note(row: Any, started_at: datetime, added: list[Any], names: Mapping[str, str]) -> Note:
    """The text says of each addendum when it was written and by whom, as the note on its page does."""
    parts = [f"{each['title']}\n{each['text']}" for each in record.sections_of(row) if each["text"]]
    return Note(
        row.id,
        row.kind.value,
        row.member_id,
        row.group_session_id,
        started_at,
        "\n\n".join([*parts, *(_addendum(each, names) for each in added)]),
        row.signature,
        list(dict.fromkeys([row.signed_by, *(each.facilitator_id for each in added)])),
        added[-1].written_at if added else row.signed_at,
        bool(added),
    )


def _addendum(row: Any, names: Mapping[str, str]) -> str:
    when = f"{row.written_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    head = ", ".join(each for each in ("Addendum", when, names.get(row.facilitator_id, "")) if each)
    return f"{head}\n{open_sealed(Addendum.text, row.id, row.text)}"
