"""A question and the articles that may answer it in; how likely each answers it, and how likely none does, out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.domain.knowledge import NATIONAL, Article, ScoredArticle
from app.understand.question_form import asked_in, plain_form
from app.understand.question_traps import TrapReader
from models.base import AnswerScorer, TextClassifier

_SENTENCE = re.compile(r"[。；\n]")
_LENGTHS = (1, 2, 3)
_RAREST = 4
_KEPT = 4096
"""Articles whose n-grams are kept at hand."""
_LONG = 40
"""Characters from which a question counts as long."""


class QuestionMatcher:
    """Measures each pair of question and article, and has the pairs weighed together."""

    def __init__(self, scorer: AnswerScorer, strange: AnswerScorer, duties: TextClassifier, traps: TrapReader) -> None:
        self._scorer = scorer
        self._strange = strange
        """Weighs where nobody has said of some article how it is asked for, as of what a city brings itself."""
        self._duties = duties
        self._traps = traps

    def rank(self, question: str, found: Sequence[ScoredArticle]) -> tuple[ScoredArticle, ...]:
        """Return the articles with their `fit`, the likeliest first; what is missing to 1 is that none answers.

        A question that means the same as a title or a listed question needs no weighing: its editor answered it.
        """
        if not found:
            return ()
        pairs, whole = self.measure(question, found)
        asked = plain_form(question)
        meant = np.array([asked in _asked_as(one.article) for one in found])
        scorer = self._scorer if all(one.article.questions for one in found) else self._strange
        fits = meant / meant.sum() if meant.any() else scorer.fits(question, pairs, whole)
        scored = [one.model_copy(update={"fit": float(fit)}) for one, fit in zip(found, fits, strict=True)]
        return tuple(sorted(scored, key=lambda one: -one.fit))

    def measure(self, question: str, found: Sequence[ScoredArticle]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the features of each pair, and of the question with all of them."""
        asked = self._weighed(_grams(question))
        duties = dict(zip(self._duties.labels, self._duties.scores([question])[0], strict=True))
        measured = [[one.words, one.likeness, *self._agreement(asked, one.article)] for one in found]
        pairs = np.array(measured, dtype=np.float32)
        best = pairs.max(axis=0)
        national = all(one.article.region == NATIONAL for one in found)
        others = _best_other(pairs)
        owned = np.sqrt([[duties.get(one.article.owner, 0.0)] for one in found])
        words = pairs[:, :1] / (best[0] or 1.0)
        pairs[:, 0] = np.log1p(pairs[:, 0])
        about = [
            *np.append(np.log1p(best[:1]), best[1:]),
            max(duties.values()),
            min(len(question), _LONG) / _LONG,
            float(national and self._traps.names_place(question)),
            float(national and self._traps.asks_local_fact(question)),
        ]
        return (
            np.hstack([pairs, words, pairs[:, 1:] - others[:, 1:], owned]).astype(np.float32),
            np.array(about, dtype=np.float32),
        )

    def _agreement(self, asked: Mapping[str, float], article: Article) -> list[float]:
        """Return how far the n-grams of the question stand in the title, the ways of asking, a sentence, anywhere."""
        title, ways, sentences, whole = _held(article)
        total = sum(asked.values()) or 1.0
        least = min(sorted(asked.values())[-_RAREST:], default=0.0)
        rarest = [gram for gram in asked if asked[gram] >= least]
        return [
            self._alike(asked, title),
            max((self._alike(asked, way) for way in ways), default=0.0),
            max((_share(asked, held, total) for held in sentences), default=0.0),
            _share(asked, whole, total),
            sum(gram in whole for gram in rarest) / max(len(rarest), _RAREST),
        ]

    def _alike(self, asked: Mapping[str, float], held: frozenset[str]) -> float:
        """Return the cosine of two sets of weighed n-grams."""
        both = sum(asked[gram] ** 2 for gram in asked if gram in held)
        lengths = sum(weight**2 for weight in asked.values()) * sum(w**2 for w in self._weighed(held).values())
        return float(both / lengths**0.5) if lengths else 0.0

    def _weighed(self, grams: Iterable[str]) -> dict[str, float]:
        return {gram: self._scorer.rarity(gram) for gram in grams}


def _best_other(pairs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return, for each row and column, the highest value of the other rows."""
    if len(pairs) == 1:
        return np.zeros_like(pairs)
    order = np.sort(pairs, axis=0)
    return np.asarray(np.where(pairs == order[-1], order[-2], order[-1]), dtype=np.float32)


def _share(asked: Mapping[str, float], held: frozenset[str], total: float) -> float:
    return sum(weight for gram, weight in asked.items() if gram in held) / total


@lru_cache(maxsize=_KEPT)
def _asked_as(article: Article) -> frozenset[str]:
    return frozenset(map(plain_form, (article.title, asked_in(article.title), *article.questions)))


@lru_cache(maxsize=_KEPT)
def _held(article: Article) -> tuple[frozenset[str], list[frozenset[str]], list[frozenset[str]], frozenset[str]]:
    ways = [_grams(question) for question in article.questions]
    sentences = [_grams(text) for text in _SENTENCE.split(article.body) if len(text) > 1]
    title = _grams(article.title)
    return title, ways, sentences, title.union(*ways, *sentences)


def _grams(text: str) -> frozenset[str]:
    """Return the character n-grams of letters and figures."""
    return frozenset(
        text[i : i + length]
        for length in _LENGTHS
        for i in range(len(text) - length + 1)
        if text[i : i + length].isalnum()
    )
