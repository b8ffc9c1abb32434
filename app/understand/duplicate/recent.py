"""The tickets of the last hours in memory, until they are sealed: search compares with every one."""

import threading
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from app.domain.duplicate import TicketFacts
from app.domain.ports.ticket_index import Kept, Search
from app.understand.duplicate.rows import ROW

_FIRST_SIZE = 1024


class RecentTickets:
    """Arrays that grow at their end. Safe to use from several threads."""

    def __init__(self, dimensions: int) -> None:
        self._lock = threading.Lock()
        self._facts: list[TicketFacts] = []
        self._at: dict[str, int] = {}
        self._vectors = np.zeros((_FIRST_SIZE, dimensions), np.float32)
        self._rows = np.zeros(_FIRST_SIZE, ROW)

    def add(self, kept: Kept) -> None:
        """Make tickets findable."""
        with self._lock:
            self._append(kept)

    def nearest(self, vector: NDArray[np.float32], searches: Sequence[Search], *, most: int) -> list[Kept]:
        """Return the tickets most alike, best first, search by search."""
        with self._lock:
            rows, scores = self._rows[: len(self._facts)], self._vectors[: len(self._facts)] @ vector
            return [self._kept(_nearest(rows, scores, search, most)) for search in searches]

    def of(self, ticket_numbers: Collection[str]) -> Kept:
        """Return those of the tickets that are here."""
        with self._lock:
            found = [self._at[number] for number in ticket_numbers if number in self._at]
            return self._kept(np.array(found, np.int64))

    def all(self) -> Kept:
        """Return every ticket, oldest first."""
        with self._lock:
            return self._kept(np.arange(len(self._facts)))

    def drop(self, ticket_numbers: Collection[str]) -> None:
        """Let go of tickets."""
        with self._lock:
            left = [i for i, facts in enumerate(self._facts) if facts.ticket_number not in ticket_numbers]
            rest = self._kept(np.array(left, np.int64))
            self._facts, self._at = [], {}
            self._append(rest)

    def _append(self, kept: Kept) -> None:
        start, end = len(self._facts), len(self._facts) + len(kept.facts)
        while end > len(self._rows):
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._vectors[start:end], self._rows[start:end] = kept.vectors, kept.rows
        self._facts += kept.facts
        self._at |= {facts.ticket_number: start + i for i, facts in enumerate(kept.facts)}

    def _kept(self, positions: NDArray[np.int64]) -> Kept:
        return Kept([self._facts[i] for i in positions], self._rows[positions], self._vectors[positions])


def _nearest(rows: NDArray[np.void], scores: NDArray[np.float32], search: Search, most: int) -> NDArray[np.int64]:
    wanted = rows["at"] >= search.since
    for name, code in zip(("district", "town"), search.area or (0, 0), strict=True):
        wanted &= (rows[name] == code) | (rows[name] == 0) | (code == 0)
    among = np.flatnonzero(wanted)
    own = scores[among]
    best = np.argpartition(-own, most)[:most] if len(among) > most else np.arange(len(among))
    return among[best[np.argsort(-own[best])]]
