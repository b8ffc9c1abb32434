"""Characters in, a probability of each tag for every character out: hashed windows of characters. numpy only."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.model_folder import arrays_in, read_manifest, usable

BITS = 17
"""Of a hashed feature: rows of weights, as a power of two."""
APART = "\n\n\n\n"
"""What stands between texts that are tagged at once: as wide as a window."""
_WIDE = 5
_STEPS = ((-4, 9), (-4, 8), (-3, 5))
"""Where single characters, pairs and three in a row begin, counted from the one that is tagged, and how many."""
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
    for extra, (first, count) in enumerate(_STEPS):
        begins = [_WIDE + first + more for more in range(extra + 1)]
        groups.append(_codes(_kinds(100 * (extra + 1) + first, count), *(shifted[at : at + count] for at in begins)))
    before = np.concatenate([np.full((len(told), 1), 90, np.uint64), told[:, :-1]], axis=1)
    after = np.concatenate([told[:, 1:], np.full((len(told), 1), 91, np.uint64)], axis=1)
    one, other, kinds = _each_two(len(told))
    groups += [
        _codes(_kinds(400, len(told)), told),
        _codes(_kinds(420, len(told)), before, told),
        _codes(_kinds(440, len(told)), told, after),
        _codes(_kinds(460, len(told)), told, points[_WIDE : _WIDE + size]),
        _codes(kinds, told[one], told[other]),
    ]
    return np.ascontiguousarray((np.concatenate(groups) >> np.uint64(64 - BITS)).T).view(np.int64)


@cache
def _kinds(first: int, count: int) -> Symbols:
    """Return what each of several kinds of features, numbered one after the other, begins with."""
    return _begun(first + np.arange(count))


@cache
def _each_two(count: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Symbols]:
    """Return the first and the second of every two of so many, and what the features of each two begin with."""
    one, other = np.triu_indices(count, 1)
    return one, other, _begun(500 + 20 * one + other - one - 1)


def _begun(kinds: NDArray[np.int64]) -> Symbols:
    begun = kinds.astype(np.uint64)[:, None] * _SPREAD
    return begun ^ (begun >> _SHIFT)


def _codes(begun: Symbols, first: Symbols, *others: Symbols) -> Symbols:
    """Return one row of hashes a kind, of its row of each part."""
    mixed = (begun ^ first) * _SPREAD
    for part in others:
        mixed ^= mixed >> _SHIFT
        mixed ^= part
        mixed *= _SPREAD
    return mixed


class CharTagger:
    """A row of weights for each feature and tag of every head; the first tag of a head is nothing."""

    def __init__(self, *folders: Path) -> None:
        """Load trained folders, whose heads are asked together: a feature's weights for all of them stand in one row.

        Raises:
            ModelUnavailable: a file is missing or does not fit.
        """
        read = [_read(folder) for folder in folders]
        self._weights = np.ascontiguousarray(np.hstack([weights for weights, _ in read]))
        ends = np.cumsum([tags for _, heads in read for tags in heads]).tolist()
        self._heads = tuple(slice(start, end) for start, end in pairwise([0, *ends]))

    def shares(self, codes: NDArray[np.int64]) -> tuple[NDArray[np.float32], ...]:
        """Return each character's probability of each tag, shape (characters, tags), of every head."""
        scores = _summed(self._weights, codes)
        return tuple(_softmax(scores[:, head]) for head in self._heads)


def _read(folder: Path) -> tuple[NDArray[np.float32], list[int]]:
    """Return a folder's weights, and how many tags each of its heads has."""
    with usable(folder):
        with arrays_in(folder / "weights.npz") as arrays:
            weights = arrays["scaled"].astype(np.float32) * arrays["scale"]
        return weights, read_manifest(folder)["heads"]


def shares_of(weights: NDArray[np.float32], codes: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the probabilities that weights give to hashed features."""
    return _softmax(_summed(weights, codes))


def _summed(weights: NDArray[np.float32], codes: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the sum of each character's weights, shape (characters, tags)."""
    by_tag = np.ascontiguousarray(weights.take(codes, axis=0).transpose(2, 0, 1))
    return np.asarray(by_tag.sum(axis=2).T)


def _softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float32)
