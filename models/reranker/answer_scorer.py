"""Features of a question and its candidate articles in; the probability of each out, what is left being none. numpy."""

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.model_folder import arrays_in, read_manifest, read_vocabulary, usable

BUCKETS = 1 << 14
LENGTHS = (1, 2, 3)


class NumpyAnswerScorer:
    """A small network scores each pair, another the answer "none"; softmax over all of them, the mean of several teams.

    `none` also sees what the question's own n-grams tell (hashed, so that no vocabulary is kept).
    """

    def __init__(self, folder: Path) -> None:
        with usable(folder):
            with arrays_in(folder / "weights.npz") as saved:
                self._weights = {name: saved[name].astype(np.float32) for name in saved.files}
            words = read_vocabulary(folder)
            manifest = read_manifest(folder)
            self.name, self.revision = str(manifest["name"]), str(manifest["revision"])
            self._rarity: dict[str, float] = dict(zip(words, map(float, self._weights["rarity"]), strict=True))
            learnt = [name for name in self._weights if name.startswith(("pair_", "none_"))]
            self._teams = [
                {name: self._weights[name][i] for name in learnt} for i in range(len(self._weights["pair_bias"]))
            ]
            self._rarest: float = max(self._rarity.values())

    def rarity(self, gram: str) -> float:
        """Return how much an n-gram tells: its inverse document frequency in what people ask and say."""
        return self._rarity.get(gram, self._rarest)

    def fits(self, question: str, pairs: NDArray[np.float32], whole: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probability of each pair."""
        outside = outside_score(question, self._weights["outside"], float(self._weights["outside_bias"]))
        return mean_fits(self._teams, pairs, np.append(whole, outside))


def mean_fits(
    teams: Sequence[dict[str, NDArray[np.float32]]], pairs: NDArray[np.float32], none: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the probability of each pair, the mean of several pairs of networks: each errs elsewhere."""
    summed = np.zeros(len(pairs) + 1)
    for weights in teams:
        logits = np.append(network(weights, "pair", pairs), network(weights, "none", none[None]))
        likely = np.exp(logits - logits.max())
        summed += likely / likely.sum()
    return np.asarray(summed[:-1] / len(teams), dtype=np.float32)


def network(weights: dict[str, NDArray[np.float32]], part: str, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return one number a row: scaled, one hidden layer of tanh, and a straight way beside it."""
    scaled = (rows - weights[f"{part}_mean"]) / weights[f"{part}_spread"]
    hidden = np.tanh(scaled @ weights[f"{part}_in"] + weights[f"{part}_in_bias"])
    summed = hidden @ weights[f"{part}_out"] + scaled @ weights[f"{part}_straight"] + weights[f"{part}_bias"]
    return np.asarray(summed, dtype=np.float32)


def outside_score(question: str, weights: NDArray[np.float32], bias: float) -> float:
    """Return the log odds, by its words alone, that a question is none for the knowledge base."""
    rows = buckets(question)
    return float(weights[rows].sum() / max(len(rows), 1) ** 0.5 + bias)


def buckets(question: str) -> list[int]:
    """Return the hashed n-grams of a question, each once; its beginning and end count as characters."""
    framed = f"^{question}$"
    grams = {framed[i : i + n] for n in LENGTHS for i in range(len(framed) - n + 1)}
    return sorted({zlib.crc32(gram.encode("utf-8", "surrogatepass")) % BUCKETS for gram in grams})
