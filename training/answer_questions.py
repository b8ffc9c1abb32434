"""Written questions of the knowledge base: listed by the articles, and such that no article answers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.domain.knowledge import Article

OUTSIDE = Path("training/datasets/questions_outside.jsonl")
"""Written questions that no article answers, by kind; those an article answers stand in the articles."""
FOLDS = 5


@dataclass(frozen=True)
class Question:
    """A written question; `article` is None where none answers it."""

    text: str
    article: str | None
    kind: str
    fold: int
    """The part that it is held out with."""


def read_questions(articles: Sequence[Article], *, seed: int) -> list[Question]:
    """Return the written questions and those that the published articles list."""
    rows = map(json.loads, OUTSIDE.read_text("utf-8").splitlines())
    outside = [(row["question"], None, row["kind"]) for row in rows]
    listed = [(text, article.id, "listed") for article in articles if article.may_hold for text in article.questions]
    told = [*outside, *listed]
    folds = np.random.default_rng(seed).permutation(len(told)) % FOLDS
    return [Question(*one, fold=int(fold)) for one, fold in zip(told, folds, strict=True)]


def without(articles: Sequence[Article], questions: Sequence[Question], fold: int) -> list[Article]:
    """Return the articles without the questions of a fold."""
    out = {(one.article, one.text) for one in questions if one.fold == fold}
    return [
        article.model_copy(update={"questions": tuple(q for q in article.questions if (article.id, q) not in out)})
        for article in articles
    ]
