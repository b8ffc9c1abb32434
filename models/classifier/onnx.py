"""A fine-tuned transformer behind the classifiers' port."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.model_folder import read_vocabulary, usable
from models.onnx import OnnxEncoder


class OnnxClassifier:
    """Softmax of the exported logits at the fitted temperature."""

    def __init__(self, folder: Path) -> None:
        """Load the folder; raises ModelUnavailable."""
        self._encoder = OnnxEncoder(folder)
        with usable(folder):
            self._labels = tuple(read_vocabulary(folder)["labels"])
            self._temperature = float(self._encoder.manifest["temperature"])
            self.name = str(self._encoder.manifest["name"])
            self.revision = str(self._encoder.manifest["revision"])

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels in column order."""
        return self._labels

    def scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return calibrated probabilities, shape (len(texts), len(labels))."""
        if not texts:
            return np.zeros((0, len(self._labels)), dtype=np.float32)
        logits = self._encoder.run(texts) / self._temperature
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)
