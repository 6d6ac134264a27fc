"""The tables of groups and live sessions, and every rule the database can keep.

Ids are random tokens, except those of reflections and signals, which are made in the browser (uuid4) before
the row exists. Times are UTC with zone. Columns made by ``sealed()`` hold texts, names and scores (see
sealing.py). What people practise and take home over the weeks is in course_models.py, what keeps them safe
in safety_models.py.
"""

import secrets
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from app.core.tables import Table, choice, id_column, new_id, now, ref, sealed, time

__all__ = ["Table", "new_id", "now"]

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0, O, 1 and I
CODE_LENGTH = 6
SMALL = 5  # the one constant for small groups: below it nothing is shown without a name, and nothing counted


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
    ITEM_9 = "item_9"  # raised by an answer to a measure, never by a tap; its sender never reads this word
    NOT_SAFE = "not_safe"  # somebody said that they are not safe
    STOP = "stop"  # the code word, or the button that looks like something else: no more talk now


URGENT = frozenset({SignalKind.SUPPORT, SignalKind.ITEM_9, SignalKind.NOT_SAFE, SignalKind.STOP})
ESCALATING = URGENT - {SignalKind.STOP}  # these alone are called out to the on-call contact


class SignalStatus(StrEnum):
    NEW = "new"
    SEEN = "seen"
    RESOLVED = "resolved"
    LOWERED = "lowered"  # taken back by its sender


class Installation(Table, table=True):
    """One row: proves that the key ring in use is the one this database was sealed with."""

    id: str = Field(primary_key=True, max_length=36)
    key_check: str = sealed()
    created_at: datetime = time()
    expired_at: datetime | None = time(nullable=True)  # the last run of what deletes by retention


class Facilitator(Table, table=True):
    """An account. ``email_hash`` finds it (keyed hash); it is empty until the set-up link was used."""

    id: str = id_column()
    name: str = sealed()
    email: str | None = sealed(nullable=True)
    email_hash: str | None = Field(default=None, unique=True, max_length=64)
    password_hash: str | None = Field(default=None, max_length=200)
    created_at: datetime = time()
    disabled_at: datetime | None = time(nullable=True)
    supervised_at: datetime | None = time(nullable=True)  # the last talk with a supervisor, as they say
    administrator: bool = False  # adds instruments, and takes them away


class SetUpLink(Table, table=True):
    """A one-time link with which a facilitator sets e-mail and password; only its hash is kept."""

    __tablename__ = "set_up_link"

    token_hash: str = Field(primary_key=True, max_length=64)
    facilitator_id: str = ref("facilitator.id", index=True)
    expires_at: datetime = time()
    used_at: datetime | None = time(nullable=True)


class SignIn(Table, table=True):
    """A signed-in browser of a facilitator; the cookie holds the token, the row its hash."""

    __tablename__ = "sign_in"

    token_hash: str = Field(primary_key=True, max_length=64)
    facilitator_id: str = ref("facilitator.id", index=True)
    created_at: datetime = time()
    last_seen_at: datetime = time()
    ended_at: datetime | None = time(nullable=True)


class Group(Table, table=True):
    """People who meet over weeks; a group of one is a one-to-one course."""

    __tablename__ = "care_group"  # "group" is a word of SQL

    id: str = id_column()
    name: str = sealed()
    programme_id: str | None = Field(default=None, max_length=64)
    language: str = Field(default="en", max_length=8)
    time_zone: str = Field(default="UTC", max_length=64)
    online: bool = True
    emergency_number: str = Field(default="112", max_length=32)
    crisis_line: str = Field(default="", max_length=64)
    purpose: str | None = Field(default=None, max_length=16)  # depression, anxiety, eating, other
    sessions: int | None = None  # how many sessions are meant; None: as many as the programme has
    safeguarding: str | None = sealed(nullable=True)  # whom to reach when a young person is at risk
    country: str = Field(default="", max_length=2)  # ISO 3166, for the numbers suggested
    numbers_confirmed_at: datetime | None = time(nullable=True)  # somebody has called or looked them up
    clinician: str | None = sealed(nullable=True)  # who is responsible, and how to reach them
    on_call: str | None = sealed(nullable=True)  # JSON {"name", "reach", "mail", "webhook"}
    procedure: str | None = sealed(nullable=True)  # what the site does when somebody is in danger
    works_alone: bool = False  # no second facilitator and no on-call person
    escalate_after: int = 120  # seconds without a person's acknowledgement
    drafts_kept: int = 30  # days after a session until its unsigned drafts are deleted
    answers_kept: int = 30  # days after the programme until members' other answers are deleted
    work_kept: int = 90  # days after the programme until circles, goals, steps, moods and plans are
    days_changed_at: datetime | None = time(nullable=True)  # when things were last made to go sooner
    hide_signed: bool = True  # facilitators no longer read the words of whoever has a signed note
    created_at: datetime = time()


class GroupFacilitator(Table, table=True):
    __tablename__ = "group_facilitator"

    group_id: str = ref("care_group.id", primary_key=True)
    facilitator_id: str = ref("facilitator.id", primary_key=True, index=True)
    role: Role = Field(sa_type=choice(Role, "role"))


class Member(Table, table=True):
    """An enrolled member of a group, with a personal link that works on any device."""

    id: str = id_column()
    group_id: str = ref("care_group.id", index=True)
    alias: str = sealed()
    link: str = sealed()  # the token, so that the facilitator can show it again
    link_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = time()
    left_at: datetime | None = time(nullable=True)
    focus: str | None = sealed(nullable=True)  # JSON {"areas": [main, second?], "sentence"}
    leaving: str | None = sealed(nullable=True)  # JSON {"told", "note"}: what the group is told, what is held
    called_at: datetime | None = time(nullable=True)  # the one call after leaving
    guardian_consented_at: datetime | None = time(nullable=True)
    assented_at: datetime | None = time(nullable=True)
    contacts: str | None = sealed(
        nullable=True
    )  # JSON {"name", "phone", "address", "contact", "contact_phone"}
    code_word: str | None = sealed(nullable=True)  # agreed with the member: it means stop
    pin_hash: str | None = Field(default=None, max_length=200)
    pin_open_at: datetime | None = time(nullable=True)  # reset: the next entry may choose a PIN
    without_meeting: str | None = sealed(nullable=True)  # why they began without a meeting before the group


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

    id: str = id_column()
    group_id: str = ref("care_group.id", index=True)
    kind: str = Field(default="group", max_length=16)  # "group", or the id of a one-to-one meeting
    number: int
    member_id: str | None = ref("member.id", default=None, nullable=True)  # whom a one-to-one meeting is with
    title: str | None = sealed(nullable=True)
    scheduled_at: datetime | None = time(nullable=True)
    agenda: str = sealed()
    state: SessionState = Field(
        default=SessionState.PLANNED,
        sa_type=choice(SessionState, "session_state"),
    )
    stage_index: int = 0
    version: int = 0
    shared_version: int = 0
    moved_version: int = 0
    code: str = Field(default_factory=new_code, max_length=CODE_LENGTH)
    room_link: str = sealed()
    room_link_hash: str = Field(unique=True, max_length=64)
    display_link: str = sealed()
    display_link_hash: str = Field(unique=True, max_length=64)
    display_link_at: datetime | None = time(nullable=True)  # when it was made: it works for some hours
    sandbox: bool = False
    rehearsal_of: str | None = ref("group_session.id", default=None, nullable=True)
    led_by: str | None = ref(
        "facilitator.id", default=None, nullable=True
    )  # whose hand is on it; None: the lead's
    leaderless_since: datetime | None = time(nullable=True)  # no facilitator has been connected
    without_close: bool = False  # ended by itself, two hours after its end
    followed_up_at: datetime | None = time(nullable=True)  # a facilitator has looked at one of those
    locked_at: datetime | None = time(nullable=True)
    opened_at: datetime | None = time(nullable=True)
    started_at: datetime | None = time(nullable=True)
    held_at: datetime | None = time(nullable=True)
    ended_at: datetime | None = time(nullable=True)


class StageVisit(Table, table=True):
    """A stretch of time in which a stage was the current one; a stage with a visit has been shown."""

    __tablename__ = "stage_visit"

    id: str = id_column()
    group_session_id: str = ref("group_session.id", index=True)
    stage_id: str = Field(max_length=36)
    entered_at: datetime = time()
    left_at: datetime | None = time(nullable=True)
    there: str | None = Field(default=None, sa_type=sa.Text)  # JSON list of who was in the room at its end


class StageReveal(Table, table=True):
    """The unnamed answers of a stage were released, once and together."""

    __tablename__ = "stage_reveal"

    group_session_id: str = ref("group_session.id", primary_key=True)
    stage_id: str = Field(primary_key=True, max_length=36)
    revealed_at: datetime = time()


class Participant(Table, table=True):
    """One person in one session: a member, or a guest who was let in. Two tabs are one participant.

    ``own_version`` counts the changes that only this person sees.
    """

    __table_args__ = (sa.UniqueConstraint("group_session_id", "member_id"),)

    id: str = id_column()
    group_session_id: str = ref("group_session.id", index=True)
    member_id: str | None = ref("member.id", default=None, index=True)
    alias: str = sealed()
    standing: Standing = Field(sa_type=choice(Standing, "standing"))
    own_version: int = 0
    at_address: bool | None = None  # "Are you at the address we hold?"; asked online
    private: bool | None = None  # "Are you alone?"
    safe: bool | None = None  # "Is it safe for you to talk now?"
    quiet: str = Field(default="", max_length=16)  # "", listen, calm, stopped: what their screen shows
    unlocked_at: datetime | None = time(nullable=True)  # earlier words may be read in this seat
    agreed_at: datetime | None = time(nullable=True)
    joined_at: datetime = time()
    admitted_at: datetime | None = time(nullable=True)
    left_at: datetime | None = time(nullable=True)
    gone_at: datetime | None = time(nullable=True)  # away for over two minutes without having left
    back_at: datetime | None = time(nullable=True)  # after they had left, or were away for that long
    heard_at: datetime | None = time(nullable=True)
    without_phone: bool = False  # in the room, but a facilitator writes for them


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
    group_session_id: str = ref("group_session.id")
    participant_id: str = ref("participant.id", index=True)
    stage_id: str = Field(max_length=36)
    single: bool = True  # the stage takes one answer a person
    revision: int = 1
    answer: str = sealed()  # JSON object {prompt key: value}
    audience: Audience = Field(sa_type=choice(Audience, "audience"))
    passed: bool = False
    late: bool = False
    saved_at: datetime = time()
    saved_version: int = 0  # as the writer was told
    created_at: datetime = time()
    shown_at: datetime | None = time(nullable=True)
    shown_order: int | None = None  # drawn by lot, once, for the unnamed
    share_asked_at: datetime | None = time(nullable=True)
    share_answer: bool | None = None
    withdrawn_at: datetime | None = time(nullable=True)
    written_by: str | None = Field(default=None, max_length=36)  # the facilitator who wrote it for its person
    confirmed_at: datetime | None = time(nullable=True)  # the person said "yes, like that"


class Signal(Table, table=True):
    """A private sign to the facilitators. Its id comes from the browser."""

    __table_args__ = (sa.Index("ix_signal_open", "group_session_id", "status"),)

    id: str = Field(primary_key=True, max_length=36)
    group_session_id: str = ref("group_session.id")
    participant_id: str = ref("participant.id", index=True)
    kind: SignalKind = Field(sa_type=choice(SignalKind, "signal_kind"))
    status: SignalStatus = Field(
        default=SignalStatus.NEW,
        sa_type=choice(SignalStatus, "signal_status"),
    )
    reply: str | None = sealed(nullable=True)
    replied_at: datetime | None = time(nullable=True)
    replied_by: str | None = ref("facilitator.id", default=None, nullable=True)
    raised_at: datetime = time()
    shown_at: datetime | None = time(nullable=True)  # a facilitator's screen has confirmed that it is there
    lowered_at: datetime | None = time(nullable=True)  # taken back by its sender
    safe_for_now_at: datetime | None = time(nullable=True)  # recorded, and never closes it
    talk_wanted_at: datetime | None = time(nullable=True)
    met: str | None = sealed(nullable=True)  # JSON {"how": talked, later or handed, "words"}
    seen_at: datetime | None = time(nullable=True)
    seen_by: str | None = ref("facilitator.id", default=None, nullable=True)
    resolved_at: datetime | None = time(nullable=True)
    resolved_by: str | None = ref("facilitator.id", default=None, nullable=True)


class Note(Table, table=True):
    """A facilitator's private note during the session, for a stage or for a person."""

    __table_args__ = (sa.Index("ix_note_place", "group_session_id", "stage_id", "participant_id"),)

    id: str = id_column()
    group_session_id: str = ref("group_session.id")
    facilitator_id: str = ref("facilitator.id")
    stage_id: str | None = Field(default=None, max_length=36)
    participant_id: str | None = ref("participant.id", default=None, nullable=True)
    text: str = sealed()
    revision: int = 1
    saved_at: datetime = time()


class LogEntry(Table, table=True):
    """Who did what in a session, and when. Never a word of content."""

    __tablename__ = "log_entry"

    group_session_id: str = ref("group_session.id", primary_key=True)
    version: int = Field(primary_key=True)
    actor_kind: str = Field(max_length=16)
    actor_id: str = Field(max_length=36)
    action: str = Field(max_length=40)
    subject_id: str = Field(max_length=64)
    at: datetime = time()
