"""Tables beside the tickets: supervision, referrals, webhooks, the audit's seals, records of reading and deletion."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Boolean, Index, Integer, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from app.store.tables import Base, Moment, TicketRow

_ID = BigInteger().with_variant(Integer, "sqlite")


class SupervisionOrderRow(Base):
    """One act of supervision; `occasion` makes it unique, so that no pass raises it twice."""

    __tablename__ = "supervision_orders"
    id: Mapped[int] = mapped_column(_ID, primary_key=True, autoincrement=True)
    ticket_number: Mapped[str] = mapped_column(String(20), index=True)
    occasion: Mapped[str] = mapped_column(String(128))
    level: Mapped[str] = mapped_column(String(16))
    rule_id: Mapped[str] = mapped_column(String(64))
    receiver: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    raised_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_by: Mapped[str | None] = mapped_column(String(64))
    demo: Mapped[bool] = column_property(
        func.coalesce(select(TicketRow.demo).where(TicketRow.ticket_number == ticket_number).scalar_subquery(), False)
    )
    """The ticket's own word."""

    __table_args__ = (
        UniqueConstraint("ticket_number", "occasion"),
        Index("ix_supervision_status", "status", "id"),
    )


class ReferralRow(Base):
    """A ticket for a receiving organ; what was said, and who confirmed and why, is sealed."""

    __tablename__ = "referrals"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    ticket_number: Mapped[str] = mapped_column(String(20), index=True)
    receiver: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(32))
    severity: Mapped[str] = mapped_column(String(16))
    demo: Mapped[bool] = mapped_column(Boolean)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    sealed: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_referrals_status", "status", "id"),)


class ReferralSequenceRow(Base):
    """The number of the last message of a lane."""

    __tablename__ = "referral_sequences"
    receiver: Mapped[str] = mapped_column(String(32), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class WebhookRow(Base):
    """A receiver of events."""

    __tablename__ = "webhooks"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(Text)
    """Sealed."""
    topics: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[str | None] = mapped_column(String(64))
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
    disabled_by: Mapped[str | None] = mapped_column(String(64))


class WebhookDeliveryRow(Base):
    """One message to one receiver: attempts, and what came of the last."""

    __tablename__ = "webhook_deliveries"
    id: Mapped[int] = mapped_column(_ID, primary_key=True, autoincrement=True)
    message_id: Mapped[str] = mapped_column(String(64))
    webhook_id: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str | None] = mapped_column(String(64))
    """What the message is about: the messages of one subject go to a receiver in their order."""
    status: Mapped[str] = mapped_column(String(16))
    """pending, delivered or dead."""
    attempts: Mapped[int] = mapped_column(Integer)
    due_at: Mapped[datetime] = mapped_column(Moment)
    last_answer: Mapped[str | None] = mapped_column(Text)
    delivered_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        UniqueConstraint("message_id", "webhook_id"),
        Index("ix_webhook_deliveries_due", "status", "due_at"),
        Index("ix_webhook_deliveries_subject", "subject", "webhook_id"),
    )


class SealRow(Base):
    """A seal over all events up to one: taking events away, or putting some in between, breaks it."""

    __tablename__ = "audit_seals"
    last_event_id: Mapped[int] = mapped_column(_ID, primary_key=True, autoincrement=False)
    events: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime] = mapped_column(Moment)


class SensitiveReadRow(Base):
    """Somebody read a confidential ticket or one with a referral."""

    __tablename__ = "sensitive_reads"
    id: Mapped[int] = mapped_column(_ID, primary_key=True, autoincrement=True)
    ticket_number: Mapped[str] = mapped_column(String(20), index=True)
    reader: Mapped[str] = mapped_column(String(64))
    read_at: Mapped[datetime] = mapped_column(Moment)


class DeletionRow(Base):
    """Personal data deleted at the end of its keeping time."""

    __tablename__ = "deletion_records"
    ticket_number: Mapped[str] = mapped_column(String(20), primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(64))
    deleted_at: Mapped[datetime] = mapped_column(Moment)
    what: Mapped[list[str]] = mapped_column(JSON)


class ReadingPositionRow(Base):
    """How far somebody has read the history."""

    __tablename__ = "reading_positions"
    reader: Mapped[str] = mapped_column(String(32), primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger)
