"""the key of an officer may be one of some lanes"""

import sqlalchemy as sa
from alembic import op

revision = "0018_lanes_of_keys"
down_revision = "0017_words_of_events"


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("lanes", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("api_keys", "lanes")
