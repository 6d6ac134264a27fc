"""The tables of the record: what is tagged, noted and signed after a session, and what leaves the house."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from app.core.tables import Table, choice, id_column, ref, sealed, time


class NoteKind(StrEnum):
    """What a note of the record is for.

    ``shared`` is the part that is written once and lands in every individual note; it is never signed alone.
    """

    GROUP = "group"
    SHARED = "shared"
    INDIVIDUAL = "individual"
    MEMBER_SAFE = "member_safe"


class Tags(Table, table=True):
    """Themes, focus areas and perspectives with which facilitators marked one answer while reading."""

    reflection_id: str = ref("reflection.id", primary_key=True)
    group_session_id: str = ref("group_session.id", index=True)
    tags: str = sealed()  # JSON list of keys, or of words of the facilitator's own
    tagged_by: str = ref("facilitator.id")
    tagged_at: datetime = time()


class RecordNote(Table, table=True):
    """A note of the record: a draft that saves itself until it is signed, then never changed again."""

    __tablename__ = "record_note"
    __table_args__ = (
        sa.Index("ix_record_note_place", "group_session_id", "kind", "member_id", unique=True),
        sa.Index("ix_record_note_member", "member_id", "signed_at"),
    )

    id: str = id_column()
    group_session_id: str = ref("group_session.id")
    kind: NoteKind = Field(sa_type=choice(NoteKind, "note_kind"))
    # "" in notes that are nobody's own: a unique key does not compare what is null
    member_id: str = Field(default="", max_length=36)
    layout: str = Field(max_length=36)  # dap, soap, plain, or the id of a site's own layout
    body: str = sealed()  # JSON list of {"key", "title", "text"}
    revision: int = 1
    made_at: datetime = time()
    saved_at: datetime = time()
    saved_by: str = ref("facilitator.id")
    signed_at: datetime | None = time(nullable=True)
    signed_by: str | None = ref("facilitator.id", default=None, nullable=True)
    signature: str | None = Field(default=None, max_length=64)  # SHA-256 of what was signed, by whom and when


class Addendum(Table, table=True):
    """What was added to a signed note later; itself signed as it is written."""

    id: str = id_column()
    note_id: str = ref("record_note.id", index=True)
    facilitator_id: str = ref("facilitator.id")
    text: str = sealed()
    written_at: datetime = time()
    signature: str = Field(max_length=64)


class ProcessNote(Table, table=True):
    """A facilitator's private process note on a session: impressions, hypotheses; apart from the record."""

    __tablename__ = "process_note"
    __table_args__ = (sa.UniqueConstraint("group_session_id", "facilitator_id"),)

    id: str = id_column()
    group_session_id: str = ref("group_session.id")
    facilitator_id: str = ref("facilitator.id", index=True)
    text: str = sealed()
    revision: int = 1
    saved_at: datetime = time()


class NoteLayout(Table, table=True):
    """A layout of notes that this site has made its own, beside DAP, SOAP and plain."""

    __tablename__ = "note_layout"

    id: str = id_column()
    title: str = sealed()
    sections: str = sealed()  # JSON list of {"key", "title", "from": [what is filled in]}
    made_by: str = ref("facilitator.id")
    made_at: datetime = time()
    put_away_at: datetime | None = time(nullable=True)


class Fidelity(Table, table=True):
    """How a session kept to the method, one row for a line that a person answered or corrected.

    ``recorded`` is None as long as the answers stand of which the record tells; what it told before they were
    deleted stays in it, "" for what it did not know.
    """

    group_session_id: str = ref("group_session.id", primary_key=True)
    line: str = Field(primary_key=True, max_length=32)
    answer: str = Field(max_length=8)  # yes, partly, no, not_due
    recorded: str | None = Field(default=None, max_length=8)
    set_by: str | None = ref("facilitator.id", default=None, nullable=True)  # None: as recorded
    set_at: datetime = time()


class SupervisionQuestions(Table, table=True):
    """What the facilitators of a group want to ask in supervision; it names nobody."""

    __tablename__ = "supervision_questions"

    group_id: str = ref("care_group.id", primary_key=True)
    text: str = sealed()
    revision: int = 1
    saved_by: str = ref("facilitator.id")
    saved_at: datetime = time()


class Export(Table, table=True):
    """That a file left the house: who, of what, when. Never a word of content."""

    __tablename__ = "export"

    id: str = id_column()
    facilitator_id: str = ref("facilitator.id", index=True)
    group_id: str = ref("care_group.id", index=True)
    group_session_id: str | None = ref("group_session.id", default=None, nullable=True)
    member_id: str | None = ref("member.id", default=None, nullable=True)
    kind: str = Field(max_length=32)  # summary.pdf, notes.docx, research.csv, fhir.json, …
    named: bool = True  # whether names or aliases stand in it
    words: bool = True  # whether what people wrote stands in it
    at: datetime = time()


class Keepsake(Table, table=True):
    """A member's own words of the whole programme, given back through the personal link; revocable."""

    member_id: str = ref("member.id", primary_key=True)
    given_at: datetime = time()
    given_by: str = ref("facilitator.id")
    revoked_at: datetime | None = time(nullable=True)
