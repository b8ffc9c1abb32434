"""Characters in, a probability of each tag for every character out: hashed windows of characters. numpy only."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.base import ModelUnavailable

BITS = 17
"""Of a hashed feature: rows of weights, as a power of two."""
APART = "\n\n\n\n"
"""What stands between texts that are tagged at once: as wide as a window."""
_WIDE = 5
_SINGLE, _PAIR, _TRIPLE = range(-4, 5), range(-4, 4), range(-3, 2)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)

Symbols = NDArray[np.uint64]


def window_codes(text: str, streams: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return the hashed features of every character: what is around it, and the symbols beside it."""
    edge = np.full(_WIDE, 2, np.uint64)
    points = np.concatenate([edge, np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64), edge])

    def at(step: int) -> Symbols:
        return points[_WIDE + step : _WIDE + step + len(text)]

    columns = [_code(100 + step, at(step)) for step in _SINGLE]
    columns += [_code(200 + step, at(step), at(step + 1)) for step in _PAIR]
    columns += [_code(300 + step, at(step), at(step + 1), at(step + 2)) for step in _TRIPLE]
    told = [stream.astype(np.uint64) for stream in streams]
    for k, stream in enumerate(told):
        before, after = np.append(np.uint64(90), stream[:-1]), np.append(stream[1:], np.uint64(91))
        columns += [_code(400 + k, stream), _code(420 + k, before, stream)]
        columns += [_code(440 + k, stream, after), _code(460 + k, stream, at(0))]
        columns += [_code(500 + 20 * k + i, stream, other) for i, other in enumerate(told[k + 1 :])]
    return np.stack(columns, axis=1).astype(np.int64)


def _code(kind: int, *parts: Symbols) -> Symbols:
    mixed = np.full(len(parts[0]), kind, np.uint64) * _SPREAD
    for part in parts:
        mixed = (mixed ^ (mixed >> _SHIFT) ^ part) * _SPREAD
    return mixed >> np.uint64(64 - BITS)


class CharTagger:
    """A row of weights for each feature and tag; the first tag is nothing."""

    def __init__(self, folder: Path) -> None:
        """Load a trained folder.

        Raises:
            ModelUnavailable: a file is missing or does not fit.
        """
        try:
            with np.load(folder / "weights.npz") as arrays:
                self._weights = arrays["scaled"].astype(np.float32) * arrays["scale"]
            manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        except (OSError, KeyError, ValueError) as error:
            raise ModelUnavailable(f"no usable tagger in {folder}: {error}") from error
        self.name, self.revision = str(manifest["name"]), str(manifest["revision"])

    def shares(self, text: str, streams: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
        """Return each character's probability of each tag, shape (len(text), tags)."""
        return shares_of(self._weights, window_codes(text, streams))


def shares_of(weights: NDArray[np.float32], codes: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the probabilities that weights give to hashed features."""
    scores = weights[codes].sum(axis=1)
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float32)
