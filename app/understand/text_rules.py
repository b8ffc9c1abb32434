"""Pattern rules over a turn: hits that no exclusion takes away, in the order they stand."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from app.domain.anchors import Anchored, Anchors, held


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
        self.alternatives = tuple(map(Anchored, patterns))
        self._exclude = tuple(map(Anchored, exclude))
        each = [pattern.needed for pattern in self.alternatives]
        self.needed = frozenset().union(*each) if all(each) else frozenset()
        """One of these stands in every text with a hit; empty where nothing can be said."""
        self._window = window

    def hits(self, text: str) -> Iterator[Hit]:
        """Yield every stretch that matches and is not excluded."""
        seen = held(text)
        if not self.needed or not self.needed.isdisjoint(seen):
            yield from self.hits_of(text, [one for one in self.alternatives if one.possible(seen)])

    def hits_of(self, text: str, possible: Iterable[Anchored]) -> Iterator[Hit]:
        """Do the same where it is known which alternatives a text may match."""
        for one in possible:
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


Possible = dict[Patterns, tuple[Anchored, ...]]
"""Of each of several patterns the alternatives that a text may match, in order."""


class Sieve:
    """Tells which alternatives of many patterns a text may match, by one look at its anchors."""

    def __init__(self, each: Sequence[Patterns]) -> None:
        self._none: Possible = dict.fromkeys(each, ())
        self._all = [(patterns, one) for patterns in each for one in patterns.alternatives]
        self._always = {place for place, (_, one) in enumerate(self._all) if not one.needed}
        self._of: dict[str, list[tuple[int, list[Anchors]]]] = {}
        for place, (_, one) in enumerate(self._all):
            for rarest, others in one.ways if one.needed else ():
                for anchor in rarest:
                    self._of.setdefault(anchor, []).append((place, others))

    def among(self, text: str) -> Possible:
        """Return what a text may match."""
        seen = held(text)
        found = set(self._always)
        for anchor in self._of.keys() & seen:
            for place, others in self._of[anchor]:
                if place not in found and not any(part.isdisjoint(seen) for part in others):
                    found.add(place)
        possible = self._none.copy()
        for patterns, one in map(self._all.__getitem__, sorted(found)):
            possible[patterns] += (one,)
        return possible


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
