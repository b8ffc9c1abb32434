"""One demand's text in; functions and categories out, the text model and the duty catalogue's words fused."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from app.domain.reference import ReferenceData
from app.domain.unit import ScoredLabel, UnitReading
from models.base import TextClassifier

Floats = NDArray[np.float64]
SHARPNESS = 1.2
"""Exponent of a mixture of two models: views that agree are surer together than either; set by cross-validation."""
MOST = 8
LEXICAL_WEIGHT = 0.2
"""Share of the catalogue's own words beside a trained model: enough to carry a function the model never saw.

Set, like the share of the category model in functions, by cross-validation on the project's own demand texts.
"""
LEAF_WEIGHT = 0.5
"""Share of the function model's part that goes to the functions of the likely category leaves."""


class Lexicon:
    """Counts a label's own words in a text; longer words tell more."""

    def __init__(self, words_of: Mapping[str, Iterable[str]]) -> None:
        self.labels = tuple(words_of)
        owners: dict[str, list[int]] = {}
        for column, words in enumerate(words_of.values()):
            for word in set(words):
                owners.setdefault(word, []).append(column)
        self._owners = owners
        self._by_start: dict[str, list[str]] = {}
        for word in owners:
            self._by_start.setdefault(word[:2], []).append(word)

    def match(self, text: str) -> tuple[Floats, dict[int, list[str]]]:
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

    def _found(self, text: str) -> set[str]:
        return {
            word
            for start in range(len(text) - 1)
            for word in self._by_start.get(text[start : start + 2], ())
            if text.startswith(word, start)
        }


class UnitReader:
    """Scores functions and category leaves for a demand."""

    def __init__(
        self,
        reference: ReferenceData,
        function_model: TextClassifier | None,
        category_model: TextClassifier | None,
    ) -> None:
        self._functions = Scorer(function_words(reference), function_model)
        self._categories = Scorer({leaf.code: leaf.keywords for leaf in reference.categories.leaves}, category_model)
        self._leaf_names = tuple(leaf.name for leaf in reference.categories.leaves)
        functions = {f.function: i for i, f in enumerate(reference.functions)}
        self._function_of_leaf = np.array([functions[str(leaf.function)] for leaf in reference.categories.leaves])
        self._duties = {f.function: [(duty.id, _pairs(duty.text)) for duty in f.duties] for f in reference.functions}

    def read(self, matter: str) -> UnitReading:
        """Return functions and categories, best first."""
        leaves = self._categories.learned(matter)
        beside = np.bincount(self._function_of_leaf, weights=leaves, minlength=len(self._duties)).astype(np.float64)
        functions = tuple(
            scored.model_copy(update={"duty_ids": self._duty(scored.label, matter)})
            for scored in self._functions.score(matter, self._functions.learned(matter), beside)
        )
        return UnitReading(functions=functions, categories=self._categories.score(matter, leaves))

    def topics(self, texts: Sequence[str]) -> tuple[tuple[str, ...], Floats]:
        """Return the names of the category leaves, and each text's probabilities: shape (len(texts), leaves)."""
        return self._leaf_names, np.stack([self._categories.probabilities(text) for text in texts])

    def _duty(self, function: str, matter: str) -> tuple[str, ...]:
        """Return the duty that shares most with the matter, if any does."""
        pairs = _pairs(matter)
        duty_id, shared = max(
            ((duty_id, len(pairs & own)) for duty_id, own in self._duties[function]), key=lambda item: item[1]
        )
        return (duty_id,) if shared else ()


class Scorer:
    """Fuses a model's probabilities with the lexicon's."""

    def __init__(self, words_of: Mapping[str, Sequence[str]], model: TextClassifier | None) -> None:
        self._lexicon = Lexicon(words_of)
        self._model = model
        if model:
            column = {label: i for i, label in enumerate(self._lexicon.labels)}
            known = [(i, column[label]) for i, label in enumerate(model.labels) if label in column]
            self._from, self._to = (np.array(indexes, dtype=np.int64) for indexes in zip(*known, strict=True))

    def learned(self, text: str) -> Floats:
        """Return the model's probabilities in the lexicon's order; all zero without a model."""
        found = np.zeros(len(self._lexicon.labels))
        if self._model is not None:
            scores = self._model.scores([text])[0]
            found[self._to] = scores[self._from]
        return found

    def probabilities(self, text: str) -> Floats:
        """Return the fused probabilities in the lexicon's order."""
        return fused(self.learned(text), self._lexicon.match(text)[0])

    def score(self, text: str, learned: Floats, beside: Floats | None = None) -> tuple[ScoredLabel, ...]:
        """Return the best labels with probability and words; `beside` is a second model's view."""
        lexical, words = self._lexicon.match(text)
        mixed = beside is not None and beside.any()
        if mixed:
            learned = (1 - LEAF_WEIGHT) * learned + LEAF_WEIGHT * np.asarray(beside)
        probabilities = sharpened(fused(learned, lexical)) if mixed else fused(learned, lexical)
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


def fused(learned: Floats, lexical: Floats) -> Floats:
    """Return the mixture of both views; a lexicon alone is never quite sure."""
    share = (LEXICAL_WEIGHT if learned.any() else 0.8) if lexical.any() else 0.0
    return np.asarray((1 - share) * learned + share * lexical)


def sharpened(probabilities: Floats) -> Floats:
    """Return the distribution raised to `SHARPNESS`."""
    powers = probabilities**SHARPNESS
    return np.asarray(powers / powers.sum()) if powers.any() else probabilities


def function_words(reference: ReferenceData) -> dict[str, tuple[str, ...]]:
    """Return each function's own words and those of the category leaves it answers for."""
    words = {f.function: [*f.keywords, *(k for d in f.duties for k in d.keywords)] for f in reference.functions}
    for leaf in reference.categories.leaves:
        if leaf.function:
            words[leaf.function] += leaf.keywords
    return {function: tuple(found) for function, found in words.items()}


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}
