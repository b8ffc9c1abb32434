"""A linear text classifier over counted features: texts in, calibrated probabilities out. numpy only."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.base import ModelUnavailable
from models.classifier.features import WithFamilies, analyser, chars, folded
from models.classifier.known import KnownFamilies
from models.grams import Counted, KnownGrams

_RECENT = 64
"""Texts whose logits are kept: several readers look at the same clauses of one call."""
_TOGETHER, _AT_ONCE = 8, 500
"""Texts from which the work is done for all at once, and how many at a time."""


class LinearClassifier:
    """Sublinear TF-IDF, int8 weights stored features × labels, softmax at a fitted temperature."""

    def __init__(self, folder: Path) -> None:
        """Load `weights.npz` and `vocabulary.json` of a trained model folder.

        Raises:
            ModelUnavailable: a file is missing or does not fit the others.
        """
        try:
            with np.load(folder / "weights.npz") as arrays:
                self._weights: NDArray[np.int8] = arrays["weights"]
                self._scale: NDArray[np.float32] = arrays["scale"]
                self._bias: NDArray[np.float32] = arrays["bias"]
                self._idf: NDArray[np.float32] = arrays["idf"]
                self._temperature = float(arrays["temperature"])
            stored = json.loads((folder / "vocabulary.json").read_text("utf-8"))
            self._features = analyser(stored.get("analyser", "chars"), stored.get("families"))
            manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        except (OSError, KeyError, ValueError) as error:
            raise ModelUnavailable(f"no usable classifier in {folder}: {error}") from error
        self._counted = self._counter(stored["features"])
        self._index = {gram: i for i, gram in enumerate(stored["features"])}
        self._labels = tuple(stored["labels"])
        if self._weights.shape != (len(self._index), len(self._labels)):
            raise ModelUnavailable(f"{folder}: weights {self._weights.shape} do not fit the vocabulary")
        self.name = str(manifest["name"])
        self.revision = str(manifest["revision"])
        self._recent = lru_cache(maxsize=_RECENT)(self._logits)

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels in column order."""
        return self._labels

    def scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return calibrated probabilities, shape (len(texts), len(labels))."""
        many = self._counted is not None and len(texts) >= _TOGETHER
        logits = (self._many(texts) if many else self._one_by_one(texts)) / self._temperature
        logits -= logits.max(axis=1, keepdims=True)
        powers = np.exp(logits)
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)

    def independent_scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return each label's probability on its own, shape (len(texts), len(labels)): several may hold at once."""
        many = self._counted is not None and len(texts) > 1
        logits = (self._many(texts) if many else self._one_by_one(texts)) / self._temperature
        return np.asarray(1 / (1 + np.exp(-logits)), dtype=np.float32)

    def _counter(self, words: Sequence[str]) -> Callable[[Sequence[str]], Counted] | None:
        """Return what counts many texts at once, where the analyser has such a twin."""
        if isinstance(self._features, WithFamilies):
            return KnownFamilies(self._features, words).counted
        if self._features is chars:
            known = KnownGrams(words)
            return lambda texts: known.counted([folded(text) for text in texts])
        return None

    def _one_by_one(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self._recent(text) for text in texts])

    def _many(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Do as `_logits` does, for all texts at once."""
        assert self._counted is not None
        logits = np.zeros((len(texts), len(self._labels)), np.float32)
        for start in range(0, len(texts), _AT_ONCE):
            found = self._counted(texts[start : start + _AT_ONCE])
            values = (1 + np.log(found.counts.astype(np.float32))) * self._idf[found.grams]
            ends = np.searchsorted(found.texts, np.arange(_AT_ONCE + 1))
            for i in np.unique(found.texts):
                own = slice(ends[i], ends[i + 1])
                weights = self._weights.take(found.grams[own], axis=0).astype(np.float32)
                length = np.linalg.norm(values[own])
                logits[start + i] = (values[own] / length) @ weights * self._scale + self._bias
        return logits

    def _logits(self, text: str) -> NDArray[np.float32]:
        counts = Counter(map(self._index.get, self._features(text)))
        counts.pop(None, None)
        if not counts:
            return np.zeros_like(self._bias)  # nothing is known of this text: every label alike
        rows = np.fromiter(counts, dtype=np.int64, count=len(counts))
        frequency = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (1 + np.log(frequency)) * self._idf[rows]
        values /= np.linalg.norm(values)
        weights = self._weights.take(rows, axis=0).astype(np.float32)
        return np.asarray((values @ weights) * self._scale + self._bias, dtype=np.float32)
