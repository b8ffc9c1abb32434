"""Characters in, a probability of each tag for every character out: hashed windows of characters. numpy only."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.base import ModelUnavailable

BITS = 17
"""Of a hashed feature: rows of weights, as a power of two."""
APART = "\n\n\n\n"
"""What stands between texts that are tagged at once: as wide as a window."""
_WIDE = 5
_STEPS = (range(-4, 5), range(-4, 4), range(-3, 2))
"""Where a single character, a pair and three in a row begin, counted from the one that is tagged."""
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)

Symbols = NDArray[np.uint64]


def window_codes(text: str, streams: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return the hashed features of every character: what is around it, and the symbols beside it."""
    size, told = len(text), np.array(streams, np.uint64).reshape(len(streams), len(text))
    edge = np.full(_WIDE, 2, np.uint64)
    points = np.concatenate([edge, np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64), edge])
    shifted = np.lib.stride_tricks.sliding_window_view(points, size)
    groups = []
    for extra, steps in enumerate(_STEPS):
        first = _WIDE + np.array(steps)
        kinds = 100 * (extra + 1) + np.array(steps)
        groups.append(_codes(kinds, *(shifted[first + more] for more in range(extra + 1))))
    before = np.concatenate([np.full((len(told), 1), 90, np.uint64), told[:, :-1]], axis=1)
    after = np.concatenate([told[:, 1:], np.full((len(told), 1), 91, np.uint64)], axis=1)
    own = np.broadcast_to(points[_WIDE : _WIDE + size], told.shape)
    places, one, other = np.arange(len(told)), *_each_two(len(told))
    groups += [
        _codes(400 + places, told),
        _codes(420 + places, before, told),
        _codes(440 + places, told, after),
        _codes(460 + places, told, own),
        _codes(500 + 20 * one + other - one - 1, told[one], told[other]),
    ]
    return np.ascontiguousarray(np.concatenate(groups).T.view(np.int64))


@cache
def _each_two(count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and the second of every two of so many."""
    one, other = np.triu_indices(count, 1)
    return one, other


def _codes(kinds: NDArray[np.int64], *parts: Symbols) -> Symbols:
    """Return one row of hashes a kind, of its row of each part."""
    mixed = np.broadcast_to(kinds.astype(np.uint64)[:, None] * _SPREAD, parts[0].shape)
    for part in parts:
        mixed = (mixed ^ (mixed >> _SHIFT) ^ part) * _SPREAD
    return mixed >> np.uint64(64 - BITS)


class CharTagger:
    """A row of weights for each feature and tag of every head; the first tag of a head is nothing."""

    def __init__(self, folder: Path) -> None:
        """Load a trained folder.

        Raises:
            ModelUnavailable: a file is missing or does not fit.
        """
        try:
            with np.load(folder / "weights.npz") as arrays:
                weights = arrays["scaled"].astype(np.float32) * arrays["scale"]
            manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        except (OSError, KeyError, ValueError) as error:
            raise ModelUnavailable(f"no usable tagger in {folder}: {error}") from error
        ends = np.cumsum(manifest["heads"])
        self._heads = tuple(np.asfortranarray(part) for part in np.split(weights, ends[:-1], axis=1))
        self.name, self.revision = str(manifest["name"]), str(manifest["revision"])

    def shares(self, codes: NDArray[np.int64]) -> tuple[NDArray[np.float32], ...]:
        """Return each character's probability of each tag, shape (characters, tags), of every head."""
        return tuple(shares_of(weights, codes) for weights in self._heads)


def shares_of(weights: NDArray[np.float32], codes: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the probabilities that weights give to hashed features."""
    scores = np.stack([column.take(codes).sum(axis=1) for column in weights.T], axis=1)
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float32)
