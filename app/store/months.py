"""Counts of days, summed up to whole months: a question over a year reads twelve rows a value, not three hundred."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, literal_column, select, union_all
from sqlalchemy.orm import Session

Conditions = Callable[[Any], Sequence[Any]]
"""A table's class in, conditions on its columns out."""


class Months(NamedTuple):
    """A table of days and the table of the same by month, the column `day` apart."""

    days: Any
    months: Any
    keys: tuple[str, ...]
    """Columns besides day and month that name a row."""
    sums: tuple[str, ...]
    mark: Mapping[str, str]
    """What picks a few rows of every day."""

    def forget(self, session: Session, days: Collection[str]) -> None:
        """Drop the months of days that changed: until they are summed up again, their days are read."""
        months = sorted({day[:7] for day in days})
        if months:
            session.execute(delete(self.months).where(self.months.month.in_(months)))

    def sum_up(self, session: Session, today: date) -> None:
        """Sum up every month before today's that is not."""
        month = beginning(self.days.day, 7)
        over = select(month).where(*self._marked(self.days), self.days.day < today.replace(day=1).isoformat())
        missing = set(session.scalars(over.distinct())) - set(session.scalars(self._done()))
        for name in sorted(missing):
            keys = [getattr(self.days, key) for key in self.keys]
            summed = (
                select(month, *keys, *(func.sum(getattr(self.days, column)) for column in self.sums))
                .where(self.days.day.between(f"{name}-01", f"{name}-31"))
                .group_by(month, *keys)
            )
            session.execute(insert(self.months).from_select(("month", *self.keys, *self.sums), summed))

    def totals(self, session: Session, value: Callable[[Any], Any], start: str, end: str, where: Conditions) -> Any:
        """Return rows of a value and the sums over a period, both days (ISO dates) included."""
        done = [m for m in session.scalars(self._done()) if start <= f"{m}-01" and _last_day(m) <= end]
        parts = [self._part(self.months, value, [self.months.month.in_(done), *where(self.months)])] if done else []
        for first, last in _besides(start, end, sorted(done)):
            parts.append(self.of_days(value, first, last, where))
        rows = union_all(*parts).subquery()
        sums = (func.sum(rows.c[column]) for column in self.sums)
        return session.execute(select(rows.c.value, *sums).group_by(rows.c.value))

    def of_days(self, value: Callable[[Any], Any], start: str, end: str, where: Conditions) -> Any:
        """Return the query of a value and the sums that reads days alone."""
        return self._part(self.days, value, [self.days.day.between(start, end), *where(self.days)])

    def _part(self, table: Any, value: Callable[[Any], Any], conditions: Sequence[Any]) -> Any:
        sums = (func.sum(getattr(table, column)).label(column) for column in self.sums)
        return select(value(table).label("value"), *sums).where(*conditions).group_by(value(table))

    def _done(self) -> Any:
        return select(self.months.month).where(*self._marked(self.months)).distinct()

    def _marked(self, table: Any) -> list[Any]:
        return [getattr(table, column) == wanted for column, wanted in self.mark.items()]


def beginning(column: Any, size: int) -> Any:
    """Return the first characters of a column, so that one can group by them: PostgreSQL takes bound numbers apart."""
    return func.substr(column, literal_column("1"), literal_column(str(size)))


def _last_day(month: str) -> str:
    return (_first_after(month) - timedelta(days=1)).isoformat()


def _first_after(month: str) -> date:
    return (date.fromisoformat(f"{month}-01") + timedelta(days=31)).replace(day=1)


def _besides(start: str, end: str, months: Sequence[str]) -> list[tuple[str, str]]:
    """Return the spans of days of a period that none of the months covers."""
    day = timedelta(days=1)
    covered = [(date.fromisoformat(f"{month}-01"), _first_after(month) - day) for month in months]
    edges = [
        (date.min, date.fromisoformat(start) - day),
        *covered,
        (date.fromisoformat(end) + day, date.max),
    ]
    spans = [(before[1] + day, after[0] - day) for before, after in pairwise(edges)]
    return [(first.isoformat(), last.isoformat()) for first, last in spans if first <= last]


def days_of(start: str, end: str) -> list[str]:
    """Return the days of a period, both ends (ISO dates) included."""
    first = date.fromisoformat(start)
    return [(first + timedelta(days=n)).isoformat() for n in range((date.fromisoformat(end) - first).days + 1)]
