"""Dispatches that people confirmed, corrected or rejected, found again by likeness of the text. No training."""

import threading
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from app.domain.unit import Precedent
from models.base import Embedder

MOST = 5


class PrecedentReader:
    """Exact search in memory: what people correct is hundreds a day, not millions. Safe to use from several threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._lock = threading.Lock()
        self._precedents: list[Precedent] = []
        self._vectors: NDArray[np.float32] = np.zeros((0, embedder.dimensions), dtype=np.float32)

    def add(self, precedents: Iterable[Precedent]) -> None:
        """Make precedents findable at once."""
        new = list(precedents)
        vectors = self._embedder.embed([precedent.text for precedent in new])
        with self._lock:
            self._precedents += new
            self._vectors = np.concatenate([self._vectors, vectors])

    def near(self, text: str, *, least: float) -> tuple[Precedent, ...]:
        """Return the most alike precedents, best first."""
        if not self._precedents:
            return ()
        vector = self._embedder.embed([text])[0]
        with self._lock:
            scores = self._vectors @ vector
            best = [i for i in np.argsort(-scores)[:MOST] if scores[i] >= least]
            return tuple(self._precedents[i].model_copy(update={"likeness": min(1.0, float(scores[i]))}) for i in best)
