"""Shapes of clauses: classes of words stand in the words' places, so that one shape is learnt for all of a class.

城管把我的秤拉走了 and 执法队把俺的摊子拖走了 are `organ 把 me goods seize 了`; with 物业 in front it is another shape.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

_NUMBER = re.compile(r"[0-9一二三四五六七八九十两几百千万]+")
_SIZES = (2, 3, 4)
"""Of runs of a shape that are counted, where a class or a number stands in one."""


class Shapes:
    """The shapes of clauses under given classes of words."""

    def __init__(self, classes: Mapping[str, str]) -> None:
        """Take the words of each class, separated by spaces; the first class that has a word keeps it."""
        self._class: dict[str, str] = {}
        for name, members in classes.items():
            for word in members.split():
                self._class.setdefault(word, f"<{name}>")
        lengths: dict[str, set[int]] = {}
        for word in self._class:
            lengths.setdefault(word[0], set()).add(len(word))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def in_clause(self, plain: str) -> list[str]:
        """Return runs of a clause's shape, and which class follows on which, whatever stands between."""
        if not self._class:
            return []
        shape = ["^", *self._shape(plain), "$"]
        found = [
            "~" + "".join(run)
            for size in _SIZES
            for run in zip(*(shape[start:] for start in range(size)), strict=False)
            if any(part[0] in "<#" for part in run)
        ]
        named = [part for part in shape if part[0] == "<"]
        found += [f"~>{one}{other}" for one, other in pairwise(named)]
        return found + [
            f"~>>{one}{other}{third}" for one, other, third in zip(named, named[1:], named[2:], strict=False)
        ]

    def _shape(self, plain: str) -> Iterator[str]:
        place = 0
        while place < len(plain):
            if number := _NUMBER.match(plain, place):
                yield "#"
                place = number.end()
                continue
            part, length = self._at(plain, place)
            yield part
            place += length

    def _at(self, plain: str, place: int) -> tuple[str, int]:
        """Return the class of the longest word at a place, or the character there, and its length."""
        for length in self._lengths.get(plain[place], ()):
            if name := self._class.get(plain[place : place + length]):
                return name, length
        return plain[place], 1


def shapes_of(clauses: Sequence[str], shapes: Shapes) -> list[str]:
    """Return the features of all clauses of a text."""
    return [feature for clause in clauses for feature in shapes.in_clause(clause)]
