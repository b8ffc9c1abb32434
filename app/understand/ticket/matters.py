"""What a matter is called and what is asked for, in official words: rows of `rules/matters.yaml` that the call bears out."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.domain.patterns import compiled
from app.domain.reference_rules import Matter, MatterRules
from app.understand.ticket.clauses import Clause, informative

_LEAST = 0.15
"""Probability of a row's category leaves from which the demand may be about it."""
_ANY_LEAF = 0.3
"""What stands for that probability in a row without leaves."""
_PIECE = re.compile(r"[，、,]")
MOST_ROWS = 4
"""Rows that may name a demand."""


class Named(NamedTuple):
    """A row that fits, and the clauses that speak of it."""

    matter: Matter
    said: re.Pattern[str]
    clauses: tuple[Clause, ...]
    remedies: tuple[str, ...]
    """The pieces of its remedy that the demand bears out."""


class MatterNamer:
    """Finds the rows of the table that a demand may be about."""

    def __init__(self, rules: MatterRules, leaf_codes: Sequence[str]) -> None:
        matters = rules.matters
        self._claims = tuple((compiled(claim.deed), compiled(claim.said)) for claim in rules.claims)
        self._rows = tuple((matter, compiled(matter.said)) for matter in matters)
        own = [[i for i, code in enumerate(leaf_codes) if code.startswith(matter.leaves)] for matter in matters]
        self._leaves = np.array([leaf for leaves in own for leaf in leaves], np.int64)
        self._row_of_leaf = np.repeat(np.arange(len(own)), [len(leaves) for leaves in own])
        self._without = np.array([_ANY_LEAF if not matter.leaves else 0.0 for matter in matters])

    def fitting(self, clauses: Sequence[Clause], shares: NDArray[np.float64]) -> tuple[Named, ...]:
        """Return the rows that fit, best first; `shares` holds the demand's probability of each category leaf."""
        told = informative(clauses)
        found = []
        likely = self._likely(shares)
        for i in np.flatnonzero(likely >= _LEAST).tolist():
            said = self._rows[i][1]
            if heard := _heard(told, said):
                found.append((float(likely[i]) + heard, -i))
        return tuple(self._named(-i, told) for _, i in sorted(found, reverse=True)[:MOST_ROWS])

    def _named(self, row: int, told: Sequence[Clause]) -> Named:
        matter, said = self._rows[row]
        speaking = tuple(c for c in told if said.search(c.text)) or tuple(told[:1])
        unsaid = self.unsaid(told)
        remedies = tuple(piece for piece in _PIECE.split(matter.remedy) if not any(d.search(piece) for d in unsaid))
        return Named(matter, said, speaking[:3], remedies)

    def unsaid(self, told: Sequence[Clause]) -> tuple[re.Pattern[str], ...]:
        """Return the claims that a demand does not speak of."""
        text = "，".join(clause.text for clause in told)
        return tuple(deed for deed, said in self._claims if not said.search(text))

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
