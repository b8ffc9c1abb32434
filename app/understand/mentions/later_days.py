"""Days that only stand for something behind another day: 9月22号没有，二十三早起就有了; 充了卡，教练第二天离职."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from app.domain.transcript import SpokenCall
from app.understand.mentions.time_words import ASKS_DAY, LATER_DAY, LONE_DAY, LUNAR_DAYS
from app.understand.mentions.types import Mention, Saying, mention

_MONTH, _DAY = len("2026-11"), len("2026-11-16")
_TURNS, _FAR, _FIRST, _CONFIDENCE = 3, 40, 3, 0.7
"""Turns, and characters of a turn, behind the day that it is told by; where the answer to 几号 begins."""
_LONGEST = 31
"""Days that a lone number may lie behind the day before it."""


def later_days(call: SpokenCall, saying: Saying, told: Sequence[Mention]) -> Iterator[Mention]:
    """Yield the days of a saying that count on from one of `told`, the moments said so far, or that answer 几号."""
    for match in LATER_DAY.finditer(saying.text):
        first = _day_before(told, saying.turn, match.start())
        steps = "一二三四五".find(match["nth"]) if match["nth"] else 1
        if first:
            yield from _past(call, saying, match.span(), first + timedelta(days=steps))
    for match in LONE_DAY.finditer(saying.text):
        if any(m.turn == saying.turn and m.start < match.end() and match.start() < m.end for m in told):
            continue
        number = LUNAR_DAYS.index(match["said"]) + 1
        yield from _past(call, saying, match.span(), _of_number(call, saying, told, match.start(), number))


def _of_number(call: SpokenCall, saying: Saying, told: Sequence[Mention], start: int, number: int) -> date | None:
    """Return the day of a number: behind the day told before it, or within the month in which 几号 was asked."""
    if first := _day_before(told, saying.turn, start):
        return _numbered(number, first + timedelta(days=1))
    question = call.turns[saying.turn - 1].text if saying.turn else ""
    month = next((m.value for m in reversed(told) if m.turn >= saying.turn - _TURNS and len(m.value) == _MONTH), None)
    first = _day(f"{month}-01") if month and start <= _FIRST and ASKS_DAY.search(question) else None
    return _numbered(number, first) if first else None


def _numbered(number: int, first: date) -> date | None:
    """Return the next day of the month that has a number, from a day on."""
    days = (first + timedelta(days=days) for days in range(_LONGEST))
    return next((day for day in days if day.day == number), None)


def _day_before(told: Sequence[Mention], turn: int, start: int) -> date | None:
    """Return the last day told shortly before."""
    near = [m for m in told if turn - _TURNS < m.turn < turn or (m.turn == turn and 0 < start - m.end <= _FAR)]
    return next((day for m in reversed(near) if (day := _day(m.value[:_DAY]))), None)


def _day(value: str) -> date | None:
    """Return a whole date; None where it is less, or no day at all."""
    try:
        return date.fromisoformat(value) if len(value) == _DAY else None
    except ValueError:
        return None


def _past(call: SpokenCall, saying: Saying, span: tuple[int, int], day: date | None) -> Iterator[Mention]:
    if day is not None and day <= call.transcript.called_at.date():
        yield mention(call, saying, *span, day.isoformat(), _CONFIDENCE)
