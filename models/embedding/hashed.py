"""Texts to vectors by signed hashing of character n-grams: no training, no weights, numpy only."""

import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


class HashedEmbedder:
    """Character 2- and 3-grams hashed into `dimensions`, sublinear counts, unit length."""

    name = "hashed-ngrams"

    def __init__(self, dimensions: int = 1024) -> None:
        self.dimensions = dimensions

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an array of shape (len(texts), dimensions), rows of length 1 (or 0 for an empty text)."""
        return np.stack([self._one(text) for text in texts])

    def _one(self, text: str) -> NDArray[np.float32]:
        folded = "".join(text.split())
        counts: dict[str, int] = {}
        for length in (2, 3):
            for start in range(len(folded) - length + 1):
                gram = folded[start : start + length]
                counts[gram] = counts.get(gram, 0) + 1
        vector = np.zeros(self.dimensions, dtype=np.float32)
        for gram, count in counts.items():
            code = _hash(gram)
            vector[code % self.dimensions] += (1.0 if code & 0x80000000 else -1.0) * (1 + np.log(count))
        length_of = float(np.linalg.norm(vector))
        return vector / length_of if length_of else vector


@lru_cache(maxsize=100_000)
def _hash(gram: str) -> int:
    return zlib.crc32(gram.encode())
