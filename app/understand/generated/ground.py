"""What of a call may be quoted, and the moments that follow from what was said."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from app.domain.transcript import Evidence, SpokenCall
from app.prompting.grounding import dates_in, letters, numbered, numbers_in, numerals_in_digits
from app.prompting.untrusted import gives_orders
from app.understand.generated.forms import Quote
from app.understand.mentions.sayings import as_spoken
from app.understand.mentions.types import Mentions, Saying

Day = tuple[int, ...]
"""A year, with its month, with its day."""
_LEAST_QUOTE = 2
_NUMBER = re.compile(r"\d+")
_YEAR = re.compile(r"(?<!\d)(?:20)?(\d{2})年")
_CENTURY = 2000
_LEAST_WORDS = 3
_NOW = re.compile("今|现在|刚|正在|还在|这会|这都|眼下|一直|往下|快来|赶紧")
_ISO_DAY = re.compile(r"\d{4}(?:-\d{2}){0,2}")
_WORDS = re.compile(r"\w+")
_DAYS = re.compile(
    r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<days>\d{1,2}(?:[日号]?[、，,和至到~-]\d{1,2}(?![点时\d]))*)?"
)


class Found(NamedTuple):
    """A quote as it stands in a saying."""

    saying: Saying
    start: int
    end: int


class Ground:
    """The words of a call that a value may rest on: what counts, less what speaks to the model."""

    def __init__(self, call: SpokenCall, mentions: Mentions) -> None:
        self.call = call
        self.mentions = mentions
        ordering = {i for i, turn in enumerate(call.turns) if gives_orders(turn.raw) or gives_orders(turn.text)}
        self.gives_orders = bool(ordering)
        """Somebody in the call speaks to the model: then it composes nothing and judges nothing."""
        self._sayings = [saying for saying in mentions.sayings if saying.turn not in ordering]
        self._spoken = [saying for saying in as_spoken(call) if saying.turn not in ordering]

    @cached_property
    def said(self) -> str:
        """Return everything that stands, less what was taken back."""
        return _told(self._sayings)

    @cached_property
    def spoken(self) -> str:
        """Return everything that was said, what was taken back included."""
        return _told(self._spoken)

    def find(self, quote: Quote) -> Found | None:
        """Return where a quote stands: in the turn it names, else in any other; what was taken back stands nowhere."""
        return self._find(quote, self._sayings)

    def _find(self, quote: Quote, sayings: Sequence[Saying]) -> Found | None:
        wanted = letters(quote.quote)
        if len(wanted) < _LEAST_QUOTE:
            return None
        named = [s for s in sayings if self.call.turns[s.turn].index == quote.turn]
        for saying in (*named, *sayings):
            at = [i for i, character in enumerate(saying.text) if character.isalnum()]
            start = "".join(saying.text[i] for i in at).lower().find(wanted)
            if start >= 0:
                return Found(saying, at[start], at[start + len(wanted) - 1] + 1)
        return max((f for s in named if (f := pieced(s, quote.quote))), key=lambda f: f.end - f.start, default=None)

    def evidence(self, found: Found) -> tuple[Evidence, ...]:
        """Return the raw words behind a quote, and the citizen's confirmation where the words were the operator's."""
        quote = self.call.turns[found.saying.turn].evidence(found.start, found.end)
        return (quote, *found.saying.confirmed_by)

    def quoted(self, quotes: Sequence[Quote]) -> list[Found] | None:
        """Return where the quotes stand in what was said; None if fewer than half of them do, or there is none."""
        found = [one for quote in quotes if (one := self._find(quote, self._spoken)) is not None]
        return found if found and len(found) * 2 >= len(quotes) else None

    def foreign_date(self, text: str) -> str | None:
        """Return a date in a text that was neither said nor follows from what was said."""
        return next((d for d in dates_in(text) if not set(days_in(d, self._year)) <= self._days), None)

    def spells(self, moment: str, words: str) -> bool:
        """Tell whether words write the day of an ISO moment out: 10月28、29日; what has an hour, they do not."""
        day = _ISO_DAY.fullmatch(moment)
        return bool(day) and tuple(map(int, moment.split("-"))) in set(days_in(words, self._year))

    def counts(self, text: str) -> str | None:
        """Return a number of a text that nobody said; one that was taken back counts only with what it was said of."""
        known = numbers_in(self.said)
        return next((n for n, of in numbered(text) if n not in known and n + of not in self.spoken), None)

    def taken_back(self, text: str) -> str | None:
        """Return words of a text that were said and then, as it seems, taken back."""
        spoken, said, words = letters(self.spoken), letters(self.said), letters(text)
        parts = (words[i : i + _LEAST_WORDS] for i in range(len(words) - _LEAST_WORDS + 1))
        return next((part for part in parts if part in spoken and part not in said), None)

    def happens_now(self, moment: str, words: str) -> bool:
        """Tell whether words say of an ISO moment of the day of the call that it is now, or name its hour."""
        called = self.call.transcript.called_at
        if moment[: len("2026-11-16")] != f"{called:%Y-%m-%d}":
            return False
        hour = moment[len("2026-11-16T") :][:2]
        clock = {str(int(hour)), str(int(hour) % 12)} if hour.isdigit() else set()
        return bool(clock & numbers_in(words)) if hour else _NOW.search(words) is not None

    @cached_property
    def _year(self) -> int:
        return self.call.transcript.called_at.year

    @cached_property
    def _days(self) -> set[Day]:
        """Return the years, months and days that were said, or that follow from what was said."""
        moments = (mention.value for mention in (*self.mentions.times, *self.mentions.durations))
        read = {tuple(map(int, moment[: len("2026-11-16")].split("-"))) for moment in moments}
        called = self.call.transcript.called_at
        read.add((called.year, called.month, called.day))
        return {day[:n] for day in (*read, *days_in(self.spoken, self._year)) for n in range(1, len(day) + 1)}


def _told(sayings: Sequence[Saying]) -> str:
    """Return sayings in one text, and once more with their numerals in figures."""
    text = "。".join(saying.text for saying in sayings)
    return f"{text}。{numerals_in_digits(text)}"


def pieced(saying: Saying, quote: str) -> Found | None:
    """Return the stretch that a quote's words take in a saying, in their order; None if it lacks more than half."""
    at, places, missed = 0, [], 0
    for words in _WORDS.findall(quote):
        start = saying.text.lower().find(words.lower(), at)
        if start < 0:
            missed += len(words)
            continue
        at = start + len(words)
        places += [start, at]
    held = sum(places[1::2]) - sum(places[::2])
    return Found(saying, places[0], places[-1]) if held >= max(missed, _LEAST_QUOTE) else None


def days_in(text: str, year: int) -> Iterator[Day]:
    """Yield the days, months and years that a text writes; what has no year is of the given one."""
    for match in _DAYS.finditer(text):
        month = (int(match["year"] or year), int(match["month"]))
        yield month
        yield from ((*month, int(day)) for day in _NUMBER.findall(match["days"] or ""))
    yield from ((_CENTURY + int(match[1]),) for match in _YEAR.finditer(text))
