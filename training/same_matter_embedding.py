"""Tunes the table of `passages` to tell a place's matters apart: what is drawn together is of one matter.

Most of what two tickets of one estate share is its name; what they differ in is the fault. So a ticket is compared with
those of its own scenario alone: the tellings of its matter are drawn near, the other faults of the place pushed off.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

from models.embedding.static import grams
from models.model_folder import read_vocabulary
from training.contrastive_embedding import Floats, Slope, Table, counted, descended, through_unit, unit


@dataclass(frozen=True)
class TuningSettings:
    """Everything that changes the result; stands in the manifest."""

    epochs: int = 4
    together: int = 16
    temperature: float = 0.2
    learning_rate: float = 0.02
    least: int = 4
    """Texts in which an n-gram must stand to get a row of its own."""
    seed: int = 0


@dataclass(frozen=True)
class Told:
    """Texts with the numbers of their matters and of their scenarios."""

    texts: list[str]
    matters: NDArray[np.int64]
    scenarios: NDArray[np.int64]


def start_from(folder: Path) -> Table:
    """Return the table of a trained folder."""
    words = read_vocabulary(folder)
    with np.load(folder / "weights.npz") as saved:
        rows = saved["table"].astype(np.float32)
    vocabulary = {word: i for i, word in enumerate(words)}
    return Table(CountVectorizer(analyzer=grams, vocabulary=vocabulary, dtype=np.float32), rows)


def grown(table: Table, texts: Sequence[str], least: int) -> Table:
    """Return the table with rows for the n-grams that it does not know and `least` of the texts have.

    A new row starts where the texts lie in which its n-gram stands.
    """
    known = {str(word): i for i, word in enumerate(table.vectorizer.get_feature_names_out())}
    stands_in = Counter(gram for text in texts for gram in set(grams(text)))
    new = sorted(gram for gram, count in stands_in.items() if count >= least and gram not in known)
    vocabulary = known | {gram: len(known) + i for i, gram in enumerate(new)}
    counter = CountVectorizer(analyzer=grams, vocabulary=vocabulary, dtype=np.float32)
    middles = unit(np.asarray(counted(counter, texts)[:, len(known) :].T @ table.embed(texts)))
    length = np.sqrt((table.rows**2).sum(axis=1).mean())
    return Table(counter, np.vstack([table.rows, middles * length]).astype(np.float32))


def tuned(table: Table, told: Told, kept: NDArray[np.bool_], settings: TuningSettings) -> Table:
    """Return the table after drawing together the matters of the kept texts (Adam)."""
    counts = counted(table.vectorizer, told.texts)
    generator = np.random.default_rng(settings.seed)

    def slopes() -> Iterator[Slope]:
        for _ in range(settings.epochs):
            order = generator.permutation(np.unique(told.scenarios[kept]))
            for start in range(0, len(order), settings.together):
                chosen = np.flatnonzero(kept & np.isin(told.scenarios, order[start : start + settings.together]))
                yield partial(
                    _slope,
                    counts=counts[chosen],
                    matters=told.matters[chosen],
                    scenarios=told.scenarios[chosen],
                    temperature=settings.temperature,
                )

    return descended(table, slopes(), settings.learning_rate)


def held_out_likeness(table: Table, told: Told, folds: NDArray[np.int64], settings: TuningSettings) -> Floats:
    """Return the likeness of every two texts by a table that was tuned on neither's fold."""
    likeness = np.zeros((len(told.texts), len(told.texts)), np.float32)
    every = np.unique(folds)
    for first, second in ((a, b) for a in every for b in every if a <= b):
        vectors = tuned(table, told, ~np.isin(folds, (first, second)), settings).embed(told.texts)
        held = (folds[:, None] == first) & (folds[None] == second)
        held |= held.T
        likeness[held] = (vectors @ vectors.T)[held]
    return likeness


def _slope(
    rows: Floats, counts: csr_matrix, matters: NDArray[np.int64], scenarios: NDArray[np.int64], temperature: float
) -> Floats:
    """Return the gradient of how little of a text's likeness to its scenario goes to its matter."""
    raw = np.asarray(counts @ rows)
    vectors = unit(raw)
    near = (scenarios[:, None] == scenarios) & ~np.eye(len(scenarios), dtype=bool)
    right = near & (matters[:, None] == matters)
    telling = right.any(axis=1) & (near & ~right).any(axis=1)
    powers = np.exp((vectors @ vectors.T - 1) / temperature)
    pushed = (_shares(powers * near) - _shares(powers * right)) * telling[:, None] / temperature / max(telling.sum(), 1)
    return np.asarray(counts.T @ through_unit(raw, vectors, np.asarray(pushed @ vectors + pushed.T @ vectors)))


def _shares(powers: Floats) -> Floats:
    return np.asarray(powers / np.maximum(powers.sum(axis=1, keepdims=True), 1e-9))
