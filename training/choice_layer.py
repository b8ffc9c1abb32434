"""Fits what chooses one of several candidates, or none, as `ChoiceModel` reads it: a softmax over each group."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

from models.classifier.choice import BUCKETS, ChoiceLayer, buckets

_LEAST_SEEN = 2
"""Candidates that must hold a word before it has a weight."""
_FINEST, _STEPS = 127, 300

Floats = NDArray[np.float64]


def fit_choice(
    features: NDArray[np.float32],
    words: Sequence[Sequence[str]],
    right: NDArray[np.bool_],
    group: NDArray[np.int64],
    *,
    penalty: float,
) -> ChoiceLayer:
    """Fit on candidates that stand group by group; where none of a group is right, none is to be chosen.

    Args:
        features: one row a candidate.
        words: the words of each candidate.
        right: whether a candidate is right; of several, any will do.
        group: which group a candidate belongs to, ascending.
        penalty: of the squared weights of scaled features and of words.
    """
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    table = sparse.hstack([sparse.csr_matrix((features - mean) / spread), _table(words)]).tocsr()
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    of = np.cumsum(np.r_[False, group[1:] != group[:-1]])
    lost = np.add.reduceat(right, starts) == 0

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = table @ weights[:-1] + weights[-1]
        highest = np.maximum(np.maximum.reduceat(scores, starts), 0)
        raised, none = np.exp(scores - highest[of]), np.exp(-highest)
        total = none + np.add.reduceat(raised, starts)
        wanted = np.where(lost, none, np.add.reduceat(raised * right, starts))
        slope = raised / total[of] - np.where(right, raised / wanted[of], 0)
        value = np.log(total / wanted).sum() + penalty / 2 * (weights[:-1] ** 2).sum()
        return float(value), np.r_[table.T @ slope + penalty * weights[:-1], slope.sum()]

    best = minimize(loss, np.zeros(table.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    own = best[: features.shape[1]] / spread
    return ChoiceLayer(own, best[features.shape[1] : -1], float(best[-1] - mean @ own))


def _table(words: Sequence[Sequence[str]]) -> sparse.csr_matrix:
    """Return which buckets each candidate's words fall into, of words that several hold."""
    seen = Counter(word for own in words for word in set(own))
    cells = [buckets(word for word in own if seen[word] >= _LEAST_SEEN) for own in words]
    ends = np.cumsum([0, *map(len, cells)])
    columns = np.array([bucket for own in cells for bucket in own], np.int64)
    return sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(words), BUCKETS))


def write_choice(layer: ChoiceLayer, out: Path) -> None:
    """Write a layer as `ChoiceModel` reads it; the weights of words a byte each."""
    out.mkdir(parents=True, exist_ok=True)
    scale = np.float32(np.abs(layer.words).max() / _FINEST)
    np.savez_compressed(
        out / "weights.npz",
        features=layer.features.astype(np.float32),
        bias=np.float32(layer.bias),
        words=np.round(layer.words / scale).astype(np.int8),
        scale=scale,
    )
