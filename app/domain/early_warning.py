"""Warnings that an area has many more requests of one category than usual."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.domain.frozen import Frozen


class EarlyWarningRules(Frozen):
    """What is worth a warning."""

    threshold: float
    """Score from which a cell is warned of: calibrated to false warnings a day in the whole city."""
    factor: float
    """A raised mean is this many times the usual one ..."""
    extra: float
    """... and this many tickets an hour more; less where tickets are rare."""
    least_tickets: int
    quiet_hours: int


@dataclass(frozen=True)
class HourlyCounts:
    """Tickets received, by area, second-level category, day and hour of Chinese standard time."""

    first_day: date
    areas: tuple[str, ...]
    categories: tuple[str, ...]
    tickets: NDArray[np.int64]
    """Shape (areas, categories, days, 24)."""
    working: NDArray[np.bool_]
    """Shape (days,): whether offices are open."""

    @cached_property
    def daily(self) -> NDArray[np.int64]:
        """Shape (areas, categories, days)."""
        found: NDArray[np.int64] = self.tickets.sum(axis=3)
        return found


class Signal(Frozen):
    """A cell that stands out."""

    district: str
    category_code: str
    since: datetime
    """When it began to."""
    raised_at: datetime
    observed: int
    """Tickets since."""
    expected: float
    """Tickets usual in that time."""
    score: float


class WarningStatus(StrEnum):
    """What became of a warning."""

    OPEN = "open"
    """待确认"""
    ACKNOWLEDGED = "acknowledged"
    """已确认"""
    CLOSED = "closed"
    """已有结果"""


class WarningOutcome(StrEnum):
    """What the warning turned out to be."""

    HANDLED = "handled"
    """确有其事，已处置"""
    EXPECTED = "expected"
    """确有其事，在意料之中"""
    FALSE = "false"
    """不属实"""


class EarlyWarning(Signal):
    """A warning on file, and who did what about it."""

    id: int
    demo: bool
    status: WarningStatus = WarningStatus.OPEN
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    outcome: WarningOutcome | None = None
    outcome_by: str | None = None
    outcome_at: datetime | None = None
    note: str | None = None
