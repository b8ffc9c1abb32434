"""Which reports a morning calls for."""

from datetime import datetime

import pytest

from app.decide.report_schedule import due_reports


@pytest.mark.parametrize(
    ("now", "day", "week"),
    [
        ("2026-11-25T07:00:00+08:00", "daily:2026-11-24", "weekly:2026-11-16"),
        ("2026-11-25T06:59:00+08:00", "daily:2026-11-23", "weekly:2026-11-16"),
        ("2026-11-23T06:59:00+08:00", "daily:2026-11-21", "weekly:2026-11-09"),
        ("2026-11-23T07:00:00+08:00", "daily:2026-11-22", "weekly:2026-11-16"),
        ("2026-11-22T23:00:00+00:00", "daily:2026-11-22", "weekly:2026-11-16"),
    ],
)
def test_the_day_before_every_morning_and_the_week_before_from_monday_on(now: str, day: str, week: str) -> None:
    daily, weekly = due_reports(datetime.fromisoformat(now), 7)
    assert (daily.occasion, weekly.occasion) == (day, week)
    assert daily.start == daily.end
    assert (weekly.start.weekday(), (weekly.end - weekly.start).days) == (0, 6)
