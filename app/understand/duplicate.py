"""Earlier tickets that resemble a new one, from a window of recent ones kept in memory."""

import threading
from collections import defaultdict, deque
from collections.abc import Collection, Iterable

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
        self._gone: frozenset[str] = frozenset()
        self._by_place: defaultdict[str, deque[int]] = defaultdict(deque)
        self._vectors: NDArray[np.float32] = np.zeros((_FIRST_SIZE, embedder.dimensions), dtype=np.float32)

    def add(self, facts: TicketFacts) -> None:
        """Make a ticket findable; the oldest gives way when the window is full."""
        vector = self._embedder.embed([facts.text])[0]
        with self._lock:
            if len(self._facts) < self._window:
                self._grow()
                at = len(self._facts)
                self._facts.append(facts)
            else:
                at, self._oldest = self._oldest, (self._oldest + 1) % self._window
                for place in _places(self._facts[at]):
                    self._by_place[place].remove(at)
                self._facts[at] = facts
            self._vectors[at] = vector
            for place in _places(facts):
                self._by_place[place].append(at)

    def fill(self, tickets: Iterable[TicketFacts]) -> None:
        """Add many, oldest first."""
        for facts in tickets:
            self.add(facts)

    def forget(self, ticket_numbers: Collection[str]) -> None:
        """Never return these again."""
        with self._lock:
            self._gone |= frozenset(ticket_numbers)

    def similar(self, new: TicketFacts, *, most: int = 20, least: float = 0.3) -> tuple[SimilarTicket, ...]:
        """Return the tickets whose text is most alike, and among those of the same town or district as many again.

        Two people tell one matter in words that share little; where they live narrows it down. Of the first sort
        only what is at least `least` alike counts.
        """
        vector = self._embedder.embed([new.text])[0]
        with self._lock:
            count = len(self._facts)
            if count == 0:
                return ()
            scores = self._vectors[:count] @ vector
            anywhere = [i for i in _best(scores, np.arange(count), most) if scores[i] >= least]
            near = self._near(new)
            chosen = dict.fromkeys((*anywhere, *_best(scores, near, most)))
            return tuple(
                SimilarTicket(facts=self._facts[i], text_score=float(np.clip(scores[i], 0, 1)))
                for i in chosen
                if self._facts[i].ticket_number not in self._gone
            )

    def _near(self, new: TicketFacts) -> NDArray[np.int64]:
        """Return the tickets of the same town, or of the same district where no town is known."""
        if new.town:
            return np.array(self._by_place.get(new.town, ()), dtype=np.int64)
        return np.array(self._by_place.get(new.district or "", ()), dtype=np.int64)

    def _grow(self) -> None:
        if len(self._facts) == len(self._vectors):
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])


def _places(facts: TicketFacts) -> tuple[str, ...]:
    return tuple(place for place in (facts.town, facts.district) if place)


def _best(scores: NDArray[np.float32], among: NDArray[np.int64], most: int) -> list[int]:
    """Return the positions in `among` with the highest scores, best first."""
    if len(among) == 0:
        return []
    own = scores[among]
    top = np.argpartition(-own, min(most, len(own) - 1))[:most]
    return [int(among[i]) for i in top[np.argsort(-own[top])]]
