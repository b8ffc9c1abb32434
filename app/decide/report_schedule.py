"""Which reports a morning calls for: the day before every day, the week before from Monday on. Pure."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from app.domain.city_time import CITY_TIME
from app.domain.report import ReportKind

_DAY = timedelta(days=1)


class DueReport(NamedTuple):
    """A report that is to be there: what it is and the days it looks at, both included."""

    kind: ReportKind
    start: date
    end: date

    @property
    def occasion(self) -> str:
        """What makes it one of its kind: the same occasion has one report."""
        return f"{self.kind}:{self.start}"


def due_reports(now: datetime, hour: int) -> tuple[DueReport, ...]:
    """Return the latest report of each kind that was due by now, where mornings begin at an hour of the city's time."""
    local = now.astimezone(CITY_TIME)
    morning = local.date() if local.hour >= hour else local.date() - _DAY
    monday = morning - morning.weekday() * _DAY
    return (
        DueReport(ReportKind.DAILY, morning - _DAY, morning - _DAY),
        DueReport(ReportKind.WEEKLY, monday - 7 * _DAY, monday - _DAY),
    )
