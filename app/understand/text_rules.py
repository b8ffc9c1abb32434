"""Pattern rules over a turn: hits that no exclusion takes away, in the order they stand."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from app.domain.anchors import Anchored, held


class Hit(NamedTuple):
    """A stretch of a text that a rule matched: characters `start` to `end`."""

    start: int
    end: int


class Patterns:
    """Several alternatives with exclusions, compiled once.

    A hit is dropped only if an exclusion, searched within `window` characters around it, overlaps it: an idiom
    elsewhere in the turn never hides a real threat. A pattern is searched for only where its anchors stand.
    """

    def __init__(self, patterns: Sequence[str], exclude: Sequence[str] = (), *, window: int) -> None:
        self._patterns = tuple(map(Anchored, patterns))
        self._exclude = tuple(map(Anchored, exclude))
        each = [pattern.needed for pattern in self._patterns]
        self.needed = frozenset().union(*each) if all(each) else frozenset()
        """One of these stands in every text with a hit; empty where nothing can be said."""
        self._window = window

    def hits(self, text: str) -> Iterator[Hit]:
        """Yield every stretch that matches and is not excluded."""
        seen = held(text)
        if self.needed and self.needed.isdisjoint(seen):
            return
        for one in self._patterns:
            if not one.possible(seen):
                continue
            for match in one.pattern.finditer(text):
                hit = Hit(*match.span())
                if hit.end > hit.start and not self._excluded(text, hit):
                    yield hit

    def first(self, text: str) -> Hit | None:
        """Return one hit, or None."""
        return next(self.hits(text), None)

    def _excluded(self, text: str, hit: Hit) -> bool:
        start, end = max(0, hit.start - self._window), min(len(text), hit.end + self._window)
        around = text[start:end]
        return any(
            match.start() + start < hit.end and hit.start < match.end() + start
            for pattern in self._exclude
            for match in pattern.finditer(around)
        )


class Possible:
    """Tells which of many patterns a text may match, by one look at its anchors."""

    def __init__(self, each: Sequence[Patterns]) -> None:
        self._always = [place for place, patterns in enumerate(each) if not patterns.needed]
        self._of: dict[str, list[int]] = {}
        for place, patterns in enumerate(each):
            for anchor in patterns.needed:
                self._of.setdefault(anchor, []).append(place)

    def among(self, text: str) -> list[int]:
        """Return the places of the patterns that may match, in order."""
        return sorted(
            {*self._always, *chain.from_iterable(self._of[anchor] for anchor in self._of.keys() & held(text))}
        )


def closed_up(text: str) -> tuple[str, Sequence[int]]:
    """Return a text without its spaces, and each character's place in it."""
    closed = "".join(text.split())
    if len(closed) == len(text):
        return closed, range(len(text))
    return closed, [i for i, character in enumerate(text) if not character.isspace()]


def longest_apart(hits: Iterable[Hit]) -> list[Hit]:
    """Return hits that do not overlap, longer ones first served, in text order."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start - h.end, h.start)):
        if all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kept.append(hit)
    return sorted(kept)
