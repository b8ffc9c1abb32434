"""What the citizen said as one text, its pieces between two breaks, and the windows that a model reads of it."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.domain.transcript import Evidence, SpokenTurn
from app.understand.frames import within
from app.understand.text_rules import Hit, Patterns, Sieve, closed_up

LONGEST_WINDOW = 90
_PIECE = re.compile(r"[^。！？!?；;，,\s]+")
T = TypeVar("T")
Scores = Callable[[Sequence[str]], NDArray[np.float32]]
"""What scores passages: shape (passages, labels)."""
Reading = Generator[Sequence[str], Mapping[str, Sequence[float]], T]
"""A reader that yields passages, gets the scores of each, and returns what it read."""
Window = list[Hit]
"""A run of pieces, each a stretch between two breaks."""


class Said:
    """The citizen's turns as one closed-up text, so that a rule looks once at the whole call.

    A full stop stands between turns: no pattern reaches across one.
    """

    def __init__(self, turns: tuple[SpokenTurn, ...], sieve: Sieve | None = None) -> None:
        """Take the citizen's turns; patterns of the sieve are looked for where they may match."""
        self._turns = turns
        self._starts: list[int] = []
        self._kept: list[Sequence[int]] = []
        self.pieces: list[Hit] = []
        """Stretches between two breaks: a pause that the recogniser wrote as a space is one."""
        said: list[str] = []
        length = 0
        for turn in turns:
            closed, kept = closed_up(turn.text)
            for match in _PIECE.finditer(turn.text):
                start = length + bisect_left(kept, match.start())
                self.pieces.append(Hit(start, start + len(match.group())))
            self._starts.append(length)
            self._kept.append(kept)
            said.append(closed)
            length += len(closed) + 1
        self.text = "".join(f"{closed}。" for closed in said)
        self.possible = sieve.among(self.text) if sieve else None

    @cached_property
    def passages(self) -> list[tuple[str, Window]]:
        """What the models read: overlapping runs of pieces, as texts."""
        return [(joined(self.text, window), window) for window in windows(self.pieces)]

    def hits(self, patterns: Patterns, framed: Callable[[], Sequence[Hit]] = tuple) -> Iterator[Hit]:
        """Yield one stretch a turn that the patterns hit outside what is framed."""
        quoted: set[int] = set()
        for hit in self.each(patterns):
            turn = self._turn_at(hit.start)
            if turn not in quoted and not any(within(hit, frame) for frame in framed()):
                quoted.add(turn)
                yield hit

    def each(self, patterns: Patterns) -> Iterator[Hit]:
        """Yield every stretch of one turn that the patterns hit."""
        possible = self.possible
        hits = patterns.hits(self.text) if possible is None else patterns.hits_of(self.text, possible[patterns])
        for hit in hits:
            if self._turn_at(hit.start) == self._turn_at(hit.end - 1):
                yield hit

    def before(self, hit: Hit, reach: int) -> str:
        """Return what a turn says just before a stretch."""
        return self.text[max(self._starts[self._turn_at(hit.start)], hit.start - reach) : hit.start]

    def evidence(self, hit: Hit) -> Evidence:
        """Return the turn's own words behind a stretch."""
        number = self._turn_at(hit.start)
        turn, kept, before = self._turns[number], self._kept[number], self._starts[number]
        return turn.evidence(kept[hit.start - before], kept[min(hit.end - before, len(kept)) - 1] + 1)

    def _turn_at(self, place: int) -> int:
        return bisect_right(self._starts, place) - 1


def around(pieces: Sequence[Hit], hit: Hit, beside: int) -> Window:
    """Return the pieces a hit lies in, and some on either side."""
    first = next(i for i, piece in enumerate(pieces) if hit.start < piece.end)
    last = next((i for i, piece in enumerate(pieces) if hit.end <= piece.end), len(pieces) - 1)
    return list(pieces[max(0, first - beside) : last + 1 + beside])


def windows(pieces: Sequence[Hit], longest: int = LONGEST_WINDOW) -> Iterator[Window]:
    """Yield overlapping runs of pieces, each as long as what a model was trained on: `longest` characters or more."""
    window: Window = []
    length = fresh = 0
    for piece in pieces:
        window.append(piece)
        fresh += 1
        length += piece.end - piece.start
        if length >= longest:
            yield window
            window, fresh = window[len(window) // 2 + 1 :], 0
            length = sum(kept.end - kept.start for kept in window)
    if fresh:
        yield window


def passage(turns: tuple[SpokenTurn, ...]) -> str:
    """Return the citizen's turns as the model reads them: without spaces, a comma at each break."""
    said = Said(turns)
    return joined(said.text, said.pieces)


def joined(text: str, window: Window) -> str:
    return "，".join(text[piece.start : piece.end] for piece in window)


def answered(readers: Sequence[Reading[Any]], scores_of: Scores | None) -> list[Any]:
    """Run readers side by side and return their results: what they ask in one round is scored at once, nothing twice.

    A reader that asks must ask for something; without scores none may ask.
    """
    known: dict[str, list[float]] = {}
    results: list[Any] = [None] * len(readers)
    going = list(range(len(readers)))
    while going:
        asked: dict[int, Sequence[str]] = {}
        for place in going:
            try:
                asked[place] = readers[place].send(known) if known else next(readers[place])
            except StopIteration as end:
                results[place] = end.value
        new = [text for text in dict.fromkeys(chain.from_iterable(asked.values())) if text not in known]
        if scores_of and new:
            known.update(zip(new, scores_of(new).tolist(), strict=True))
        going = list(asked)
    return results
