"""Counts what the analysers name, for many texts at once, as rows of a vocabulary. numpy only."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.classifier.features import (
    Analyser,
    WithFamilies,
    WithMarks,
    chars,
    clauses_of,
    edge_marks,
    edges,
    edges_of,
    folded,
    pair_name,
)
from models.classifier.known_shapes import KnownShapes, by_clause
from models.classifier.lexicon import NONE, Lexicon
from models.grams import Counted, KnownGrams, code_points

_RECENT = 256
"""Clauses that are kept."""


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
    if isinstance(analyse, WithMarks):
        return KnownMarks(analyse, words).counted
    row = {word: i for i, word in enumerate(words)}
    return lambda texts: _one_by_one(lambda text: _rows(row, analyse(text)), texts)


class KnownMarks:
    """The features of a vocabulary that `WithMarks` names, in its order: sums of floats depend on it."""

    def __init__(self, analyse: WithMarks, words: Sequence[str]) -> None:
        """Take the analyser that training used and the vocabulary it made."""
        self._marks = analyse.marks
        self._grams = KnownGrams(words)
        self._row = {word: row for row, word in enumerate(words)}

    def counted(self, texts: Sequence[str]) -> Counted:
        """Count the features of each text."""
        return _one_by_one(lambda text: [*self._grams.rows(folded(text)), *_rows(self._row, self._marks(text))], texts)


def _rows(row: dict[str, int], features: Sequence[str]) -> list[int]:
    return [row[feature] for feature in features if feature in row]


def _one_by_one(rows_of: Callable[[str], Sequence[int]], texts: Sequence[str]) -> Counted:
    """Count rows text by text."""
    each = [Counter(rows_of(text)) for text in texts]
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
        names = sorted(analyse.names)
        self._clauses = KnownClauses(analyse, names, words)
        self._single = np.array([self._row.get(f"@{name}", NONE) for name in names])
        self._pairs = np.full((len(names), len(names)), NONE)
        for (i, one), (j, other) in combinations(enumerate(names), 2):
            self._pairs[i, j] = self._row.get(pair_name(one, other), NONE)
        self._first, self._last = (np.array([self._row.get(f"{end}{name}", NONE) for name in names]) for end in "^$")

    def counted(self, texts: Sequence[str]) -> Counted:
        """Count the features of each text; no text may hold a line break."""
        plain = [folded(text) for text in texts]
        clauses = [clauses_of(text) for text in plain]
        cells = [self._grams.cells(plain), np.array(list(self._edges(clauses)), np.int64)]
        if read := self._clauses.read(list(chain(*clauses))):
            owner = np.repeat(np.arange(len(texts)), [len(each) for each in clauses])
            shapes = [one.shapes for one in read]
            cells += [np.concatenate(shapes) + _spread(owner * self._size, shapes)]
            cells += self._of_families(owner, [one.families for one in read], len(texts))
        return self._grams.count(np.concatenate(cells))

    def _edges(self, clauses: Sequence[Sequence[str]]) -> Iterator[int]:
        """Yield the cells of how texts begin and end."""
        for place, each in enumerate(clauses):
            for mark in edges_of(each):
                if mark in self._row:
                    yield place * self._size + self._row[mark]

    def _of_families(
        self, owner: NDArray[np.int64], families: Sequence[NDArray[np.int64]], texts: int
    ) -> Iterator[NDArray[np.int64]]:
        """Yield the cells of single families, of both ends, and of pairs in one text."""
        found, text = np.concatenate(families), _spread(owner, families)
        yield _cells(text, self._single[found], self._size)
        held = np.zeros((3, texts, len(self._single)), np.bool_)
        begins = owner[1:] != owner[:-1]
        held[0, text, found] = True
        for place, edge in ((1, np.append(True, begins)), (2, np.append(begins, True))):
            here = _spread(edge, families)
            held[place, text[here], found[here]] = True
        for place, rows in ((1, self._first), (2, self._last)):
            of, family = held[place].nonzero()
            yield _cells(of, rows[family], self._size)
        of, family = held[0].nonzero()
        one, other = _pairs(of)
        yield _cells(of[one], self._pairs[family[one], family[other]], self._size)


def _cells(text: NDArray[np.int64], rows: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    known = rows != NONE
    return np.asarray(text[known] * size + rows[known], np.int64)


def _pairs(text: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places of all pairs of entries of one text, given the text of each entry in order."""
    counts = np.bincount(text, minlength=1)
    each = counts[text]
    one = np.repeat(np.arange(len(text)), each)
    first = counts.cumsum() - counts
    return one, np.arange(len(one)) - np.repeat(each.cumsum() - each - first[text], each)


def _spread(values: NDArray[Any], each: Sequence[NDArray[np.int64]]) -> NDArray[Any]:
    """Return a clause's value once for everything that was found in it."""
    return values.repeat([len(one) for one in each])


class ReadClause(NamedTuple):
    """What a clause holds: families by number, one as often as it stands there, and rows of shapes."""

    families: NDArray[np.int64]
    shapes: NDArray[np.int64]


class KnownClauses:
    """Reads families and shapes of clauses in one pass; the windows of one call overlap, so the last ones are kept."""

    def __init__(self, analyse: WithFamilies, names: Sequence[str], words: Sequence[str]) -> None:
        """Take the analyser, its families in the order of their numbers, and the vocabulary."""
        self._shapes = KnownShapes(analyse.shapes, words)
        number = {name: place for place, name in enumerate(names)}
        told = sorted(analyse.families_of)
        each = [[number[name] for name in analyse.families_of[word]] for word in told]
        self._members = np.array(list(chain(*each)), np.int64)
        self._counts = np.array([len(one) for one in each], np.int64)
        self._starts = np.cumsum(self._counts) - self._counts
        self._lexicon = Lexicon({word: place for place, word in enumerate(told)}, self._shapes.words)
        self._recent: dict[str, ReadClause] = {}

    def read(self, clauses: Sequence[str]) -> list[ReadClause]:
        """Return what each clause holds."""
        recent = self._recent if len(self._recent) < _RECENT else {}
        if fresh := [clause for clause in dict.fromkeys(clauses) if clause not in recent]:
            recent |= zip(fresh, self._read(fresh), strict=True)
        self._recent = recent
        return [recent[clause] for clause in clauses]

    def _read(self, clauses: Sequence[str]) -> Iterator[ReadClause]:
        points = code_points("".join(f"^{clause}$" for clause in clauses))
        clause = np.repeat(np.arange(len(clauses)), [len(one) + 2 for one in clauses])
        told, named = self._lexicon.longest(points)
        at = np.flatnonzero(told.words != NONE)
        words = told.words[at]
        counts = self._counts[words]
        inside = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        members = self._members[np.repeat(self._starts[words], counts) + inside]
        families = by_clause(members, np.repeat(clause[at], counts), len(clauses) - 1)
        return map(ReadClause, families, self._shapes.rows(points, clause, named))
