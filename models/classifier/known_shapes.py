"""Shapes of clauses as rows of a vocabulary, for all clauses of many texts at once. numpy only."""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.classifier.shapes import LONGEST_RUN, Shapes, is_class

_RECENT = 256
"""Clauses whose parts are kept: the windows of one call overlap."""
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
        known = [(row, parts, chain) for row, parts, chain in split if len(parts) > 1]
        classes = sorted({part for _, parts, _ in known for part in parts if is_class(part)})
        self._number = {name: _FIRST_CLASS + place for place, name in enumerate(classes)}
        self._other = _FIRST_CLASS + len(classes)
        codes = np.array([self._code(parts, chain) for _, parts, chain in known], np.uint64)
        order = np.argsort(codes)
        self._codes, self._rows = codes[order], np.array([row for row, _, _ in known], np.int64)[order]
        self._of_clause = lru_cache(maxsize=_RECENT)(self._numbers)

    def cells(self, texts: Sequence[Sequence[str]], size: int) -> NDArray[np.int64]:
        """Return one cell for each shape in a text's clauses: the text's place times `size`, and the shape's row."""
        each = [(place, self._of_clause(clause)) for place, clauses in enumerate(texts) for clause in clauses]
        if not each or not len(self._codes):
            return np.zeros(0, np.int64)
        lengths = [len(numbers) for _, numbers in each]
        numbers = np.concatenate([numbers for _, numbers in each])
        clause = np.repeat(np.arange(len(each)), lengths)
        text = np.repeat(np.array([place for place, _ in each], np.int64), lengths)
        named = np.flatnonzero(numbers >= _FIRST_CLASS)
        general = (numbers >= _FIRST_CLASS) | (numbers == _NUMBER)
        runs, owners = _mixed(numbers, clause, general, LONGEST_RUN)
        chains, heads = _mixed(numbers[named], clause[named], np.ones(len(named), np.bool_), 3)
        found = np.concatenate((runs, chains ^ _CHAIN))
        places = np.concatenate((text[owners], text[named[heads]]))
        at = np.minimum(np.searchsorted(self._codes, found), len(self._codes) - 1)
        known = self._codes[at] == found
        return np.asarray(places[known] * size + self._rows[at[known]], np.int64)

    def _numbers(self, clause: str) -> NDArray[np.uint64]:
        parts = self._shapes.parts(clause)
        return np.array(
            [self._number.get(part, self._other) if is_class(part) else ord(part) for part in parts], np.uint64
        )

    def _code(self, parts: Sequence[str], chain: bool) -> np.uint64:
        numbers = np.array([self._number[part] if is_class(part) else ord(part) for part in parts], np.uint64)
        codes, _ = _mixed(numbers, np.zeros(len(parts)), np.ones(len(parts), np.bool_), len(parts))
        return np.uint64(codes[-1] ^ _CHAIN if chain else codes[-1])


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
