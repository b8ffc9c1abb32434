"""Texts to counts of the character n-grams that a model knows, for many texts at once. numpy only."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LONGEST = 3
_BITS = 21
"""Of a code point: three fit a word of 64."""
_RECENT = 64
"""Texts whose n-grams are kept: several models read the same text one after the other."""


class Counted(NamedTuple):
    """Which text has which n-gram how often, in order of the texts."""

    texts: NDArray[np.int64]
    grams: NDArray[np.int64]
    counts: NDArray[np.int64]


class KnownGrams:
    """The n-grams of a vocabulary, by code; of longer words there is never one found."""

    def __init__(self, words: Sequence[str]) -> None:
        self._size = len(words)
        rows = np.array([i for i, word in enumerate(words) if 0 < len(word) <= LONGEST], np.int64)
        codes = _codes([words[i] for i in rows])
        order = np.argsort(codes)
        self._codes, self._row_of_code = codes[order], rows[order]

    def counted(self, texts: Sequence[str]) -> Counted:
        """Count the n-grams of each text; no text may hold a line break."""
        if len(texts) != 1:
            return self.count(self.cells(texts))
        codes, counts = _of_one(texts[0])
        known, rows = self._rows(codes)
        return Counted(np.zeros(len(rows), np.int64), rows, counts[known])

    def count(self, cells: NDArray[np.int64]) -> Counted:
        """Count equal cells: a text's place times the size of the vocabulary, and a word's row."""
        single, counts = np.unique(cells, return_counts=True)
        return Counted(*np.divmod(single, max(self._size, 1)), counts)

    def cells(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return one cell for each n-gram that stands in a text."""
        points = code_points("\n".join(texts))
        owner = np.cumsum(points == ord("\n"))
        owners = np.concatenate([owner[: max(0, len(owner) - step)] for step in range(LONGEST)])
        known, rows = self._rows(_windows(points))
        return np.asarray(owners[known] * self._size + rows, np.int64)

    def _rows(self, codes: NDArray[np.uint64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Tell which codes are known, and return the rows of those."""
        if not len(self._codes):
            return np.zeros(len(codes), np.bool_), self._row_of_code
        at = np.minimum(np.searchsorted(self._codes, codes), len(self._codes) - 1)
        known = self._codes[at] == codes
        return known, self._row_of_code[at[known]]


@lru_cache(maxsize=_RECENT)
def _of_one(text: str) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the n-grams of one text by code, and how often each stands there."""
    return np.unique(_windows(code_points(text)), return_counts=True)


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
