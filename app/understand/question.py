"""A question in, the articles that may answer it out: BM25 over characters and their pairs, validity and area first."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

import bm25s
import numpy as np
from numpy.typing import NDArray

from app.domain.knowledge import EVERYWHERE, Article, ScoredArticle, searchable

_NOISE = "的了吗呢吧啊我俺你您想问请一下能不怎么样什多少有没是要办"
"""Characters of any question: a pair of two of them tells nothing."""
_PROPOSED = 50
"""Articles that words alone propose."""


class QuestionReader:
    """Ranks articles for a question. The index is made anew when the articles change."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._articles = tuple(articles)
        self._place = {article.id: i for i, article in enumerate(self._articles)}
        holders: Counter[str] = Counter()
        documents = []
        for article in self._articles:
            text = searchable(article)
            held = pairs(text)
            holders.update(set(held))
            documents.append([*held, *characters(text)])
        self._weight = {pair: math.log(1 + len(documents) / count) for pair, count in holders.items()}
        self._unknown = math.log(1 + len(documents))
        self._index = bm25s.BM25(k1=1.2, b=0.6)
        if documents:
            self._index.index(documents, show_progress=False)
        self._since = np.array([_ordinal(article.effective_from, 0) for article in self._articles])
        self._until = np.array([_ordinal(article.expires_on, date.max.toordinal()) for article in self._articles])
        self._regions = np.array([article.region for article in self._articles])
        self._published = np.array([article.may_hold for article in self._articles])
        self._local = {str(region) for region in self._regions} - EVERYWHERE

    @property
    def count(self) -> int:
        """Return how many articles are indexed."""
        return len(self._articles)

    @property
    def local_regions(self) -> frozenset[str]:
        """Return the parts of the city that have articles of their own."""
        return frozenset(self._local)

    def allows(self, article_id: str, *, on: date, area: str | None) -> bool:
        """Tell whether an article is here and holds on the day and in the area."""
        place = self._place.get(article_id)
        return place is not None and self._articles[place].holds(on=on, area=area)

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
        scores = np.where(self._holding(on, area), scores, 0.0)
        worded = [i for i in _highest(scores, _PROPOSED + most) if scores[i] > 0]
        meant = [self._place[id_] for id_ in near if self.allows(id_, on=on, area=area)]
        proposed = {*worded, *meant}
        top = max((float(scores[i]) for i in proposed), default=0.0) or 1.0
        fused = {i: float(scores[i]) / top + near.get(self._articles[i].id, 0.0) for i in proposed}
        return tuple(
            ScoredArticle(
                article=self._articles[i],
                score=fused[i],
                words=float(scores[i]),
                likeness=near.get(self._articles[i].id, 0.0),
                coverage=self._coverage(asked, self._articles[i]),
            )
            for i in sorted(proposed, key=lambda i: -fused[i])[:most]
        )

    def _holding(self, on: date, area: str | None) -> NDArray[np.bool_]:
        """Tell of every article whether it holds; the rule is `Article.holds`, over all at once."""
        day = on.toordinal()
        here = np.isin(self._regions, [*EVERYWHERE, area or ""]) if self._local else True
        return np.asarray((self._since <= day) & (day < self._until) & here & self._published)

    def _coverage(self, asked: Sequence[str], article: Article) -> float:
        held = frozenset(pairs(searchable(article)))
        weights = {pair: self._weight.get(pair, self._unknown) for pair in asked}
        return sum(weight for pair, weight in weights.items() if pair in held) / sum(weights.values())


def _highest(scores: NDArray[np.floating], most: int) -> list[int]:
    """Return the places of the highest scores, best first."""
    if len(scores) > most:
        some = np.argpartition(-scores, most)[:most]
        return [int(i) for i in some[np.argsort(-scores[some])]]
    return [int(i) for i in np.argsort(-scores)]


def _ordinal(day: date | None, otherwise: int) -> int:
    return day.toordinal() if day else otherwise


def characters(text: str) -> list[str]:
    """Return the characters that tell something alone."""
    return [character for character in text if character.isalnum() and character not in _NOISE]


def pairs(text: str) -> list[str]:
    """Return the pairs of neighbouring characters that are letters or figures."""
    return [text[i : i + 2] for i in range(len(text) - 1) if text[i : i + 2].isalnum()]
