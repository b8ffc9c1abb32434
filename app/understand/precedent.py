"""Dispatches that people confirmed, corrected or rejected, found again by likeness of the text. No training."""

import threading
from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from app.domain.unit import Precedent
from models.base import Embedder

MOST = 5
KEPT = 20_000
"""Newest precedents searched: an exact search among them stays within milliseconds."""


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
            self._precedents = (self._precedents + new)[-KEPT:]
            self._vectors = np.concatenate([self._vectors, vectors])[-KEPT:]

    def near(self, text: str, *, least: float, now: datetime, half_life_days: float) -> tuple[Precedent, ...]:
        """Return the most alike precedents, best first; what was said a half-life ago counts half."""
        if not self._precedents:
            return ()
        vector = self._embedder.embed([text])[0]
        with self._lock:
            scores = self._vectors @ vector
            best = [i for i in np.argsort(-scores)[:MOST] if scores[i] >= least]
            found = [(self._precedents[i], min(1.0, float(scores[i]))) for i in best]
        return tuple(
            precedent.model_copy(update={"likeness": likeness * faded(precedent.at, now, half_life_days)})
            for precedent, likeness in found
        )


def faded(at: datetime | None, now: datetime, half_life_days: float) -> float:
    """Return how much of a verdict's weight is left."""
    days = max(0.0, (now - at) / timedelta(days=1)) if at else 0.0
    return float(0.5 ** (days / half_life_days))
