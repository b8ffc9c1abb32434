"""Earlier tickets that resemble a new one, from an index of all and the latest in memory, scored by the pair model."""

import threading
from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.domain.duplicate import SimilarTicket, TicketFacts
from app.domain.ports.ticket_index import Kept, Search, TicketIndex
from app.understand.duplicate.pairs import pair_features
from app.understand.duplicate.recent import RecentTickets
from app.understand.duplicate.rows import ROW, TicketEncoder, of_issues
from models.base import PairScorer

ENCODED_AT_ONCE = 2_000


class DuplicateReader:
    """Search over every ticket. Safe to use from several threads."""

    def __init__(
        self,
        encoder: TicketEncoder,
        scorer: PairScorer,
        *,
        window_days: int,
        index: TicketIndex | None = None,
        caller_key: Callable[[str], str] = str,
    ) -> None:
        """Without an index all stays in memory. `caller_key` makes of a caller's number what may be kept of it."""
        self._encoder = encoder
        self._scorer = scorer
        self._window = window_days * 1440
        self.index = index
        self._caller_key = caller_key
        self._recent = RecentTickets(encoder.dimensions)
        self._gone: frozenset[str] = frozenset()
        self._sealing = threading.Lock()

    def add(self, facts: TicketFacts) -> None:
        """Make a ticket findable."""
        self._recent.add(self.kept([facts]))

    def fill(self, tickets: Sequence[TicketFacts]) -> None:
        """Add many, oldest first."""
        self._recent.add(self._many(tickets))

    def rebuild(self, parts: Iterable[Sequence[TicketFacts]]) -> None:
        """Make the index again of these; raises Conflict where another process writes."""
        if self.index is not None:
            with self._sealing:
                held = _numbers(self._recent.all())
                self.index.rebuild(self._many(tickets) for tickets in parts)
                self._recent.drop(held)

    def refresh(self) -> None:
        """Take over what another process has sealed; it is kept in memory no longer."""
        if self.index is not None and self.index.refresh():
            self._recent.drop(_numbers(self.index.of(_numbers(self._recent.all()))))

    def lacking(self, ticket_numbers: Sequence[str]) -> list[str]:
        """Return those of the tickets that it does not hold."""
        lacking = [number for number in ticket_numbers if number not in self._gone]
        for part in self._parts():
            held = _numbers(part.of(lacking))
            lacking = [number for number in lacking if number not in held]
        return lacking

    def kept(self, tickets: Sequence[TicketFacts]) -> Kept:
        """Return tickets as they are kept."""
        known = [self.known(facts) for facts in tickets]
        return Kept(known, *self._encoder.encode(known))

    def _many(self, tickets: Sequence[TicketFacts]) -> Kept:
        starts = range(0, max(len(tickets), 1), ENCODED_AT_ONCE)
        return Kept.joined([self.kept(tickets[start : start + ENCODED_AT_ONCE]) for start in starts])

    def seal(self, *, least: int = 1) -> None:
        """Hand the latest tickets over to the index, where there are so many."""
        if self.index is None:
            return
        with self._sealing:
            latest = self._recent.all()
            if len(latest.facts) < least:
                return
            there = np.array([f.ticket_number not in self._gone for f in latest.facts], np.bool_)
            if there.sum() >= least and self.index.seal(latest.take(np.flatnonzero(there))):
                self._recent.drop(_numbers(latest))

    @property
    def last(self) -> str:
        """The highest ticket number that the index has taken in."""
        return self.index.last if self.index else ""

    def indexed(self) -> Sequence[str]:
        """Return a few numbers of tickets that the index holds."""
        return self.index.some() if self.index else ()

    def close(self) -> None:
        """Let others write the index."""
        if self.index is not None:
            self.index.close()

    def forget(self, ticket_numbers: Collection[str]) -> None:
        """Never return these again."""
        self._gone |= frozenset(ticket_numbers)
        if self.index is not None:
            self.index.forget(ticket_numbers)

    def similar(
        self, new: TicketFacts, *, cited: Collection[str] = (), most: int = 20, least: float = 0.15
    ) -> tuple[SimilarTicket, ...]:
        """Return what is most alike in text: lately anywhere; where the new one is, of all times; and there, lately.

        Where the place is unknown, of all times anywhere. Two people tell one matter in words that share little; where
        they live narrows it down. Of what lies anywhere only what is at least `least` alike counts. Tickets
        `cited` by their number come too.
        """
        row, vector = (one[0] for one in self.kept([new])[1:])
        lately, area = int(row["at"]) - self._window, (int(row["district"]), int(row["town"]))
        searches = [Search(None, lately), Search(area, 0), Search(area, lately)] if any(area) else [Search(None, 0)]
        anywhere, *placed = self._nearest(vector, searches, most)
        alike = np.flatnonzero(anywhere.vectors @ vector >= least)
        named = [part.of(cited) for part in self._parts()] if cited else []
        found = Kept.joined([anywhere.take(alike), *placed, *named])
        numbers = [f.ticket_number for f in found.facts]
        first = dict(zip(reversed(numbers), reversed(range(len(numbers))), strict=True))
        chosen = found.take(np.array(sorted(i for n, i in first.items() if n not in self._gone), np.int64))
        return self._scored(chosen, row, vector) if chosen.facts else ()

    def one_issue(self, new: TicketFacts, numbers: Collection[str]) -> dict[str, float]:
        """Return how likely each of these tickets tells of the same issue; those not kept are left out."""
        _, rows, vectors = self.kept([new])
        old = Kept.joined([part.of(numbers) for part in self._parts()])
        if not old.facts:
            return {}
        scores = self._scores(old, of_issues(rows)[0], vectors[0])[2]
        return dict(zip((f.ticket_number for f in old.facts), map(float, scores), strict=True))

    def _nearest(self, vector: NDArray[np.float32], searches: Sequence[Search], most: int) -> list[Kept]:
        found = zip(*(part.nearest(vector, searches, most=most) for part in self._parts()), strict=True)
        every = map(Kept.joined, found)
        return [one.take(np.argsort(-(one.vectors @ vector), kind="stable")[:most]) for one in every]

    def _parts(self) -> tuple[RecentTickets | TicketIndex, ...]:
        return (self._recent,) if self.index is None else (self._recent, self.index)

    def known(self, facts: TicketFacts) -> TicketFacts:
        """Return a ticket with what may be kept of its caller's number: only that compares with tickets found."""
        return facts.model_copy(update={"caller": self._caller_key(facts.caller)}) if facts.caller else facts

    def _scored(self, old: Kept, new: np.void, vector: NDArray[np.float32]) -> tuple[SimilarTicket, ...]:
        dense, sparse, likely = self._scores(old, new, vector)
        texts = np.clip((dense + sparse) / 2, 0, 1)
        return tuple(
            SimilarTicket(
                facts=one,
                text_score=float(text),
                score=float(score),
                opposed=bool((row["stance"] & 3) != (new["stance"] & 3)),
            )
            for one, row, text, score in zip(old.facts, old.rows, texts, likely, strict=True)
        )

    def _scores(
        self, old: Kept, new: np.void, vector: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        dense, sparse = self._encoder.cosines(old.vectors, vector[None])
        features = pair_features(old.rows, np.full(len(old.rows), new, ROW), dense, sparse, self._encoder.rarity)
        return dense, sparse, self._scorer.scores(features)


def _numbers(kept: Kept) -> frozenset[str]:
    return frozenset(facts.ticket_number for facts in kept.facts)
