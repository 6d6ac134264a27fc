"""The tables of what people do with each other in a stage, and of a member's course over the weeks."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from app.core.tables import Table, choice, id_column, ref, sealed, time


class LineState(StrEnum):
    """How far a line from one person to another has come."""

    QUEUED = "queued"
    OK = "ok"
    HELD = "held"


class Turn(Table, table=True):
    """Whose turn it was, from when on; the newest of a stage holds."""

    id: str = id_column()
    group_session_id: str = ref("group_session.id", index=True)
    stage_id: str = Field(max_length=36)
    participant_id: str = ref("participant.id", index=True)
    given_at: datetime = time()


class Pair(Table, table=True):
    """Two people, or three, who practise together in one stage; ``scene`` is theirs to share."""

    __table_args__ = (sa.UniqueConstraint("group_session_id", "stage_id", "number"),)

    id: str = id_column()
    group_session_id: str = ref("group_session.id")
    stage_id: str = Field(max_length=36)
    number: int
    scene: str | None = sealed(nullable=True)
    scene_revision: int = 0


class PairMember(Table, table=True):
    """One person of a pair, with the place of their role among the prompt's roles; beyond them: observer."""

    __tablename__ = "pair_member"

    pair_id: str = ref("pair.id", primary_key=True)
    participant_id: str = ref("participant.id", primary_key=True, index=True)
    place: int


class Lot(Table, table=True):
    """Two people whom somebody drew for a goodbye line, once."""

    group_session_id: str = ref("group_session.id", primary_key=True)
    stage_id: str = Field(primary_key=True, max_length=36)
    participant_id: str = ref("participant.id", primary_key=True, index=True)
    drawn: str = Field(max_length=200)  # ids of persons, parted by a space


class FeedbackLine(Table, table=True):
    """A line from one person to another, or to all. A facilitator reads it before it goes anywhere."""

    __tablename__ = "feedback_line"
    __table_args__ = (sa.Index("ix_feedback_line_stage", "group_session_id", "stage_id"),)

    id: str = id_column()
    group_id: str = ref("care_group.id", index=True)
    group_session_id: str = ref("group_session.id")
    stage_id: str = Field(max_length=36)
    reflection_id: str | None = ref("reflection.id", default=None, nullable=True, index=True)
    participant_id: str | None = ref(  # who wrote it; None: a facilitator
        "participant.id", default=None, nullable=True, index=True
    )
    to_id: str = Field(max_length=36, index=True)  # "all", a member, or a guest of this session
    text: str = sealed()
    state: LineState = Field(default=LineState.QUEUED, sa_type=choice(LineState, "line_state"))
    checked_by: str | None = ref("facilitator.id", default=None, nullable=True)
    created_at: datetime = time()
    delivered_at: datetime | None = time(nullable=True)


class Goal(Table, table=True):
    """What a member would like to be different; ``text`` is JSON {"text", "first_step", "when", "who"}."""

    __table_args__ = (sa.UniqueConstraint("reflection_id", "prompt_key"),)

    id: str = id_column()
    member_id: str = ref("member.id", index=True)
    group_session_id: str | None = ref("group_session.id", default=None, nullable=True)
    reflection_id: str | None = ref("reflection.id", default=None, nullable=True)
    prompt_key: str | None = Field(default=None, max_length=64)
    text: str = sealed()
    status: str = Field(default="open", max_length=16)  # open, met, let_go
    created_at: datetime = time()
    changed_at: datetime = time()


class GoalRating(Table, table=True):
    """How close a member felt to a goal in one session: a number from 0 to 10."""

    __tablename__ = "goal_rating"

    goal_id: str = ref("goal.id", primary_key=True)
    group_session_id: str = ref("group_session.id", primary_key=True)
    reflection_id: str | None = ref("reflection.id", default=None, nullable=True, index=True)
    rating: str = sealed()
    at: datetime = time()


class Step(Table, table=True):
    """What a member tries between sessions, and how it went; ``text`` is JSON as with goals."""

    __table_args__ = (sa.UniqueConstraint("reflection_id", "prompt_key"),)

    id: str = id_column()
    member_id: str = ref("member.id", index=True)
    group_session_id: str | None = ref("group_session.id", default=None, nullable=True)
    reflection_id: str | None = ref("reflection.id", default=None, nullable=True)
    prompt_key: str | None = Field(default=None, max_length=64)
    text: str = sealed()
    outcome: str | None = sealed(nullable=True)
    outcome_session_id: str | None = ref("group_session.id", default=None, nullable=True)
    outcome_reflection_id: str | None = ref("reflection.id", default=None, nullable=True)
    created_at: datetime = time()


class Instrument(Table, table=True):
    """A measure whose items an administrator uploaded, with the word that permission is held."""

    id: str = Field(primary_key=True, max_length=64)
    definition: str = sealed()  # JSON, in the shape of a measure's data file
    permission_by: str = ref("facilitator.id")
    permission_at: datetime = time()
    retired_at: datetime | None = time(nullable=True)


class MeasureResponse(Table, table=True):
    """A member's answers to a measure, or a score entered by hand. Its id comes from the browser."""

    __tablename__ = "measure_response"
    __table_args__ = (sa.Index("ix_measure_response_member", "member_id", "measure_id"),)

    id: str = Field(primary_key=True, max_length=36)
    member_id: str = ref("member.id")
    group_session_id: str | None = ref("group_session.id", default=None, nullable=True, index=True)
    participant_id: str | None = ref("participant.id", default=None, nullable=True)
    measure_id: str = Field(max_length=64)
    revision: int = 1
    answers: str = sealed()  # JSON {item: number}; {} for a score entered by hand
    score: str = sealed()  # JSON {"total", "prorated", "missing"}
    entered_by: str | None = ref("facilitator.id", default=None, nullable=True)
    taken_at: datetime = time()
    saved_at: datetime = time()


class LibraryItem(Table, table=True):
    """A facilitator's own programme, session or exercise; ``body`` is JSON in the shape of the data files."""

    __tablename__ = "library_item"

    id: str = id_column()
    kind: str = Field(max_length=16)  # exercise, session, programme
    facilitator_id: str = ref("facilitator.id", index=True)
    shared: bool = False
    copied_from: str | None = Field(default=None, max_length=64)
    version: int = 1
    body: str = sealed()
    created_at: datetime = time()
    changed_at: datetime = time()
    removed_at: datetime | None = time(nullable=True)
