"""What people practise with each other, and what they take home over the weeks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "instrument",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("permission_by", sa.String(length=36), nullable=False),
        sa.Column("permission_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["permission_by"], ["facilitator.id"], name=op.f("fk_instrument_permission_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument")),
    )
    op.create_table(
        "library_item",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("facilitator_id", sa.String(length=36), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("copied_from", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["facilitator_id"], ["facilitator.id"], name=op.f("fk_library_item_facilitator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_item")),
    )
    with op.batch_alter_table("library_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_library_item_facilitator_id"), ["facilitator_id"], unique=False)

    op.create_table(
        "pair",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("group_session_id", sa.String(length=36), nullable=False),
        sa.Column("stage_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("scene", sa.Text(), nullable=True),
        sa.Column("scene_revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_session_id"], ["group_session.id"], name=op.f("fk_pair_group_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair")),
        sa.UniqueConstraint(
            "group_session_id", "stage_id", "number", name=op.f("uq_pair_group_session_id_stage_id_number")
        ),
    )
    op.create_table(
        "lot",
        sa.Column("group_session_id", sa.String(length=36), nullable=False),
        sa.Column("stage_id", sa.String(length=36), nullable=False),
        sa.Column("participant_id", sa.String(length=36), nullable=False),
        sa.Column("drawn", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_session_id"], ["group_session.id"], name=op.f("fk_lot_group_session_id")
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_lot_participant_id")),
        sa.PrimaryKeyConstraint("group_session_id", "stage_id", "participant_id", name=op.f("pk_lot")),
    )
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "measure_response",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("group_session_id", sa.String(length=36), nullable=True),
        sa.Column("participant_id", sa.String(length=36), nullable=True),
        sa.Column("measure_id", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("score", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.String(length=36), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["facilitator.id"], name=op.f("fk_measure_response_entered_by")
        ),
        sa.ForeignKeyConstraint(
            ["group_session_id"], ["group_session.id"], name=op.f("fk_measure_response_group_session_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_measure_response_member_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_measure_response_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_response")),
    )
    with op.batch_alter_table("measure_response", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_measure_response_group_session_id"), ["group_session_id"], unique=False
        )
        batch_op.create_index("ix_measure_response_member", ["member_id", "measure_id"], unique=False)

    op.create_table(
        "pair_member",
        sa.Column("pair_id", sa.String(length=36), nullable=False),
        sa.Column("participant_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["pair_id"], ["pair.id"], name=op.f("fk_pair_member_pair_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_pair_member_participant_id")
        ),
        sa.PrimaryKeyConstraint("pair_id", "participant_id", name=op.f("pk_pair_member")),
    )
    with op.batch_alter_table("pair_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pair_member_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "turn",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("group_session_id", sa.String(length=36), nullable=False),
        sa.Column("stage_id", sa.String(length=36), nullable=False),
        sa.Column("participant_id", sa.String(length=36), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_session_id"], ["group_session.id"], name=op.f("fk_turn_group_session_id")
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_turn_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn")),
    )
    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_turn_group_session_id"), ["group_session_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_turn_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "feedback_line",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("group_session_id", sa.String(length=36), nullable=False),
        sa.Column("stage_id", sa.String(length=36), nullable=False),
        sa.Column("reflection_id", sa.String(length=36), nullable=True),
        sa.Column("participant_id", sa.String(length=36), nullable=True),
        sa.Column("to_id", sa.String(length=36), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "ok",
                "held",
                name="line_state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("checked_by", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["checked_by"], ["facilitator.id"], name=op.f("fk_feedback_line_checked_by")),
        sa.ForeignKeyConstraint(["group_id"], ["care_group.id"], name=op.f("fk_feedback_line_group_id")),
        sa.ForeignKeyConstraint(
            ["group_session_id"], ["group_session.id"], name=op.f("fk_feedback_line_group_session_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_feedback_line_participant_id")
        ),
        sa.ForeignKeyConstraint(
            ["reflection_id"], ["reflection.id"], name=op.f("fk_feedback_line_reflection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_line")),
    )
    with op.batch_alter_table("feedback_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feedback_line_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_feedback_line_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_feedback_line_reflection_id"), ["reflection_id"], unique=False)
        batch_op.create_index("ix_feedback_line_stage", ["group_session_id", "stage_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_feedback_line_to_id"), ["to_id"], unique=False)

    op.create_table(
        "goal",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("group_session_id", sa.String(length=36), nullable=True),
        sa.Column("reflection_id", sa.String(length=36), nullable=True),
        sa.Column("prompt_key", sa.String(length=64), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_session_id"], ["group_session.id"], name=op.f("fk_goal_group_session_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_goal_member_id")),
        sa.ForeignKeyConstraint(["reflection_id"], ["reflection.id"], name=op.f("fk_goal_reflection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal")),
        sa.UniqueConstraint("reflection_id", "prompt_key", name=op.f("uq_goal_reflection_id_prompt_key")),
    )
    with op.batch_alter_table("goal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_goal_member_id"), ["member_id"], unique=False)

    op.create_table(
        "step",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("group_session_id", sa.String(length=36), nullable=True),
        sa.Column("reflection_id", sa.String(length=36), nullable=True),
        sa.Column("prompt_key", sa.String(length=64), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("outcome_session_id", sa.String(length=36), nullable=True),
        sa.Column("outcome_reflection_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_session_id"], ["group_session.id"], name=op.f("fk_step_group_session_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_step_member_id")),
        sa.ForeignKeyConstraint(
            ["outcome_reflection_id"], ["reflection.id"], name=op.f("fk_step_outcome_reflection_id")
        ),
        sa.ForeignKeyConstraint(
            ["outcome_session_id"], ["group_session.id"], name=op.f("fk_step_outcome_session_id")
        ),
        sa.ForeignKeyConstraint(["reflection_id"], ["reflection.id"], name=op.f("fk_step_reflection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
        sa.UniqueConstraint("reflection_id", "prompt_key", name=op.f("uq_step_reflection_id_prompt_key")),
    )
    with op.batch_alter_table("step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_step_member_id"), ["member_id"], unique=False)

    op.create_table(
        "goal_rating",
        sa.Column("goal_id", sa.String(length=36), nullable=False),
        sa.Column("group_session_id", sa.String(length=36), nullable=False),
        sa.Column("reflection_id", sa.String(length=36), nullable=True),
        sa.Column("rating", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name=op.f("fk_goal_rating_goal_id")),
        sa.ForeignKeyConstraint(
            ["group_session_id"], ["group_session.id"], name=op.f("fk_goal_rating_group_session_id")
        ),
        sa.ForeignKeyConstraint(
            ["reflection_id"], ["reflection.id"], name=op.f("fk_goal_rating_reflection_id")
        ),
        sa.PrimaryKeyConstraint("goal_id", "group_session_id", name=op.f("pk_goal_rating")),
    )
    with op.batch_alter_table("goal_rating", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_goal_rating_reflection_id"), ["reflection_id"], unique=False)

    with op.batch_alter_table("care_group", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purpose", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("sessions", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("safeguarding", sa.Text(), nullable=True))

    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("focus", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("leaving", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("called_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("guardian_consented_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("assented_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("without_phone", sa.Boolean(), nullable=False, server_default=sa.false())
        )

    with op.batch_alter_table("group_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("member_id", sa.String(length=36), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_group_session_member_id"), "member", ["member_id"], ["id"])

    with op.batch_alter_table("reflection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("written_by", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))

    _kinds_of_signals("support", "hand", "slower", "item_9")


def downgrade() -> None:
    op.execute("DELETE FROM signal WHERE kind = 'item_9'")
    _kinds_of_signals("support", "hand", "slower")
    with op.batch_alter_table("group_session", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_group_session_member_id"), type_="foreignkey")
        batch_op.drop_column("member_id")

    with op.batch_alter_table("reflection", schema=None) as batch_op:
        batch_op.drop_column("confirmed_at")
        batch_op.drop_column("written_by")

    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.drop_column("without_phone")

    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_column("assented_at")
        batch_op.drop_column("guardian_consented_at")
        batch_op.drop_column("called_at")
        batch_op.drop_column("leaving")
        batch_op.drop_column("focus")

    with op.batch_alter_table("care_group", schema=None) as batch_op:
        batch_op.drop_column("safeguarding")
        batch_op.drop_column("sessions")
        batch_op.drop_column("purpose")

    with op.batch_alter_table("goal_rating", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_goal_rating_reflection_id"))

    op.drop_table("goal_rating")
    with op.batch_alter_table("step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_step_member_id"))

    op.drop_table("step")
    with op.batch_alter_table("goal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_goal_member_id"))

    op.drop_table("goal")
    with op.batch_alter_table("feedback_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feedback_line_to_id"))
        batch_op.drop_index("ix_feedback_line_stage")
        batch_op.drop_index(batch_op.f("ix_feedback_line_reflection_id"))
        batch_op.drop_index(batch_op.f("ix_feedback_line_participant_id"))
        batch_op.drop_index(batch_op.f("ix_feedback_line_group_id"))

    op.drop_table("feedback_line")
    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_turn_participant_id"))
        batch_op.drop_index(batch_op.f("ix_turn_group_session_id"))

    op.drop_table("turn")
    with op.batch_alter_table("pair_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pair_member_participant_id"))

    op.drop_table("pair_member")
    with op.batch_alter_table("measure_response", schema=None) as batch_op:
        batch_op.drop_index("ix_measure_response_member")
        batch_op.drop_index(batch_op.f("ix_measure_response_group_session_id"))

    op.drop_table("measure_response")
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lot_participant_id"))

    op.drop_table("lot")
    op.drop_table("pair")
    with op.batch_alter_table("library_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_library_item_facilitator_id"))

    op.drop_table("library_item")
    op.drop_table("instrument")


def _kinds_of_signals(*kinds: str) -> None:
    name, offered = op.f("ck_signal_signal_kind"), ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("signal") as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, f"kind IN ({offered})")
