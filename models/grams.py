"""Texts to counts of the character n-grams that a model knows, for many texts at once. numpy only."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LONGEST = 3
_BITS = 21
"""Of a code point: three fit a word of 64."""


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
        return self.count(self.cells(texts))

    def count(self, cells: NDArray[np.int64]) -> Counted:
        """Count equal cells: a text's place times the size of the vocabulary, and a word's row."""
        single, counts = np.unique(cells, return_counts=True)
        return Counted(*np.divmod(single, max(self._size, 1)), counts)

    def cells(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return one cell for each n-gram that stands in a text."""
        points = np.frombuffer("\n".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
        owner = np.cumsum(points == ord("\n"))
        seen = [np.zeros(0, np.int64)]
        for length in range(1, LONGEST + 1 if len(self._codes) else 1):
            codes = points[: max(0, len(points) - length + 1)]
            for step in range(1, length):
                codes = codes << np.uint64(_BITS) | points[step : len(codes) + step]
            at = np.minimum(np.searchsorted(self._codes, codes), len(self._codes) - 1)
            known = self._codes[at] == codes
            seen.append(owner[: len(codes)][known] * self._size + self._row_of_code[at[known]])
        return np.concatenate(seen)


def _codes(words: Sequence[str]) -> NDArray[np.uint64]:
    """Return the code points of each word, the first highest, in one number."""
    points = np.array(words, f"U{LONGEST}").view(np.uint32).reshape(len(words), LONGEST).astype(np.uint64)
    codes = np.zeros(len(words), np.uint64)
    for column in points.T:
        codes = np.where(column > 0, codes << np.uint64(_BITS) | column, codes)
    return codes
