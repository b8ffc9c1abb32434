"""counts by month, and indexes that answer without the rows"""

import sqlalchemy as sa
from alembic import op

revision = "0012_months"
down_revision = "0011_scheduled_reports"

_MEASURED = [
    "demo", "day", "district", "leaf", "hour", "unit", "channel", "subject",
    "respond_by", "responded_at", "resolve_by", "closed_at", "solved", "satisfied",
]  # fmt: skip
_SUMS = ("tickets", "due", "responded", "rated", "resolved", "satisfied", "overdue")


def upgrade() -> None:
    op.create_table(
        "monthly_counts",
        sa.Column("dimension", sa.String(16), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("district", sa.String(32), nullable=False),
        sa.Column("value", sa.String(64), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _SUMS),
        sa.PrimaryKeyConstraint("dimension", "demo", "month", "district", "value"),
    )
    op.create_table(
        "monthly_words",
        sa.Column("demo", sa.Boolean(), primary_key=True),
        sa.Column("month", sa.String(7), primary_key=True),
        sa.Column("word", sa.String(16), primary_key=True),
        sa.Column("tickets", sa.Integer(), nullable=False),
    )
    op.drop_index("ix_ticket_facts_day", "ticket_facts")
    op.create_index("ix_ticket_facts_day", "ticket_facts", _MEASURED)
    op.create_index(
        "ix_issues_hottest", "issues", ["demo", "last_at", "first_at", "tickets", "heat", "changed_at", "issue_id"]
    )
    op.drop_index("ix_issues_last", "issues")
    # Counts of businesses are kept otherwise than before: days without them are counted anew from the facts.
    op.execute("DELETE FROM daily_counts")


def downgrade() -> None:
    op.create_index("ix_issues_last", "issues", ["demo", "last_at"])
    op.drop_index("ix_issues_hottest", "issues")
    op.drop_index("ix_ticket_facts_day", "ticket_facts")
    op.create_index("ix_ticket_facts_day", "ticket_facts", ["demo", "day"])
    for table in ("monthly_words", "monthly_counts"):
        op.drop_table(table)
