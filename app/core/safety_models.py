"""The tables of what keeps people safe: consents, questions, calls, follow-ups, attendance, seats, PINs."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from app.core.tables import Table, id_column, ref, sealed, time


class ConsentText(Table, table=True):
    """One version of a group's consent text, agreement or limits of confidentiality, in one language."""

    __tablename__ = "consent_text"
    __table_args__ = (sa.UniqueConstraint("group_id", "kind", "version", "language"),)

    id: str = id_column()
    group_id: str = ref("care_group.id", index=True)
    kind: str = Field(max_length=16)  # consent, agreement, limits
    version: int
    language: str = Field(max_length=8)
    body: str = sealed()
    made_by: str | None = ref("facilitator.id", default=None, nullable=True)
    made_at: datetime = time()


class Consent(Table, table=True):
    """Somebody said yes to a version of a text, in the language in which they read it; or took it back."""

    __table_args__ = (sa.Index("ix_consent_member", "member_id", "kind"),)

    id: str = id_column()
    group_id: str = ref("care_group.id", index=True)
    member_id: str | None = ref("member.id", default=None, nullable=True)
    participant_id: str | None = ref("participant.id", default=None, nullable=True, index=True)
    kind: str = Field(max_length=16)
    version: int
    language: str = Field(max_length=8)
    given_at: datetime = time()
    recorded_by: str | None = ref("facilitator.id", default=None, nullable=True)  # said aloud, or on paper
    withdrawn_at: datetime | None = time(nullable=True)


class QuietQuestion(Table, table=True):
    """What a facilitator asked one person privately, and the answer they tapped."""

    __tablename__ = "quiet_question"

    id: str = id_column()
    group_session_id: str = ref("group_session.id", index=True)
    participant_id: str = ref("participant.id", index=True)
    facilitator_id: str = ref("facilitator.id")
    question: str = Field(max_length=32)  # a key of questions.QUESTIONS
    asked_at: datetime = time()
    answer: str | None = sealed(nullable=True)
    answered_at: datetime | None = time(nullable=True)
    read_at: datetime | None = time(nullable=True)  # a facilitator has read the answer


class Escalation(Table, table=True):
    """A call to the on-call contact of a group, since nobody acknowledged a signal in time."""

    __table_args__ = (sa.UniqueConstraint("signal_id", "channel"),)

    id: str = id_column()
    signal_id: str = ref("signal.id", index=True)
    channel: str = Field(max_length=16)  # mail, webhook
    due_at: datetime = time()
    tries: int = 0
    sent_at: datetime | None = time(nullable=True)
    failure: str | None = Field(default=None, max_length=64)  # the kind of failure, without an address


class FollowUp(Table, table=True):
    """What was seen, asked, judged and done about a signal; for the record of one member alone."""

    __tablename__ = "follow_up"

    id: str = id_column()
    member_id: str = ref("member.id", index=True)
    signal_id: str | None = ref("signal.id", default=None, nullable=True, index=True)
    facilitator_id: str = ref("facilitator.id")
    body: str = sealed()  # JSON {"seen", "asked", "judged", "done", "told", "next"}
    written_at: datetime = time()


class Attendance(Table, table=True):
    """What a facilitator corrected about who was there; without a row, what the session recorded holds."""

    group_session_id: str = ref("group_session.id", primary_key=True)
    member_id: str = ref("member.id", primary_key=True, index=True)
    status: str = Field(max_length=16)  # present, late, excused, absent
    set_by: str = ref("facilitator.id")
    set_at: datetime = time()


class SeatToken(Table, table=True):
    """What the database keeps of a token by which one browser opens one person's seat in a session."""

    __tablename__ = "seat_token"
    __table_args__ = (sa.Index("ix_seat_token_browser", "browser", "given_at"),)

    token_hash: str = Field(primary_key=True, max_length=64)
    participant_id: str = ref("participant.id", index=True)
    browser: str = Field(max_length=64)  # the hash of the first token that this browser was given
    given_at: datetime = time()


class PinTry(Table, table=True):
    """Somebody typed a PIN that was wrong, or has not been compared yet; kept for a day."""

    __tablename__ = "pin_try"
    __table_args__ = (sa.Index("ix_pin_try_member", "member_id", "tried_at"),)

    id: str = id_column()
    member_id: str = ref("member.id")
    browser: str | None = Field(default=None, max_length=64)  # hash of a random id in its cookie
    stranger: bool = True  # the browser had never proved this PIN
    tried_at: datetime = time()
