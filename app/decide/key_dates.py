"""When the days of the year that are watched were last, or are now."""

from datetime import date, timedelta

import chinese_calendar

from app.domain.analytics import KeyDates


def latest_period(days: KeyDates, today: date) -> tuple[date, date] | None:
    """Return first and last day of the latest period that began on or before today, cut off at today.

    Source of holidays: the State Council's yearly notices, as chinesecalendar carries them. A year whose notice it
    does not carry is passed over; None where none is left.
    """
    for year in (today.year, today.year - 1):
        period = _holiday(days, year) if days.holiday else _period(days, year)
        if period and period[0] <= today:
            return period[0], min(period[1], today)
    return None


def _period(days: KeyDates, year: int) -> tuple[date, date]:
    start, end = date.fromisoformat(f"{year}-{days.start}"), date.fromisoformat(f"{year}-{days.end}")
    return start, end if end >= start else date.fromisoformat(f"{year + 1}-{days.end}")


def _holiday(days: KeyDates, year: int) -> tuple[date, date] | None:
    every = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
    try:
        named = [day for day in every if _off(day, days.holiday)]
    except NotImplementedError:
        return None
    return named[0] - timedelta(days=days.before_days), named[-1]


def _off(day: date, holiday: str | None) -> bool:
    free, name = chinese_calendar.get_holiday_detail(day)
    return bool(free) and name == holiday
