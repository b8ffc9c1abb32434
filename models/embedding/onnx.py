"""A fine-tuned transformer behind the embedders' port."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.model_folder import usable
from models.onnx import OnnxEncoder


class OnnxEmbedder:
    """Vectors of unit length, as the exported encoder gives them."""

    def __init__(self, folder: Path) -> None:
        """Load the folder; raises ModelUnavailable."""
        self._encoder = OnnxEncoder(folder)
        with usable(folder):
            self.name = str(self._encoder.manifest["name"])
            self.revision = str(self._encoder.manifest["revision"])
            self.dimensions = int(self._encoder.manifest["dimensions"])

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an array of shape (len(texts), dimensions), rows of length 1."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return self._encoder.run(texts)
