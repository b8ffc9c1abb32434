"""When something happened: the moments, stretches and bare hours that a call names."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise

from app.domain.transcript import SpokenCall
from app.understand.mentions.later_days import later_days
from app.understand.mentions.time_values import ago, hours_ago, last_clock, value_of, with_hour
from app.understand.mentions.time_words import (
    AFTERNOON,
    CLOCK,
    DURATIONS,
    EXPRESSIONS,
    FUTURE,
    HABIT,
    HOURS_AGO,
    NIGHT,
    NOT_EVENT,
    SAME_BREATH,
    SHIFT,
    STILL,
    TO_DAY,
    UNTIL_NOW,
)
from app.understand.mentions.types import Mention, Saying, mention
from app.understand.mentions.values import CLAUSE

_MONTH, _DAY, _FIRST_WORDS = len("2026-11"), len("2026-11-16"), 6
_EITHER, _LATELY = (6, 7), 92
"""Hours that may be of the morning or the evening; days back that a day without a month may lie."""
_ROUGHLY = re.compile(r"半个?[多来把拉]?月|[一\d]+来天")
"""Stretches that lead to no certain day."""
_MORNING = re.compile(r"[早晨凌上黑夜]")
_BARE_DAY = re.compile(r"\d{1,2}[号日].*")
_ASKS_LONG = re.compile(r"多久|多长时间|几天|多少天|多长")
_ONLY_LONG = re.compile(
    r"(?:得?有|都|快|大概|差不多)?(?P<count>\d+|[两俩仨三四五六七八九十半])(?P<unit>天|个月|周|个?星期|个?礼拜|年)(?:多|左右|吧)?"
)
"""五天 alone, in answer to 几天了."""


def read_times(call: SpokenCall, sayings: tuple[Saying, ...]) -> tuple[Mention, ...]:
    """Return past moments that were said."""
    moment = call.transcript.called_at
    told: list[Mention] = []
    for saying in sayings:
        found = _settled(saying.text, _same_month(saying.text, sorted_by_place(_times(call, saying, moment)), moment))
        told += sorted([*found, *later_days(call, saying, [*told, *found])], key=lambda m: m.start)
    return tuple(told)


def sorted_by_place(found: Iterator[Mention]) -> list[Mention]:
    """Return the mentions of one saying in the order they were said."""
    return sorted(found, key=lambda m: m.start)


def _same_month(text: str, found: list[Mention], now: datetime) -> list[Mention]:
    """Return the moments of a saying, days without a month in that of the one before: 9月14号拍的 25号没给."""
    for at, (before, m) in enumerate(pairwise(found), start=1):
        if not _BARE_DAY.fullmatch(text, m.start, m.end) or len(before.value) < _MONTH or len(m.value) < _DAY:
            continue
        value = before.value[:_MONTH] + m.value[_MONTH:]
        days = _days_back(value, now)
        near = days is not None and (days <= _LATELY or m.start - before.end <= 1)
        if near and before.value[:_DAY] <= value[:_DAY]:
            found[at] = m.model_copy(update={"value": value})
    return found


def _days_back(value: str, now: datetime) -> int | None:
    """Return how many days ago a moment was; None where it is no day (30 February) or yet to come."""
    try:
        days = (now.date() - date.fromisoformat(value[:_DAY])).days
    except ValueError:
        return None
    return days if days >= 0 else None


def _settled(text: str, found: list[Mention]) -> list[Mention]:
    """Drop a moment that the next one, said in the same breath, makes exact: 前天晚上，哎是大前天，8月6号晚上."""
    kept = [m for m, after in pairwise(found) if not _replaced(text, m, after)]
    return kept + found[-1:]


def _replaced(text: str, moment: Mention, after: Mention) -> bool:
    """Tell whether a moment said in the same breath takes another's place.

    6月7月 and 昨天今天 are both meant; 昨天7点50 今天还在 makes nothing more exact.
    """
    between = text[moment.end : after.start]
    bare = not between.strip("，, ")
    listed = len(moment.value) == len(after.value) and moment.value < after.value
    coarser = len(moment.value) > len(after.value)
    return bool(SAME_BREATH.fullmatch(between)) and not (bare and (listed or coarser))


def read_durations(call: SpokenCall, sayings: tuple[Saying, ...]) -> tuple[Mention, ...]:
    """Return the dates that 停水3天了 and the like point back to."""
    moment = call.transcript.called_at
    found = []
    for saying in sayings:
        for expression in DURATIONS:
            for match in expression.finditer(saying.text):
                if value := ago(match["count"], match["unit"], moment.date()):
                    rough = _ROUGHLY.fullmatch(saying.text, match.start("count"), match.end("unit"))
                    value = value[:_MONTH] if rough else value
                    found.append(mention(call, saying, match.start("count"), match.end("unit"), value, 0.55))
        found += _answered(call, saying)
        for match in HOURS_AGO.finditer(saying.text):
            count, unit = ("count", "unit") if match["count"] else ("since", "span")
            value = hours_ago(match[count], match[unit], moment)
            found.append(mention(call, saying, match.start(count), match.end(unit), value, 0.55))
    return tuple(found)


def _answered(call: SpokenCall, saying: Saying) -> list[Mention]:
    """Return what a bare stretch of time, said in answer to the question for one, points back to."""
    before = call.turns[saying.turn - 1] if saying.turn else None
    first = CLAUSE.search(saying.text)
    if before is None or first is None or not _ASKS_LONG.search(before.text):
        return []
    match = _ONLY_LONG.fullmatch(first.group())
    value = ago(match["count"], match["unit"], call.transcript.called_at.date()) if match else None
    return [mention(call, saying, *first.span(), value, 0.55)] if value else []


def read_clocks(call: SpokenCall, sayings: tuple[Saying, ...], times: tuple[Mention, ...] = ()) -> tuple[Mention, ...]:
    """Return what each bare hour (6点半的事) can be, where nobody tells a habit.

    It is of the day among `times` that was said right before (昨天的事 10点来钟), or the last one before the call.
    """
    moment = call.transcript.called_at
    found = []
    for saying in sayings:
        for match in CLOCK.finditer(saying.text):
            if _habitual(saying.text, match) or STILL.match(saying.text[match.end() :]):
                continue
            if value := _of_day(call, saying, match, times) or last_clock(match.groupdict(), moment):
                found.append(mention(call, saying, match.start("hour"), match.end(), value, 0.6))
    return tuple(found)


def _of_day(call: SpokenCall, saying: Saying, clock: re.Match[str], times: tuple[Mention, ...]) -> str | None:
    """Return an hour of the day that was named right before it, in the same breath or the turn before."""
    now, start = call.transcript.called_at, clock.start()
    day = next((m for m in reversed(times) if _just_before(m, saying.turn, start)), None)
    if day is None or len(day.value) != _DAY or day.value == now.date().isoformat():
        return None
    same = day.turn == saying.turn
    named = call.turns[day.turn].text[day.start : start if same else day.end]
    part = clock["part"] or next((part for part in (*AFTERNOON, *NIGHT, "夜") if part in named), None)
    if part is None and not _MORNING.search(named):
        if int(clock["hour"]) in _EITHER or not (same or _within_week(day.value, now)):
            return None
        part = "下午" if int(clock["hour"]) < min(_EITHER) else None
    value = with_hour(date.fromisoformat(day.value), {**clock.groupdict(), "part": part, "day": named}, now)
    return value if _DAY < len(value) and value <= now.replace(tzinfo=None).isoformat() else None


def _just_before(moment: Mention, turn: int, start: int) -> bool:
    """Tell whether a moment was said shortly before what starts here, or in the turns before what begins its turn."""
    if moment.turn == turn:
        return 0 <= start - moment.end <= TO_DAY
    return moment.turn in (turn - 1, turn - 2) and start <= _FIRST_WORDS


def _within_week(day: str, now: datetime) -> bool:
    return (now.date() - date.fromisoformat(day)).days <= len("一二三四五六日")


def _habitual(text: str, clock: re.Match[str]) -> bool:
    """Tell whether the piece of an hour, or the one before, tells a habit or a rule."""
    pieces = [piece for piece in CLAUSE.finditer(text) if piece.start() < clock.end()]
    return any(HABIT.search(piece.group()) and not UNTIL_NOW.search(piece.group()) for piece in pieces[-2:])


def _times(call: SpokenCall, saying: Saying, moment: datetime) -> Iterator[Mention]:
    taken: list[tuple[int, int]] = []
    for expression in EXPRESSIONS:
        for match in expression.finditer(saying.text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            rest = saying.text[match.end() :]
            timed = match.groupdict().get("hour") and SHIFT.match(rest)
            if timed or NOT_EVENT.match(rest) or STILL.match(rest) or FUTURE.search(saying.text[: match.start()]):
                continue
            value = value_of(match, moment)
            if value and value[:10] <= moment.date().isoformat()[: len(value[:10])]:
                yield mention(call, saying, match.start(), match.end(), value, 0.85)
