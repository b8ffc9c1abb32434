"""answers kept for an Idempotency-Key lay open, names and numbers with them: those go, new ones are sealed"""

from alembic import op

revision = "0014_answers_are_sealed"
down_revision = "0013_leaves_of_a_day"


def upgrade() -> None:
    op.execute("DELETE FROM idempotency_records")


def downgrade() -> None:
    op.execute("DELETE FROM idempotency_records")
