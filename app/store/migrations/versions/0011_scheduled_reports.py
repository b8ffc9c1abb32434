"""reports that a morning called for: one an occasion"""

import sqlalchemy as sa
from alembic import op

revision = "0011_scheduled_reports"
down_revision = "0010_reports"


def upgrade() -> None:
    op.add_column("reports", sa.Column("occasion", sa.String(32), nullable=True))
    op.create_index("ix_reports_occasion", "reports", ["demo", "occasion"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_reports_occasion", "reports")
    op.drop_column("reports", "occasion")
