"""Several views of one text in, calibrated probabilities of functions out: a stacked conditional logit. numpy only."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.model_folder import arrays_in, read_manifest, read_vocabulary, usable

Floats = NDArray[np.float64]
LENGTHS = (10, 20, 40, 80, 160)
"""Characters of a text at which it is known how sure the views are; between them it follows the logarithm."""
FLOOR = 0.002
"""What a view gives a label that it does not name: no view alone can rule a label out."""
_LEAST = 0.001
"""What counts as no probability where scores are compared."""


class FunctionRanker:
    """Adds up the views' weighted log-probabilities; keeps what each view's weight and each label's least score is."""

    def __init__(self, folder: Path) -> None:
        """Load a trained folder.

        Raises:
            ModelUnavailable: a file is missing or does not fit the others.
        """
        with usable(folder):
            with arrays_in(folder / "weights.npz") as arrays:
                self._weights: Floats = arrays["weights"].astype(np.float64)
                self._sureness: Floats = arrays["sureness"].astype(np.float64)
                self._lead: Floats = arrays["lead"].astype(np.float64)
                self.link: Floats = arrays["link"].astype(np.float64)
                self._least: Floats = arrays["least"].astype(np.float64)
            stored = read_vocabulary(folder)
            manifest = read_manifest(folder)
            self.views: tuple[str, ...] = tuple(stored["views"])
            self.labels: tuple[str, ...] = tuple(stored["labels"])
            self._rare = float(np.median(self._least))
            self.leaves: tuple[str, ...] = tuple(stored["leaves"])
            if self.link.shape != (len(self.leaves), len(self.labels)) or len(self._weights) != len(self.views):
                raise ValueError("权重与词表不符")
            self.name = str(manifest["name"])
            self.revision = str(manifest["revision"])

    def scores(self, views: Mapping[str, Floats], *, length: int) -> Floats:
        """Return calibrated probabilities from each view's distribution, in the views' own order of labels.

        `length` is the text's: a view of a short text is less sure than it looks, of a long one surer.
        """
        weights = self._weights * float((knots(np.array([length])) @ self._sureness)[0])
        scores = ranked(np.stack([views[name] for name in self.views]), weights)
        return calibrated(scores, self._lead)

    def least(self, labels: Sequence[str]) -> Floats:
        """Return from which score on a label cannot be ruled out (class-conditional conformal prediction).

        A label that the ranker never met gets the median of the others.
        """
        known = dict(zip(self.labels, self._least, strict=True))
        return np.array([known.get(label, self._rare) for label in labels])


def knots(lengths: NDArray[np.int64]) -> Floats:
    """Return each text's shares of the known lengths, shape (texts, lengths): two neighbours that add up to 1."""
    places = np.interp(np.log(np.maximum(lengths, 1)), np.log(LENGTHS), np.arange(len(LENGTHS)))
    return np.asarray(np.maximum(0.0, 1 - np.abs(np.atleast_1d(places)[:, None] - np.arange(len(LENGTHS)))))


def ranked(views: Floats, weights: Floats) -> Floats:
    """Return the softmax of weighted log views, shape (..., labels), from views of shape (views, ..., labels).

    `weights` are one a view, or one a view and text.
    """
    logits = np.einsum("v...l,v...->...l", np.log(views + FLOOR), weights)
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def ahead(scores: Floats) -> Floats:
    """Return how far each best score leads the second: the logarithm of how many times it is larger.

    It tells better how sure the best may be than the score itself: what is spread over many labels rivals none of them.
    """
    second, best = np.moveaxis(np.partition(scores, -2, axis=-1)[..., -2:], -1, 0)
    return np.asarray(np.log((best + _LEAST) / (second + _LEAST)))


def calibrated(scores: Floats, lead: Floats) -> Floats:
    """Return scores whose best one has `lead`'s slope and offset in how far it leads; the others share what is left.

    It stays the best one.
    """
    second, best = np.moveaxis(np.partition(scores, -2, axis=-1)[..., -2:], -1, 0)
    rest = 1 - np.minimum(best, 1 - _LEAST)
    sure = np.maximum(1 / (1 + np.exp(-(lead[0] * ahead(scores) + lead[1]))), second / (rest + second))
    found = scores * ((1 - sure) / rest)[..., None]
    np.put_along_axis(found, scores.argmax(axis=-1)[..., None], sure[..., None], axis=-1)
    return np.asarray(found)
