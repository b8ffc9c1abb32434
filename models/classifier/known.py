"""Counts what the analysers name, for many texts at once, as rows of a vocabulary. numpy only."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from models.classifier.features import (
    Analyser,
    WithFamilies,
    chars,
    clauses_of,
    edge_marks,
    edges,
    ends,
    folded,
    pair_name,
)
from models.classifier.known_shapes import KnownShapes
from models.grams import Counted, KnownGrams

_RECENT = 256
"""Clauses whose families are kept: the windows of one call overlap."""


Counts = Callable[[Sequence[str]], Counted]


def counter(analyse: Analyser, words: Sequence[str]) -> Counts:
    """Return what counts an analyser's features of many texts at once: as arrays where it can be done so."""
    if isinstance(analyse, WithFamilies):
        return KnownFamilies(analyse, words).counted
    if analyse is edges:
        return KnownEdges(words).counted
    if analyse is chars:
        known = KnownGrams(words)
        return lambda texts: known.counted([folded(text) for text in texts])
    row = {word: i for i, word in enumerate(words)}
    return lambda texts: _one_by_one(analyse, row, texts)


def _one_by_one(analyse: Analyser, row: dict[str, int], texts: Sequence[str]) -> Counted:
    each = [Counter(row[word] for word in analyse(text) if word in row) for text in texts]
    owner = np.repeat(np.arange(len(texts)), [len(found) for found in each])
    grams, counts = (np.array(list(chain(*part)), np.int64) for part in (each, (found.values() for found in each)))
    return Counted(owner, grams, counts)


class KnownEdges:
    """The features of a vocabulary that `edges` names."""

    def __init__(self, words: Sequence[str]) -> None:
        """Take the vocabulary that training made."""
        self._size = len(words)
        self._grams = KnownGrams(words)
        self._row = {word: row for row, word in enumerate(words)}

    def counted(self, texts: Sequence[str]) -> Counted:
        """Count the features of each text."""
        marks = [
            self._row[mark] + place * self._size
            for place, text in enumerate(texts)
            for mark in edge_marks(text)
            if mark in self._row
        ]
        cells = self._grams.cells([folded(text) for text in texts])
        return self._grams.count(np.concatenate((cells, np.array(marks, np.int64))))


class KnownFamilies:
    """The features of a vocabulary that texts hold: n-grams, families, pairs of families, both ends, shapes."""

    def __init__(self, analyse: WithFamilies, words: Sequence[str]) -> None:
        """Take the analyser that training used and the vocabulary it made."""
        self._size = len(words)
        self._grams = KnownGrams(words)
        self._row = {word: row for row, word in enumerate(words)}
        self._in_clause = lru_cache(maxsize=_RECENT)(analyse.in_clause)
        self._shapes = KnownShapes(analyse.shapes, words)
        names = sorted(analyse.names)
        self._place = {name: place for place, name in enumerate(names)}
        self._pairs = np.full((len(names), len(names)), -1)
        for at, one in enumerate(names):
            self._pairs[at, at + 1 :] = [self._row.get(pair_name(one, other), -1) for other in names[at + 1 :]]

    def counted(self, texts: Sequence[str]) -> Counted:
        """Count the features of each text; no text may hold a line break."""
        clauses = [clauses_of(text) for text in texts]
        cells = [self._grams.cells([folded(text) for text in texts]), self._shapes.cells(clauses, self._size)]
        cells += [self._of_families(each) + place * self._size for place, each in enumerate(clauses)]
        return self._grams.count(np.concatenate(cells))

    def _of_families(self, clauses: Sequence[str]) -> NDArray[np.int64]:
        held = [self._in_clause(clause) for clause in clauses]
        places = np.array(sorted({self._place[family] for family in chain(*held)}), np.int64)
        pairs = self._pairs[places[:, None], places].ravel()
        named = [self._row[name] for name in _named(clauses, held) if name in self._row]
        return np.concatenate((pairs[pairs >= 0], np.array(named, np.int64)))


def _named(clauses: Sequence[str], held: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the features of single families and of both ends."""
    yield from (f"@{family}" for family in chain(*held))
    yield from ends(clauses, held)
