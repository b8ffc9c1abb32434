"""A question in, the articles that may answer it out: BM25 over characters and their pairs, validity and area first."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date

import bm25s
import numpy as np

from app.domain.knowledge import Article, ScoredArticle

_NOISE = "的了吗呢吧啊我俺你您想问请一下能不怎么样什多少有没是要办"
"""Characters of any question: a pair of two of them tells nothing."""


class QuestionReader:
    """Ranks articles for a question. The index is made anew when the articles change."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._articles = tuple(articles)
        texts = [searchable(article) for article in self._articles]
        documents = [[*pairs(text), *characters(text)] for text in texts]
        self._holdings = [frozenset(pairs(text)) for text in texts]
        holders = Counter(pair for held in self._holdings for pair in held)
        self._weight = {pair: math.log(1 + len(documents) / count) for pair, count in holders.items()}
        self._unknown = math.log(1 + len(documents))
        self._index = bm25s.BM25(k1=1.2, b=0.6)
        if documents:
            self._index.index(documents, show_progress=False)

    @property
    def count(self) -> int:
        """Return how many articles are indexed."""
        return len(self._articles)

    def read(self, question: str, *, on: date, area: str | None, most: int = 5) -> tuple[ScoredArticle, ...]:
        """Return the best articles that hold on the day and in the area."""
        asked = [pair for pair in pairs(question) if not set(pair) <= set(_NOISE)]
        if not any(pair in self._weight for pair in asked):
            return ()
        scores = self._index.get_scores([*asked, *characters(question)])
        order = [i for i in np.argsort(-scores) if scores[i] > 0 and self._articles[i].holds(on=on, area=area)]
        return tuple(
            ScoredArticle(
                article=self._articles[i], score=float(scores[i]), coverage=self._coverage(asked, self._holdings[i])
            )
            for i in order[:most]
        )

    def _coverage(self, asked: Sequence[str], held: frozenset[str]) -> float:
        weights = {pair: self._weight.get(pair, self._unknown) for pair in asked}
        return sum(weight for pair, weight in weights.items() if pair in held) / sum(weights.values())


def searchable(article: Article) -> str:
    """Return what of an article is searched; its title counts three times, how people ask it twice."""
    return "。".join([*[article.title] * 3, *article.questions * 2, article.body])


def characters(text: str) -> list[str]:
    """Return the characters that tell something alone."""
    return [character for character in text if character.isalnum() and character not in _NOISE]


def pairs(text: str) -> list[str]:
    """Return the pairs of neighbouring characters that are letters or figures."""
    return [text[i : i + 2] for i in range(len(text) - 1) if text[i : i + 2].isalnum()]
