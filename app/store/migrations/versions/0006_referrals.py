"""referrals: proposals on file, decided by people, sent and answered"""

import sqlalchemy as sa
from alembic import op

revision = "0006_referrals"
down_revision = "0005_ticket_facts"


def upgrade() -> None:
    op.create_table(
        "referrals",
        sa.Column("id", sa.String(length=32), primary_key=True),
        sa.Column("ticket_number", sa.String(length=20), nullable=False, index=True),
        sa.Column("receiver", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True, index=True),
        sa.Column("sealed", sa.Text(), nullable=False),
    )
    op.create_index("ix_referrals_status", "referrals", ["status", "id"])
    op.create_table(
        "referral_sequences",
        sa.Column("receiver", sa.String(length=32), primary_key=True),
        sa.Column("last", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("referral_sequences")
    op.drop_index("ix_referrals_status", "referrals")
    op.drop_table("referrals")
