"""Shapes of clauses as rows of a vocabulary, for all clauses of many texts at once. numpy only."""

import re
from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from models.classifier.shapes import LONGEST_RUN, Shapes, is_class

_RECENT = 256
"""Clauses whose rows are kept: the windows of one call overlap, and its pieces are read again for a quote."""
_LONGEST_CHAIN = 3
_PART = re.compile(r"<[^>]+>|.", re.DOTALL)
_FIRST_CLASS = 0x110000
"""Characters are numbered by their code points, classes of words from here on."""
_NUMBER = ord("#")
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""Mixes the numbers of a run's parts into one of 64 bits; that two runs share one is as good as impossible."""
_CHAIN = np.uint64(0xD1B54A32D192ED03)
"""Tells a chain of classes from a run of the same parts."""


class KnownShapes:
    """The shapes of a vocabulary that clauses hold."""

    def __init__(self, shapes: Shapes, words: Sequence[str]) -> None:
        """Take the shapes that training made and its vocabulary: runs begin with `~`, chains with `~>` or `~>>`."""
        self._shapes = shapes
        split = [(row, _PART.findall(word.lstrip("~>")), word[1:2] == ">") for row, word in _shapes_among(words)]
        known = [(row, parts, chained) for row, parts, chained in split if len(parts) > 1]
        classes = sorted({part for _, parts, _ in known for part in parts if is_class(part)})
        self._number = {name: _FIRST_CLASS + place for place, name in enumerate(classes)}
        self._other = _FIRST_CLASS + len(classes)
        codes = np.array([self._code(parts, chained) for _, parts, chained in known], np.uint64)
        order = np.argsort(codes)
        self._codes, self._rows = codes[order], np.array([row for row, _, _ in known], np.int64)[order]
        self._recent: dict[str, NDArray[np.int64]] = {}

    def cells(self, texts: Sequence[Sequence[str]], size: int) -> NDArray[np.int64]:
        """Return one cell for each shape in a text's clauses: the text's place times `size`, and the shape's row."""
        each = [(place * size, clause) for place, clauses in enumerate(texts) for clause in clauses]
        if not each or not len(self._codes):
            return np.zeros(0, np.int64)
        recent = self._recent if len(self._recent) < _RECENT else {}
        if fresh := [clause for clause in dict.fromkeys(clause for _, clause in each) if clause not in recent]:
            recent |= zip(fresh, self._rows_of(fresh), strict=True)
        self._recent = recent
        rows = [recent[clause] for _, clause in each]
        first = np.repeat([start for start, _ in each], [len(found) for found in rows])
        return np.asarray(np.concatenate(rows) + first, np.int64)

    def _rows_of(self, clauses: Sequence[str]) -> list[NDArray[np.int64]]:
        """Return the rows of each clause's shapes."""
        parts = [self._numbers(clause) for clause in clauses]
        numbers = np.array(list(chain.from_iterable(parts)), np.uint64)
        clause = np.repeat(np.arange(len(parts)), [len(one) for one in parts])
        classes = numbers >= _FIRST_CLASS
        named = np.flatnonzero(classes)
        runs, owners = _mixed(numbers, clause, classes | (numbers == _NUMBER), LONGEST_RUN)
        chains, heads = _mixed(numbers[named], clause[named], classes[named], _LONGEST_CHAIN)
        found = np.concatenate((runs, chains ^ _CHAIN))
        places = np.concatenate((clause[owners], clause[named[heads]]))
        at = np.minimum(np.searchsorted(self._codes, found), len(self._codes) - 1)
        known = self._codes[at] == found
        places, rows = places[known], self._rows[at[known]]
        order = np.argsort(places, kind="stable")
        return np.split(rows[order], np.searchsorted(places[order], np.arange(1, len(parts))))

    def _numbers(self, clause: str) -> list[int]:
        number, other = self._number, self._other
        return [ord(part) if len(part) == 1 else number.get(part, other) for part in self._shapes.parts(clause)]

    def _code(self, parts: Sequence[str], chained: bool) -> np.uint64:
        numbers = np.array([self._number[part] if is_class(part) else ord(part) for part in parts], np.uint64)
        codes, _ = _mixed(numbers, np.zeros(len(parts)), np.ones(len(parts), np.bool_), len(parts))
        return np.uint64(codes[-1] ^ _CHAIN if chained else codes[-1])


def _shapes_among(words: Sequence[str]) -> list[tuple[int, str]]:
    return [(row, word) for row, word in enumerate(words) if word.startswith("~")]


def _mixed(
    numbers: NDArray[np.uint64], clause: NDArray[np.generic], general: NDArray[np.bool_], longest: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the codes of runs inside one clause with something general among them, and where each begins."""
    codes, places = [], []
    mixed, some = numbers, general
    for size in range(1, longest):
        mixed = (mixed[:-1] * _FACTOR) ^ numbers[size:]
        some = some[:-1] | general[size:]
        inside = np.flatnonzero(some & (clause[:-size] == clause[size:]))
        codes.append(mixed[inside])
        places.append(inside)
    return np.concatenate(codes), np.concatenate(places)
