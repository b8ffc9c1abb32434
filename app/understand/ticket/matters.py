"""What a matter is called and what is asked for, in official words: rows of `rules/matters.yaml` that the call bears out."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.domain.patterns import compiled
from app.domain.reference_rules import Matter
from app.understand.ticket.clauses import Clause, informative

_LEAST = 0.15
"""Probability of a row's category leaves from which the demand may be about it."""
_ANY_LEAF = 0.3
"""What stands for that probability in a row without leaves."""
_MOST_SAID = 0.4
"""Most that `_heard` returns."""


class Named(NamedTuple):
    """A row that fits, and the clauses that speak of it."""

    matter: Matter
    said: re.Pattern[str]
    clauses: tuple[Clause, ...]


class MatterNamer:
    """Finds the row of the table that a demand is about."""

    def __init__(self, matters: Sequence[Matter], leaf_codes: Sequence[str]) -> None:
        self._rows = tuple((matter, compiled(matter.said)) for matter in matters)
        own = [[i for i, code in enumerate(leaf_codes) if code.startswith(matter.leaves)] for matter in matters]
        self._leaves = np.array([leaf for leaves in own for leaf in leaves], np.int64)
        self._row_of_leaf = np.repeat(np.arange(len(own)), [len(leaves) for leaves in own])
        self._without = np.array([_ANY_LEAF if not matter.leaves else 0.0 for matter in matters])

    def name(self, clauses: Sequence[Clause], shares: NDArray[np.float64]) -> Named | None:
        """Return the row that fits best, or None; `shares` holds the demand's probability of each category leaf."""
        told = informative(clauses)
        best: tuple[float, Matter, re.Pattern[str]] | None = None
        rows = zip(self._rows, self._likely(shares).tolist(), strict=True)
        for (matter, said), likely in rows:
            if likely < _LEAST or (best and likely + _MOST_SAID < best[0]):
                continue
            score = likely + _heard(told, said)
            if score > likely and (best is None or score > best[0]):
                best = (score, matter, said)
        if best is None:
            return None
        _, matter, said = best
        speaking = tuple(c for c in told if said.search(c.text)) or tuple(told[:1])
        return Named(matter, said, speaking[:3])

    def _likely(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of each row's likeliest leaf."""
        likely = self._without.copy()
        np.maximum.at(likely, self._row_of_leaf, shares[self._leaves])
        return likely


def _heard(told: Sequence[Clause], said: re.Pattern[str]) -> float:
    """Return how much of a demand speaks of a row: often, early and at length count; 0 where nothing does."""
    found = [(i, match) for i, clause in enumerate(told) if (match := said.search(clause.text))]
    if not found:
        return 0.0
    early = 1 - found[0][0] / len(told)
    longest = max(len(match.group()) for _, match in found)
    return 0.02 + min(0.06 * len(found), 0.18) + 0.1 * early + 0.01 * min(longest, 10)
