"""Tables of statistics: made from tickets and events, and made again from them at will."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Float,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    and_,
    case,
    func,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.analytics import UNKNOWN, Standing
from app.store.tables import Base, Moment

_MEASURED = (
    "leaf", "district", "hour", "unit", "channel", "subject",
    "respond_by", "responded_at", "resolve_by", "closed_at", "solved", "satisfied",
)  # fmt: skip
"""What is asked of the facts of a period: their index holds it all, so that the rows are not read.

A day's leaves stand in order: those of one category are one stretch of it.
"""


class FactRow(Base):
    """A ticket as statistics see it; what is unknown is the empty text, so that it groups like a value."""

    __tablename__ = "ticket_facts"
    ticket_number: Mapped[str] = mapped_column(String(20), primary_key=True)
    demo: Mapped[bool] = mapped_column(Boolean)
    day: Mapped[str] = mapped_column(String(10))
    """ISO date in Chinese standard time."""
    hour: Mapped[int] = mapped_column(Integer)
    district: Mapped[str] = mapped_column(String(32))
    town: Mapped[str] = mapped_column(String(32))
    category: Mapped[str] = mapped_column(String(2))
    """First level of `leaf`."""
    leaf: Mapped[str] = mapped_column(String(16))
    unit: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(16))
    respond_by: Mapped[datetime | None] = mapped_column(Moment)
    responded_at: Mapped[datetime | None] = mapped_column(Moment)
    resolve_by: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    solved: Mapped[bool | None] = mapped_column(Boolean)
    satisfied: Mapped[bool | None] = mapped_column(Boolean)

    __table_args__ = (
        Index("ix_ticket_facts_day", "demo", "day", *_MEASURED),
        Index("ix_ticket_facts_open", "closed_at", "day"),
        Index("ix_ticket_facts_leaf", "leaf", "day"),
        Index("ix_ticket_facts_unit", "unit", "day"),
        Index("ix_ticket_facts_subject", "subject", "day"),
    )


class _Counted:
    """The measures of tickets with one value of one dimension, a district."""

    dimension: Mapped[str] = mapped_column(String(16), primary_key=True)
    demo: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    district: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[str] = mapped_column(String(64), primary_key=True)
    tickets: Mapped[int] = mapped_column(Integer)
    due: Mapped[int] = mapped_column(Integer)
    responded: Mapped[int] = mapped_column(Integer)
    rated: Mapped[int] = mapped_column(Integer)
    resolved: Mapped[int] = mapped_column(Integer)
    satisfied: Mapped[int] = mapped_column(Integer)
    overdue: Mapped[int] = mapped_column(Integer)


class DailyCountRow(_Counted, Base):
    """Of one day."""

    __tablename__ = "daily_counts"
    day: Mapped[str] = mapped_column(String(10), primary_key=True)

    __table_args__ = (PrimaryKeyConstraint("dimension", "demo", "day", "district", "value"),)


class MonthlyCountRow(_Counted, Base):
    """Of one month that is over; made from its days."""

    __tablename__ = "monthly_counts"
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    """`YYYY-MM`"""

    __table_args__ = (PrimaryKeyConstraint("dimension", "demo", "month", "district", "value"),)


class DailyWordRow(Base):
    """Tickets of a day whose title has a word; the empty word: all of them."""

    __tablename__ = "daily_words"
    demo: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    word: Mapped[str] = mapped_column(String(16), primary_key=True)
    tickets: Mapped[int] = mapped_column(Integer)


class MonthlyWordRow(Base):
    """The same of a month that is over."""

    __tablename__ = "monthly_words"
    demo: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    word: Mapped[str] = mapped_column(String(16), primary_key=True)
    tickets: Mapped[int] = mapped_column(Integer)


class EarlyWarningRow(Base):
    """A warning and what became of it."""

    __tablename__ = "early_warnings"
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    demo: Mapped[bool] = mapped_column(Boolean)
    district: Mapped[str] = mapped_column(String(32))
    category_code: Mapped[str] = mapped_column(String(8))
    since: Mapped[datetime] = mapped_column(Moment)
    raised_at: Mapped[datetime] = mapped_column(Moment)
    observed: Mapped[int] = mapped_column(Integer)
    expected: Mapped[float] = mapped_column(Float)
    score: Mapped[float] = mapped_column(Float)
    status: Mapped[str] = mapped_column(String(16))
    acknowledged_by: Mapped[str | None] = mapped_column(String(64))
    acknowledged_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str | None] = mapped_column(String(16))
    outcome_by: Mapped[str | None] = mapped_column(String(64))
    outcome_at: Mapped[datetime | None] = mapped_column(Moment)
    note: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (UniqueConstraint("demo", "district", "category_code", "raised_at"),)


class ReportRow(Base):
    """A report."""

    __tablename__ = "reports"
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    demo: Mapped[bool] = mapped_column(Boolean)
    made_at: Mapped[datetime] = mapped_column(Moment)
    occasion: Mapped[str | None] = mapped_column(String(32))
    """What called for it, where nobody did."""
    body: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (Index("ix_reports_occasion", "demo", "occasion", unique=True),)


def known(value: str) -> str:
    """Return a value as a fact holds it: the unknown is the empty text."""
    return "" if value == UNKNOWN else value


def standing(now: datetime) -> Any:
    """Return how a fact's ticket stands to its deadline; without one, the empty text."""
    return case(
        (FactRow.resolve_by.is_(None), ""),
        (FactRow.closed_at <= FactRow.resolve_by, str(Standing.IN_TIME)),
        (FactRow.closed_at.is_not(None), str(Standing.LATE)),
        (FactRow.resolve_by >= now, str(Standing.RUNNING)),
        else_=str(Standing.OVERDUE),
    )


def answered_in_time(in_time: bool, now: datetime) -> Any:
    """Return the condition that a fact's ticket was answered in time; or that it was due to be and was not."""
    met = and_(FactRow.responded_at.is_not(None), FactRow.responded_at <= FactRow.respond_by)
    due = or_(FactRow.responded_at.is_not(None), FactRow.respond_by < now)
    return met if in_time else and_(due, func.coalesce(FactRow.responded_at > FactRow.respond_by, True))


def of_categories(leaf: Any, codes: Sequence[str]) -> Any:
    """Return the condition that a leaf, a column, is one of these categories or below one."""
    wanted = sorted({known(code) for code in codes}, key=len)
    tops = ((size, list(some)) for size, some in groupby(wanted, key=len))
    return or_(*(func.substr(leaf, 1, size).in_(some) if size else leaf == "" for size, some in tops))


def below(leaf: Any, code: str) -> Any:
    """Return the condition that a leaf, a column, is this category or below it: one stretch of their order."""
    upto = str(int(code) + 1).zfill(len(code)) if code.isascii() and code.isdigit() else ""
    return and_(leaf >= code, leaf < upto) if len(upto) == len(code) and code else of_categories(leaf, [code])
