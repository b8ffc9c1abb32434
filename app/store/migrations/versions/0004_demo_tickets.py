"""tickets made up for practice"""

import sqlalchemy as sa
from alembic import op

revision = "0004_demo_tickets"
down_revision = "0003_knowledge_articles"


def upgrade() -> None:
    with op.batch_alter_table("tickets") as tickets:
        tickets.add_column(sa.Column("demo", sa.Boolean(), nullable=False, server_default=sa.false()))
        tickets.create_index("ix_tickets_demo", ["demo", "ticket_number"])


def downgrade() -> None:
    with op.batch_alter_table("tickets") as tickets:
        tickets.drop_index("ix_tickets_demo")
        tickets.drop_column("demo")
