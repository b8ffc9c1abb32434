"""Lexical match over the duty catalogue: which clause of which function says most of a matter (BM25 on pairs)."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.domain.unit import Function

Floats = NDArray[np.float64]
SATURATION = 1.2
LENGTH_SHARE = 0.4
"""BM25's k1 and b: duties are short, so their length says little."""


class DutyIndex:
    """Every duty's text and keywords as a short document."""

    def __init__(self, functions: Sequence[Function]) -> None:
        self._owners = np.array([i for i, f in enumerate(functions) for _ in f.duties])
        self._own = [np.flatnonzero(self._owners == i) for i in range(len(functions))]
        self._ids = [duty.id for f in functions for duty in f.duties]
        self._texts = ["，".join((d.text, *d.keywords)) for f in functions for d in f.duties]
        documents = [Counter(pairs(text)) for text in self._texts]
        lengths = np.array([sum(document.values()) for document in documents], dtype=np.float64)
        spread = 1 - LENGTH_SHARE + LENGTH_SHARE * lengths / lengths.mean()
        holders: dict[str, list[tuple[int, int]]] = {}
        for i, document in enumerate(documents):
            for pair, count in document.items():
                holders.setdefault(pair, []).append((i, count))
        self._postings = {}
        for pair, found in holders.items():
            rows = np.array([i for i, _ in found])
            counts = np.array([count for _, count in found], dtype=np.float64)
            rarity = np.log(1 + (len(documents) - len(found) + 0.5) / (len(found) + 0.5))
            weights = rarity * counts * (SATURATION + 1) / (counts + SATURATION * spread[rows])
            self._postings[pair] = (rows, weights)

    def match(self, text: str) -> Floats:
        """Return every duty's score."""
        found = [self._postings[pair] for pair in dict.fromkeys(pairs(text)) if pair in self._postings]
        if not found:
            return np.zeros(len(self._ids))
        rows, weights = map(np.concatenate, zip(*found, strict=True))
        # Added up in the order of the text: sums of floats depend on it.
        return np.bincount(rows, weights, len(self._ids)).astype(np.float64, copy=False)

    def view(self, scores: Floats) -> Floats:
        """Return a distribution over functions: each counts its best duty (all zero where nothing matches)."""
        best = np.zeros(len(self._own))
        np.maximum.at(best, self._owners, scores)
        squared = best**2
        return squared / squared.sum() if squared.any() else squared

    def cited(self, function: int, scores: Floats, words: Sequence[str]) -> tuple[str, ...]:
        """Return the function's duty that names most of the words it was known by; then the one that says most."""

        def said(i: int) -> tuple[int, float]:
            return sum(len(word) for word in words if word in self._texts[i]), float(scores[i])

        best = max((int(i) for i in self._own[function]), key=said)
        return (self._ids[best],) if any(said(best)) else ()


def pairs(text: str) -> list[str]:
    """Return a text's pairs of neighbouring characters, in order."""
    return [text[i : i + 2] for i in range(len(text) - 1)]
