"""Shapes of clauses as rows of a vocabulary, for all clauses of many texts at once. numpy only."""

import re
from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from models.classifier.lexicon import NONE, Longest
from models.classifier.shapes import DIGITS, LONGEST_RUN, Shapes, is_class
from models.grams import FACTOR, KnownCodes

_LONGEST_CHAIN = 3
_PART = re.compile(r"<[^>]+>|.", re.DOTALL)
_FIRST_CLASS = 0x110000
"""Characters are numbered by their code points, classes of words from here on."""
_NUMBER = ord("#")
_PLANE = 0x10000
_DIGITS = np.zeros(_PLANE, np.bool_)
_DIGITS[[ord(digit) for digit in sorted(DIGITS)]] = True
_CHAIN = np.uint64(0xD1B54A32D192ED03)
"""Tells a chain of classes from a run of the same parts."""


class KnownShapes:
    """The shapes of a vocabulary that clauses hold."""

    def __init__(self, shapes: Shapes, words: Sequence[str]) -> None:
        """Take the shapes that training made and its vocabulary: runs begin with `~`, chains with `~>` or `~>>`."""
        split = [(row, _PART.findall(word.lstrip("~>")), word[1:2] == ">") for row, word in _shapes_among(words)]
        known = [(row, parts, chained) for row, parts, chained in split if len(parts) > 1]
        runs = [parts for _, parts, _ in known]
        classes = sorted(filter(is_class, set(chain.from_iterable(runs))))
        number = {name: _FIRST_CLASS + place for place, name in enumerate(classes)}
        other = _FIRST_CLASS + len(classes)
        self.words = {word: number.get(name, other) for word, name in shapes.class_of.items()}
        """The number of each word's class."""
        codes = _coded(runs, number)
        codes[[chained for _, _, chained in known]] ^= _CHAIN
        self._known = KnownCodes(codes, np.array([row for row, _, _ in known], np.int64))

    def rows(self, points: NDArray[np.uint64], clause: NDArray[np.int64], named: Longest) -> list[NDArray[np.int64]]:
        """Return the rows of each clause's shapes, given all clauses with their marks and the classes of words."""
        numbers, clause, last = *_parts(points, clause, named), int(clause[-1])
        classes = numbers >= _FIRST_CLASS
        among = np.flatnonzero(classes)
        runs, owners = _mixed(numbers, clause, classes | (numbers == _NUMBER), LONGEST_RUN)
        chains, heads = _mixed(numbers[among], clause[among], classes[among], _LONGEST_CHAIN)
        found = np.concatenate((runs, chains ^ _CHAIN))
        places = np.concatenate((clause[owners], clause[among[heads]]))
        known, rows = self._known.find(found)
        return by_clause(rows, places[known], last)


def _coded(runs: Sequence[Sequence[str]], classes: Mapping[str, int]) -> NDArray[np.uint64]:
    """Return the code of each run of parts, all of one length at once."""
    number = {part: classes.get(part) or ord(part) for part in set(chain.from_iterable(runs))}
    codes, lengths = np.zeros(len(runs), np.uint64), np.array(list(map(len, runs)), np.int64)
    for length in np.unique(lengths).tolist():
        places = np.flatnonzero(lengths == length).tolist()
        numbers = list(map(number.__getitem__, chain.from_iterable(runs[at] for at in places)))
        columns = np.array(numbers, np.uint64).reshape(len(places), length).T
        codes[places] = reduce(lambda mixed, column: (mixed * FACTOR) ^ column, columns)
    return codes


def by_clause(found: NDArray[np.int64], clause: NDArray[np.int64], last: int) -> list[NDArray[np.int64]]:
    """Return what was found apart for each clause up to the last."""
    order = np.argsort(clause, kind="stable")
    ends = [0, *np.searchsorted(clause[order], np.arange(1, last + 1)).tolist(), len(found)]
    found = found[order]
    return [found[start:end] for start, end in pairwise(ends)]


def _parts(
    points: NDArray[np.uint64], clause: NDArray[np.int64], named: Longest
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the clauses' parts, numbered, and the clause of each: the first word from the left counts."""
    digits = _DIGITS[np.minimum(points, _PLANE - 1)]
    numbers, kept = points.copy(), np.ones(len(points), np.bool_)
    rest, end = np.flatnonzero(~digits), 0
    after = rest[np.searchsorted(rest, np.flatnonzero(digits))].tolist()
    numeral = dict(zip(np.flatnonzero(digits).tolist(), after, strict=True))
    for place in np.flatnonzero(digits | (named.words != NONE)).tolist():
        if place < end:
            continue
        end = numeral.get(place) or place + int(named.lengths[place])
        numbers[place] = _NUMBER if place in numeral else named.words[place]
        kept[place + 1 : end] = False
    return numbers[kept], clause[kept]


def _shapes_among(words: Sequence[str]) -> list[tuple[int, str]]:
    return [(row, word) for row, word in enumerate(words) if word.startswith("~")]


def _mixed(
    numbers: NDArray[np.uint64], clause: NDArray[np.generic], general: NDArray[np.bool_], longest: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the codes of runs inside one clause with something general among them, and where each begins."""
    codes, places = [], []
    mixed, some = numbers, general
    for size in range(1, longest):
        mixed = (mixed[:-1] * FACTOR) ^ numbers[size:]
        some = some[:-1] | general[size:]
        inside = np.flatnonzero(some & (clause[:-size] == clause[size:]))
        codes.append(mixed[inside])
        places.append(inside)
    return np.concatenate(codes), np.concatenate(places)
