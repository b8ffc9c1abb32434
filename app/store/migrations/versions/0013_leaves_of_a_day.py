"""a day's facts in the order of their leaves"""

from alembic import op

revision = "0013_leaves_of_a_day"
down_revision = "0012_months"

_REST = [
    "hour", "unit", "channel", "subject",
    "respond_by", "responded_at", "resolve_by", "closed_at", "solved", "satisfied",
]  # fmt: skip


def upgrade() -> None:
    op.drop_index("ix_ticket_facts_day", "ticket_facts")
    op.create_index("ix_ticket_facts_day", "ticket_facts", ["demo", "day", "leaf", "district", *_REST])


def downgrade() -> None:
    op.drop_index("ix_ticket_facts_day", "ticket_facts")
    op.create_index("ix_ticket_facts_day", "ticket_facts", ["demo", "day", "district", "leaf", *_REST])
