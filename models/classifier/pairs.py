"""Features of pairs in, the calibrated probability that both are one matter out. numpy only."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.model_folder import arrays_in, read_manifest, usable


class PairModel:
    """Layers of weights, rectified in between; Platt's scaling is folded into the last."""

    def __init__(self, folder: Path) -> None:
        """Load a trained folder.

        Raises:
            ModelUnavailable: a file is missing or does not fit the others.
        """
        with usable(folder):
            with arrays_in(folder / "weights.npz") as arrays:
                self._layers = [(arrays[f"weights{i}"], arrays[f"bias{i}"]) for i in range(int(arrays["layers"]))]
            manifest = read_manifest(folder)
            self.name, self.revision = str(manifest["name"]), str(manifest["revision"])
            self.features: tuple[str, ...] = tuple(manifest["features"])

    def scores(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return calibrated probabilities, one a row of features."""
        values = features
        for weights, bias in self._layers[:-1]:
            values = np.maximum(values @ weights + bias, 0)
        weights, bias = self._layers[-1]
        odds = np.clip((values @ weights + bias)[:, 0], -30, 30)
        return np.asarray(1 / (1 + np.exp(-odds)), np.float32)
