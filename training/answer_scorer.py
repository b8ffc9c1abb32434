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
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table as Printed
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from app.domain.knowledge import Article, Nearest, ScoredArticle, passages
from app.flows.live_knowledge import NEAREST, WEIGHED
from app.store.reference.load import load_reference_data
from app.understand.question import QuestionReader
from app.understand.question_match import QuestionMatcher
from app.understand.question_traps import TrapReader
from models.base import AnswerScorer
from models.embedding.static import StaticEmbedder
from models.factory import load_classifier
from models.reranker.answer_scorer import BUCKETS, LENGTHS, buckets, mean_fits, outside_score
from training.answer_network import Row, Weights, fit_teams
from training.answer_questions import FOLDS, OUTSIDE, Question, read_questions, without
from training.manifest import write_manifest, write_vocabulary
from training.static_embedding import DEMANDS, Table, read_articles, train_table

OUT = Path("models/weights/answer")
FUNCTION = Path("models/weights/function")
ORDINARY = Path("training/datasets/ordinary.jsonl")
ANY_DAY = date(2026, 11, 25)
OUTSIDE_STRENGTH = 3.0
"""Inverse regularisation of the words of questions outside."""
GRAMS = 9_000
Outside = tuple[NDArray[np.float32], float]
"""What the n-grams of questions outside tell, and the bias."""
LIMITS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


@dataclass(frozen=True)
class Measured:
    """A question with the features of its candidates; `right` is the row of its article, -1 where none is."""

    question: Question
    pairs: NDArray[np.float32]
    none: NDArray[np.float32]
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
    questions = read_questions(articles, seed=seed)
    rarity = Rarity([*(q.text for q in questions), *said(DEMANDS), *said(ORDINARY)])
    outside = outside_by_fold(questions, seed=seed)
    rows = measured_in_folds(articles, questions, rarity, outside, seed=seed)
    judged = [
        (row, best(row, teams))
        for fold in range(FOLDS)
        for teams in [fit_teams(rows_to_learn([row for row in rows if row.question.fold != fold]), seed=seed)]
        for row in rows
        if row.question.fold == fold
    ]
    Console().print(table_of("own articles", judged))
    words, bias = fit_outside(questions, seed=seed)
    told = {"outside": words, "outside_bias": np.array(bias), "rarity": rarity.values}
    write_scorer(out, fit_teams(rows_to_learn(rows), seed=seed), told, rarity.words)
    facts = {"kind": "answer_scorer", "seed": seed, "questions": len(questions), "grams": len(rarity.words)}
    write_manifest(out, name="own-answer", task="answer", data=OUTSIDE, facts=facts)


def measured_in_folds(
    articles: Sequence[Article],
    questions: Sequence[Question],
    rarity: AnswerScorer,
    outside: Sequence[Outside],
    *,
    seed: int,
) -> list[Measured]:
    """Return each question measured where it is not listed."""
    rows: list[Measured] = []
    for fold in range(FOLDS):
        kept = without(articles, questions, fold)
        measure = measurer(kept, kept, rarity, outside, seed=seed)
        rows += [measure(question) for question in questions if question.fold == fold]
    return rows


def write_scorer(
    out: Path, teams: Sequence[Weights], told: Mapping[str, NDArray[np.float32]], grams: Sequence[str]
) -> None:
    """Write the weights of the teams with what else the scorer is told, and the n-grams whose rarity it knows."""
    out.mkdir(parents=True, exist_ok=True)
    arrays = {name: np.stack([team[name] for team in teams]) for name in teams[0]} | dict(told)
    kept: dict[str, Any] = {name: array.astype(np.float16) for name, array in arrays.items()}
    np.savez_compressed(out / "weights.npz", **kept)
    write_vocabulary(out, grams)


def rows_to_learn(rows: Sequence[Measured]) -> list[Row]:
    """Return the rows that teach something: not those whose article is not among the candidates."""
    return [
        (row.pairs, row.none, row.right)
        for row in rows
        if len(row.pairs) and (row.right >= 0 or row.question.article is None)
    ]


def said(path: Path) -> list[str]:
    """Return the texts of a data set, for how common words are."""
    return [str(json.loads(line)["text"]) for line in path.read_text("utf-8").splitlines()]


def measurer(
    articles: Sequence[Article],
    known: Sequence[Article],
    rarity: AnswerScorer,
    outside: Sequence[Outside],
    *,
    seed: int,
) -> Callable[[Question], Measured]:
    """Return what measures a question against articles with an embedding that learnt from the known ones."""
    table = train_table(known, dimensions=128, features=14_000, epochs=6, seed=seed)
    nearest, reader = dense(articles, table), QuestionReader(articles)
    reference = load_reference_data(Path("knowledge_base"))
    traps = TrapReader(("枣庄", *reference.gazetteer.district_by_name))
    matcher = QuestionMatcher(rarity, rarity, load_classifier(FUNCTION), traps)

    def measure(question: Question) -> Measured:
        found: Sequence[ScoredArticle] = reader.read(
            question.text, on=ANY_DAY, area=None, most=WEIGHED, nearest=nearest(question.text)
        )
        ids = [one.article.id for one in found]
        right = ids.index(question.article) if question.article in ids else -1
        pairs, whole = matcher.measure(question.text, found) if found else (np.zeros((0, 0)), np.zeros(0))
        alone = outside_score(question.text, *outside[question.fold])
        none = np.append(whole, alone).astype(np.float32)
        return Measured(question, np.asarray(pairs), none, right)

    return measure


def dense(articles: Sequence[Article], table: Table) -> Callable[[str], Nearest]:
    """Return the search by meaning over a table that stands in no file: as the service's, of the nearest passages."""
    embedder = StaticEmbedder(table.words, table.rows)
    held = [passage for article in articles if article.may_hold for passage in passages(article)]
    vectors = embedder.embed([passage.text for passage in held])

    def nearest(question: str) -> Nearest:
        alike = vectors @ embedder.embed([question])[0]
        near = np.argsort(-alike, kind="stable")[:NEAREST]
        likeness: dict[str, float] = {}
        for at in near:
            likeness.setdefault(held[at].article_id, float(alike[at]))
        return Nearest(likeness=likeness, beyond=min(likeness.values())) if alike.any() else Nearest()

    return nearest


def outside_by_fold(questions: Sequence[Question], *, seed: int) -> list[Outside]:
    """Return, for the questions of each fold, what the others tell."""
    return [fit_outside([one for one in questions if one.fold != fold], seed=seed) for fold in range(FOLDS)]


def fit_outside(questions: Sequence[Question], *, seed: int) -> Outside:
    """Return the weights of hashed n-grams that tell questions outside from those inside."""
    held = [buckets(q.text) for q in questions]
    counted = sparse.lil_matrix((len(held), BUCKETS), dtype=np.float32)
    for i, rows in enumerate(held):
        counted[i, rows] = 1 / len(rows) ** 0.5
    outside = [q.article is None for q in questions]
    model = LogisticRegression(C=OUTSIDE_STRENGTH, max_iter=300, random_state=seed).fit(counted.tocsr(), outside)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


def best(row: Measured, teams: Sequence[Weights]) -> tuple[int, float]:
    """Return the place of the likeliest article, and how likely it is."""
    if not len(row.pairs):
        return -1, 0.0
    fits = mean_fits(teams, row.pairs, row.none)
    return int(np.argmax(fits)), float(np.max(fits))


def table_of(name: str, judged: Sequence[tuple[Measured, tuple[int, float]]]) -> Printed:
    """Return how often the likeliest article is right where it is likely enough, at several limits."""
    able = [(row.right == at and at >= 0, fit) for row, (at, fit) in judged if row.question.article]
    unable = [fit for row, (_, fit) in judged if not row.question.article]
    first = sum(right for right, _ in able) / len(able)
    title = f"{name}: {len(able)} answerable, {len(unable)} others; right one first {first:.3f}"
    table = Printed("least fit", "cited right", "answered of answerable", "refused of the others", title=title)
    for least in LIMITS:
        answered, wrongly = [right for right, fit in able if fit >= least], sum(fit >= least for fit in unable)
        precision = sum(answered) / max(1, len(answered) + wrongly)
        shares = (precision, len(answered) / len(able), 1 - wrongly / len(unable))
        table.add_row(str(least), *(f"{share:.3f}" for share in shares))
    return table


if __name__ == "__main__":
    typer.run(main)
