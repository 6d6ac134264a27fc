"""Signed notes as files, opened by programs that are not ours and compared with the notes."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from app.core import overview, record, record_pages, retention
from app.core.record_models import RecordNote
from app.core.refusals import NotFound
from app.papers import maker
from app.papers.registry import PAPERS, Asked
from tests.core.cast import Oak
from tests.core.notes import WITHOUT_NAMES, note_of, notes, saves, signs
from tests.house.papers import (
    needs_libreoffice,
    needs_poppler,
    squeezed,
    unspaced,
    words_of,
    words_of_docx,
)

HARD = 'She said: #import "x" *no* <b>&amp; $5 @home \\n\nNext line.'
ADDED = "Rang back on Friday. #ok"


@pytest.fixture
def signed(oak: Oak) -> Oak:
    """The group's note, the one for members, and two members' notes are signed; Amal's has an addendum."""
    oak.writes(oak.amal, text="My sister called on Sunday and I did not pick up at first.")
    oak.writes(oak.birgit, text="I told my son that I was tired, and he made the tea.")
    oak.does(oak.fola, "end")
    saves(oak, notes(oak)["shared"], WITHOUT_NAMES)
    saves(oak, notes(oak)["group_note"], "Five people worked on asking. #each *alike*")
    signs(oak, notes(oak)["group_note"])
    saves(oak, notes(oak)["member_safe"], "We practised asking for help.")
    signs(oak, notes(oak)["member_safe"])
    for name, words in (("Amal", HARD), ("Birgit", "mark-of-birgit")):
        saves(oak, note_of(oak, name), words)
        signs(oak, note_of(oak, name))
    note = note_of(oak, "Amal")
    oak.database.writer.do(record.add, oak.leaders["Fola"], note["id"], "a-1", ADDED)
    return oak


def gathered(app: Flask, oak: Oak, kind: str, member: str = "Amal") -> dict[str, Any]:
    ids = {"group_id": oak.group_id, "group_session_id": oak.id, "facilitator_id": oak.leaders["Fola"]}
    with app.test_request_context(), oak.database.reader() as db:
        return PAPERS[kind].gather(db, Asked(**ids, member_id=oak.members[member]))


def says(oak: Oak, kind: str, member: str = "") -> list[str]:
    """Every section of a signed note, and what was added."""
    wanted = (kind, oak.members[member] if member else "")
    with oak.database.reader() as db:
        found = record_pages.signed_notes(db, oak.id)
    [note] = [each for each in found if (each["kind"], each["member_id"]) == wanted]
    assert note["sections"]
    return [each["text"] for each in (*note["sections"], *note["addenda"])]


NOTES = [
    ("group_note", "group", ""),
    ("member_safe", "member_safe", ""),
    ("individual_note", "individual", "Amal"),
]


@needs_poppler
def test_a_signed_note_is_all_there_as_pdf(app: Flask, signed: Oak) -> None:
    for name, kind, member in NOTES:
        told = unspaced(words_of(maker.make(f"{name}.pdf", gathered(app, signed, f"{name}.pdf"))))
        for text in says(signed, kind, member):
            assert unspaced(text) in told
        assert unspaced("Signed by Fola") in told


@needs_libreoffice
def test_a_signed_note_is_all_there_as_docx(app: Flask, signed: Oak, tmp_path: Path) -> None:
    files = {name: maker.make(f"{name}.docx", gathered(app, signed, f"{name}.docx")) for name, _, _ in NOTES}
    opened = words_of_docx(files, tmp_path)
    for name, kind, member in NOTES:
        for text in says(signed, kind, member):
            assert squeezed(text) in opened[name]
        assert "Signed by Fola" in opened[name]


def test_an_individual_note_names_its_member_and_nobody_else(app: Flask, signed: Oak) -> None:
    told = str(gathered(app, signed, "individual_note.pdf"))
    assert "Amal" in told and ADDED in told
    for foreign in ("Birgit", "mark-of-birgit", "my son", "Chidi", "Dolores", "Ewa"):
        assert foreign not in told
    assert "mark-of-birgit" in str(gathered(app, signed, "individual_note.pdf", "Birgit"))


def test_a_note_for_all_names_nobody(app: Flask, signed: Oak) -> None:
    for kind in ("group_note.pdf", "member_safe.pdf"):
        told = str(gathered(app, signed, kind))
        assert not [alias for alias in signed.members if alias in told]


def test_what_is_handed_to_members_holds_no_name_of_the_group(app: Flask, signed: Oak) -> None:
    with signed.database.reader() as db:
        name = overview.group_page(db, signed.group_id)["group"]["name"]
    assert name in str(gathered(app, signed, "group_note.pdf"))
    for kind in ("member_safe.pdf", "member_safe.docx"):
        assert name not in str(gathered(app, signed, kind))


def test_a_draft_makes_no_paper(app: Flask, signed: Oak) -> None:
    saves(signed, note_of(signed, "Chidi"), "Not signed yet.")
    for kind in ("individual_note.pdf", "individual_note.docx", "record.pdf"):
        with pytest.raises(NotFound):
            gathered(app, signed, kind, "Chidi")


def test_the_record_of_a_member_holds_their_signed_notes_alone(app: Flask, signed: Oak) -> None:
    told = str(gathered(app, signed, "record.pdf"))
    for text in says(signed, "individual", "Amal"):
        assert text in told or repr(text)[1:-1] in told
    assert "mark-of-birgit" not in told


def test_a_note_that_is_not_what_was_signed_says_so(app: Flask, signed: Oak) -> None:
    warning = "This text is not what was signed"
    assert warning not in str(gathered(app, signed, "individual_note.pdf"))
    note = note_of(signed, "Amal")
    signed.database.writer.do(
        lambda db: db.execute(update(RecordNote).where(RecordNote.id == note["id"]).values(layout="soap"))
    )
    assert warning in str(gathered(app, signed, "individual_note.pdf"))


def test_words_that_the_group_keeps_in_signed_notes_alone_are_in_no_other_paper(
    app: Flask, signed: Oak
) -> None:
    days = {"drafts_kept": 30, "answers_kept": 30, "work_kept": 90}
    signed.database.writer.do(retention.keep_settings, signed.group_id, days, False)
    for kind in ("summary.pdf", "keepsake.pdf"):
        assert "My sister called on Sunday" in str(gathered(app, signed, kind))
    signed.database.writer.do(retention.keep_settings, signed.group_id, days, True)
    for kind in ("summary.pdf", "keepsake.pdf"):
        assert "My sister called on Sunday" not in str(gathered(app, signed, kind))
    assert "The words are in the signed note." in str(gathered(app, signed, "summary.pdf"))
    told = str(gathered(app, signed, "keepsake.pdf"))
    assert "Words that are not on this paper: Session 1" in told
    assert "from the first session to the last" not in told
    assert "My sister called on Sunday" in str(gathered(app, signed, "individual_note.pdf"))
