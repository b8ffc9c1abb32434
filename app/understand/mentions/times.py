"""When something happened: the moments, stretches and bare hours that a call names."""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from app.domain.transcript import SpokenCall
from app.understand.mentions.time_values import ago, hours_ago, last_clock, value_of
from app.understand.mentions.time_words import (
    CLOCK,
    DURATIONS,
    EXPRESSIONS,
    FUTURE,
    HABIT,
    HOURS_AGO,
    NOT_EVENT,
    SAME_BREATH,
    SHIFT,
    STILL,
)
from app.understand.mentions.types import Mention, Saying
from app.understand.mentions.values import CLAUSE

_ASKS_LONG = re.compile(r"多久|多长时间|几天|多少天|多长")
_ONLY_LONG = re.compile(
    r"(?:得?有|都|快|大概|差不多)?(?P<count>\d+|[两俩仨三四五六七八九十半])(?P<unit>天|个月|周|个?星期|个?礼拜|年)(?:多|左右|吧)?"
)
"""五天 alone, in answer to 几天了."""


def read_times(call: SpokenCall, sayings: tuple[Saying, ...]) -> tuple[Mention, ...]:
    """Return past moments that were said."""
    moment = call.transcript.called_at
    return tuple(
        mention
        for saying in sayings
        for mention in _settled(saying.text, sorted_by_place(_times(call, saying, moment)))
    )


def sorted_by_place(found: Iterator[Mention]) -> list[Mention]:
    """Return the mentions of one saying in the order they were said."""
    return sorted(found, key=lambda m: m.start)


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
    coarser = len(moment.value) > len(after.value) and not moment.value.startswith(after.value)
    return bool(SAME_BREATH.fullmatch(between)) and not (bare and (listed or coarser))


def read_durations(call: SpokenCall, sayings: tuple[Saying, ...]) -> tuple[Mention, ...]:
    """Return the dates that 停水3天了 and the like point back to."""
    moment = call.transcript.called_at
    found = []
    for saying in sayings:
        for expression in DURATIONS:
            for match in expression.finditer(saying.text):
                if value := ago(match["count"], match["unit"], moment.date()):
                    found.append(_mention(call, saying, match.start("count"), match.end("unit"), value, 0.55))
        found += _answered(call, saying)
        for match in HOURS_AGO.finditer(saying.text):
            value = hours_ago(match["count"], match["unit"], moment)
            found.append(_mention(call, saying, match.start("count"), match.end("unit"), value, 0.55))
    return tuple(found)


def _answered(call: SpokenCall, saying: Saying) -> list[Mention]:
    """Return what a bare stretch of time, said in answer to the question for one, points back to."""
    before = call.turns[saying.turn - 1] if saying.turn else None
    first = CLAUSE.search(saying.text)
    if before is None or first is None or not _ASKS_LONG.search(before.text):
        return []
    match = _ONLY_LONG.fullmatch(first.group())
    value = ago(match["count"], match["unit"], call.transcript.called_at.date()) if match else None
    return [_mention(call, saying, *first.span(), value, 0.55)] if value else []


def read_clocks(call: SpokenCall, sayings: tuple[Saying, ...]) -> tuple[Mention, ...]:
    """Return the last moment before the call that each bare hour (6点半的事) can be, where nobody tells a habit."""
    moment = call.transcript.called_at
    found = []
    for saying in sayings:
        for match in CLOCK.finditer(saying.text):
            if _habitual(saying.text, match) or STILL.match(saying.text[match.end() :]):
                continue
            if value := last_clock(match.groupdict(), moment):
                found.append(_mention(call, saying, match.start("hour"), match.end(), value, 0.6))
    return tuple(found)


def _habitual(text: str, clock: re.Match[str]) -> bool:
    """Tell whether the piece of an hour, or the one before, tells a habit or a rule."""
    pieces = [piece for piece in CLAUSE.finditer(text) if piece.start() < clock.end()]
    return any(HABIT.search(piece.group()) for piece in pieces[-2:])


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
                yield _mention(call, saying, match.start(), match.end(), value, 0.85)


def _mention(call: SpokenCall, saying: Saying, start: int, end: int, value: str, confidence: float) -> Mention:
    quote = call.turns[saying.turn].evidence(start, end)
    return Mention(
        value=value, turn=saying.turn, start=start, end=end, confidence=confidence,
        evidence=(quote, *saying.confirmed_by),
    )  # fmt: skip
