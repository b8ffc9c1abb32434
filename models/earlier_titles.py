"""Titles that operators wrote for earlier demands, without their place: words, and what is said when a word fits.

Each title stands under the number of its demand in the memory of wants, whose likeness of demands it uses.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NEAREST = 40

Words = tuple[str, ...]
"""The words of a title, in order."""


class EarlierTitles:
    """Earlier titles as words, looked up by the likeness of their demands."""

    def __init__(self, stored: Mapping[str, Any]) -> None:
        """`stored` is what `training.title_memory.remembered_titles` makes."""
        told = {row: tuple(words.split()) for row, words in enumerate(stored["titles"]) if words}
        self._rows = np.array(sorted(told), np.int64)
        self._words = [told[row] for row in self._rows.tolist()]
        self._triggers: dict[str, dict[str, float]] = stored["triggers"]
        self.things = frozenset(stored["things"].split())
        """Words that name a thing: alone they tell nothing that is wrong."""
        keys = ["".join(words) for words in self._words]
        self.held = {words: frozenset(key) for words, key in zip(self._words, keys, strict=True)}
        """The characters of each title."""
        self.usual = Counter(pair for key in keys for pair in map("".join, pairwise(key)))
        """Pairs of characters that stand beside each other in titles."""
        self.often = Counter(character for own in map(frozenset, keys) for character in own)
        whole = {word for words in self._words for word in words}
        self.vocabulary = frozenset(word for word in whole if len(word) > 1 and not any(map(str.isdigit, word)))
        self.begins = frozenset(word[:2] for word in self.vocabulary)
        """What the words of the vocabulary begin with."""

    def nearest(self, like: NDArray[np.float32]) -> list[tuple[Words, float]]:
        """Return the titles of the demands most alike, best first, with their shares of the likeness of all of them."""
        own = like[self._rows]
        least = np.partition(own, -_NEAREST)[-_NEAREST] if len(own) > _NEAREST else 0
        near = np.flatnonzero(own >= least)
        near = near[np.argsort(-own[near], kind="stable")][:_NEAREST]
        whole = float(own[near].sum()) + 1e-6
        return [(self._words[i], share / whole) for i, share in zip(near.tolist(), own[near].tolist(), strict=True)]

    def borne_by(self, word: str, matter: str) -> tuple[str, float]:
        """Return what was said that a word fits best, and the share of titles that hold it then; 0 where nothing."""
        said = self._triggers.get(word)
        found = [(one, share) for one, share in said.items() if one in matter] if said else ()
        return max(found, key=itemgetter(1)) if found else ("", 0.0)
