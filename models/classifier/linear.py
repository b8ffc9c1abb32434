"""A linear text classifier over counted features: texts in, calibrated probabilities out. numpy only."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.classifier.features import analyser
from models.classifier.known import counter
from models.model_folder import arrays_in, read_manifest, read_vocabulary, usable

_RECENT = 64
"""Texts whose logits are kept: several readers look at the same clauses of one call."""
_AT_ONCE = 500
"""Texts that are read at once."""
_FEW = 8
"""Labels up to which adding up row by row is quicker than a product a text."""


class LinearClassifier:
    """Sublinear TF-IDF, int8 weights stored features × labels, softmax at a fitted temperature."""

    def __init__(self, folder: Path, beside: Path | None = None) -> None:
        """Load `weights.npz` and the vocabulary of a trained model folder.

        `beside` is a folder of further labels that were learnt from the features of this very model.

        Raises:
            ModelUnavailable: a file is missing or does not fit the others.
        """
        with usable(folder):
            with arrays_in(folder / "weights.npz") as arrays:
                self._weights: NDArray[np.int8] = arrays["weights"]
                self._scale: NDArray[np.float32] = arrays["scale"]
                self._bias: NDArray[np.float32] = arrays["bias"]
                self._idf: NDArray[np.float32] = arrays["idf"]
                self._temperature = float(arrays["temperature"])
            stored = read_vocabulary(folder)
            features = analyser(stored.get("analyser", "chars"), stored.get("families"), stored.get("classes"))
            manifest = read_manifest(folder)
            self._counted = counter(features, stored["features"])
            self._labels = tuple(stored["labels"])
            if self._weights.shape != (len(stored["features"]), len(self._labels)):
                raise ValueError("权重与词表不符")
            self.name = str(manifest["name"])
            self.revision = str(manifest["revision"])
        if beside:
            self._add(beside)
        self._recent = lru_cache(maxsize=_RECENT)(self._one)

    def _add(self, beside: Path) -> None:
        with usable(beside):
            with arrays_in(beside / "weights.npz") as arrays:
                weights, scale, bias = arrays["weights"], arrays["scale"], arrays["bias"]
            labels = read_vocabulary(beside)["labels"]
            learnt_on = read_manifest(beside)["base_revision"]
            if learnt_on != self.revision or weights.shape != (len(self._weights), len(labels)):
                raise ValueError(f"学自 {learnt_on} 的特征，而非 {self.revision} 的")
        self._weights = np.hstack([self._weights, weights])
        self._scale, self._bias = np.append(self._scale, scale), np.append(self._bias, bias)
        self._labels += tuple(labels)

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels in column order."""
        return self._labels

    def scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return calibrated probabilities, shape (len(texts), len(labels))."""
        logits = self._logits(texts) / self._temperature
        logits -= logits.max(axis=1, keepdims=True)
        powers = np.exp(logits)
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)

    def independent_scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return each label's probability on its own, shape (len(texts), len(labels)): several may hold at once."""
        return np.asarray(1 / (1 + np.exp(-self._logits(texts) / self._temperature)), dtype=np.float32)

    def _logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if len(texts) == 1:
            return self._recent(texts[0])
        parts = [self._many(texts[start : start + _AT_ONCE]) for start in range(0, len(texts), _AT_ONCE)]
        return np.concatenate(parts)

    def _one(self, text: str) -> NDArray[np.float32]:
        _, grams, counts = self._counted([text])
        if not len(grams):
            return np.zeros((1, len(self._labels)), np.float32)  # nothing is known of it: every label alike
        values = self._values(grams, counts)
        values /= np.sqrt(values @ values)
        return (values @ self._weights.take(grams, axis=0).astype(np.float32) * self._scale + self._bias)[None]

    def _many(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Do as `_one` does, for all texts at once."""
        owners, grams, counts = self._counted(texts)
        logits = np.zeros((len(texts), len(self._labels)), np.float32)
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        if len(starts):
            values = self._values(grams, counts)
            lengths = np.sqrt(np.add.reduceat(values * values, starts))[:, None]
            logits[owners[starts]] = self._summed(grams, values, starts) / lengths * self._scale + self._bias
        return logits

    def _values(self, grams: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.asarray((1 + np.log(counts.astype(np.float32))) * self._idf[grams], np.float32)

    def _summed(
        self, grams: NDArray[np.int64], values: NDArray[np.float32], starts: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return each text's weights times values."""
        if len(self._labels) <= _FEW:
            weighted = self._weights.take(grams, axis=0) * values[:, None]
            return np.asarray(np.add.reduceat(weighted, starts), np.float32)
        ends = [*starts[1:], len(grams)]
        own = [slice(start, end) for start, end in zip(starts, ends, strict=True)]
        return np.stack([values[one] @ self._weights.take(grams[one], axis=0).astype(np.float32) for one in own])
