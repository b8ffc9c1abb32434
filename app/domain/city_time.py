"""The city's time: Chinese standard time, without daylight saving."""

from datetime import date, datetime, time, timedelta, timezone

CITY_TIME = timezone(timedelta(hours=8))


def midnight(day: date) -> datetime:
    """Return the moment at which a day of the city begins."""
    return datetime.combine(day, time(), CITY_TIME)
