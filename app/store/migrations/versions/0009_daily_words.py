"""words of titles, counted a day"""

import sqlalchemy as sa
from alembic import op

revision = "0009_daily_words"
down_revision = "0008_early_warnings"


def upgrade() -> None:
    op.create_table(
        "daily_words",
        sa.Column("demo", sa.Boolean(), primary_key=True),
        sa.Column("day", sa.String(length=10), primary_key=True),
        sa.Column("word", sa.String(length=16), primary_key=True),
        sa.Column("tickets", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("daily_words")
