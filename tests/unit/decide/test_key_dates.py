"""When the watched days of the year were last, or are now."""

from datetime import date

import pytest

from app.decide.key_dates import latest_period
from app.domain.analytics import KeyDates

SPRING = KeyDates(id="spring_festival", name="春节", holiday="Spring Festival", before_days=7)
HEATING = KeyDates(id="heating_season", name="供暖季", start="11-15", end="03-15")


@pytest.mark.parametrize(
    ("days", "today", "first", "last"),
    [
        (SPRING, "2026-02-20", "2026-02-08", "2026-02-20"),
        (SPRING, "2026-01-05", "2025-01-21", "2025-02-04"),
        (HEATING, "2027-01-10", "2026-11-15", "2027-01-10"),
    ],
)
def test_the_latest_period_ends_today_at_the_latest(days: KeyDates, today: str, first: str, last: str) -> None:
    assert latest_period(days, date.fromisoformat(today)) == (date.fromisoformat(first), date.fromisoformat(last))


def test_a_year_without_a_notice_of_holidays_is_passed_over() -> None:
    assert latest_period(SPRING, date(2094, 3, 1)) is None
    first = latest_period(SPRING, date(2027, 1, 1))
    assert first
    assert first[1] < date(2027, 1, 1)
