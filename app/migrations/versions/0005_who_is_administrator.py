"""Who is administrator (of what there was before, the oldest account in use), who answered a call, and when a
group last chose to keep things for shorter; seats by token, who is gone since when, and the time of a wall.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Without one nobody could add an instrument any more. A link that was never used, or an account that was
# shut, is taken only where there is nothing else.
OLDEST = """
UPDATE facilitator SET administrator = :yes WHERE id = (
    SELECT id FROM facilitator
    ORDER BY
        CASE WHEN disabled_at IS NULL THEN 0 ELSE 1 END,
        CASE WHEN password_hash IS NULL THEN 1 ELSE 0 END,
        created_at, id
    LIMIT 1
)
"""


def upgrade() -> None:
    with op.batch_alter_table("facilitator", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("administrator", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("care_group", schema=None) as batch_op:
        batch_op.add_column(sa.Column("days_changed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(sa.text(OLDEST).bindparams(sa.bindparam("yes", True, sa.Boolean())))

    with op.batch_alter_table("signal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("replied_by", sa.String(length=36), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_signal_replied_by"), "facilitator", ["replied_by"], ["id"])

    op.create_table(
        "seat_token",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("participant_id", sa.String(length=36), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_seat_token_participant_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_seat_token")),
    )
    with op.batch_alter_table("seat_token", schema=None) as batch_op:
        batch_op.create_index("ix_seat_token_browser", ["browser", "given_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_seat_token_participant_id"), ["participant_id"], unique=False)

    with op.batch_alter_table("group_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("display_link_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("back_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.drop_column("back_at")
        batch_op.drop_column("gone_at")

    with op.batch_alter_table("group_session", schema=None) as batch_op:
        batch_op.drop_column("display_link_at")

    with op.batch_alter_table("seat_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seat_token_participant_id"))
        batch_op.drop_index("ix_seat_token_browser")

    op.drop_table("seat_token")

    with op.batch_alter_table("signal", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_signal_replied_by"), type_="foreignkey")
        batch_op.drop_column("replied_by")
        batch_op.drop_column("replied_at")

    with op.batch_alter_table("care_group", schema=None) as batch_op:
        batch_op.drop_column("days_changed_at")
    with op.batch_alter_table("facilitator", schema=None) as batch_op:
        batch_op.drop_column("administrator")
