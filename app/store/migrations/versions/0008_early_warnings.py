"""warnings that an area has many more requests of a category than usual"""

import sqlalchemy as sa
from alembic import op

revision = "0008_early_warnings"
down_revision = "0007_issues"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "early_warnings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("district", sa.String(length=32), nullable=False),
        sa.Column("category_code", sa.String(length=8), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("raised_at", moment, nullable=False),
        sa.Column("observed", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("acknowledged_by", sa.String(length=64), nullable=True),
        sa.Column("acknowledged_at", moment, nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("outcome_by", sa.String(length=64), nullable=True),
        sa.Column("outcome_at", moment, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.UniqueConstraint("demo", "district", "category_code", "raised_at"),
    )


def downgrade() -> None:
    op.drop_table("early_warnings")
