"""Earlier tickets that resemble a new one, from a window of recent ones kept in memory, scored by the pair model."""

import threading
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.domain.duplicate import SimilarTicket, TicketFacts
from app.understand.duplicate.pairs import pair_features
from app.understand.duplicate.rows import ROW, TicketEncoder, of_issues
from models.base import PairScorer

_FIRST_SIZE = 1024


class DuplicateReader:
    """Exact search over the last `window` tickets' vectors. Safe to use from several threads."""

    def __init__(self, encoder: TicketEncoder, scorer: PairScorer, *, window: int = 50_000) -> None:
        self._encoder = encoder
        self._scorer = scorer
        self._window = window
        self._lock = threading.Lock()
        self._facts: list[TicketFacts] = []
        self._at: dict[str, int] = {}
        self._oldest = 0
        self._gone: frozenset[str] = frozenset()
        self._by_place: defaultdict[str, deque[int]] = defaultdict(deque)
        self._vectors: NDArray[np.float32] = np.zeros((_FIRST_SIZE, encoder.dimensions), dtype=np.float32)
        self._rows: NDArray[np.void] = np.zeros(_FIRST_SIZE, ROW)

    def add(self, facts: TicketFacts) -> None:
        """Make a ticket findable; the oldest gives way when the window is full."""
        rows, vectors = self._encoder.encode([facts])
        with self._lock:
            if len(self._facts) < self._window:
                self._grow()
                at = len(self._facts)
                self._facts.append(facts)
            else:
                at, self._oldest = self._oldest, (self._oldest + 1) % self._window
                for place in _places(self._facts[at]):
                    self._by_place[place].remove(at)
                self._at.pop(self._facts[at].ticket_number, None)
                self._facts[at] = facts
            self._at[facts.ticket_number] = at
            self._vectors[at], self._rows[at] = vectors[0], rows[0]
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

    def similar(self, new: TicketFacts, *, most: int = 20, least: float = 0.15) -> tuple[SimilarTicket, ...]:
        """Return the tickets whose text is most alike, and among those of the same town or district as many again.

        Two people tell one matter in words that share little; where they live narrows it down. Of the first sort
        only what is at least `least` alike counts.
        """
        rows, vectors = self._encoder.encode([new])
        with self._lock:
            count = len(self._facts)
            if count == 0:
                return ()
            scores = self._vectors[:count] @ vectors[0]
            anywhere = [i for i in _best(scores, np.arange(count), most) if scores[i] >= least]
            near = _best(scores, self._near(new), most)
            chosen = [i for i in dict.fromkeys((*anywhere, *near)) if self._facts[i].ticket_number not in self._gone]
            facts, old, old_vectors = [self._facts[i] for i in chosen], self._rows[chosen], self._vectors[chosen]
        return self._scored(facts, old, old_vectors, rows[0], vectors[0]) if facts else ()

    def one_issue(self, new: TicketFacts, numbers: Collection[str]) -> dict[str, float]:
        """Return how likely each of these tickets tells of the same issue; those not kept are left out."""
        rows, vectors = self._encoder.encode([new])
        with self._lock:
            where = [self._at[number] for number in numbers if number in self._at]
            kept, old, old_vectors = (
                [self._facts[i].ticket_number for i in where],
                self._rows[where],
                self._vectors[where],
            )
        if not kept:
            return {}
        scores = self._scores(old, old_vectors, of_issues(rows)[0], vectors[0])[2]
        return dict(zip(kept, map(float, scores), strict=True))

    def _scored(
        self,
        facts: Sequence[TicketFacts],
        old: NDArray[np.void],
        old_vectors: NDArray[np.float32],
        new: np.void,
        vector: NDArray[np.float32],
    ) -> tuple[SimilarTicket, ...]:
        dense, sparse, likely = self._scores(old, old_vectors, new, vector)
        return tuple(
            SimilarTicket(
                facts=one,
                text_score=float(np.clip((d + s) / 2, 0, 1)),
                score=float(score),
                opposed=bool((row["stance"] & 3) != (new["stance"] & 3)),
            )
            for one, row, d, s, score in zip(facts, old, dense, sparse, likely, strict=True)
        )

    def _scores(
        self, old: NDArray[np.void], old_vectors: NDArray[np.float32], new: np.void, vector: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        dense, sparse = self._encoder.cosines(old_vectors, vector[None])
        features = pair_features(old, np.full(len(old), new, ROW), dense, sparse, self._encoder.rarity)
        return dense, sparse, self._scorer.scores(features)

    def _near(self, new: TicketFacts) -> NDArray[np.int64]:
        """Return the tickets of the same town, or of the same district where no town is known."""
        if new.town:
            return np.array(self._by_place.get(new.town, ()), dtype=np.int64)
        return np.array(self._by_place.get(new.district or "", ()), dtype=np.int64)

    def _grow(self) -> None:
        if len(self._facts) == len(self._vectors):
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])


def _places(facts: TicketFacts) -> tuple[str, ...]:
    return tuple(place for place in (facts.town, facts.district) if place)


def _best(scores: NDArray[np.float32], among: NDArray[np.int64], most: int) -> list[int]:
    """Return the positions in `among` with the highest scores, best first."""
    if len(among) == 0:
        return []
    own = scores[among]
    top = np.argpartition(-own, min(most, len(own) - 1))[:most]
    return [int(among[i]) for i in top[np.argsort(-own[top])]]
