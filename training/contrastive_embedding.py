"""Trains the static embedding: a table of character n-grams, drawn together by pairs that mean the same.

The table starts as latent semantic analysis; then texts of one matter are pulled together and all others in the
batch pushed apart (InfoNCE), with its gradient written out: no more than numpy and scipy are needed, on any machine.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from models.embedding.static import grams
from training.manifest import write_manifest, write_vocabulary

Floats = NDArray[np.float32]
Pair = tuple[str, str]
Slope = Callable[[Floats], Floats]
"""A table's rows in, the gradient there out."""


@dataclass(frozen=True)
class EmbeddingSettings:
    """Everything that changes the result; stands in the manifest."""

    dimensions: int = 192
    features: int = 16_000
    epochs: int = 12
    batch: int = 256
    temperature: float = 0.07
    learning_rate: float = 0.003
    seed: int = 7


@dataclass(frozen=True)
class Table:
    """A trained table before it is written down: one row an n-gram."""

    vectorizer: CountVectorizer
    rows: Floats

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors, shape (texts, dimensions)."""
        return unit(np.asarray(counted(self.vectorizer, texts) @ self.rows))


def start_table(texts: Sequence[str], settings: EmbeddingSettings) -> Table:
    """Return the table of latent semantic analysis: what the texts themselves say of their n-grams."""
    weigher = TfidfVectorizer(
        analyzer=grams, min_df=2, max_features=settings.features, sublinear_tf=True, norm="l2", dtype=np.float32
    )
    weighted = weigher.fit_transform(texts)
    dimensions = min(settings.dimensions, min(weighted.shape) - 1)
    projection = TruncatedSVD(dimensions, random_state=settings.seed, n_iter=3).fit(weighted).components_.T
    counter = CountVectorizer(analyzer=grams, vocabulary=weigher.vocabulary_, dtype=np.float32)
    return Table(counter, (weigher.idf_[:, None] * projection).astype(np.float32))


def contrasted(table: Table, pairs: Sequence[Pair], settings: EmbeddingSettings) -> Table:
    """Return the table after pulling the texts of each pair together (Adam on the InfoNCE loss)."""
    left = counted(table.vectorizer, [first for first, _ in pairs])
    right = counted(table.vectorizer, [second for _, second in pairs])
    generator = np.random.default_rng(settings.seed)

    def slopes() -> Iterator[Slope]:
        for _ in track(range(settings.epochs), description="训练向量"):
            order = generator.permutation(len(pairs))
            for start in range(0, len(order) - 1, settings.batch):
                picked = order[start : start + settings.batch]
                yield partial(_slope, left=left[picked], right=right[picked], temperature=settings.temperature)

    return descended(table, slopes(), settings.learning_rate)


def descended(table: Table, slopes: Iterable[Slope], learning_rate: float) -> Table:
    """Return the table, its rows evened out, after a step along each slope (Adam, with decays .9 and .99)."""
    rows = table.rows / np.sqrt((table.rows**2).sum(axis=1).mean())
    mean, square = np.zeros_like(rows), np.zeros_like(rows)
    for step, slope_at in enumerate(slopes, start=1):
        slope = slope_at(rows)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope**2
        rate = learning_rate * np.sqrt(1 - 0.99**step) / (1 - 0.9**step)
        rows = rows - rate * mean / (np.sqrt(square) + 1e-8)
    return Table(table.vectorizer, rows.astype(np.float32))


def _slope(rows: Floats, left: csr_matrix, right: csr_matrix, temperature: float) -> Floats:
    """Return the gradient of the symmetric InfoNCE loss of a batch."""
    first, second = np.asarray(left @ rows), np.asarray(right @ rows)
    a, b = unit(first), unit(second)
    likeness = a @ b.T / temperature
    wanted = np.eye(len(a), dtype=np.float32)
    pulled = (_softmax(likeness) - wanted + (_softmax(likeness.T) - wanted).T) / (2 * len(a) * temperature)
    return np.asarray(
        left.T @ through_unit(first, a, np.asarray(pulled @ b, np.float32))
        + right.T @ through_unit(second, b, np.asarray(pulled.T @ a, np.float32))
    )


def through_unit(raw: Floats, unit: Floats, slope: Floats) -> Floats:
    length = np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-6)
    return np.asarray((slope - unit * (slope * unit).sum(axis=1, keepdims=True)) / length)


def same_label_pairs(texts: Sequence[str], labels: Sequence[str], *, each: int, seed: int) -> list[Pair]:
    """Return, for every text, `each` partners of its label."""
    generator = np.random.default_rng(seed)
    members: dict[str, list[int]] = {}
    for i, label in enumerate(labels):
        members.setdefault(label, []).append(i)
    return [
        (texts[i], texts[j])
        for i, label in enumerate(labels)
        for j in generator.choice(members[label], size=min(each, len(members[label]) - 1), replace=False)
        if i != j
    ]


def nearest_accuracy(embed: Any, known: Sequence[Pair], asked: Sequence[Pair]) -> dict[str, float]:
    """Return how often the nearest known text, or one of the nearest ten, has the asked text's label."""
    vectors = embed([text for text, _ in known])
    names = np.array([label for _, label in known], dtype=object)
    likeness = embed([text for text, _ in asked]) @ vectors.T
    order = np.argsort(-likeness, axis=1)[:, :10]
    wanted = np.array([label for _, label in asked], dtype=object)
    found = names[order] == wanted[:, None]
    return {"nearest_right": float(found[:, 0].mean()), "right_in_10": float(found.any(axis=1).mean())}


def write_rows(words: Sequence[str], rows: Floats, out: Path) -> None:
    """Write the vocabulary and `weights.npz`: each row as int8, and its scale."""
    out.mkdir(parents=True, exist_ok=True)
    write_vocabulary(out, words)
    scale = np.maximum(np.abs(rows).max(axis=1), 1e-9) / 127
    table = np.round(rows / scale[:, None]).astype(np.int8)
    np.savez_compressed(out / "weights.npz", table=table, scale=scale.astype(np.float32))


def write_table(table: Table, out: Path, *, name: str, data: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """Write an embedding and its manifest."""
    words = [str(word) for word in table.vectorizer.get_feature_names_out()]
    write_rows(words, table.rows, out)
    known = {"kind": "static", "features": len(words), "dimensions": int(table.rows.shape[1])}
    return write_manifest(out, name=name, task="embedding", data=data, facts=known | facts)


def counted(vectorizer: CountVectorizer, texts: Iterable[str]) -> csr_matrix:
    """Return sublinear counts, rows of unit length."""
    counted = csr_matrix(vectorizer.transform(texts), dtype=np.float32)
    counted.data = 1 + np.log(counted.data)
    lengths = np.sqrt(np.asarray(counted.multiply(counted).sum(axis=1)).ravel())
    return csr_matrix(counted.multiply(1 / np.maximum(lengths, 1e-6)[:, None]))


def unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6))


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
