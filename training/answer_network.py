"""Fits the two small networks of the answer scorer: one scores pairs, one "none"; cross-entropy over both."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.reranker.answer_scorer import network

HIDDEN = {"pair": 16, "none": 10}
TEAMS = 5
EPOCHS = 60
BATCH = 64
STEP = 0.004
DECAY = 1e-3
Weights = dict[str, NDArray[np.float32]]
Row = tuple[NDArray[np.float32], NDArray[np.float32], int]
"""Features of the pairs, of none, and which is right (-1: none)."""


def fit_teams(rows: Sequence[Row], *, seed: int) -> list[Weights]:
    """Return several teams of both networks, each from another start."""
    return [fit_networks(rows, seed=seed + team) for team in range(TEAMS)]


def fit_networks(rows: Sequence[Row], *, seed: int) -> Weights:
    """Return the weights of both networks (Adam, weight decay)."""
    chance = np.random.default_rng(seed)
    weights = {
        **_fresh("pair", np.concatenate([row[0] for row in rows]), chance),
        **_fresh("none", np.stack([row[1] for row in rows]), chance),
    }
    learnt = [name for name in weights if not name.endswith(("_mean", "_spread"))]
    first, second = ({name: np.zeros_like(weights[name]) for name in learnt} for _ in range(2))
    step = 0
    for epoch in range(EPOCHS):
        order = chance.permutation(len(rows))
        pace = STEP * (1 - epoch / EPOCHS)
        for start in range(0, len(order), BATCH):
            step += 1
            slopes = _slopes(weights, [rows[i] for i in order[start : start + BATCH]])
            for name in learnt:
                slope = slopes[name] + DECAY * weights[name]
                first[name] = 0.9 * first[name] + 0.1 * slope
                second[name] = 0.999 * second[name] + 0.001 * slope**2
                moved = (first[name] / (1 - 0.9**step)) / (np.sqrt(second[name] / (1 - 0.999**step)) + 1e-8)
                weights[name] = np.asarray(weights[name] - pace * moved, dtype=np.float32)
    return weights


def _fresh(part: str, rows: NDArray[np.float32], chance: np.random.Generator) -> Weights:
    wide, hidden = rows.shape[1], HIDDEN[part]
    return {
        f"{part}_mean": rows.mean(axis=0),
        f"{part}_spread": rows.std(axis=0) + 1e-3,
        f"{part}_in": chance.normal(0, wide**-0.5, (wide, hidden)).astype(np.float32),
        f"{part}_in_bias": np.zeros(hidden, dtype=np.float32),
        f"{part}_out": chance.normal(0, hidden**-0.5, hidden).astype(np.float32),
        f"{part}_straight": np.zeros(wide, dtype=np.float32),
        f"{part}_bias": np.zeros((), dtype=np.float32),
    }


def _slopes(weights: Weights, rows: Sequence[Row]) -> Weights:
    """Return the slope of the mean cross-entropy for every weight."""
    pairs, none = np.concatenate([row[0] for row in rows]), np.stack([row[1] for row in rows])
    pair_scores, none_scores = network(weights, "pair", pairs), network(weights, "none", none)
    blame, at = np.zeros(len(pairs), dtype=np.float32), 0
    none_blame = np.zeros(len(rows), dtype=np.float32)
    for i, (held, _, right) in enumerate(rows):
        likely = _likely(np.append(pair_scores[at : at + len(held)], none_scores[i]))
        likely[right] -= 1  # -1 is none, the last
        blame[at : at + len(held)], none_blame[i] = likely[:-1], likely[-1]
        at += len(held)
    return {
        **_back(weights, "pair", pairs, np.float32(1 / len(rows)) * blame),
        **_back(weights, "none", none, np.float32(1 / len(rows)) * none_blame),
    }


def _back(weights: Weights, part: str, rows: NDArray[np.float32], blame: NDArray[np.float32]) -> Weights:
    scaled = (rows - weights[f"{part}_mean"]) / weights[f"{part}_spread"]
    hidden = np.tanh(scaled @ weights[f"{part}_in"] + weights[f"{part}_in_bias"])
    inner = np.outer(blame, weights[f"{part}_out"]) * (1 - hidden**2)
    return {
        f"{part}_in": scaled.T @ inner,
        f"{part}_in_bias": inner.sum(axis=0),
        f"{part}_out": hidden.T @ blame,
        f"{part}_straight": scaled.T @ blame,
        f"{part}_bias": blame.sum(),
    }


def _likely(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)
