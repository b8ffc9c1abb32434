"""Makes the scorer of questions and articles again: `python -m training.answer_scorer`.

Learns from the written questions, a part of which no article answers. Every feature that itself was learnt (embedding,
words of questions outside) is made for a question by a model that did not see it: five folds. The figures it prints
are of a scorer that saw neither the question nor its fold.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table as Printed
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from app.domain.knowledge import Article, Nearest, ScoredArticle, passages
from app.store.reference.load import load_reference_data
from app.understand.question import QuestionReader
from app.understand.question_match import QuestionMatcher
from app.understand.question_traps import TrapReader
from models.embedding.static import StaticEmbedder
from models.factory import load_classifier
from models.reranker.answer_scorer import BUCKETS, LENGTHS, buckets, mean_fits, outside_score
from training.answer_network import Row, fit_teams
from training.manifest import write_manifest, write_vocabulary
from training.static_embedding import DEMANDS, Table, read_articles, train_table

OUTSIDE = Path("training/datasets/questions_outside.jsonl")
"""Written questions that no article answers, by kind; those an article answers stand in the articles."""
OUT = Path("models/weights/answer")
FUNCTION = Path("models/weights/function")
ORDINARY = Path("training/datasets/ordinary.jsonl")
FOLDS = 5
CANDIDATES = 12
ANY_DAY = date(2026, 11, 25)
OUTSIDE_STRENGTH = 3.0
"""Inverse regularisation of the words of questions outside."""
GRAMS = 9_000
LIMITS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


@dataclass(frozen=True)
class Question:
    """A written question; `article` is None where none answers it."""

    text: str
    article: str | None
    kind: str


@dataclass(frozen=True)
class Measured:
    """A question with the features of its candidates; `right` is the row of its article, -1 where none is."""

    question: Question
    ids: tuple[str, ...]
    pairs: NDArray[np.float32]
    whole: NDArray[np.float32]
    right: int


class Rarity:
    """Stands in for the scorer while features are measured."""

    name, revision = "rarity", ""

    def __init__(self, texts: Sequence[str]) -> None:
        counter = TfidfVectorizer(
            analyzer="char", ngram_range=(LENGTHS[0], LENGTHS[-1]), min_df=3, max_features=GRAMS, dtype=np.float32
        ).fit(texts)
        self.words = [str(word) for word in counter.get_feature_names_out()]
        self.values = counter.idf_.astype(np.float32)
        self._by_word = dict(zip(self.words, map(float, self.values), strict=True))
        self._rarest = float(self.values.max())

    def rarity(self, gram: str) -> float:
        """Return the inverse document frequency."""
        return self._by_word.get(gram, self._rarest)

    def fits(self, question: str, pairs: NDArray[np.float32], whole: NDArray[np.float32]) -> NDArray[np.float32]:
        """Not asked for while features are measured."""
        raise NotImplementedError


def main(out: Path = OUT, seed: int = 1) -> None:
    """Write the weights and their manifest; print what cross-validation says."""
    articles = read_articles()
    questions = read_all(articles)
    rarity = Rarity([*(q.text for q in questions), *said(DEMANDS), *said(ORDINARY)])
    folds = np.random.default_rng(seed).permutation(len(questions)) % FOLDS
    measured, outside = [], np.zeros(len(questions), dtype=np.float32)
    for fold in range(FOLDS):
        seen = [q for q, f in zip(questions, folds, strict=True) if f != fold]
        weights, bias = fit_outside(seen, seed=seed)
        measure = measurer(without(articles, questions, folds, fold), rarity, seed=seed)
        for i in np.flatnonzero(folds == fold):
            outside[i] = outside_score(questions[i].text, weights, bias)
            measured.append((i, measure(questions[i])))
    rows = [one for _, one in sorted(measured, key=lambda pair: pair[0])]
    report(rows, outside, folds, seed=seed)
    weights, bias = fit_outside(questions, seed=seed)
    teams = fit_teams(rows_to_learn(rows, outside), seed=seed)
    trained = {name: np.stack([team[name] for team in teams]) for name in teams[0]}
    out.mkdir(parents=True, exist_ok=True)
    arrays = {**trained, "outside": weights, "outside_bias": np.array(bias), "rarity": rarity.values}
    np.savez_compressed(out / "weights.npz", **{name: array.astype(np.float16) for name, array in arrays.items()})
    write_vocabulary(out, rarity.words)
    facts = {"kind": "answer_scorer", "seed": seed, "questions": len(questions), "grams": len(rarity.words)}
    write_manifest(out, name="own-answer", task="answer", data=OUTSIDE, facts=facts)


def read_all(articles: Sequence[Article]) -> list[Question]:
    """Return the written questions and those that the published articles list."""
    rows = map(json.loads, OUTSIDE.read_text("utf-8").splitlines())
    outside = [Question(row["question"], None, row["kind"]) for row in rows]
    published = [article for article in articles if article.may_hold]
    return [*outside, *(Question(text, article.id, "listed") for article in published for text in article.questions)]


def none_features(row: Measured, outside: float) -> NDArray[np.float32]:
    """Return what speaks for no article at all."""
    return np.append(row.whole, outside).astype(np.float32)


def rows_to_learn(rows: Sequence[Measured], outside: NDArray[np.float32]) -> list[Row]:
    """Return the rows that teach something: not those whose article is not among the candidates."""
    return [
        (row.pairs, none_features(row, out), row.right)
        for row, out in zip(rows, outside, strict=True)
        if len(row.pairs) and (row.right >= 0 or row.question.article is None)
    ]


def said(path: Path) -> list[str]:
    """Return the texts of a data set, for how common words are."""
    return [str(json.loads(line)["text"]) for line in path.read_text("utf-8").splitlines()]


def without(
    articles: Sequence[Article], questions: Sequence[Question], folds: NDArray[np.int64], fold: int
) -> list[Article]:
    """Return the articles without the questions of a fold."""
    out = {(q.article, q.text) for q, f in zip(questions, folds, strict=True) if f == fold}
    return [
        article.model_copy(update={"questions": tuple(q for q in article.questions if (article.id, q) not in out)})
        for article in articles
    ]


def measurer(articles: Sequence[Article], rarity: Rarity, *, seed: int) -> Callable[[Question], Measured]:
    """Return what measures a question against articles with an embedding that learnt from them."""
    table = train_table(articles, dimensions=128, features=14_000, epochs=6, seed=seed)
    nearest, reader = dense(articles, table), QuestionReader(articles)
    reference = load_reference_data(Path("knowledge_base"))
    traps = TrapReader(("枣庄", *reference.gazetteer.district_by_name))
    matcher = QuestionMatcher(rarity, load_classifier(FUNCTION), traps)

    def measure(question: Question) -> Measured:
        found: Sequence[ScoredArticle] = reader.read(
            question.text, on=ANY_DAY, area=None, most=CANDIDATES, nearest=Nearest(likeness=nearest(question.text))
        )
        ids = tuple(one.article.id for one in found)
        right = ids.index(question.article) if question.article in ids else -1
        pairs, whole = matcher.measure(question.text, found) if found else (np.zeros((0, 0)), np.zeros(0))
        return Measured(question, ids, np.asarray(pairs), np.asarray(whole), right)

    return measure


def dense(articles: Sequence[Article], table: Table) -> Callable[[str], Mapping[str, float]]:
    """Return the search by meaning over a table that stands in no file."""
    embedder = StaticEmbedder(table.words, table.rows)
    held = [passage for article in articles for passage in passages(article)]
    vectors = embedder.embed([passage.text for passage in held])

    def nearest(question: str) -> Mapping[str, float]:
        likeness: dict[str, float] = {}
        for passage, value in zip(held, vectors @ embedder.embed([question])[0], strict=True):
            likeness[passage.article_id] = max(likeness.get(passage.article_id, -1.0), float(value))
        return likeness

    return nearest


def fit_outside(questions: Sequence[Question], *, seed: int) -> tuple[NDArray[np.float32], float]:
    """Return the weights of hashed n-grams that tell questions outside from those inside."""
    held = [buckets(q.text) for q in questions]
    counted = sparse.lil_matrix((len(held), BUCKETS), dtype=np.float32)
    for i, rows in enumerate(held):
        counted[i, rows] = 1 / len(rows) ** 0.5
    outside = [q.article is None for q in questions]
    model = LogisticRegression(C=OUTSIDE_STRENGTH, max_iter=300, random_state=seed).fit(counted.tocsr(), outside)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


def report(rows: Sequence[Measured], outside: NDArray[np.float32], folds: NDArray[np.int64], *, seed: int) -> None:
    """Print cross-validated figures at several limits."""
    best: list[tuple[int, float]] = [(-1, 0.0)] * len(rows)
    for fold in range(FOLDS):
        seen = [int(i) for i in np.flatnonzero(folds != fold)]
        teams = fit_teams(rows_to_learn([rows[i] for i in seen], outside[seen]), seed=seed)
        for i in map(int, np.flatnonzero(folds == fold)):
            if len(rows[i].pairs):
                fits = mean_fits(teams, rows[i].pairs, none_features(rows[i], outside[i]))
                best[i] = (int(np.argmax(fits)), float(np.max(fits)))
    judged = list(zip(rows, best, strict=True))
    able = [(row.right == at and at >= 0, fit) for row, (at, fit) in judged if row.question.article]
    unable = [fit for row, (_, fit) in judged if not row.question.article]
    first = sum(right for right, _ in able) / len(able)
    Console().print(f"{len(able)} answerable, {len(unable)} others; right one first {first:.3f}")
    table = Printed("least fit", "cited right", "answered of answerable", "refused of the others")
    for least in LIMITS:
        answered, wrongly = [right for right, fit in able if fit >= least], sum(fit >= least for fit in unable)
        precision = sum(answered) / max(1, len(answered) + wrongly)
        shares = (precision, len(answered) / len(able), 1 - wrongly / len(unable))
        table.add_row(str(least), *(f"{share:.3f}" for share in shares))
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
