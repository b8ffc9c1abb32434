"""Texts to counts of the character n-grams that a model knows, for many texts at once. numpy only."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LONGEST = 3
_BITS = 21
"""Of a code point: three fit a word of 64."""
FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""Spreads codes evenly (golden ratio), and mixes several into one of 64 bits: that two share one is as good as
impossible."""
_PLACE_BITS = 2
"""The table has at least four places a code."""
_ABOVE_ALL = np.uint64(2**64 - 1)
"""Stands behind the mixed codes, where every search ends; that a code is mixed to it is as good as impossible."""
_RECENT = 64
"""Texts whose n-grams are kept: several models read the same text one after the other."""


class Counted(NamedTuple):
    """Which text has which n-gram how often, in order of the texts."""

    texts: NDArray[np.int64]
    grams: NDArray[np.int64]
    counts: NDArray[np.int64]


class KnownCodes:
    """Codes of 64 bits and the row of each, in order of what mixing makes of them: a table says where to look."""

    def __init__(self, codes: NDArray[np.uint64], rows: NDArray[np.int64]) -> None:
        """Take different codes in any order."""
        mixed = codes * FACTOR
        order = np.argsort(mixed)
        self._mixed, self._row_of = np.append(mixed[order], _ABOVE_ALL), np.append(rows[order], -1)
        bits = max(1, _PLACE_BITS + len(codes).bit_length())
        self._shift = np.uint64(64 - bits)
        places = np.arange(1 << bits, dtype=np.uint64) << self._shift
        self._starts = self._mixed[:-1].searchsorted(places).astype(np.int32)

    def find(self, codes: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the places of the codes that are known, in order, and their rows."""
        mixed = codes * FACTOR
        at = self._starts.take((mixed >> self._shift).view(np.int64))
        found = self._mixed.take(at)
        further = (found < mixed).nonzero()[0]
        while len(further):
            at[further] += 1
            found[further] = next_ones = self._mixed.take(at[further])
            further = further[next_ones < mixed[further]]
        known = (found == mixed).nonzero()[0]
        return known, self._row_of.take(at[known])


class KnownGrams:
    """The n-grams of a vocabulary, by code; of longer words there is never one found."""

    def __init__(self, words: Sequence[str]) -> None:
        self._size = len(words)
        rows = np.array([i for i, word in enumerate(words) if 0 < len(word) <= LONGEST], np.int64)
        self._known = KnownCodes(_codes([words[i] for i in rows]), rows)

    def counted(self, texts: Sequence[str]) -> Counted:
        """Count the n-grams of each text; no text may hold a line break."""
        if len(texts) != 1:
            return self.count(self.cells(texts))
        codes, counts = _different(texts[0])
        known, rows = self._known.find(codes)
        return Counted(np.zeros(len(rows), np.int64), rows, counts[known])

    def rows(self, text: str) -> list[int]:
        """Return the row of each n-gram of a text: single characters in the order they stand, then pairs, and so on."""
        _, found = self._known.find(_of_one(text))
        rows: list[int] = found.tolist()
        return rows

    def count(self, cells: NDArray[np.int64]) -> Counted:
        """Count equal cells: a text's place times the size of the vocabulary, and a word's row."""
        single, counts = np.unique(cells, return_counts=True)
        return Counted(*np.divmod(single, max(self._size, 1)), counts)

    def cells(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return one cell for each n-gram that stands in a text."""
        points = code_points("\n".join(texts))
        owner = np.cumsum(points == ord("\n"))
        owners = np.concatenate([owner[: max(0, len(owner) - step)] for step in range(LONGEST)])
        known, rows = self._known.find(_windows(points))
        return np.asarray(owners[known] * self._size + rows, np.int64)


@lru_cache(maxsize=_RECENT)
def _different(text: str) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the n-grams of one text by code, and how often each stands there."""
    return np.unique(_of_one(text), return_counts=True)


@lru_cache(maxsize=_RECENT)
def _of_one(text: str) -> NDArray[np.uint64]:
    """Return the code of every n-gram of one text."""
    return _windows(code_points(text))


def code_points(text: str) -> NDArray[np.uint64]:
    """Return a text's code points."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)


def _windows(points: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the code of every n-gram: all single characters in order, then all pairs, and so on."""
    found = [points]
    for step in range(1, LONGEST):
        found.append(found[-1][:-1] << np.uint64(_BITS) | points[step:])
    return np.concatenate(found)


def _codes(words: Sequence[str]) -> NDArray[np.uint64]:
    """Return the code points of each word, the first highest, in one number."""
    points = np.array(words, f"U{LONGEST}").view(np.uint32).reshape(len(words), LONGEST).astype(np.uint64)
    codes = np.zeros(len(words), np.uint64)
    for column in points.T:
        codes = np.where(column > 0, codes << np.uint64(_BITS) | column, codes)
    return codes
