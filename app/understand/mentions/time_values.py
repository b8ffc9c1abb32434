"""What an expression of time means, seen from the moment of the call: ISO 8601, as exact as the caller was."""

import calendar
import contextlib
import io
import re
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from app.understand.mentions.time_words import (
    AFTERNOON,
    BESIDE,
    DAYS,
    DAYTIME,
    EVENING_DAYS,
    JUST_NOW,
    LUNAR_DAYS,
    NAMED,
    NIGHT,
    NUMBERS,
    TOLD,
    WEEKDAYS,
)

DAY_HOURS = 24
_NOON, _EVENING, _SMALL_HOURS = 12, 6, 5
_YEARS_BACK = {"去年": -1, "头年": -1, "前年": -2, "大前年": -3}
_MONTH = len("2026-11")
_SINCE_NEW_YEAR = 60
"""Days after which 初六 is hardly the first month's."""
_ONE_AT_A_TIME = threading.Lock()
"""jionlp's reader keeps the call at hand, and its own setting up, in itself: two threads would mix them."""
_NAMES = tuple((re.compile(words), name, exact) for words, (name, exact) in NAMED.items())
Parts = dict[str, Any]


def value_of(match: re.Match[str], now: datetime) -> str | None:
    """Return the moment that an expression of `EXPRESSIONS` names; None where it names none."""
    parts = match.groupdict()
    if parts.get("named"):
        return _beside(_named(match, now), parts)
    name = next((name for name in _READERS if parts.get(name)), None)
    return _beside(_READERS[name](parts, now), parts) if name else _in_month(parts, now)


def _beside(value: str | None, parts: Parts) -> str | None:
    """Return the day after or before one that has a name: 端午第二天, 中秋头一天."""
    days = BESIDE.get(parts.get("beside") or "")
    if value is None or days is None or len(value) != len("2026-11-16"):
        return value
    return (date.fromisoformat(value) + timedelta(days=days)).isoformat()


def ago(count: str, unit: str, today: date) -> str | None:
    """Return the day or month that lies so many units back."""
    number = float(count) if count.isdigit() else NUMBERS.get(count)
    if number is None:
        return None
    if unit in ("天", "夜", "宿", "晚", "晚上"):
        return (today - timedelta(days=int(number))).isoformat()
    if unit == "年半":
        return ago(str(int(number * 12 + 6)), "个月", today)
    if "月" in unit:
        return _months_ago(number, today - timedelta(days=15 if "半" in unit else 0))
    if unit == "年":
        return str(today.year - int(number)) if number >= 1 else ago("6", "个月", today)
    return (today - timedelta(weeks=int(number))).isoformat() if number >= 1 else None


def _nth(count: str, today: date) -> str:
    """Return the first day, where this is the so many-th: 今天第三天."""
    number = 2 if count == "二" else float(count) if count.isdigit() else NUMBERS[count]
    return (today - timedelta(days=int(number) - 1)).isoformat()


def _months_ago(number: float, today: date) -> str:
    if number < 1:
        return (today - timedelta(days=15)).isoformat()
    months = today.year * 12 + today.month - 1 - int(number)
    return f"{months // 12}-{months % 12 + 1:02}"


def hours_ago(count: str, unit: str, now: datetime) -> str:
    """Return the day that lies so many hours or minutes back."""
    number = float(count) if count.isdigit() else NUMBERS[count]
    back = timedelta(minutes=number) if unit == "分钟" else timedelta(hours=number)
    return (now - back).date().isoformat()


def last_clock(parts: Parts, now: datetime) -> str | None:
    """Return the last time before `now` that a clock showed an hour; None where no clock shows it."""
    hour, minute = int(parts["hour"]), _minute(parts)
    if hour >= DAY_HOURS:
        return None
    part = parts.get("part")
    late = part in AFTERNOON or (part in NIGHT and _NOON > hour >= _EVENING)
    either = part is None and hour <= _NOON
    if part in NIGHT and hour == _NOON:
        hour = 0
    hours = {hour + _NOON} if late and hour < _NOON else {hour, hour + _NOON} if either else {hour}
    today = now.replace(tzinfo=None, second=0, microsecond=0)
    moments = [today.replace(hour=h % DAY_HOURS, minute=0) + timedelta(minutes=minute or 0) for h in hours]
    last = max(m if m <= today else m - timedelta(days=1) for m in moments)
    return last.isoformat(timespec="hours" if minute is None else "minutes")


def _minute(parts: Parts) -> int | None:
    """Return the minutes past an hour, below nothing for 差五分; None where only the hour was said."""
    if parts.get("half"):
        return 30
    if told := parts.get("told"):
        told = told.lstrip("零")
        return TOLD[told] if told in TOLD else LUNAR_DAYS.index(told) + 1 if told in LUNAR_DAYS else _tens(told)
    return int(parts["minute"]) % 60 if parts.get("minute") else None


def _tens(told: str) -> int:
    """Return 45 for 四十五."""
    tens, _ten, ones = told.partition("十")
    return int(NUMBERS[tens] * 10 + NUMBERS.get(ones, 0))


@cache
def date_reader() -> Callable[..., dict[str, Any]]:
    """Return jionlp's reader of dates; its greeting on import stays off the standard output."""
    with contextlib.redirect_stdout(io.StringIO()):
        from jionlp import parse_time
    return parse_time  # type: ignore[no-any-return]


@lru_cache(maxsize=1024)
def festival(name: str, *, since: bool, today: date) -> str | None:
    """Return the day of a festival or lunar date, the last one before today; 五一以后 is no more exact than a month."""
    name = re.sub(r"大初|(?<!大)年初", "大年初", name.replace("头年", "去年"))
    name = re.sub(r"\d+(?!月)", lambda m: LUNAR_DAYS[int(m.group()) - 1] if 0 < int(m.group()) <= 30 else "", name)
    for year in (today.year, today.year - 1):
        try:
            with _ONE_AT_A_TIME:
                parsed = date_reader()(name, time_base={"year": year, "month": today.month, "day": today.day})
        except ValueError:
            return None
        day = str(parsed["time"][0])[:10]
        if day <= today.isoformat():
            return day[:_MONTH] if since else day
    return None


def _named(match: re.Match[str], now: datetime) -> str | None:
    at = match.start("named")
    name, exact = next((name, exact) for words, name, exact in _NAMES if words.match(match.string, at))
    back = _YEARS_BACK.get(match["lastyear"] or "")
    seen = now.date() if back is None else date(now.year + back, 12, 31)
    since = exact != "day" or bool(match["since"] or match["past"])
    days = [festival(one, since=since, today=seen) for one in (name or match["named"]).split("|")]
    day = max(filter(None, days), default=None)
    if day and exact == "month before":
        return _months_ago(1, date(int(day[:4]), int(day[5:7]), 1))
    return day


def _day(parts: Parts, now: datetime) -> str:
    return with_hour(now.date() + timedelta(days=DAYS[parts["day"]]), parts, now)


def _weekday(parts: Parts, now: datetime) -> str:
    ahead = WEEKDAYS[parts["weekday"]] - now.weekday()
    back = {"上上": 14, "上": 7, None: 7 * (ahead > 0)}.get(parts["week"], 0)
    return with_hour(now.date() + timedelta(days=ahead - back), parts, now)


def _lately(parts: Parts, now: datetime) -> str:
    """Return the month of the Monday of last week or the one before, or of a few days ago."""
    back = now.weekday() + 7 * parts["lately"].count("上") if parts["lately"].startswith("上") else 3
    return (now.date() - timedelta(days=back)).strftime("%Y-%m")


def _lunar_month(parts: Parts, now: datetime) -> str | None:
    """Return the month that 正月 begins in, or most of 腊月 lies in, this month at the latest."""
    first = festival(parts["lunarmonth"], since=False, today=now.date())
    days = 14 if parts["lunarmonth"].endswith("腊月") else 0
    return min(date.fromisoformat(first) + timedelta(days=days), now.date()).isoformat()[:_MONTH] if first else None


def _new_year(parts: Parts, now: datetime) -> str | None:
    """Return the day of 初六, where the first month was not long ago."""
    day = festival("正月初" + parts["newyear"], since=False, today=now.date())
    return day if day and (now.date() - date.fromisoformat(day)).days <= _SINCE_NEW_YEAR else None


def _of_two(digits: str) -> int:
    """Return the year that two digits or spoken ones name."""
    return 2000 + int(
        "".join(str("零一二三四五六七八九".find(c)) if not c.isdigit() else c for c in digits.replace("〇", "零"))
    )


def _year(parts: Parts, now: datetime) -> str | None:
    back = _YEARS_BACK.get(parts["relyear"], 0)
    return str(now.year + back) if parts["season"] or parts["relyear"] != "今年" else None


_READERS: dict[str, Callable[[Parts, datetime], str | None]] = {
    "day": _day,
    "just": lambda _parts, now: now.date().isoformat(),
    "nth": lambda parts, now: _nth(parts["count"], now.date()),
    "newyear": _new_year,
    "months": lambda parts, now: _in_month({"month": str(int(NUMBERS.get(parts["months"][0], 1)))}, now),
    "weekday": _weekday,
    "count": lambda parts, now: ago(parts["count"], parts["unit"], now.date()),
    "moon": lambda parts, now: festival("农历" + parts["moon"], since=False, today=now.date()),
    "festival": lambda parts, now: festival(parts["festival"], since=bool(parts["since"]), today=now.date()),
    "lunarmonth": _lunar_month,
    "lately": _lately,
    "spoken": lambda parts, _now: str(_of_two(parts["spoken"])),
    "sametime": lambda parts, now: f"{now.year + _YEARS_BACK[parts['sametime']]}-{now.month:02}",
    "edge": lambda _parts, now: now.strftime("%Y-%m"),
    "relyear": _year,
}
"""By the group of an expression that was said; any other expression names a month, a day of it, or a bare hour."""


def _in_month(parts: Parts, now: datetime) -> str | None:
    if not any(parts.get(name) for name in ("year", "month", "relmonth", "dom", "said")):
        return last_clock(parts, now)
    year, month = _month_of(parts, now.date())
    dom = parts.get("dom") or (LUNAR_DAYS.index(parts["said"]) + 1 if parts.get("said") in LUNAR_DAYS else None)
    if not dom:
        whole_year = parts.get("year") and not parts.get("month")
        return str(year) if whole_year else f"{year}-{month:02}"
    day = int(dom)
    if not parts.get("month") and not parts.get("relmonth") and day > now.day:
        year, month = _month_before(year, month)
    if day > calendar.monthrange(year, month)[1]:
        return None
    return with_hour(date(year, month, day), parts, now)


def _month_before(year: int, month: int) -> tuple[int, int]:
    return (year, month - 1) if month > 1 else (year - 1, 12)


def _month_of(parts: Parts, today: date) -> tuple[int, int]:
    year = today.year + _YEARS_BACK.get(parts.get("lastyear") or "", 0)
    if stated := parts.get("year") or parts.get("short"):
        year = int(stated) if len(stated) > 2 else _of_two(stated)
    month = 1 if parts.get("month") == "元" else int(parts.get("month") or today.month)
    if parts.get("relmonth") == "上":
        return _month_before(year, month)
    if not stated and not parts.get("lastyear") and not parts.get("relmonth") and month > today.month:
        return year - 1, month
    return year, month


def with_hour(day: date, parts: Parts, now: datetime) -> str:
    """Return a day, or an hour of it where one was named with it or after it: 昨天下午 放学 4点来钟."""
    if not parts.get("hour"):
        return day.isoformat()
    hour, part = int(parts["hour"]), parts.get("part")
    ending = (parts.get("day") or "")[-1:]
    evening = part in AFTERNOON or ending in (*EVENING_DAYS, "下")
    light = part in DAYTIME or ending == "下"
    if (part in NIGHT and hour == _NOON) or (evening and not light and hour < _SMALL_HOURS):
        return day.isoformat()
    if not part and parts.get("day") in JUST_NOW and hour < _NOON and now.hour >= hour + _NOON:
        hour += _NOON
    if hour < _NOON and (evening or (part in NIGHT and hour >= _EVENING)):
        hour += _NOON
    if hour >= DAY_HOURS:
        return day.isoformat()
    minute = _minute(parts)
    moment = now.replace(tzinfo=None, year=day.year, month=day.month, day=day.day, hour=hour, minute=0, second=0)
    moment = moment.replace(microsecond=0) + timedelta(minutes=minute or 0)
    return moment.isoformat(timespec="hours" if minute is None else "minutes")
