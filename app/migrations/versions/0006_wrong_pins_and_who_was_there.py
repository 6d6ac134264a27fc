"""Wrong PINs, so that a restart forgets none; who was in the room when a stage was left; and what a site does
when somebody is in danger.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pin_try",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=True),
        sa.Column("stranger", sa.Boolean(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_pin_try_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin_try")),
    )
    with op.batch_alter_table("pin_try", schema=None) as batch_op:
        batch_op.create_index("ix_pin_try_member", ["member_id", "tried_at"], unique=False)
    with op.batch_alter_table("stage_visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("there", sa.Text(), nullable=True))
    with op.batch_alter_table("care_group", schema=None) as batch_op:
        batch_op.add_column(sa.Column("procedure", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("care_group", schema=None) as batch_op:
        batch_op.drop_column("procedure")
    with op.batch_alter_table("stage_visit", schema=None) as batch_op:
        batch_op.drop_column("there")
    with op.batch_alter_table("pin_try", schema=None) as batch_op:
        batch_op.drop_index("ix_pin_try_member")
    op.drop_table("pin_try")
