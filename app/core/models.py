"""The tables, and every rule the database can keep.

Ids are random tokens, except those of reflections and signals, which are made in the browser (uuid4) before
the row exists. Times are UTC with zone. Columns of the type ``SealedText`` hold texts, names and scores (see
sealing.py).
"""

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from app.core.sealing import SealedText

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0, O, 1 and I
CODE_LENGTH = 6


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    """A random id of 128 bits, fit for a URL."""
    return secrets.token_urlsafe(16)


def new_code() -> str:
    """A room code for reading aloud."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


class Role(StrEnum):
    LEAD = "lead"
    SUPPORT = "support"
    OBSERVER = "observer"


class SessionState(StrEnum):
    PLANNED = "planned"
    LOBBY = "lobby"
    LIVE = "live"
    HELD = "held"
    ENDED = "ended"


class Standing(StrEnum):
    """Where a participant stands with the door."""

    WAITING = "waiting"
    ADMITTED = "admitted"
    REMOVED = "removed"


class Audience(StrEnum):
    FACILITATORS = "facilitators"
    UNNAMED = "group_unnamed"
    NAMED = "group_named"


class SignalKind(StrEnum):
    SUPPORT = "support"
    HAND = "hand"
    SLOWER = "slower"


class SignalStatus(StrEnum):
    NEW = "new"
    SEEN = "seen"
    RESOLVED = "resolved"
    LOWERED = "lowered"  # taken back by its sender


def _choice(kind: type[StrEnum], name: str) -> Any:
    """A column that holds the enum's value, checked by the database."""
    return sa.Enum(
        kind,
        native_enum=False,
        length=16,
        create_constraint=True,
        name=name,
        values_callable=lambda members: [member.value for member in members],
    )


def _ref(target: str, **more: Any) -> Any:
    return Field(foreign_key=target, max_length=36, **more)


def _id() -> Any:
    return Field(default_factory=new_id, primary_key=True, max_length=36)


def _sealed(nullable: bool = False) -> Any:
    return Field(default=None if nullable else ..., sa_type=SealedText, nullable=nullable)


def _time(nullable: bool = False) -> Any:
    if nullable:
        return Field(default=None, sa_type=UTCDateTime, nullable=True)
    return Field(default_factory=now, sa_type=UTCDateTime)


class Table(SQLModel):
    """What all tables have in common: ``__table__`` for queries that need whole rows and no objects."""

    __table__: ClassVar[sa.Table]


class Installation(Table, table=True):
    """One row: proves that the key ring in use is the one this database was sealed with."""

    id: str = Field(primary_key=True, max_length=36)
    key_check: str = _sealed()
    created_at: datetime = _time()


class Facilitator(Table, table=True):
    """An account. ``email_hash`` finds it (keyed hash); it is empty until the set-up link was used."""

    id: str = _id()
    name: str = _sealed()
    email: str | None = _sealed(nullable=True)
    email_hash: str | None = Field(default=None, unique=True, max_length=64)
    password_hash: str | None = Field(default=None, max_length=200)
    created_at: datetime = _time()
    disabled_at: datetime | None = _time(nullable=True)


class SetUpLink(Table, table=True):
    """A one-time link with which a facilitator sets e-mail and password; only its hash is kept."""

    __tablename__ = "set_up_link"

    token_hash: str = Field(primary_key=True, max_length=64)
    facilitator_id: str = _ref("facilitator.id", index=True)
    expires_at: datetime = _time()
    used_at: datetime | None = _time(nullable=True)


class SignIn(Table, table=True):
    """A signed-in browser of a facilitator; the cookie holds the token, the row its hash."""

    __tablename__ = "sign_in"

    token_hash: str = Field(primary_key=True, max_length=64)
    facilitator_id: str = _ref("facilitator.id", index=True)
    created_at: datetime = _time()
    last_seen_at: datetime = _time()
    ended_at: datetime | None = _time(nullable=True)


class Group(Table, table=True):
    """People who meet over weeks; a group of one is a one-to-one course."""

    __tablename__ = "care_group"  # "group" is a word of SQL

    id: str = _id()
    name: str = _sealed()
    programme_id: str | None = Field(default=None, max_length=64)
    language: str = Field(default="en", max_length=8)
    time_zone: str = Field(default="UTC", max_length=64)
    online: bool = True
    emergency_number: str = Field(default="112", max_length=32)
    crisis_line: str = Field(default="", max_length=64)
    created_at: datetime = _time()


class GroupFacilitator(Table, table=True):
    __tablename__ = "group_facilitator"

    group_id: str = _ref("care_group.id", primary_key=True)
    facilitator_id: str = _ref("facilitator.id", primary_key=True, index=True)
    role: Role = Field(sa_type=_choice(Role, "role"))


class Member(Table, table=True):
    """An enrolled member of a group, with a personal link that works on any device."""

    id: str = _id()
    group_id: str = _ref("care_group.id", index=True)
    alias: str = _sealed()
    link: str = _sealed()  # the token, so that the facilitator can show it again
    link_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = _time()
    left_at: datetime | None = _time(nullable=True)


class GroupSession(Table, table=True):
    """One meeting. ``agenda`` is a sealed JSON list of stages, frozen when the lobby opens.

    ``version`` moves with every change, ``shared_version`` with what the group may see, and ``moved_version``
    is the version at which state, stage or agenda changed last.
    """

    __tablename__ = "group_session"
    __table_args__ = (
        sa.UniqueConstraint("group_id", "kind", "number"),
        sa.CheckConstraint("shared_version <= version AND moved_version <= version", name="versions"),
        sa.Index(
            "uq_group_session_open_code",
            "code",
            unique=True,
            sqlite_where=sa.text("state <> 'ended'"),
            postgresql_where=sa.text("state <> 'ended'"),
        ),
    )

    id: str = _id()
    group_id: str = _ref("care_group.id", index=True)
    kind: str = Field(default="group", max_length=16)  # "group", or the id of a one-to-one meeting
    number: int
    title: str | None = _sealed(nullable=True)
    scheduled_at: datetime | None = _time(nullable=True)
    agenda: str = _sealed()
    state: SessionState = Field(
        default=SessionState.PLANNED,
        sa_type=_choice(SessionState, "session_state"),
    )
    stage_index: int = 0
    version: int = 0
    shared_version: int = 0
    moved_version: int = 0
    code: str = Field(default_factory=new_code, max_length=CODE_LENGTH)
    room_link: str = _sealed()
    room_link_hash: str = Field(unique=True, max_length=64)
    display_link: str = _sealed()
    display_link_hash: str = Field(unique=True, max_length=64)
    sandbox: bool = False
    locked_at: datetime | None = _time(nullable=True)
    opened_at: datetime | None = _time(nullable=True)
    started_at: datetime | None = _time(nullable=True)
    held_at: datetime | None = _time(nullable=True)
    ended_at: datetime | None = _time(nullable=True)


class StageVisit(Table, table=True):
    """A stretch of time in which a stage was the current one; a stage with a visit has been shown."""

    __tablename__ = "stage_visit"

    id: str = _id()
    group_session_id: str = _ref("group_session.id", index=True)
    stage_id: str = Field(max_length=36)
    entered_at: datetime = _time()
    left_at: datetime | None = _time(nullable=True)


class StageReveal(Table, table=True):
    """The unnamed answers of a stage were released, once and together."""

    __tablename__ = "stage_reveal"

    group_session_id: str = _ref("group_session.id", primary_key=True)
    stage_id: str = Field(primary_key=True, max_length=36)
    revealed_at: datetime = _time()


class Participant(Table, table=True):
    """One person in one session: a member, or a guest who was let in. Two tabs are one participant.

    ``own_version`` counts the changes that only this person sees.
    """

    __table_args__ = (sa.UniqueConstraint("group_session_id", "member_id"),)

    id: str = _id()
    group_session_id: str = _ref("group_session.id", index=True)
    member_id: str | None = _ref("member.id", default=None, index=True)
    alias: str = _sealed()
    standing: Standing = Field(sa_type=_choice(Standing, "standing"))
    own_version: int = 0
    private: bool | None = None  # "Are you somewhere private?"
    safe: bool | None = None  # "Is it safe for you to talk now?"
    agreed_at: datetime | None = _time(nullable=True)
    joined_at: datetime = _time()
    admitted_at: datetime | None = _time(nullable=True)
    left_at: datetime | None = _time(nullable=True)
    heard_at: datetime | None = _time(nullable=True)


class Reflection(Table, table=True):
    """One answer. Its id comes from the browser, so that sending it again finds the same row."""

    __table_args__ = (
        sa.Index(
            "uq_reflection_single",
            "participant_id",
            "stage_id",
            unique=True,
            sqlite_where=sa.text("single AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("single AND withdrawn_at IS NULL"),
        ),
        sa.Index("ix_reflection_stage", "group_session_id", "stage_id"),
        sa.CheckConstraint("revision >= 1", name="revision"),
    )

    id: str = Field(primary_key=True, max_length=36)
    group_session_id: str = _ref("group_session.id")
    participant_id: str = _ref("participant.id", index=True)
    stage_id: str = Field(max_length=36)
    single: bool = True  # the stage takes one answer a person
    revision: int = 1
    answer: str = _sealed()  # JSON object {prompt key: value}
    audience: Audience = Field(sa_type=_choice(Audience, "audience"))
    passed: bool = False
    late: bool = False
    saved_at: datetime = _time()
    saved_version: int = 0  # as the writer was told
    created_at: datetime = _time()
    shown_at: datetime | None = _time(nullable=True)
    shown_order: int | None = None  # drawn by lot, once, for the unnamed
    share_asked_at: datetime | None = _time(nullable=True)
    share_answer: bool | None = None
    withdrawn_at: datetime | None = _time(nullable=True)


class Signal(Table, table=True):
    """A private sign to the facilitators. Its id comes from the browser."""

    __table_args__ = (sa.Index("ix_signal_open", "group_session_id", "status"),)

    id: str = Field(primary_key=True, max_length=36)
    group_session_id: str = _ref("group_session.id")
    participant_id: str = _ref("participant.id", index=True)
    kind: SignalKind = Field(sa_type=_choice(SignalKind, "signal_kind"))
    status: SignalStatus = Field(
        default=SignalStatus.NEW,
        sa_type=_choice(SignalStatus, "signal_status"),
    )
    reply: str | None = _sealed(nullable=True)
    raised_at: datetime = _time()
    lowered_at: datetime | None = _time(nullable=True)  # taken back by its sender
    seen_at: datetime | None = _time(nullable=True)
    seen_by: str | None = _ref("facilitator.id", default=None, nullable=True)
    resolved_at: datetime | None = _time(nullable=True)
    resolved_by: str | None = _ref("facilitator.id", default=None, nullable=True)


class Note(Table, table=True):
    """A facilitator's private note during the session, for a stage or for a person."""

    __table_args__ = (sa.Index("ix_note_place", "group_session_id", "stage_id", "participant_id"),)

    id: str = _id()
    group_session_id: str = _ref("group_session.id")
    facilitator_id: str = _ref("facilitator.id")
    stage_id: str | None = Field(default=None, max_length=36)
    participant_id: str | None = _ref("participant.id", default=None, nullable=True)
    text: str = _sealed()
    revision: int = 1
    saved_at: datetime = _time()


class LogEntry(Table, table=True):
    """Who did what in a session, and when. Never a word of content."""

    __tablename__ = "log_entry"

    group_session_id: str = _ref("group_session.id", primary_key=True)
    version: int = Field(primary_key=True)
    actor_kind: str = Field(max_length=16)
    actor_id: str = Field(max_length=36)
    action: str = Field(max_length=40)
    subject_id: str = Field(max_length=64)
    at: datetime = _time()
