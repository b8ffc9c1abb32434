"""Fits a tagger of characters: softmax over hashed windows, by stochastic gradient with a rate for each weight."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.char_tagger import BITS, shares_of

EPOCHS = 6
_RATE, _DECAY, _FIRST = 0.15, 1e-6, 1e-2
_FINEST = 127
"""Steps of a stored weight: one byte."""

Weights = NDArray[np.float32]


def fit_tagger(
    codes: Sequence[NDArray[np.int64]], tags: Sequence[NDArray[np.int64]], *, classes: int, seed: int
) -> Weights:
    """Return weights; one entry of `codes` and `tags` a text. The later half of the epochs is averaged."""
    generator = np.random.default_rng(seed)
    weights = np.zeros((1 << BITS, classes), np.float32)
    squares, summed = np.full_like(weights, _FIRST), np.zeros_like(weights)
    order = np.arange(len(codes))
    for epoch in range(EPOCHS):
        generator.shuffle(order)
        for one in order.tolist():
            rows, slopes = _slopes(weights, codes[one], tags[one])
            squares[rows] += slopes**2
            weights[rows] -= _RATE * slopes / np.sqrt(squares[rows]) + _DECAY * weights[rows]
        if epoch >= EPOCHS // 2:
            summed += weights
    return (summed / (EPOCHS - EPOCHS // 2)).astype(np.float32)


def _slopes(weights: Weights, codes: NDArray[np.int64], tags: NDArray[np.int64]) -> tuple[NDArray[np.int64], Weights]:
    wrong = shares_of(weights, codes)
    wrong[np.arange(len(tags)), tags] -= 1
    rows, inverse = np.unique(codes.ravel(), return_inverse=True)
    spread = np.repeat(wrong, codes.shape[1], axis=0)
    columns = [np.bincount(inverse, spread[:, tag], len(rows)) for tag in range(weights.shape[1])]
    return rows, np.stack(columns, axis=1).astype(np.float32)


def write_tagger(weights: Weights, out: Path) -> None:
    """Write the weights as `CharTagger` reads them, a byte each."""
    out.mkdir(parents=True, exist_ok=True)
    scale = np.float32(np.abs(weights).max() / _FINEST)
    np.savez_compressed(out / "weights.npz", scaled=np.round(weights / scale).astype(np.int8), scale=scale)
