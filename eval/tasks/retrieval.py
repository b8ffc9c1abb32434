"""Retrieval: a corpus and questions with their relevant articles in, how early the right one comes out.

Dangerous error: the right article not among those an operator sees (`recall_at_5`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.config import Settings
from app.domain.knowledge import Article, ArticleStatus, Nearest, ScoredArticle
from app.flows.live_knowledge import NEAREST, WEIGHED
from app.store.articles import load_articles
from app.store.knowledge_index import ChromaIndex
from app.store.reference.load import load_reference_data
from app.understand.question import QuestionReader
from app.understand.question_match import QuestionMatcher
from app.understand.question_traps import TrapReader
from eval.base import BadData, Measurement, read_jsonl, with_intervals
from models.factory import load_answer_scorer, load_classifier, load_embedder

MOST = 10
WHOLE = "both, weighed"
ANY_DAY = date(2026, 1, 1)


def retrieval_rows(folder: Path) -> Measurement:
    """Measure a folder with `corpus.jsonl` and `queries.jsonl`; each step alone stands beside the whole."""
    articles = [_article(row) for row in read_jsonl(folder / "corpus.jsonl", "id", "text")]
    queries = read_jsonl(folder / "queries.jsonl", "question", "relevant")
    asked = [(row["question"], relevant_ids(row)) for row in queries]
    held = {article.id for article in articles}
    if lost := [question for question, relevant in asked if not relevant & held]:
        raise BadData(f"{len(lost)} 个问题的 relevant 在 corpus.jsonl 中没有，如：{lost[0]}")
    with search_steps(articles) as steps:
        orders = [{name: step(question) for name, step in steps.items()} for question, _ in asked]
    ranks = {
        name: [place_of(order[name], relevant) for order, (_, relevant) in zip(orders, asked, strict=True)]
        for name in steps
    }
    whole = measured(ranks[WHOLE])
    return replace(whole, tables={"steps of the search": [step_row(name, ranks[name]) for name in steps]})


def relevant_ids(row: Mapping[str, Any]) -> set[str]:
    """Return the ids of a question's articles, given as a list or as one."""
    given = row["relevant"]
    return {str(one) for one in (given if isinstance(given, list) else [given])}


@contextmanager
def search_steps(articles: Sequence[Article]) -> Iterator[Mapping[str, Callable[[str], list[str]]]]:
    """Give what orders article ids for a question: words alone, meaning alone, both, and both weighed."""
    settings = Settings()
    reader, embedder = QuestionReader(articles), load_embedder(settings.weights_dir / "passages")
    reference = load_reference_data(settings.knowledge_dir)
    matcher = QuestionMatcher(
        load_answer_scorer(settings.weights_dir / "answer"),
        load_answer_scorer(settings.weights_dir / "answer_strange"),
        load_classifier(settings.weights_dir / "function"),
        TrapReader(("枣庄", *reference.gazetteer.district_by_name)),
    )
    with TemporaryDirectory() as folder, closing(ChromaIndex(embedder, Path(folder))) as index:
        index.follow(articles)

        def nearest(question: str) -> Nearest:
            return index.nearest(question, most=NEAREST, allows=lambda _: True)

        def fused(question: str) -> tuple[ScoredArticle, ...]:
            return reader.read(question, on=ANY_DAY, area=None, most=WEIGHED, nearest=nearest(question))

        def by_meaning(question: str) -> list[str]:
            likeness = nearest(question).likeness
            return sorted(likeness, key=lambda id_: -likeness[id_])

        yield {
            "words (BM25)": lambda q: ids(reader.read(q, on=ANY_DAY, area=None, most=WEIGHED)),
            "meaning (dense)": by_meaning,
            "both": lambda q: ids(fused(q)),
            WHOLE: lambda q: ids(matcher.rank(q, fused(q))),
        }


def ids(found: Sequence[ScoredArticle]) -> list[str]:
    """Return the ids in order."""
    return [scored.article.id for scored in found]


def step_row(name: str, ranks: Sequence[int | None]) -> dict[str, Any]:
    """Return one row of the table."""
    return {"step": name, **{metric: round(value, 3) for metric, value in measured(ranks).metrics.items()}}


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
    """Return the place of the first relevant article by words alone, from 1, or None."""
    return place_of(ids(reader.read(question, on=ANY_DAY, area=None, most=MOST)), relevant)


def place_of(order: Sequence[str], relevant: set[str]) -> int | None:
    """Return the place of the first relevant id among the first ten, from 1, or None."""
    return next((place for place, id_ in enumerate(order[:MOST], start=1) if id_ in relevant), None)


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
