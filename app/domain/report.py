"""Reports on the city's requests: what a leader reads, each section with the query that gives its figures."""

from datetime import datetime
from enum import StrEnum

from app.domain.frozen import Frozen
from app.domain.paragraph import Paragraph


class ReportKind(StrEnum):
    """What a report is for."""

    DAILY = "daily"
    """日报"""
    WEEKLY = "weekly"
    """周报"""
    TOPICAL = "topical"
    """专报"""


class Section(Frozen):
    """A table, and bars where its first figures are worth a look."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bars: tuple[tuple[str, int], ...] = ()
    """Label and value, in the order they are drawn."""
    source: str
    """The request that gives these figures."""


class Report(Frozen):
    """A report as it was made; it does not change when tickets do."""

    id: int = 0
    kind: ReportKind
    title: str
    start: str
    end: str
    """ISO dates, both included."""
    demo: bool
    made_at: datetime
    made_by: str
    summary: Paragraph
    sections: tuple[Section, ...]
