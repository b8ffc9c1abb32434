"""what statistics look at, and counts a day"""

import sqlalchemy as sa
from alembic import op

revision = "0005_ticket_facts"
down_revision = "0004_demo_tickets"


def upgrade() -> None:
    op.create_table(
        "ticket_facts",
        sa.Column("ticket_number", sa.String(length=20), primary_key=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("district", sa.String(length=32), nullable=False),
        sa.Column("town", sa.String(length=32), nullable=False),
        sa.Column("category", sa.String(length=2), nullable=False),
        sa.Column("leaf", sa.String(length=16), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("respond_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolve_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("satisfied", sa.Boolean(), nullable=True),
        sa.Index("ix_ticket_facts_day", "demo", "day"),
        sa.Index("ix_ticket_facts_open", "closed_at", "day"),
        sa.Index("ix_ticket_facts_leaf", "leaf", "day"),
        sa.Index("ix_ticket_facts_unit", "unit", "day"),
        sa.Index("ix_ticket_facts_subject", "subject", "day"),
    )
    op.create_table(
        "daily_counts",
        sa.Column("dimension", sa.String(length=16), primary_key=True),
        sa.Column("demo", sa.Boolean(), primary_key=True),
        sa.Column("day", sa.String(length=10), primary_key=True),
        sa.Column("district", sa.String(length=32), primary_key=True),
        sa.Column("value", sa.String(length=64), primary_key=True),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("tickets", "due", "responded", "rated", "resolved", "satisfied", "overdue")
        ),
    )


def downgrade() -> None:
    for table in ("daily_counts", "ticket_facts"):
        op.drop_table(table)
