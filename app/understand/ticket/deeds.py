"""What a demand may ask for by what demands like it did: their deeds, done to things that this one names (维修, 石桌子)."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from app.domain.patterns import Words
from app.understand.ticket.want_pieces import HEADS, Asking, begun, named_in, stretches
from models.earlier_wants import EarlierWants

_MOST_DEEDS, _MOST_THINGS, _NEAREST = 8, 8, 80
"""Deeds and things that are put together; earlier demands whose deeds are looked at."""
_SHORTEST, _LONGEST = 2, 8
"""Characters of a thing."""
_RARE = 0.3
"""Added to counts before they are compared."""
_PUNISHES = re.compile(r"查处|处罚|严惩|追究|取缔")
"""Deeds against somebody's wrong: a thing that was named is none (查处工钱)."""


class Deed(NamedTuple):
    """What is asked for and the thing that it is to be done to."""

    deed: str
    thing: str


class Deeds:
    """What earlier demands asked for, each piece of their wants as a deed and a thing."""

    def __init__(self, pieces: Sequence[Sequence[str]]) -> None:
        self._of = [[deed_in(piece) for piece in own] for own in pieces]
        known = [one for own in self._of for one in own if one]
        self._things = Words(one.thing for one in known if len(one.thing) <= _LONGEST)
        self._all = len(known)
        self._often, self._deeds = Counter(known), Counter(one.deed for one in known)
        self._named = Counter(one.thing for one in known)
        self._ends = [Counter((one.deed, one.thing[-size:]) for one in known) for size in (1, 2)]
        self._ending = [Counter(one.thing[-size:] for one in known) for size in (1, 2)]

    def asked(
        self, asking: Asking, near: Sequence[int], marked: Sequence[Sequence[tuple[str, float]]]
    ) -> tuple[str, ...]:
        """Return deeds of the nearest earlier demands, each with the things named that end as what it was done to.

        `marked` is what the tagger says of the characters of each clause. A demand behind a head has no deeds.
        """
        if asking.kind in HEADS:
            return ()
        things = self._things_of(asking, marked)
        deeds = self._deeds_of(near[:_NEAREST])
        return tuple(deed + thing for deed in deeds for thing in things if self._ends[0][deed, thing[-1]])

    def _deeds_of(self, rows: Sequence[int]) -> list[str]:
        counted = Counter(one.deed for row in rows for one in self._of[row] if one)
        fitting = (deed for deed, _ in counted.most_common() if not _PUNISHES.search(deed))
        return [deed for deed, _ in zip(fitting, range(_MOST_DEEDS), strict=False)]

    def _things_of(self, asking: Asking, marked: Sequence[Sequence[tuple[str, float]]]) -> list[str]:
        """Return what is named, that which the tagger marks most first."""
        likely: dict[str, float] = {}
        for character, share in chain.from_iterable(marked):
            likely[character] = max(likely.get(character, 0.0), share)
        runs = chain.from_iterable(map(named_in, stretches(marked)))
        known = (word for word, _ in self._things.found(asking.matter))
        named = _of_length(chain(asking.objects, runs, known))
        return sorted(named, key=lambda word: -sum(likely.get(c, 0.0) for c in word) / (len(word) + 1))[:_MOST_THINGS]

    def familiar(self, piece: str) -> tuple[float, ...]:
        """Return how often a piece was asked for and its thing was named, and how much oftener than by chance its deed
        was done to what ends like its thing, by one character and by two; noughts where there is no deed or no thing."""
        one = deed_in(piece)
        if one is None:
            return (0.0, 0.0, 0.0, 0.0)
        return (math.log1p(self._often[one]), math.log1p(self._named[one.thing]), *self._by_chance(one))

    def _by_chance(self, one: Deed) -> Iterable[float]:
        for size, ends, ending in zip((1, 2), self._ends, self._ending, strict=True):
            end = one.thing[-size:]
            expected = self._deeds[one.deed] * ending[end] / max(1, self._all)
            yield math.log((ends[one.deed, end] + _RARE) / (expected + _RARE))


class Remembered(NamedTuple):
    """Earlier demands with their wants, and the deeds in these."""

    earlier: EarlierWants
    deeds: Deeds

    @classmethod
    def of(cls, earlier: EarlierWants) -> "Remembered":
        """Return a memory with the deeds of its wants."""
        return cls(earlier, Deeds(earlier.pieces))


def deed_in(piece: str) -> Deed | None:
    """Return the deed that a piece of wants begins with and the thing that follows; None where there is not both."""
    deed = begun(piece)
    thing = piece[len(deed) :]
    return Deed(deed, thing) if deed and len(thing) >= _SHORTEST else None


def _of_length(words: Iterable[str]) -> list[str]:
    return [word for word in dict.fromkeys(words) if _SHORTEST <= len(word) <= _LONGEST]
