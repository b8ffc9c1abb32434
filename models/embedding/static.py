"""Texts to vectors by a trained table of character n-grams: numpy only, some tens of microseconds a text."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.grams import LONGEST, KnownGrams
from models.model_folder import arrays_in, read_manifest, read_vocabulary, usable

LENGTHS = range(1, LONGEST + 1)
_TOGETHER, _AT_ONCE = 8, 500
"""Texts from which the work is done for all at once, and how many at a time."""
_RECENT = 64
"""Texts whose vectors are kept: a new ticket is first looked up, then made findable."""


class StaticEmbedder:
    """Sublinear counts of known n-grams, weighted by rarity, projected to `dimensions`, unit length."""

    name = "static-ngrams"

    def __init__(self, words: Sequence[str], table: NDArray[np.floating], *, revision: str = "") -> None:
        self._table = table.astype(np.float32)
        self._known = KnownGrams(words)
        self.dimensions = int(self._table.shape[1])
        self.revision = revision
        self._recent = lru_cache(maxsize=_RECENT)(self._one)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Load what a training run wrote; raises ModelUnavailable."""
        with usable(folder):
            words = read_vocabulary(folder)
            revision = str(read_manifest(folder)["revision"])
            with arrays_in(folder / "weights.npz") as saved:
                table = saved["table"].astype(np.float32)
                if "scale" in saved:
                    table *= saved["scale"][:, None]
                return cls(words, table, revision=revision)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an array of shape (len(texts), dimensions), rows of length 1 (or 0 for unknown text)."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        if len(texts) < _TOGETHER:
            return np.stack([self._recent(text) for text in texts])
        parts = [self._many(texts[start : start + _AT_ONCE]) for start in range(0, len(texts), _AT_ONCE)]
        return np.concatenate(parts)

    def _one(self, text: str) -> NDArray[np.float32]:
        counts = Counter(self._known.rows(text))
        if not counts:
            return np.zeros(self.dimensions, dtype=np.float32)
        weights = 1 + np.log(np.fromiter(counts.values(), np.float32))
        vector = weights @ self._table[list(counts)]
        norm = float(np.linalg.norm(vector))
        return np.asarray(vector / norm if norm else vector, dtype=np.float32)

    def _many(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Do as `_one` does, for all texts at once."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        texts_of, rows, counts = self._known.counted([text.replace("\n", " ") for text in texts])
        weighted = self._table[rows] * (1 + np.log(counts.astype(np.float32)))[:, None]
        starts = np.flatnonzero(np.diff(texts_of, prepend=-1))
        if len(starts):
            vectors[texts_of[starts]] = np.add.reduceat(weighted, starts)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(norms, norms, 1), np.float32)


def grams(text: str) -> list[str]:
    """Return the character n-grams of letters and figures."""
    return [
        text[i : i + length]
        for length in LENGTHS
        for i in range(len(text) - length + 1)
        if text[i : i + length].isalnum()
    ]
