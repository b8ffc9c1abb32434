"""Candidates in, the probability of each that it is the right one out; what is left is that none is. numpy only."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from models.model_folder import arrays_in, read_manifest, usable

BUCKETS = 1 << 16
"""Weights for hashed words: those that share a bucket share a weight."""


class ChoiceLayer(NamedTuple):
    """One weight a feature, one a bucket of hashed words, and what every candidate starts from."""

    features: NDArray[np.floating]
    words: NDArray[np.floating]
    bias: float

    def odds(self, features: NDArray[np.float32], words: Sequence[Iterable[str]]) -> NDArray[np.floating]:
        """Return the log odds of candidates: one row of features and one group of words each."""
        told = np.array([self.words[buckets(own)].sum() for own in words], self.words.dtype)
        return np.asarray(features @ self.features + told + self.bias)


class ChoiceModel:
    """Weighs candidates by a trained layer; no candidate at all has the odds 1."""

    def __init__(self, folder: Path) -> None:
        """Load a trained folder.

        Raises:
            ModelUnavailable: a file is missing or does not fit the others.
        """
        with usable(folder):
            with arrays_in(folder / "weights.npz") as arrays:
                words = arrays["words"].astype(np.float32) * arrays["scale"]
                self._layer = ChoiceLayer(arrays["features"], words, float(arrays["bias"]))
            manifest = read_manifest(folder)
            self.name, self.revision = str(manifest["name"]), str(manifest["revision"])

    def shares(self, features: NDArray[np.float32], words: Sequence[Iterable[str]]) -> NDArray[np.float32]:
        """Return the probability of each candidate: one row of features and one group of words each."""
        return shares_of(self._layer.odds(features, words))


def buckets(words: Iterable[str]) -> list[int]:
    """Return the buckets of words, each once, in order."""
    return sorted({crc32(word.encode("utf-8", "surrogatepass")) % BUCKETS for word in words})


def shares_of(odds: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the shares that log odds stand for, beside none with the odds 1."""
    highest = max(float(odds.max(initial=0)), 0)
    raised = np.exp(odds - highest)
    return np.asarray(raised / (raised.sum() + np.exp(-highest)), np.float32)
