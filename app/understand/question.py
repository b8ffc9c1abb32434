"""A question in, the articles that may answer it out: BM25 over characters and their pairs, validity and area first."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.domain.knowledge import (
    EVERYWHERE,
    Article,
    Citation,
    Nearest,
    ScoredArticle,
    holds_in,
    may_hold_in,
    searchable,
)
from app.understand.sparse import SparseIndex, asked_codes, pair_codes

NOTHING_NEAR = Nearest()
_PROPOSED = 50
"""Articles that words alone propose."""
_KEPT = 4096
"""Articles whose pairs are kept at hand."""


class QuestionReader:
    """Ranks articles for a question. It never changes: `changed` returns another that shares what stayed the same."""

    def __init__(self, articles: Sequence[Article]) -> None:
        held = tuple(article for article in articles if article.may_hold)
        self._index = SparseIndex.of([searchable(article) for article in held])
        self._articles = held
        """Row by row; a row of the index may be dead."""
        self._place = {article.id: i for i, article in enumerate(held)}
        self._regions = _known((), held)
        self._columns = _columns(held, self._regions)

    def changed(self, articles: Sequence[Article]) -> "QuestionReader":
        """Return a reader in which these articles stand as they are given; those that cannot hold are gone."""
        gone = [self._place[article.id] for article in articles if article.id in self._place]
        held = tuple(article for article in articles if article.may_hold)
        made = QuestionReader.__new__(QuestionReader)
        made._index, sources = self._index.changed(gone, [searchable(article) for article in held])
        made._regions = _known(self._regions, held)
        made._columns = np.concatenate([self._columns, _columns(held, made._regions)], axis=1)[:, sources]
        # Only the rows of joined segments and the new ones moved, and they are the last.
        moved = np.flatnonzero(sources[: len(self._articles)] != np.arange(len(sources))[: len(self._articles)])
        same = int(moved[0]) if len(moved) else min(len(self._articles), len(sources))
        both = (*self._articles, *held)
        made._articles = self._articles[:same] + tuple(both[source] for source in sources[same:].tolist())
        left = {article.id for article in articles}
        made._place = self._place.copy()
        for id_ in left:
            made._place.pop(id_, None)
        alive = made._index.alive
        made._place |= {made._articles[i].id: i for i in range(same, len(made._articles)) if alive[i]}
        return made

    @property
    def count(self) -> int:
        """Return how many articles are indexed."""
        return len(self._place)

    @property
    def local_regions(self) -> frozenset[str]:
        """Return the parts of the city that have, or lately had, articles of their own."""
        return frozenset(self._regions) - EVERYWHERE

    def stands(self, cited: Citation, *, on: date) -> bool:
        """Tell whether what was cited is here in that version and holds on the day."""
        place = self._place.get(cited.article_id)
        if place is None:
            return False
        article = self._articles[place]
        return article.version == cited.version and article.holds(on=on, area=article.region)

    def allows(self, article_id: str, *, on: date, area: str | None, parts: bool = False) -> bool:
        """Tell whether an article is here and holds on the day and in the area, or with `parts` in a part of it."""
        place = self._place.get(article_id)
        if place is None:
            return False
        article = self._articles[place]
        return article.holds(on=on, area=article.region if parts and may_hold_in(article.region, area) else area)

    def read(
        self,
        question: str,
        *,
        on: date,
        area: str | None,
        most: int = 5,
        nearest: Nearest = NOTHING_NEAR,
        parts: bool = False,
    ) -> tuple[ScoredArticle, ...]:
        """Return the best articles that hold on the day and in the area.

        Words and meaning (`nearest`) propose; the proposed are ranked by both together. With
        `parts` those of every part of the area count too.
        """
        asked, alone = asked_codes(question)
        near = nearest.likeness
        rarity = {pair: math.log(1 + self.count / held) for pair in set(asked) if (held := self._index.holders(pair))}
        if not rarity:
            return ()
        scores = np.where(self._holding(on, area, parts), self._index.scores([*asked, *alone]), 0.0)
        worded = [i for i in _highest(scores, _PROPOSED + most) if scores[i] > 0]
        meant = [self._place[id_] for id_ in near if self.allows(id_, on=on, area=area, parts=parts)]
        proposed = {*worded, *meant}
        top = max((float(scores[i]) for i in proposed), default=0.0) or 1.0
        alike = {i: near.get(self._articles[i].id, nearest.beyond) for i in proposed}
        fused = {i: float(scores[i]) / top + alike[i] for i in proposed}
        told = {pair: rarity.get(pair, math.log(1 + self.count)) for pair in asked}
        return tuple(
            ScoredArticle(
                article=self._articles[i],
                score=fused[i],
                words=float(scores[i]),
                likeness=alike[i],
                coverage=_coverage(told, self._articles[i]),
            )
            for i in sorted(proposed, key=lambda i: (self._articles[i].id not in nearest.first, -fused[i]))[:most]
        )

    def _holding(self, on: date, area: str | None, parts: bool) -> NDArray[np.bool_]:
        """Tell of every article whether it holds; the rule is `Article.holds`, over all at once."""
        day = on.toordinal()
        since, until, region = self._columns
        in_time = (since <= day) & (day < until)
        if not self.local_regions:
            return np.asarray(in_time)
        rule = may_hold_in if parts else holds_in
        return np.asarray(in_time & np.array([rule(name, area) for name in self._regions])[region])


def _coverage(told: Mapping[int, float], article: Article) -> float:
    """Return the share of what a question's pairs tell that an article holds."""
    held = _pairs_of(article)
    return sum(weight for pair, weight in told.items() if pair in held) / sum(told.values())


@lru_cache(maxsize=_KEPT)
def _pairs_of(article: Article) -> frozenset[int]:
    return frozenset(pair_codes(searchable(article)))


def _highest(scores: NDArray[np.floating], most: int) -> list[int]:
    """Return the places of the highest scores, best first."""
    if len(scores) > most:
        some = np.argpartition(-scores, most)[:most]
        return [int(i) for i in some[np.argsort(-scores[some])]]
    return [int(i) for i in np.argsort(-scores)]


def _known(regions: tuple[str, ...], articles: Sequence[Article]) -> tuple[str, ...]:
    """Return the regions with those of the articles behind them, each once."""
    return tuple(dict.fromkeys([*regions, *(article.region for article in articles)]))


def _columns(articles: Sequence[Article], regions: tuple[str, ...]) -> NDArray[np.int32]:
    """Return what says where and when articles hold: first day, first day no more, place of the region."""
    number = {region: i for i, region in enumerate(regions)}
    last = date.max.toordinal()
    rows = [
        (_ordinal(article.effective_from, 0), _ordinal(article.expires_on, last), number[article.region])
        for article in articles
    ]
    return np.array(rows, dtype=np.int32).reshape(-1, 3).T


def _ordinal(day: date | None, otherwise: int) -> int:
    return day.toordinal() if day else otherwise
