"""knowledge articles, their versions, and what was asked of them"""

import sqlalchemy as sa
from alembic import op

revision = "0003_knowledge_articles"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.String(length=64), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False, index=True),
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False, index=True),
        sa.Column("body", sa.JSON(), nullable=False),
    )
    op.create_table(
        "article_versions",
        sa.Column("change", _ID, primary_key=True, autoincrement=True),
        sa.Column("article_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.UniqueConstraint("article_id", "version"),
    )
    op.create_table(
        "knowledge_events",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("answer_id", sa.String(length=36), nullable=False, unique=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("article_id", sa.String(length=64), nullable=True, index=True),
        sa.Column("refusal", sa.String(length=16), nullable=True),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )


def downgrade() -> None:
    for table in ("knowledge_events", "article_versions", "articles"):
        op.drop_table(table)
