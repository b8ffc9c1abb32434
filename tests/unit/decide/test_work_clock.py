"""The working clock against a second, naive one that walks minute by minute; all of 2024 to 2026."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.decide.work_clock import WorkClock
from app.domain.deadline_rules import Span
from tests.conftest import embedded

ZONE = ZoneInfo("Asia/Shanghai")
REFERENCE = embedded().reference
CLOCK = WorkClock(REFERENCE.calendar)
FIRST = datetime(2024, 1, 1, tzinfo=ZONE)
MOMENTS = st.integers(0, 60 * 24 * 1060).map(lambda minutes: FIRST + timedelta(minutes=minutes))
SESSIONS = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))


def naive_working_minutes(moment: datetime, minutes: int) -> datetime:
    while minutes:
        at_work = chinese_calendar.is_workday(moment.date()) and any(s <= moment.time() < e for s, e in SESSIONS)
        moment += timedelta(minutes=1)
        minutes -= at_work
    return moment


def naive_working_days(moment: datetime, days: int) -> date:
    day = moment.date()
    while days:
        day += timedelta(days=1)
        days -= chinese_calendar.is_workday(day)
    return day


@settings(max_examples=150, deadline=None)
@given(MOMENTS, st.integers(1, 10))
def test_working_days_agree_with_the_naive_count(moment: datetime, days: int) -> None:
    due = CLOCK.add(moment, Span(amount=days, unit="working_day"))
    assert due == datetime.combine(naive_working_days(moment, days), time(17, 30), ZONE)


@settings(max_examples=40, deadline=None)
@given(MOMENTS, st.integers(1, 20))
def test_working_hours_agree_with_the_naive_count(moment: datetime, hours: int) -> None:
    assert CLOCK.add(moment, Span(amount=hours, unit="working_hour")) == naive_working_minutes(moment, hours * 60)


@settings(max_examples=100, deadline=None)
@given(MOMENTS, st.integers(0, 9))
def test_a_longer_span_never_ends_earlier(moment: datetime, amount: int) -> None:
    for unit in ("hour", "working_hour", "working_day"):
        shorter = CLOCK.add(moment, Span(amount=amount, unit=unit))
        assert moment <= shorter or amount == 0
        assert shorter <= CLOCK.add(moment, Span(amount=amount + 1, unit=unit))


def test_every_day_of_three_years_is_the_state_councils() -> None:
    first = date(2024, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(2027, 1, 1) - first).days)]
    assert [CLOCK.is_working(day) for day in days] == [chinese_calendar.is_workday(day) for day in days]


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("2026-09-30T16:00", "2026-10-12T17:30"),  # National Day holiday, a moved working Saturday within
        ("2026-11-20T09:00", "2026-11-26T17:30"),  # over a weekend
    ],
)
def test_four_working_days(said: str, due: str) -> None:
    moment = datetime.fromisoformat(said).replace(tzinfo=ZONE)
    assert CLOCK.add(moment, Span(amount=4, unit="working_day")).isoformat(timespec="minutes")[:16] == due


def test_days_are_those_of_the_city_whatever_zone_the_moment_comes_in() -> None:
    late = datetime(2026, 11, 19, 17, 0, tzinfo=UTC)  # already Friday in China
    assert CLOCK.add(late, Span(amount=1, unit="working_day")).date() == date(2026, 11, 23)


def test_an_unknown_year_falls_back_and_warns(caplog: pytest.LogCaptureFixture) -> None:
    clock = WorkClock(REFERENCE.calendar)
    assert clock.is_working(date(2031, 6, 2)) is True
    assert clock.is_working(date(2031, 6, 1)) is False
    assert clock.unknown_years == {2031}
    assert caplog.text.count("2031") == 1


def test_an_override_wins_over_the_library() -> None:
    assert CLOCK.is_working(date(2027, 1, 1)) is False


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        CLOCK.add(datetime(2026, 11, 20), Span(amount=1, unit="hour"))  # noqa: DTZ001
