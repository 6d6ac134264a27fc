"""The oak group after a session, and its notes: drafted, changed, signed."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from app.core import record, record_pages
from app.core.record_models import RecordNote
from tests.core.cast import Oak

WITHOUT_NAMES = "The group worked on asking for help."


def notes(oak: Oak, who: str = "Fola", **more: Any) -> dict[str, Any]:
    """The page of the session's notes."""
    with oak.database.reader() as db:
        return record_pages.notes_page(db, oak.leaders[who], oak.id, **more)


def note_of(oak: Oak, name: str) -> dict[str, Any]:
    found = next(each for each in notes(oak)["members"] if each["alias"] == name)
    note: dict[str, Any] = found["note"]
    return note


def place(note: dict[str, Any]) -> dict[str, Any]:
    return {name: note[name] for name in ("kind", "member_id", "layout")} if "kind" in note else {}


def written(note: dict[str, Any], text: str, key: str = "") -> list[dict[str, str]]:
    """The sections of a note with a text in place of one of them: the last, unless a key is given."""
    key = key or note["sections"][-1]["key"]
    return [each | ({"text": text} if each["key"] == key else {}) for each in note["sections"]]


def saves(oak: Oak, note: dict[str, Any], text: str, who: str = "Fola", **more: Any) -> dict[str, Any]:
    sent = {"sections": written(note, text), "revision": note["revision"] + 1} | place(note) | more
    kept: dict[str, Any] = oak.database.writer.do(record.save, oak.leaders[who], oak.id, **sent)
    return kept


def signs(oak: Oak, note: dict[str, Any], who: str = "Fola", **more: Any) -> dict[str, Any]:
    """Signs a note as it stands, with the shared part as it stands."""
    sent = {"sections": note["sections"], "revision": note["revision"]} | place(note)
    shared = notes(oak)["shared"] if note["kind"] == "individual" else None
    if shared:
        sent |= {"shared": shared["sections"], "shared_revision": shared["revision"]}
    signed: dict[str, Any] = oak.database.writer.do(record.sign, oak.leaders[who], oak.id, **(sent | more))
    return signed


def rows(oak: Oak) -> list[Any]:
    return oak.all(select(RecordNote.__table__).order_by(col(RecordNote.kind), col(RecordNote.member_id)))


def text_of(sections: list[dict[str, str]]) -> str:
    return "\n".join(each["text"] for each in sections)
