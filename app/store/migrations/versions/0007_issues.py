"""tickets grouped into issues, and what people said of pairs"""

import sqlalchemy as sa
from alembic import op

from app.store.tables import Moment

revision = "0007_issues"
down_revision = "0006_referrals"


def upgrade() -> None:
    op.create_table(
        "issue_members",
        sa.Column("ticket_number", sa.String(20), primary_key=True),
        sa.Column("issue_id", sa.String(20), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        *_place(),
        sa.Column("caller", sa.String(64)),
        sa.Column("demo", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_issue_members_issue", "issue_members", ["issue_id", "at"])
    op.create_table(
        "issues",
        sa.Column("issue_id", sa.String(20), primary_key=True),
        sa.Column("title", sa.String(200), nullable=False),
        *_place(),
        sa.Column("first_at", Moment(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("heat", sa.Float(), nullable=False),
        sa.Column("trend", sa.Float(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False, index=True),
    )
    op.create_index("ix_issues_last", "issues", ["demo", "last_at"])
    op.create_table(
        "told_pairs",
        sa.Column("first", sa.String(20), primary_key=True),
        sa.Column("second", sa.String(20), primary_key=True, index=True),
        sa.Column("together", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
    )
    op.create_table(
        "reading_positions",
        sa.Column("reader", sa.String(32), primary_key=True),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    for table in ("reading_positions", "told_pairs", "issues", "issue_members"):
        op.drop_table(table)


def _place() -> list[sa.Column[str]]:
    sizes = {"district": 32, "town": 32, "place": 200, "category_code": 16}
    return [sa.Column(name, sa.String(size)) for name, size in sizes.items()]
