"""who subscribed a receiver, and who ended it; of earlier ones nobody knows"""

import sqlalchemy as sa
from alembic import op

revision = "0016_who_subscribed"
down_revision = "0015_messages_in_order"


def upgrade() -> None:
    op.add_column("webhooks", sa.Column("created_by", sa.String(64)))
    op.add_column("webhooks", sa.Column("disabled_by", sa.String(64)))


def downgrade() -> None:
    op.drop_column("webhooks", "disabled_by")
    op.drop_column("webhooks", "created_by")
