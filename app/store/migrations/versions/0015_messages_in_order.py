"""messages about one thing reach a receiver in their order: deliveries name what theirs is about"""

import sqlalchemy as sa
from alembic import op

revision = "0015_messages_in_order"
down_revision = "0014_answers_are_sealed"


def upgrade() -> None:
    op.add_column("webhook_deliveries", sa.Column("subject", sa.String(64)))
    op.create_index("ix_webhook_deliveries_subject", "webhook_deliveries", ["subject", "webhook_id"])


def downgrade() -> None:
    op.drop_index("ix_webhook_deliveries_subject", "webhook_deliveries")
    op.drop_column("webhook_deliveries", "subject")
