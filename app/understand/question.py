"""A question in, the articles that may answer it out: BM25 over characters and their pairs, validity and area first."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

import bm25s
import numpy as np

from app.domain.knowledge import Article, ScoredArticle, searchable

_NOISE = "的了吗呢吧啊我俺你您想问请一下能不怎么样什多少有没是要办"
"""Characters of any question: a pair of two of them tells nothing."""
_PROPOSED = 50
"""Articles that words alone propose."""


class QuestionReader:
    """Ranks articles for a question. The index is made anew when the articles change."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._articles = tuple(articles)
        self._place = {article.id: i for i, article in enumerate(self._articles)}
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

    def read(
        self,
        question: str,
        *,
        on: date,
        area: str | None,
        most: int = 5,
        nearest: Mapping[str, float] | None = None,
    ) -> tuple[ScoredArticle, ...]:
        """Return the best articles that hold on the day and in the area.

        Words and meaning (`nearest`: cosine by article) propose; the proposed are ranked by both together.
        """
        asked = [pair for pair in pairs(question) if not set(pair) <= set(_NOISE)]
        near = nearest or {}
        if not any(pair in self._weight for pair in asked):
            return ()
        scores = self._index.get_scores([*asked, *characters(question)])
        worded = [i for i in np.argsort(-scores)[: _PROPOSED + most] if scores[i] > 0]
        meant = [self._place[id_] for id_ in near if id_ in self._place]
        allowed = [i for i in {*worded, *meant} if self._articles[i].holds(on=on, area=area)]
        top = max((float(scores[i]) for i in allowed), default=0.0) or 1.0
        fused = {i: float(scores[i]) / top + near.get(self._articles[i].id, 0.0) for i in allowed}
        return tuple(
            ScoredArticle(
                article=self._articles[i],
                score=fused[i],
                likeness=near.get(self._articles[i].id, 0.0),
                coverage=self._coverage(asked, self._holdings[i]),
            )
            for i in sorted(allowed, key=lambda i: -fused[i])[:most]
        )

    def _coverage(self, asked: Sequence[str], held: frozenset[str]) -> float:
        weights = {pair: self._weight.get(pair, self._unknown) for pair in asked}
        return sum(weight for pair, weight in weights.items() if pair in held) / sum(weights.values())


def characters(text: str) -> list[str]:
    """Return the characters that tell something alone."""
    return [character for character in text if character.isalnum() and character not in _NOISE]


def pairs(text: str) -> list[str]:
    """Return the pairs of neighbouring characters that are letters or figures."""
    return [text[i : i + 2] for i in range(len(text) - 1) if text[i : i + 2].isalnum()]
