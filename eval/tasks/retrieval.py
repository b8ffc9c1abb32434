"""Retrieval: a corpus and questions with their relevant articles in, how early the right one comes out.

Dangerous error: the right article not among those an operator sees (`recall_at_5`).
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from app.config import Settings
from app.domain.knowledge import Article, ArticleStatus
from app.store.articles import load_articles
from app.store.reference.load import load_reference_data
from app.understand.question import QuestionReader
from eval.base import Measurement, read_jsonl, with_intervals

MOST = 10
ANY_DAY = date(2026, 1, 1)


def retrieval_rows(folder: Path) -> Measurement:
    """Measure a folder with `corpus.jsonl` and `queries.jsonl`."""
    reader = QuestionReader([_article(row) for row in read_jsonl(folder / "corpus.jsonl")])
    asked = [(row["question"], set(row["relevant"])) for row in read_jsonl(folder / "queries.jsonl")]
    return measured([rank(reader, question, relevant) for question, relevant in asked])


def own_questions() -> Measurement:
    """Ask each article its own questions, each with itself left out of the index: how citizens put it otherwise."""
    knowledge = Settings().knowledge_dir
    owners = frozenset(load_reference_data(knowledge).function_by_id)
    articles = load_articles(knowledge / "articles", owners=owners)
    ranks = []
    for left_out in range(max(len(article.questions) for article in articles)):
        reader = QuestionReader([_without(article, left_out) for article in articles])
        asked = [article for article in articles if left_out < len(article.questions)]
        ranks += [rank(reader, article.questions[left_out], {article.id}) for article in asked]
    return measured(ranks)


def rank(reader: QuestionReader, question: str, relevant: set[str]) -> int | None:
    """Return the place of the first relevant article, from 1, or None."""
    found = reader.read(question, on=ANY_DAY, area=None, most=MOST)
    return next((place for place, scored in enumerate(found, start=1) if scored.article.id in relevant), None)


def measured(ranks: Sequence[int | None]) -> Measurement:
    """Return recall at 1 and 5, and the mean reciprocal rank at 10."""

    def aggregate(picked: Sequence[int | None]) -> dict[str, float]:
        return {
            "recall_at_1": sum(place == 1 for place in picked) / len(picked),
            "recall_at_5": sum(place is not None and place <= 5 for place in picked) / len(picked),
            "mrr_at_10": sum(1 / place for place in picked if place) / len(picked),
        }

    metrics, intervals = with_intervals(ranks, aggregate)
    return Measurement(len(ranks), metrics, intervals)


def _article(row: dict[str, Any]) -> Article:
    return Article(
        id=str(row["id"]),
        title=row.get("title") or "",
        source="",
        owner="",
        status=ArticleStatus.PUBLISHED,
        body=row["text"],
    )


def _without(article: Article, left_out: int) -> Article:
    kept = tuple(question for i, question in enumerate(article.questions) if i != left_out)
    return article.model_copy(update={"questions": kept, "effective_from": None})
