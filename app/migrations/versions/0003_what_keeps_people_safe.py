"""What keeps people safe."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BEFORE = ("support", "hand", "slower", "item_9")


def upgrade() -> None:
    op.create_table(
        "consent_text",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=36), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["care_group.id"], name=op.f("fk_consent_text_group_id")),
        sa.ForeignKeyConstraint(["made_by"], ["facilitator.id"], name=op.f("fk_consent_text_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_text")),
        sa.UniqueConstraint(
            "group_id",
            "kind",
            "version",
            "language",
            name=op.f("uq_consent_text_group_id_kind_version_language"),
        ),
    )
    with op.batch_alter_table("consent_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_text_group_id"), ["group_id"], unique=False)

    op.create_table(
        "attendance",
        sa.Column("group_session_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("set_by", sa.String(length=36), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_session_id"], ["group_session.id"], name=op.f("fk_attendance_group_session_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_attendance_member_id")),
        sa.ForeignKeyConstraint(["set_by"], ["facilitator.id"], name=op.f("fk_attendance_set_by")),
        sa.PrimaryKeyConstraint("group_session_id", "member_id", name=op.f("pk_attendance")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_member_id"), ["member_id"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=True),
        sa.Column("participant_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=36), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["care_group.id"], name=op.f("fk_consent_group_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["facilitator.id"], name=op.f("fk_consent_recorded_by")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_consent_member_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_consent_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_group_id"), ["group_id"], unique=False)
        batch_op.create_index("ix_consent_member", ["member_id", "kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "quiet_question",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("group_session_id", sa.String(length=36), nullable=False),
        sa.Column("participant_id", sa.String(length=36), nullable=False),
        sa.Column("facilitator_id", sa.String(length=36), nullable=False),
        sa.Column("question", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["facilitator_id"], ["facilitator.id"], name=op.f("fk_quiet_question_facilitator_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_session_id"], ["group_session.id"], name=op.f("fk_quiet_question_group_session_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_quiet_question_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiet_question")),
    )
    with op.batch_alter_table("quiet_question", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_quiet_question_group_session_id"), ["group_session_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_quiet_question_participant_id"), ["participant_id"], unique=False
        )

    op.create_table(
        "escalation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("signal_id", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_escalation_signal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        sa.UniqueConstraint("signal_id", "channel", name=op.f("uq_escalation_signal_id_channel")),
    )
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_escalation_signal_id"), ["signal_id"], unique=False)

    op.create_table(
        "follow_up",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("signal_id", sa.String(length=36), nullable=True),
        sa.Column("facilitator_id", sa.String(length=36), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["facilitator_id"], ["facilitator.id"], name=op.f("fk_follow_up_facilitator_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_follow_up_member_id")),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_follow_up_signal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_up_member_id"), ["member_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_up_signal_id"), ["signal_id"], unique=False)

    with op.batch_alter_table("care_group", schema=None) as batch_op:
        batch_op.add_column(sa.Column("country", sa.String(length=2), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("numbers_confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("clinician", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("on_call", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("works_alone", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("escalate_after", sa.Integer(), nullable=False, server_default="120"))

    with op.batch_alter_table("facilitator", schema=None) as batch_op:
        batch_op.add_column(sa.Column("supervised_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("group_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rehearsal_of", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("led_by", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("leaderless_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("followed_up_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("without_close", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_group_session_rehearsal_of"), "group_session", ["rehearsal_of"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_group_session_led_by"), "facilitator", ["led_by"], ["id"])

    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("contacts", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("code_word", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("pin_hash", sa.String(length=200), nullable=True))

    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("at_address", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("quiet", sa.String(length=16), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("unlocked_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("signal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("safe_for_now_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("talk_wanted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("met", sa.Text(), nullable=True))

    _kinds_of_signals(*BEFORE, "not_safe", "stop")


def downgrade() -> None:
    op.execute("DELETE FROM signal WHERE kind IN ('not_safe', 'stop')")
    _kinds_of_signals(*BEFORE)
    with op.batch_alter_table("signal", schema=None) as batch_op:
        batch_op.drop_column("met")
        batch_op.drop_column("talk_wanted_at")
        batch_op.drop_column("safe_for_now_at")
        batch_op.drop_column("shown_at")

    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.drop_column("unlocked_at")
        batch_op.drop_column("quiet")
        batch_op.drop_column("at_address")

    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_column("pin_hash")
        batch_op.drop_column("code_word")
        batch_op.drop_column("contacts")

    with op.batch_alter_table("group_session", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_group_session_led_by"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_group_session_rehearsal_of"), type_="foreignkey")
        batch_op.drop_column("without_close")
        batch_op.drop_column("followed_up_at")
        batch_op.drop_column("leaderless_since")
        batch_op.drop_column("led_by")
        batch_op.drop_column("rehearsal_of")

    with op.batch_alter_table("facilitator", schema=None) as batch_op:
        batch_op.drop_column("supervised_at")

    with op.batch_alter_table("care_group", schema=None) as batch_op:
        batch_op.drop_column("escalate_after")
        batch_op.drop_column("works_alone")
        batch_op.drop_column("on_call")
        batch_op.drop_column("clinician")
        batch_op.drop_column("numbers_confirmed_at")
        batch_op.drop_column("country")

    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follow_up_signal_id"))
        batch_op.drop_index(batch_op.f("ix_follow_up_member_id"))

    op.drop_table("follow_up")
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_escalation_signal_id"))

    op.drop_table("escalation")
    with op.batch_alter_table("quiet_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiet_question_participant_id"))
        batch_op.drop_index(batch_op.f("ix_quiet_question_group_session_id"))

    op.drop_table("quiet_question")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_participant_id"))
        batch_op.drop_index("ix_consent_member")
        batch_op.drop_index(batch_op.f("ix_consent_group_id"))

    op.drop_table("consent")
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_member_id"))

    op.drop_table("attendance")
    with op.batch_alter_table("consent_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_text_group_id"))

    op.drop_table("consent_text")


def _kinds_of_signals(*kinds: str) -> None:
    name, offered = op.f("ck_signal_signal_kind"), ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("signal") as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, f"kind IN ({offered})")
