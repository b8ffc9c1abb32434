"""Tables of issues: tickets grouped by matter, and what people said of pairs."""

from datetime import datetime

from sqlalchemy import Boolean, Float, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.tables import Base, Moment


class IssueMemberRow(Base):
    """The issue of a ticket; one that stands alone is an issue by itself."""

    __tablename__ = "issue_members"
    ticket_number: Mapped[str] = mapped_column(String(20), primary_key=True)
    issue_id: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Moment)
    title: Mapped[str] = mapped_column(String(200))
    district: Mapped[str | None] = mapped_column(String(32))
    town: Mapped[str | None] = mapped_column(String(32))
    place: Mapped[str | None] = mapped_column(String(200))
    category_code: Mapped[str | None] = mapped_column(String(16))
    caller: Mapped[str | None] = mapped_column(String(64))
    """Keyed hash."""
    demo: Mapped[bool] = mapped_column(Boolean, default=False)

    __table_args__ = (Index("ix_issue_members_issue", "issue_id", "at"),)


class IssueRow(Base):
    """An issue of at least two tickets, as it stood when it last changed."""

    __tablename__ = "issues"
    issue_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    district: Mapped[str | None] = mapped_column(String(32))
    town: Mapped[str | None] = mapped_column(String(32))
    place: Mapped[str | None] = mapped_column(String(200))
    category_code: Mapped[str | None] = mapped_column(String(16))
    first_at: Mapped[datetime] = mapped_column(Moment)
    last_at: Mapped[datetime] = mapped_column(Moment)
    tickets: Mapped[int] = mapped_column(Integer)
    people: Mapped[int] = mapped_column(Integer)
    heat: Mapped[float] = mapped_column(Float)
    trend: Mapped[float] = mapped_column(Float)
    demo: Mapped[bool] = mapped_column(Boolean, default=False)
    changed_at: Mapped[datetime] = mapped_column(Moment, index=True)

    __table_args__ = (
        Index("ix_issues_hottest", "demo", "last_at", "first_at", "tickets", "heat", "changed_at", "issue_id"),
    )


class ToldPairRow(Base):
    """Two tickets that a person joined or took apart; the last word counts."""

    __tablename__ = "told_pairs"
    first: Mapped[str] = mapped_column(String(20), primary_key=True)
    second: Mapped[str] = mapped_column(String(20), primary_key=True, index=True)
    together: Mapped[bool] = mapped_column(Boolean)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
