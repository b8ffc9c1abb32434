"""what was said or written at a step is sealed beside its event, so that it can be deleted at the end of its time"""

import sqlalchemy as sa
from alembic import op

revision = "0017_words_of_events"
down_revision = "0016_who_subscribed"


def upgrade() -> None:
    op.add_column("ticket_events", sa.Column("words", sa.Text()))
    op.create_index("ix_deliveries_received", "deliveries", ["received_at"])


def downgrade() -> None:
    op.drop_index("ix_deliveries_received", "deliveries")
    op.drop_column("ticket_events", "words")
