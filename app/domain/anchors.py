"""What every match of a regular expression must hold: a text without it need not be searched."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, reduce
from importlib import import_module
from operator import add
from typing import Any

from app.domain.patterns import compiled

_PARSER = import_module("re._parser")
"""The standard library's own reading of a pattern; where it reads one otherwise, the pattern has no anchors."""
_WIDEST_SET = 40
"""Characters of a class up to which each is an anchor."""
Anchors = frozenset[str]
"""Single characters and pairs: one of them is in every match. Empty where nothing can be said."""
NONE: Anchors = frozenset()


def anchors(pattern: str) -> Anchors:
    """Return characters and pairs of characters one of which stands in every match of a pattern."""
    return _of_sequence(_PARSER.parse(pattern))


@lru_cache(maxsize=128)
def held(text: str) -> Anchors:
    """Return a text's characters and pairs of characters; many patterns ask the same text one after the other."""
    return frozenset(text).union(map(add, text, text[1:]))


class Anchored:
    """A pattern that is searched for only in a text that holds what one of its alternatives needs."""

    def __init__(self, pattern: str) -> None:
        self.pattern = compiled(pattern)
        self.needed = anchors(pattern)
        self.ways = [_rarest_first(parts) for parts in _alternatives(pattern) if parts]
        """What a match of each alternative holds: one of the rarest anchors, and one of every other set."""

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Return every match, as a pattern does."""
        return self.pattern.finditer(text) if self.possible(held(text)) else iter(())

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first match, as a pattern does."""
        return self.pattern.search(text) if self.possible(held(text)) else None

    def possible(self, seen: Anchors) -> bool:
        """Tell whether a text that holds these may match."""
        if not self.needed:
            return True
        for rarest, others in self.ways:
            if rarest.isdisjoint(seen):
                continue
            for part in others:
                if part.isdisjoint(seen):
                    break
            else:
                return True
        return False


def _alternatives(pattern: str) -> list[list[Anchors]]:
    """Return what a match of each alternative of a pattern holds: one of every set."""
    items = list(_PARSER.parse(pattern))
    branched = len(items) == 1 and str(items[0][0]) == "BRANCH"
    return [_parts(branch) for branch in (items[0][1][1] if branched else [items])]


def _rarest_first(parts: Sequence[Anchors]) -> tuple[Anchors, list[Anchors]]:
    first, *others = sorted(parts, key=_commonness)
    return first, others


def _of_sequence(items: Iterable[Any]) -> Anchors:
    """Return the best anchors among the parts of a sequence."""
    return reduce(_better, _parts(items), NONE)


def _parts(items: Iterable[Any]) -> list[Anchors]:
    """Return the anchors of the parts of a sequence that have some: each part is in every match."""
    found: list[Anchors] = []
    run = ""
    for operation, value in items:
        if str(operation) == "LITERAL":
            run += chr(value)
            continue
        found += _of_run(run)
        run = ""
        found += _of_part(str(operation), value)
    return [part for part in (*found, *_of_run(run)) if part]


def _of_part(operation: str, value: Any) -> list[Anchors]:
    if operation == "SUBPATTERN":
        return _parts(value[-1])
    if operation == "BRANCH":
        return [_of_branches([_of_sequence(branch) for branch in value[1]])]
    if operation == "IN":
        return [_of_class(value)]
    if operation in ("MAX_REPEAT", "MIN_REPEAT") and value[0] > 0:
        return _parts(value[2])
    return []


def _of_run(run: str) -> list[Anchors]:
    pairs = [run[at : at + 2] for at in range(len(run) - 1)] or [run] * bool(run)
    return [frozenset({pair}) for pair in pairs]


def _of_branches(branches: Sequence[Anchors]) -> Anchors:
    return frozenset().union(*branches) if all(branches) else NONE


def _of_class(members: Sequence[Any]) -> Anchors:
    literal = [chr(value) for operation, value in members if str(operation) == "LITERAL"]
    return frozenset(literal) if len(literal) == len(members) <= _WIDEST_SET else NONE


def _better(one: Anchors, other: Anchors) -> Anchors:
    """Return the rarer of two: pairs before single characters, fewer before more."""
    return min((one, other), key=_commonness)


def _commonness(found: Anchors) -> tuple[bool, int, int]:
    return not found, sum(len(anchor) == 1 for anchor in found), len(found)
