"""the whole life of a ticket"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "audit_seals",
        sa.Column(
            "last_event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("last_event_id"),
    )
    op.create_table(
        "deletion_records",
        sa.Column("ticket_number", sa.String(length=20), nullable=False),
        sa.Column("rule_id", sa.String(length=64), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_number"),
    )
    op.create_table(
        "sensitive_reads",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("ticket_number", sa.String(length=20), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("sensitive_reads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sensitive_reads_ticket_number"), ["ticket_number"], unique=False)

    op.create_table(
        "supervision_orders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("ticket_number", sa.String(length=20), nullable=False),
        sa.Column("occasion", sa.String(length=128), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("rule_id", sa.String(length=64), nullable=False),
        sa.Column("receiver", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ticket_number", "occasion"),
    )
    with op.batch_alter_table("supervision_orders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supervision_orders_ticket_number"), ["ticket_number"], unique=False)
        batch_op.create_index("ix_supervision_status", ["status", "id"], unique=False)

    op.create_table(
        "ticket_units",
        sa.Column("unit_code", sa.String(length=64), nullable=False),
        sa.Column("ticket_number", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("unit_code", "ticket_number"),
    )
    with op.batch_alter_table("ticket_units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_units_ticket_number"), ["ticket_number"], unique=False)

    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("webhook_id", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_answer", sa.Text(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id", "webhook_id"),
    )
    with op.batch_alter_table("webhook_deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_webhook_deliveries_due", ["status", "due_at"], unique=False)

    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("roles", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("unit_code", sa.String(length=64), nullable=True))

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_sent_at"), ["sent_at"], unique=False)

    with op.batch_alter_table("ticket_events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hash", sa.String(length=64), nullable=True))

    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("handler_code", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("category_code", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("channel", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("urgency", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("resolve_by", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("meeting", sa.String(length=16), nullable=True))
        batch_op.create_index(batch_op.f("ix_tickets_meeting"), ["meeting"], unique=False)
        batch_op.add_column(sa.Column("caller_hash", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_tickets_caller_hash"), ["caller_hash"], unique=False)
        batch_op.create_index("ix_tickets_changed", ["status", "changed_at"], unique=False)
        batch_op.create_index("ix_tickets_due", ["status", "resolve_by"], unique=False)
        batch_op.create_index("ix_tickets_handler", ["handler_code", "ticket_number"], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE ticket_words (ticket_number VARCHAR(20) PRIMARY KEY, words TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX ix_ticket_words ON ticket_words USING GIN (words)")
    else:
        op.execute("CREATE VIRTUAL TABLE ticket_words USING fts5(words, detail=none, columnsize=0)")


def downgrade() -> None:
    op.execute("DROP TABLE ticket_words")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_index("ix_tickets_handler")
        batch_op.drop_index("ix_tickets_due")
        batch_op.drop_index("ix_tickets_changed")
        batch_op.drop_index(batch_op.f("ix_tickets_caller_hash"))
        batch_op.drop_index(batch_op.f("ix_tickets_meeting"))
        batch_op.drop_column("meeting")
        batch_op.drop_column("changed_at")
        batch_op.drop_column("caller_hash")
        batch_op.drop_column("resolve_by")
        batch_op.drop_column("urgency")
        batch_op.drop_column("channel")
        batch_op.drop_column("category_code")
        batch_op.drop_column("handler_code")

    with op.batch_alter_table("ticket_events", schema=None) as batch_op:
        batch_op.drop_column("hash")

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_sent_at"))

    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.drop_column("unit_code")
        batch_op.drop_column("roles")

    op.drop_table("webhooks")
    with op.batch_alter_table("webhook_deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_webhook_deliveries_due")

    op.drop_table("webhook_deliveries")
    with op.batch_alter_table("ticket_units", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_units_ticket_number"))

    op.drop_table("ticket_units")
    with op.batch_alter_table("supervision_orders", schema=None) as batch_op:
        batch_op.drop_index("ix_supervision_status")
        batch_op.drop_index(batch_op.f("ix_supervision_orders_ticket_number"))

    op.drop_table("supervision_orders")
    with op.batch_alter_table("sensitive_reads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sensitive_reads_ticket_number"))

    op.drop_table("sensitive_reads")
    op.drop_table("deletion_records")
    op.drop_table("audit_seals")
