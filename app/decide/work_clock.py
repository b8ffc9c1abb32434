"""The working clock: adds hours, working hours and working days to a moment.

Base calendar: `chinesecalendar` (State Council notices with 调休). Days in calendars/overrides.yaml win. A year
the library does not know falls back to Monday to Friday; the first question about such a year logs a warning.
"""

import logging
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar

from app.domain.deadline_rules import Span
from app.domain.reference import WorkCalendar

_LONGEST = 400
"""Days looked ahead before a calendar without working days is called broken."""
_ASKED = 2048
"""Days that are remembered."""
_LOG = logging.getLogger(__name__)


class WorkClock:
    """Counts working time. A working day ends at the end of office hours."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self._overrides = {date.fromisoformat(day.date): day.working for day in calendar.days}
        hours = calendar.hours
        self._sessions = tuple(
            (time.fromisoformat(half.start), time.fromisoformat(half.end)) for half in (hours.morning, hours.afternoon)
        )
        self._zone = ZoneInfo(hours.timezone)
        self.unknown_years: set[int] = set()
        self._known = lru_cache(maxsize=_ASKED)(self._told)

    def is_working(self, day: date) -> bool:
        """Tell whether offices are open on a day."""
        return self._known(day)

    def _told(self, day: date) -> bool:
        if day in self._overrides:
            return self._overrides[day]
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            self._warn_once(day.year)
            return day.weekday() < 5

    def add(self, moment: datetime, span: Span) -> datetime:
        """Return the moment a span after `moment`; a working-day span ends at the close of its last day.

        The day of `moment` itself is not counted: four working days from Monday end on Friday. Days are those of
        the calendar's time zone, whatever zone `moment` comes in.

        Raises:
            ValueError: `moment` has no time zone.
        """
        if moment.tzinfo is None:
            raise ValueError("a deadline needs a moment with a time zone")
        moment = moment.astimezone(self._zone)
        if span.unit in ("minute", "hour"):
            return moment + timedelta(**{f"{span.unit}s": span.amount})
        if span.unit == "working_hour":
            return self._add_hours(moment, timedelta(hours=span.amount))
        day = moment.date()
        for _ in range(span.amount):
            day = self._next_working(day)
        return datetime.combine(day, self._sessions[-1][1], moment.tzinfo)

    def working_days_between(self, start: datetime, end: datetime) -> int:
        """Return how many working days begin after `start` and not after `end`."""
        day, last = start.astimezone(self._zone).date(), end.astimezone(self._zone).date()
        count = 0
        while day < last:
            day += timedelta(days=1)
            count += self.is_working(day)
        return count

    def _warn_once(self, year: int) -> None:
        if year not in self.unknown_years:
            self.unknown_years.add(year)
            _LOG.warning("法定节假日日历尚无%d年：暂按周一至周五计算，请在 calendars/overrides.yaml 中补充", year)

    def _next_working(self, day: date) -> date:
        for _ in range(_LONGEST):
            day += timedelta(days=1)
            if self.is_working(day):
                return day
        raise ValueError(f"no working day within {_LONGEST} days after {day}")

    def _add_hours(self, moment: datetime, left: timedelta) -> datetime:
        day = moment.date() if self.is_working(moment.date()) else self._next_working(moment.date())
        while True:
            for start, end in self._sessions:
                opens = datetime.combine(day, start, moment.tzinfo)
                closes = datetime.combine(day, end, moment.tzinfo)
                begin = max(opens, moment)
                if begin < closes:
                    if left <= closes - begin:
                        return begin + left
                    left -= closes - begin
            day = self._next_working(day)
