"""What is signed and what leaves the house."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "note_layout",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sections", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=36), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_away_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["facilitator.id"], name=op.f("fk_note_layout_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_layout")),
    )
    op.create_table(
        "keepsake",
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.String(length=36), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["given_by"], ["facilitator.id"], name=op.f("fk_keepsake_given_by")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_keepsake_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_keepsake")),
    )
    op.create_table(
        "export",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("facilitator_id", sa.String(length=36), nullable=False),
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("group_session_id", sa.String(length=36), nullable=True),
        sa.Column("member_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["facilitator_id"], ["facilitator.id"], name=op.f("fk_export_facilitator_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["care_group.id"], name=op.f("fk_export_group_id")),
        sa.ForeignKeyConstraint(
            ["group_session_id"], ["group_session.id"], name=op.f("fk_export_group_session_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_export_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
    )
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_facilitator_id"), ["facilitator_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_group_id"), ["group_id"], unique=False)

    op.create_table(
        "fidelity",
        sa.Column("group_session_id", sa.String(length=36), nullable=False),
        sa.Column("line", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("recorded", sa.String(length=8), nullable=True),
        sa.Column("set_by", sa.String(length=36), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_session_id"], ["group_session.id"], name=op.f("fk_fidelity_group_session_id")
        ),
        sa.ForeignKeyConstraint(["set_by"], ["facilitator.id"], name=op.f("fk_fidelity_set_by")),
        sa.PrimaryKeyConstraint("group_session_id", "line", name=op.f("pk_fidelity")),
    )
    op.create_table(
        "supervision_questions",
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_by", sa.String(length=36), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["care_group.id"], name=op.f("fk_supervision_questions_group_id")
        ),
        sa.ForeignKeyConstraint(
            ["saved_by"], ["facilitator.id"], name=op.f("fk_supervision_questions_saved_by")
        ),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_supervision_questions")),
    )
    op.create_table(
        "process_note",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("group_session_id", sa.String(length=36), nullable=False),
        sa.Column("facilitator_id", sa.String(length=36), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["facilitator_id"], ["facilitator.id"], name=op.f("fk_process_note_facilitator_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_session_id"], ["group_session.id"], name=op.f("fk_process_note_group_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_note")),
        sa.UniqueConstraint(
            "group_session_id", "facilitator_id", name=op.f("uq_process_note_group_session_id_facilitator_id")
        ),
    )
    with op.batch_alter_table("process_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_note_facilitator_id"), ["facilitator_id"], unique=False)

    op.create_table(
        "record_note",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("group_session_id", sa.String(length=36), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "group",
                "shared",
                "individual",
                "member_safe",
                name="note_kind",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("layout", sa.String(length=36), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.String(length=36), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.String(length=36), nullable=True),
        sa.Column("signature", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_session_id"], ["group_session.id"], name=op.f("fk_record_note_group_session_id")
        ),
        sa.ForeignKeyConstraint(["saved_by"], ["facilitator.id"], name=op.f("fk_record_note_saved_by")),
        sa.ForeignKeyConstraint(["signed_by"], ["facilitator.id"], name=op.f("fk_record_note_signed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_note")),
    )
    with op.batch_alter_table("record_note", schema=None) as batch_op:
        batch_op.create_index("ix_record_note_member", ["member_id", "signed_at"], unique=False)
        batch_op.create_index("ix_record_note_place", ["group_session_id", "kind", "member_id"], unique=True)

    op.create_table(
        "addendum",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("note_id", sa.String(length=36), nullable=False),
        sa.Column("facilitator_id", sa.String(length=36), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["facilitator_id"], ["facilitator.id"], name=op.f("fk_addendum_facilitator_id")
        ),
        sa.ForeignKeyConstraint(["note_id"], ["record_note.id"], name=op.f("fk_addendum_note_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addendum")),
    )
    with op.batch_alter_table("addendum", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_addendum_note_id"), ["note_id"], unique=False)

    op.create_table(
        "tags",
        sa.Column("reflection_id", sa.String(length=36), nullable=False),
        sa.Column("group_session_id", sa.String(length=36), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("tagged_by", sa.String(length=36), nullable=False),
        sa.Column("tagged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_session_id"], ["group_session.id"], name=op.f("fk_tags_group_session_id")
        ),
        sa.ForeignKeyConstraint(["reflection_id"], ["reflection.id"], name=op.f("fk_tags_reflection_id")),
        sa.ForeignKeyConstraint(["tagged_by"], ["facilitator.id"], name=op.f("fk_tags_tagged_by")),
        sa.PrimaryKeyConstraint("reflection_id", name=op.f("pk_tags")),
    )
    with op.batch_alter_table("tags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tags_group_session_id"), ["group_session_id"], unique=False)

    with op.batch_alter_table("care_group", schema=None) as batch_op:
        batch_op.add_column(sa.Column("drafts_kept", sa.Integer(), nullable=False, server_default="30"))
        batch_op.add_column(sa.Column("answers_kept", sa.Integer(), nullable=False, server_default="30"))
        batch_op.add_column(sa.Column("work_kept", sa.Integer(), nullable=False, server_default="90"))
        batch_op.add_column(sa.Column("hide_signed", sa.Boolean(), nullable=False, server_default=sa.true()))

    with op.batch_alter_table("installation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("expired_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("without_meeting", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("pin_open_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_column("pin_open_at")
        batch_op.drop_column("without_meeting")

    with op.batch_alter_table("installation", schema=None) as batch_op:
        batch_op.drop_column("expired_at")

    with op.batch_alter_table("care_group", schema=None) as batch_op:
        batch_op.drop_column("hide_signed")
        batch_op.drop_column("work_kept")
        batch_op.drop_column("answers_kept")
        batch_op.drop_column("drafts_kept")

    with op.batch_alter_table("tags", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tags_group_session_id"))

    op.drop_table("tags")
    with op.batch_alter_table("addendum", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_addendum_note_id"))

    op.drop_table("addendum")
    with op.batch_alter_table("record_note", schema=None) as batch_op:
        batch_op.drop_index("ix_record_note_place")
        batch_op.drop_index("ix_record_note_member")

    op.drop_table("record_note")
    with op.batch_alter_table("process_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_process_note_facilitator_id"))

    op.drop_table("process_note")
    op.drop_table("supervision_questions")
    op.drop_table("fidelity")
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_export_group_id"))
        batch_op.drop_index(batch_op.f("ix_export_facilitator_id"))

    op.drop_table("export")
    op.drop_table("keepsake")
    op.drop_table("note_layout")
