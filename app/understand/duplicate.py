"""Earlier tickets that resemble a new one, from a window of recent ones kept in memory."""

import threading
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from app.domain.duplicate import SimilarTicket, TicketFacts
from models.base import Embedder

_FIRST_SIZE = 1024


class DuplicateReader:
    """Exact search over the last `window` tickets' vectors. Safe to use from several threads."""

    def __init__(self, embedder: Embedder, *, window: int = 50_000) -> None:
        self._embedder = embedder
        self._window = window
        self._lock = threading.Lock()
        self._facts: list[TicketFacts] = []
        self._oldest = 0
        self._vectors: NDArray[np.float32] = np.zeros((_FIRST_SIZE, embedder.dimensions), dtype=np.float32)

    def add(self, facts: TicketFacts) -> None:
        """Make a ticket findable; the oldest gives way when the window is full."""
        vector = self._embedder.embed([facts.text])[0]
        with self._lock:
            if len(self._facts) < self._window:
                self._grow()
                self._vectors[len(self._facts)] = vector
                self._facts.append(facts)
            else:
                self._vectors[self._oldest] = vector
                self._facts[self._oldest] = facts
                self._oldest = (self._oldest + 1) % self._window

    def fill(self, tickets: Iterable[TicketFacts]) -> None:
        """Add many, oldest first."""
        for facts in tickets:
            self.add(facts)

    def similar(self, text: str, *, most: int = 20, least: float = 0.3) -> tuple[SimilarTicket, ...]:
        """Return up to `most` tickets whose text is at least `least` alike, best first."""
        vector = self._embedder.embed([text])[0]
        with self._lock:
            count = len(self._facts)
            scores = self._vectors[:count] @ vector
            if count == 0:
                return ()
            best = np.argpartition(-scores, min(most, count - 1))[:most]
            ordered = best[np.argsort(-scores[best])]
            return tuple(
                SimilarTicket(facts=self._facts[i], text_score=min(1.0, float(scores[i])))
                for i in ordered
                if scores[i] >= least
            )

    def _grow(self) -> None:
        if len(self._facts) == len(self._vectors):
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
