"""The relational schema. Rows never leave `store`; `body` holds the domain type as JSON."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    Dialect,
    Index,
    Integer,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.domain.city_time import CITY_TIME


class Moment(TypeDecorator[datetime]):
    """A moment with its zone: kept in UTC, read back in Chinese standard time, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn a moment to UTC; one without a zone is a programming error."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give a moment its zone back; SQLite keeps none."""
        if value is None:
            return None
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(CITY_TIME)


class Base(DeclarativeBase):
    """Base of all tables."""


class DeliveryRow(Base):
    """One delivery of a channel, raw, and what it became. Unique by call id."""

    __tablename__ = "deliveries"
    call_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(Moment)
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    __table_args__ = (Index("ix_deliveries_received", "received_at"),)


class TicketRow(Base):
    """A ticket; the columns beside `body` are those that lists filter by."""

    __tablename__ = "tickets"
    ticket_number: Mapped[str] = mapped_column(String(20), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(128), index=True)
    version: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(32))
    request_kind: Mapped[str] = mapped_column(String(16))
    district: Mapped[str | None] = mapped_column(String(32))
    unit_code: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)
    handler_code: Mapped[str | None] = mapped_column(String(64))
    category_code: Mapped[str | None] = mapped_column(String(16))
    channel: Mapped[str | None] = mapped_column(String(40))
    urgency: Mapped[str | None] = mapped_column(String(16))
    resolve_by: Mapped[datetime | None] = mapped_column(Moment)
    meeting: Mapped[str | None] = mapped_column(String(16), index=True)
    caller_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    """Keyed hash of the number to call back on."""
    changed_at: Mapped[datetime | None] = mapped_column(Moment)
    demo: Mapped[bool] = mapped_column(Boolean, default=False)
    """Made up for practice."""
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The ticket; name and number of the citizen are sealed in it."""

    __table_args__ = (
        Index("ix_tickets_status", "status", "ticket_number"),
        Index("ix_tickets_unit", "unit_code", "ticket_number"),
        Index("ix_tickets_due", "status", "resolve_by"),
        Index("ix_tickets_handler", "handler_code", "ticket_number"),
        Index("ix_tickets_changed", "status", "changed_at"),
        Index("ix_tickets_demo", "demo", "ticket_number"),
    )


class TicketUnitRow(Base):
    """Which units may see a ticket: the handling one and those that assist."""

    __tablename__ = "ticket_units"
    unit_code: Mapped[str] = mapped_column(String(64), primary_key=True)
    ticket_number: Mapped[str] = mapped_column(String(20), primary_key=True, index=True)


class EventRow(Base):
    """One step in a ticket's life; rows are only ever added."""

    __tablename__ = "ticket_events"
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    ticket_number: Mapped[str] = mapped_column(String(20))
    sequence: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(64))
    occurred_at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(64))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    hash: Mapped[str | None] = mapped_column(String(64))
    """Keyed hash over this event and the hash of the one before it."""
    words: Mapped[str | None] = mapped_column(Text)
    """What was said or written, sealed; none where nothing was, or where its keeping time is over."""

    __table_args__ = (UniqueConstraint("ticket_number", "sequence"),)


class OutboxRow(Base):
    """A message to the outside, written with its cause."""

    __tablename__ = "outbox"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    topic: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    """When it was handed to the subscribed endpoints."""


class CounterRow(Base):
    """The last ticket number of a day."""

    __tablename__ = "counters"
    day: Mapped[str] = mapped_column(String(8), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class IdempotencyRow(Base):
    """An answer already given under an Idempotency-Key."""

    __tablename__ = "idempotency_records"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)


class ApiKeyRow(Base):
    """A key by its hash; the key itself is shown once and never stored."""

    __tablename__ = "api_keys"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)
    unit_code: Mapped[str | None] = mapped_column(String(64))
    lanes: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)


class FeedbackRow(Base):
    """What a person said of a result: accepted, corrected or rejected."""

    __tablename__ = "feedback"
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    ticket_number: Mapped[str] = mapped_column(String(20), index=True)
    field: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(16))
    right_value: Mapped[Any] = mapped_column(JSON, nullable=True)
    actor: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)
