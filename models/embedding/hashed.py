"""Texts to vectors by signed hashing of character n-grams: no training, no weights, numpy only."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LENGTHS = (2, 3)
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)


class HashedEmbedder:
    """Character 2- and 3-grams hashed into `dimensions`, sublinear counts, unit length.

    The same text gives the same vector in every process: the hash depends on code points alone.
    """

    name = "hashed-ngrams"

    def __init__(self, dimensions: int = 512) -> None:
        self.dimensions = dimensions

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an array of shape (len(texts), dimensions), rows of length 1 (or 0 for an empty text)."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return np.stack([_vector(text, self.dimensions) for text in texts])


@lru_cache(maxsize=64)
def _vector(text: str, dimensions: int) -> NDArray[np.float32]:
    """Return one text's vector; a ticket's text is asked for again when it is kept."""
    folded = "".join(text.split())
    points = np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    codes, counts = np.unique(np.concatenate([_hashes(points, length) for length in LENGTHS]), return_counts=True)
    signs = np.where(codes >> np.uint64(63), 1.0, -1.0)
    buckets = (codes % np.uint64(dimensions)).astype(np.int64)
    vector = np.bincount(buckets, weights=signs * (1 + np.log(counts)), minlength=dimensions)
    norm = float(np.linalg.norm(vector))
    return np.asarray(vector / norm if norm else vector, dtype=np.float32)


def _hashes(points: NDArray[np.uint64], length: int) -> NDArray[np.uint64]:
    """Return a 64-bit hash of every window of `length` code points; arithmetic wraps on purpose."""
    windows = max(0, len(points) - length + 1)
    codes = np.full(windows, length, dtype=np.uint64)
    for offset in range(length):
        codes = (codes + points[offset : offset + windows] + _STEP) * _MIX
        codes ^= codes >> np.uint64(31)
    return codes
