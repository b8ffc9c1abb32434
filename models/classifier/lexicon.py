"""Finds the longest known word at every place of a text, for several sets of words at once. numpy only."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.grams import FACTOR, KnownCodes

_PLANE = 0x10000
_LAST = np.uint64(_PLANE - 1)
NONE = -1


class Longest(NamedTuple):
    """For every place of a text the number of the longest word that begins there (`NONE`: none), and its length."""

    words: NDArray[np.int64]
    lengths: NDArray[np.int64]


class Lexicon:
    """Words and all their beginnings by length and code: only places where a beginning goes on are looked at again."""

    def __init__(self, *tables: Mapping[str, int]) -> None:
        """Take sets of words with a number for each word."""
        words = {word for table in tables for word in table}
        self._begins = np.zeros(_PLANE, np.bool_)
        self._begins[[min(ord(word[0]), _PLANE - 1) for word in sorted(words)]] = True
        self._steps: list[KnownCodes] = []
        known: dict[str, list[tuple[int, int]]] = {"": [(NONE, 0)] * len(tables)}
        for size in range(1, 1 + max(map(len, words), default=0)):
            beginnings = sorted({word[:size] for word in words if len(word) >= size})
            self._steps.append(KnownCodes(_codes(beginnings), len(known) + np.arange(len(beginnings))))
            for one in beginnings:
                before = zip(tables, known[one[:-1]], strict=True)
                known[one] = [(table[one], size) if one in table else shorter for table, shorter in before]
        self._known = np.array(list(known.values()), np.int64).reshape(len(known), len(tables), 2)

    def longest(self, points: NDArray[np.uint64]) -> list[Longest]:
        """Return what each set has at the places of a text that is given by its code points."""
        reached = np.zeros(len(points), np.int64)
        after = np.concatenate((points, np.zeros(len(self._steps), np.uint64)))
        at = self._begins[np.minimum(points, _LAST)].nonzero()[0]
        code = np.zeros(len(at), np.uint64)
        for size, beginnings in enumerate(self._steps):
            code = (code * FACTOR) ^ after[at + size]
            going, begun = beginnings.find(code)
            if not len(going):
                break
            at, code = at[going], code[going]
            reached[at] = begun
        found = self._known[reached]
        return [Longest(found[:, table, 0], found[:, table, 1]) for table in range(found.shape[1])]


def _codes(words: Sequence[str]) -> NDArray[np.uint64]:
    """Return a code for each of several words of one length."""
    codes = np.zeros(len(words), np.uint64)
    for column in np.array([[ord(character) for character in word] for word in words], np.uint64).T:
        codes = (codes * FACTOR) ^ column
    return codes
