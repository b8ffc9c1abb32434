"""One linear layer that weighs candidates by named features, as `PairModel` reads it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

Layers = list[tuple[Any, Any]]


def fit_layer(
    rows: NDArray[np.float32], right: Sequence[int | bool], *, cost: float, weights: Sequence[float] | None = None
) -> Layers:
    """Fit a logistic model on rows of features, each column scaled, and fold the scale into its weights."""
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    model = LogisticRegression(C=cost, max_iter=2000).fit((rows - mean) / spread, right, sample_weight=weights)
    inner = (model.coef_ / spread).T
    return [(inner, model.intercept_ - mean @ inner)]


def fit_shares(
    rows: NDArray[np.float32], shares: NDArray[Any], *, cost: float, weights: NDArray[Any] | float = 1.0
) -> Layers:
    """Fit a layer on rows each of which is right to a share between 0 and 1, and counts `weights`."""
    both = np.concatenate([shares * weights, (1 - shares) * weights])
    used, right = both > 0, np.repeat([1, 0], len(rows))
    return fit_layer(np.vstack([rows, rows])[used], right[used].tolist(), cost=cost, weights=both[used].tolist())
