"""Shapes of clauses: classes of words stand in the words' places, so that one shape is learnt for all of a class.

城管把我的秤拉走了 and 执法队把俺的摊子拖走了 are `organ 把 me goods seize 了`; with 物业 in front it is another shape.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import compress, pairwise
from operator import add, or_

DIGITS = frozenset("0123456789一二三四五六七八九十两几百千万")
_NUMBER = re.compile(f"[{''.join(sorted(DIGITS))}]+")
LONGEST_RUN = 4
"""Parts of a shape that are counted together."""


class Shapes:
    """The shapes of clauses under given classes of words."""

    def __init__(self, classes: Mapping[str, str]) -> None:
        """Take the words of each class, separated by spaces; the first class that has a word keeps it."""
        self.class_of: dict[str, str] = {}
        for name, members in classes.items():
            for word in members.split():
                self.class_of.setdefault(word, f"<{name}>")
        lengths: dict[str, set[int]] = {}
        for word in self.class_of:
            lengths.setdefault(word[0], set()).add(len(word))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}
        self._begins = frozenset(self._lengths).union(DIGITS)

    def in_clause(self, plain: str) -> list[str]:
        """Return runs of a clause's shape, and which class follows on which, whatever stands between."""
        if not self.class_of:
            return []
        shape = self.parts(plain)
        named = [part for part in shape if is_class(part)]
        chains = [f"~>{one}{other}" for one, other in pairwise(named)]
        return [
            *_runs(shape),
            *chains,
            *(f"~>{chain[1:]}{third}" for chain, third in zip(chains, named[2:], strict=False)),
        ]

    def parts(self, plain: str) -> list[str]:
        """Return a clause's characters, classes in the place of words and one mark in the place of a number."""
        parts = ["^"]
        place, begins = 0, self._begins
        while place < len(plain):
            part, length = self._at(plain, place) if plain[place] in begins else (plain[place], 1)
            parts.append(part)
            place += length
        parts.append("$")
        return parts

    def _at(self, plain: str, place: int) -> tuple[str, int]:
        """Return the number, the class of the longest word or the character at a place, and its length."""
        if plain[place] in DIGITS and (number := _NUMBER.match(plain, place)):
            return "#", number.end() - place
        for length in self._lengths.get(plain[place], ()):
            if name := self.class_of.get(plain[place : place + length]):
                return name, length
        return plain[place], 1


def is_class(part: str) -> bool:
    """Say whether a part of a shape stands for a class of words."""
    return len(part) > 1


def is_run(feature: str) -> bool:
    """Say whether a feature is a run of a shape."""
    return feature[:1] == "~" and feature[1:2] not in ("", ">")


def _runs(shape: list[str]) -> list[str]:
    """Return the runs of two parts and more with a class or a number among them."""
    general = [is_class(part) or part == "#" for part in shape]
    runs, named = [f"~{part}" for part in shape], general
    found: list[str] = []
    for size in range(1, LONGEST_RUN):
        runs = list(map(add, runs, shape[size:]))
        named = list(map(or_, named, general[size:]))
        found += compress(runs, named)
    return found


def shapes_of(clauses: Sequence[str], shapes: Shapes) -> list[str]:
    """Return the features of all clauses of a text."""
    return [feature for clause in clauses for feature in shapes.in_clause(clause)]
