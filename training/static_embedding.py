"""Makes the embedding of the knowledge index again: `python -m training.static_embedding`.

Latent semantic analysis of character n-grams over the project's own articles and demand texts, then drawn together:
a question, a sentence and a heading each learn to lie nearest to the passages of their own article.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.progress import track
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from app.domain.knowledge import Article, passages
from app.store.articles import parse_article
from models.embedding.static import grams
from training.contrastive_embedding import write_rows
from training.manifest import write_manifest

ARTICLES = Path("knowledge_base/articles")
DEMANDS = Path("training/datasets/demands.jsonl")
OUT = Path("models/weights/passages")
SENTENCE_WEIGHT = 0.3
SHARPNESS = 12.0
STEP = 0.0015
BATCH = 256
_SENTENCE = re.compile(r"[。；\n]")


@dataclass(frozen=True)
class Table:
    """A trained embedding: n-grams and their rows."""

    words: list[str]
    rows: NDArray[np.float16]


def main(out: Path = OUT, dimensions: int = 128, features: int = 14_000, epochs: int = 6, seed: int = 1) -> None:
    """Write the embedding (idf times projection) and its manifest."""
    table = train_table(read_articles(), dimensions=dimensions, features=features, epochs=epochs, seed=seed)
    write_rows(table.words, table.rows.astype(np.float32), out)
    facts = {"kind": "static", "seed": seed, "epochs": epochs, "features": len(table.words), "dimensions": dimensions}
    write_manifest(out, name="own-passages", task="embedding", data=DEMANDS, facts=facts)


def read_articles() -> list[Article]:
    """Return the articles of the folder, by id."""
    return [parse_article(path.read_text("utf-8")) for path in sorted(ARTICLES.glob("*.md"))]


def train_table(articles: Sequence[Article], *, dimensions: int, features: int, epochs: int, seed: int) -> Table:
    """Return the embedding that these articles, with the questions they list, teach."""
    held = [(passage.text, i) for i, article in enumerate(articles) for passage in passages(article)]
    questions = [(question, i) for i, article in enumerate(articles) for question in article.questions]
    sentences = [(text, i) for i, article in enumerate(articles) for text in sentences_of(article)]
    demands = [str(json.loads(line)["text"]) for line in DEMANDS.read_text("utf-8").splitlines()]
    texts = [*(text for text, _ in [*held, *questions, *sentences]), *demands]
    counter = TfidfVectorizer(
        analyzer=grams, min_df=2, max_features=features, sublinear_tf=True, norm="l2", dtype=np.float32
    )
    counted = counter.fit_transform(texts)
    rows = TruncatedSVD(dimensions, random_state=seed, n_iter=3).fit(counted).components_.T.astype(np.float32)
    pairs = _Pairs(
        asked=counted[len(held) : len(texts) - len(demands)],
        answer=np.array([i for _, i in [*questions, *sentences]]),
        weight=np.array([1.0] * len(questions) + [SENTENCE_WEIGHT] * len(sentences), dtype=np.float32),
        passages=counted[: len(held)],
        owner=np.array([i for _, i in held]),
    )
    drawn = _draw_together(rows, pairs, epochs=epochs, seed=seed)
    words = [str(word) for word in counter.get_feature_names_out()]
    return Table(words, (counter.idf_[:, None] * drawn).astype(np.float16))


def sentences_of(article: Article) -> list[str]:
    """Return what an article says, sentence by sentence, and its headings under its title."""
    lines = [text for text in _SENTENCE.split(article.body) if len(text) > 4]
    headings = [f"{article.title}{line[3:]}" for line in article.body.splitlines() if line.startswith("## ")]
    return [article.title, *headings, *lines]


@dataclass(frozen=True)
class _Pairs:
    asked: Any
    answer: NDArray[np.int64]
    weight: NDArray[np.float32]
    passages: Any
    owner: NDArray[np.int64]


def _draw_together(rows: NDArray[np.float32], pairs: _Pairs, *, epochs: int, seed: int) -> NDArray[np.float32]:
    """Lower the cross-entropy of each text's own article, whose score is that of its nearest passage (Adam)."""
    chance = np.random.default_rng(seed)
    first, second, step = np.zeros_like(rows), np.zeros_like(rows), 0
    for _ in track(range(epochs), description="embedding"):
        order = chance.permutation(len(pairs.answer))
        for start in range(0, len(order), BATCH):
            step += 1
            slope = _slope(rows, pairs, order[start : start + BATCH])
            first = 0.9 * first + 0.1 * slope
            second = 0.999 * second + 0.001 * slope**2
            rows = rows - STEP * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-6)
    return rows


def _slope(rows: NDArray[np.float32], pairs: _Pairs, some: NDArray[np.int64]) -> NDArray[np.float32]:
    asked, answer = pairs.asked[some], pairs.answer[some]
    near, near_length = _unit(asked @ rows)
    far, far_length = _unit(pairs.passages @ rows)
    by_passage = near @ far.T
    starts = np.flatnonzero(np.diff(pairs.owner, prepend=-1))
    by_article = np.maximum.reduceat(by_passage, starts, axis=1)
    likely = np.exp(SHARPNESS * (by_article - by_article.max(axis=1, keepdims=True)))
    likely /= likely.sum(axis=1, keepdims=True)
    likely[np.arange(len(some)), answer] -= 1
    likely *= pairs.weight[some][:, None] * SHARPNESS / len(some)
    best = by_passage == by_article[:, pairs.owner]
    blame = likely[:, pairs.owner] * best
    slope = asked.T @ _through(blame @ far, near, near_length)
    slope += pairs.passages.T @ _through(blame.T @ near, far, far_length)
    return np.asarray(slope, dtype=np.float32)


def _unit(vectors: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-8
    return vectors / length, length


def _through(slope: NDArray[np.float32], unit: NDArray[np.float32], length: NDArray[np.float32]) -> NDArray[np.float32]:
    """Carry a slope back through the scaling to unit length."""
    carried = (slope - unit * (slope * unit).sum(axis=1, keepdims=True)) / length
    return np.asarray(carried, dtype=np.float32)


if __name__ == "__main__":
    typer.run(main)
