"""Very many earlier tickets, as search needs them."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.duplicate import TicketFacts

Area = tuple[int, int]
"""The codes of a district and a town, 0 for unknown."""


class Search(NamedTuple):
    """Where and since when to look."""

    area: Area | None
    """With an area only tickets that may lie in it, their town or district known to be no other; without one all."""
    since: int
    """Minutes since 1970."""


class Kept(NamedTuple):
    """Some tickets: facts, what comparing looks at, and vectors of unit length, one a ticket."""

    facts: Sequence[TicketFacts]
    rows: NDArray[np.void]
    """With the fields `district`, `town` (codes) and `at` (minutes since 1970)."""
    vectors: NDArray[np.float32]

    def take(self, positions: NDArray[np.int64]) -> "Kept":
        """Return those at some positions."""
        return Kept([self.facts[i] for i in positions], self.rows[positions], self.vectors[positions])

    @classmethod
    def joined(cls, parts: Sequence["Kept"]) -> "Kept":
        """Return all of several parts, of which there must be one."""
        kind = parts[0].rows.dtype
        rows = np.concatenate([one.rows.view(f"V{kind.itemsize}") for one in parts]).view(kind)
        vectors = np.concatenate([one.vectors for one in parts])
        return cls([facts for one in parts for facts in one.facts], rows, vectors)


class TicketIndex(Protocol):
    """Tickets kept on disk, made from the store. What it gives back has no text."""

    @property
    def last(self) -> str:
        """The highest ticket number it has taken in, empty where there is none."""

    def some(self) -> Sequence[str]:
        """Return a few of the numbers it holds: enough to see whether it was made from this store."""

    def nearest(self, vector: NDArray[np.float32], searches: Sequence[Search], *, most: int) -> list[Kept]:
        """Return the tickets most alike, best first, search by search."""

    def of(self, ticket_numbers: Collection[str]) -> Kept:
        """Return those of the tickets that it holds."""

    def refresh(self) -> bool:
        """Read again what another process has written; tell whether there was anything new."""

    def seal(self, kept: Kept) -> bool:
        """Take in tickets, each once; tell whether it did: a folder has one writer."""

    def rebuild(self, parts: Iterable[Kept]) -> None:
        """Begin anew with these; raises Conflict where another process writes."""

    def forget(self, ticket_numbers: Collection[str]) -> None:
        """Wipe out these tickets."""

    def close(self) -> None:
        """Let go of it."""
