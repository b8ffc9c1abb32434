"""The sockets: what the service asks of any model, and the errors a model may raise.

ModelError
├── ModelTimeout      no answer within the time limit
├── ModelUnavailable  no server, no weights, or the circuit is open
└── BadOutput         an answer that is not what was asked for
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class ModelError(Exception):
    """Base of everything that can go wrong inside a model."""


class ModelTimeout(ModelError):
    """No answer within the time limit."""


class ModelUnavailable(ModelError):
    """No server, no weights, or the circuit is open."""


class BadOutput(ModelError):
    """An answer that is not what was asked for."""


class TextClassifier(Protocol):
    """Scores labels for texts."""

    name: str
    revision: str

    def scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return calibrated probabilities, shape (len(texts), len(labels))."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels in column order."""


class LaneScorer(Protocol):
    """Scores labels that may hold at once."""

    name: str
    revision: str

    def independent_scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return each label's probability on its own, shape (len(texts), len(labels))."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels in column order."""


class Embedder(Protocol):
    """Turns texts into unit-length vectors."""

    name: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an array of shape (len(texts), dimensions), rows of length 1."""
