"""Texts to what is rare in them: hashed character pairs weighted by rarity, as codes to compare and as a vector."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.model_folder import arrays_in, usable

BUCKETS = 1 << 17
KEPT = 24
"""Rarest pairs of a text that are kept as codes."""
_OTHER = re.compile(r"[\W_]")
_MIX = np.uint64(0x9E3779B97F4A7C15)
_FINISH = np.uint64(0xBF58476D1CE4E5B9)


class RareGrams:
    """Character pairs of letters and figures; how rare each is comes from a table that a training run wrote.

    The same text gives the same codes in every process: they depend on code points alone.
    """

    name = "rare-pairs"

    def __init__(self, rarity: NDArray[np.float32], dimensions: int = 256) -> None:
        self.rarity = rarity
        self.dimensions = dimensions

    @classmethod
    def load(cls, folder: Path) -> "RareGrams":
        """Read the table of a trained model; raises ModelUnavailable."""
        with usable(folder), arrays_in(folder / "weights.npz") as saved:
            return cls(saved["rarity"].astype(np.float32) / 16)

    def encode(self, texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
        """Return the rarest pairs of each text (codes, 0 where there are fewer) and its unit vector."""
        owner, codes = pairs_of(texts)
        count = len(texts)
        once = np.unique((owner.astype(np.uint64) << np.uint64(32)) | codes)
        owner, codes = (once >> np.uint64(32)).astype(np.int64), (once & np.uint64(0xFFFFFFFF)).astype(np.uint32)
        weight = self.rarity[codes % BUCKETS]
        return _rarest(owner, codes, weight, count), self._vectors(owner, codes, weight, count)

    def _vectors(
        self, owner: NDArray[np.int64], codes: NDArray[np.uint32], weight: NDArray[np.float32], count: int
    ) -> NDArray[np.float32]:
        mixed = codes.astype(np.uint64) * _FINISH
        sign = np.where(mixed >> np.uint64(63), 1.0, -1.0)
        cell = owner * self.dimensions + ((mixed >> np.uint64(40)) % np.uint64(self.dimensions)).astype(np.int64)
        summed = np.bincount(cell, weights=sign * weight, minlength=count * self.dimensions)
        vectors = summed.reshape(count, self.dimensions)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(norms, norms, 1), dtype=np.float32)


def pairs_of(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Return, for every pair of neighbouring letters or figures, which text it stands in and its code (never 0)."""
    joined = "\n".join(_OTHER.sub(" ", text.lower()) for text in texts)
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    if len(points) < 2:
        return np.zeros(0, np.int64), np.zeros(0, np.uint32)
    owner = np.cumsum(points == ord("\n"))[:-1]
    inside = (points[:-1] > ord(" ")) & (points[1:] > ord(" "))
    mixed = (points[:-1] * _MIX ^ points[1:]) * _FINISH
    codes = ((mixed >> np.uint64(32)) | np.uint64(1)).astype(np.uint32)
    return owner[inside], codes[inside]


def _rarest(
    owner: NDArray[np.int64], codes: NDArray[np.uint32], weight: NDArray[np.float32], count: int
) -> NDArray[np.uint32]:
    order = np.lexsort((codes, -weight, owner))
    sorted_owner = owner[order]
    start = np.searchsorted(sorted_owner, np.arange(count))
    rank = np.arange(len(order)) - start[sorted_owner]
    kept = rank < KEPT
    rarest = np.zeros((count, KEPT), np.uint32)
    rarest[sorted_owner[kept], rank[kept]] = codes[order][kept]
    return rarest
