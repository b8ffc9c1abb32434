"""One demand's text in; functions and categories out: text models, catalogue words and duty clauses stacked."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import add
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ReferenceDataError
from app.domain.reference import ReferenceData
from app.domain.unit import ScoredLabel, UnitReading
from app.understand.duties import DutyIndex
from models.base import TextClassifier

Floats = NDArray[np.float64]
MOST = 8
KNOWN_SHARE = 0.05
"""Share of the catalogue's own words for a leaf that the model learnt: more costs accuracy (cross-validated)."""
NEW_SHARE = 0.2
"""The same for a leaf the model never saw: enough to carry it."""
ALONE_SHARE = 0.8
"""The same without a model: words alone are never quite sure."""


_RECENT = 32
"""Texts whose words are kept: a demand is read for its title, its remedy and its unit."""


class Lexicon:
    """Counts a label's own words in a text; longer words tell more."""

    def __init__(self, words_of: Mapping[str, Iterable[str]]) -> None:
        self.labels = tuple(words_of)
        owners: dict[str, list[int]] = {}
        for column, words in enumerate(words_of.values()):
            for word in dict.fromkeys(words):
                owners.setdefault(word, []).append(column)
        self._owners = owners
        self._by_start: dict[str, list[str]] = {}
        for word in owners:
            self._by_start.setdefault(word[:2], []).append(word)

        self.match = lru_cache(maxsize=_RECENT)(self._match)

    def _match(self, text: str) -> tuple[Floats, dict[int, list[str]]]:
        """Return a distribution over labels (all zero where nothing matches) and each label's words found."""
        weights = np.zeros(len(self.labels))
        words: dict[int, list[str]] = {}
        for word in self._found(text):
            columns = self._owners[word]
            for column in columns:
                weights[column] += len(word) ** 1.5 / len(columns)
                words.setdefault(column, []).append(word)
        total = weights.sum()
        return (weights / total if total else weights), words

    def _found(self, text: str) -> dict[str, None]:
        """Return the words that stand in a text, once each, in the order they come."""
        begun = enumerate(map(self._by_start.get, map(add, text, text[1:])))
        return dict.fromkeys([word for at, words in begun if words for word in words if text.startswith(word, at)])


class Ranks(Protocol):
    """Makes one calibrated view of several; `models.ranker.FunctionRanker` is the trained one."""

    labels: tuple[str, ...]
    leaves: tuple[str, ...]
    link: Floats

    def scores(self, views: Mapping[str, Floats], *, length: int) -> Floats:
        """Return probabilities in the views' own order of labels."""

    def least(self, labels: Sequence[str]) -> Floats:
        """Return from which score on each label cannot be ruled out."""


class UnitReader:
    """Scores functions and category leaves for a demand."""

    def __init__(
        self,
        reference: ReferenceData,
        function_model: TextClassifier,
        topics: "TopicReader",
        ranker: Ranks,
    ) -> None:
        """`topics` scores the category leaves, for the joints of the same call too: what it reads it reads once."""
        self._labels = tuple(f.function for f in reference.functions)
        self._functions = Scorer(function_words(reference), function_model)
        self._categories = topics.scorer
        self._duties = DutyIndex(reference.functions)
        self._ranker = ranker
        self._least = ranker.least(self._labels)
        self._link = linked(reference, ranker)

    def read(self, matter: str) -> UnitReading:
        """Return functions and categories, best first, and the functions that the reading leaves plausible."""
        leaves = self._categories.learned([matter])[0]
        lexical, words = self._functions.lexical(matter)
        clauses = self._duties.match(matter)
        scores = self._ranker.scores(self.views(matter, leaves, lexical, clauses), length=len(matter))
        order = np.argsort(-scores)
        functions = tuple(
            ScoredLabel(
                label=self._labels[i],
                score=float(scores[i]),
                words=tuple(sorted(words.get(int(i), ()), key=len, reverse=True)),
                duty_ids=self._duties.cited(int(i), clauses, words.get(int(i), ())),
            )
            for i in order[:MOST]
            if scores[i] > 0.005
        )
        return UnitReading(
            functions=functions,
            categories=self._categories.score(matter, leaves),
            plausible=tuple(self._labels[i] for i in order if scores[i] >= self._least[i]),
        )

    def views(self, matter: str, leaves: Floats, lexical: Floats, clauses: Floats) -> dict[str, Floats]:
        """Return each source's distribution over functions: text, likely leaves, catalogue words, duty clauses."""
        return {
            "text": self._functions.learned([matter])[0],
            "leaves": leaves @ self._link,
            "words": lexical,
            "duties": self._duties.view(clauses),
        }


class TopicReader:
    """Scores category leaves alone, for the joints of a call."""

    def __init__(self, reference: ReferenceData, category_model: TextClassifier | None) -> None:
        self.scorer = Scorer({leaf.code: leaf.keywords for leaf in reference.categories.leaves}, category_model)
        self._names = tuple(leaf.name for leaf in reference.categories.leaves)

    def topics(self, texts: Sequence[str]) -> tuple[tuple[str, ...], Floats]:
        """Return the names of the category leaves, and each text's probabilities: shape (len(texts), leaves)."""
        return self._names, self.scorer.probabilities(texts)


def linked(reference: ReferenceData, ranker: Ranks) -> Floats:
    """Return how likely each leaf's matters are each function's; a leaf the ranker never met is its own function's."""
    row = {code: i for i, code in enumerate(ranker.leaves)}
    column = {f.function: i for i, f in enumerate(reference.functions)}
    kept = [(i, column[label]) for i, label in enumerate(ranker.labels) if label in column]
    source, target = (np.array(indexes, dtype=np.int64) for indexes in zip(*kept, strict=True))
    table = np.zeros((len(reference.categories.leaves), len(column)))
    for i, leaf in enumerate(reference.categories.leaves):
        if leaf.code in row:
            table[i, target] = ranker.link[row[leaf.code], source]
        elif leaf.function in column:
            table[i, column[leaf.function]] = 1.0
    return table


class Scorer:
    """A model's probabilities beside the lexicon's."""

    def __init__(self, words_of: Mapping[str, Sequence[str]], model: TextClassifier | None) -> None:
        self._lexicon = Lexicon(words_of)
        self._model = model
        self._shares = np.full(len(self._lexicon.labels), NEW_SHARE if model else ALONE_SHARE)
        if model:
            column = {label: i for i, label in enumerate(self._lexicon.labels)}
            known = [(i, column[label]) for i, label in enumerate(model.labels) if label in column]
            if not known:
                raise ReferenceDataError(
                    f"模型 {model.name} 的标签（{'、'.join(model.labels[:5])}…）都不在知识库的目录中"
                    f"（{'、'.join(self._lexicon.labels[:5])}…），不能用作承办单位或诉求分类模型"
                )
            self._from, self._to = (np.array(indexes, dtype=np.int64) for indexes in zip(*known, strict=True))
            self._shares[self._to] = KNOWN_SHARE

    def learned(self, texts: Sequence[str]) -> Floats:
        """Return the model's probabilities of each text in the lexicon's order; all zero without a model."""
        found = np.zeros((len(texts), len(self._lexicon.labels)))
        if self._model is not None:
            found[:, self._to] = self._model.scores(texts)[:, self._from]
        return found

    def lexical(self, text: str) -> tuple[Floats, dict[int, list[str]]]:
        """Return the lexicon's distribution and each label's words found."""
        return self._lexicon.match(text)

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return each text's fused probabilities in the lexicon's order: shape (len(texts), labels)."""
        given = (self._shares * self._lexicon.match(text)[0] for text in texts)
        return np.stack([fused(*views) for views in zip(self.learned(texts), given, strict=True)])

    def score(self, text: str, learned: Floats) -> tuple[ScoredLabel, ...]:
        """Return the best labels with probability and words."""
        lexical, words = self._lexicon.match(text)
        probabilities = fused(learned, self._shares * lexical)
        best = np.argsort(-probabilities)[:MOST]
        return tuple(
            ScoredLabel(
                label=self._lexicon.labels[i],
                score=float(probabilities[i]),
                words=tuple(sorted(words.get(int(i), ()), key=len, reverse=True)),
            )
            for i in best
            if probabilities[i] > 0.005
        )


def fused(learned: Floats, given: Floats) -> Floats:
    """Return the mixture of both views; `given` is what the catalogue's words give each label."""
    return np.asarray((1 - given.sum()) * learned + given)


def function_words(reference: ReferenceData) -> dict[str, tuple[str, ...]]:
    """Return each function's own words and those of the category leaves it answers for."""
    words = {f.function: [*f.keywords, *(k for d in f.duties for k in d.keywords)] for f in reference.functions}
    for leaf in reference.categories.leaves:
        if leaf.function:
            words[leaf.function] += leaf.keywords
    return {function: tuple(found) for function, found in words.items()}
