"""The index of earlier tickets, kept in step with the store: recalled at the start, sealed now and then, made again."""

import threading
from collections.abc import Callable, Iterator, Sequence

import structlog

from app.domain.duplicate import TicketFacts
from app.domain.ports import UnitOfWorkFactory
from app.flows.hot_issues import stored_facts
from app.understand.duplicate.reader import DuplicateReader

PAGE = 500
RECALLED = 20_000
"""Most tickets that are read at the start, where the index lacks them."""
SEALED_FROM, PART = 5_000, 100_000
"""Tickets from which the latest are sealed, and in one part of the index made again."""


class TicketIndexFlow:
    """Makes stored tickets findable as duplicates."""

    def __init__(self, store: UnitOfWorkFactory, duplicates: DuplicateReader) -> None:
        self._store = store
        self._duplicates = duplicates
        self._following = threading.Lock()
        self._since = self._reached = ""
        """Where the round before the last ended, and where the last did."""

    def recall(self) -> None:
        """Take up what came after the index was last sealed."""
        known = self._duplicates.indexed()
        with self._store(reading=True) as uow:
            newest = [ticket.ticket_number for ticket in uow.tickets.page(after=None, limit=1, filters={})]
            foreign = bool(known) and not uow.tickets.many(known)
        if foreign or self._duplicates.last > max(newest, default=""):
            self._duplicates.rebuild(())  # of another store, or of one that was emptied or restored since
        last, newer = self._duplicates.last, list[TicketFacts]()
        for page in self._pages():
            self._since = self._reached = max(self._reached, page[0].ticket_number)
            newer += [facts for facts in page if facts.ticket_number > last]
            if len(newer) >= RECALLED or page[-1].ticket_number <= last:
                break
        if len(newer) >= RECALLED:
            structlog.get_logger().warning("ticket_index_lacks_older", command="hotline index rebuild")
        self._duplicates.fill(newer[::-1])

    def follow(self) -> int:
        """Take up what other processes stored since the last time; return how many tickets.

        Each round begins where the one before the last ended: around midnight a lower number may be stored later.
        """
        with self._following:
            self._duplicates.refresh()
            reached, taken = self._since, 0
            while numbers := self._numbers_after(reached):
                taken += self._take_up(self._duplicates.lacking(numbers))
                reached = numbers[-1]
            self._since, self._reached = self._reached, max(self._reached, reached)
            return taken

    def _numbers_after(self, ticket_number: str) -> Sequence[str]:
        with self._store(reading=True) as uow:
            return uow.tickets.numbers_after(ticket_number, limit=PAGE)

    def _take_up(self, ticket_numbers: Sequence[str]) -> int:
        if not ticket_numbers:
            return 0
        with self._store(reading=True) as uow:
            tickets = uow.tickets.many(ticket_numbers)
        self._duplicates.fill([stored_facts(ticket) for ticket in tickets])
        return len(tickets)

    def seal(self) -> None:
        """Hand the latest tickets over to the index, where there are many."""
        self.follow()
        self._duplicates.seal(least=SEALED_FROM)

    def count(self) -> int:
        """Return how many tickets the store holds."""
        with self._store(reading=True) as uow:
            return uow.tickets.count({})

    def rebuild(self, progress: Callable[[int], None]) -> int:
        """Make the index again from the store; return how many tickets it holds."""
        count = 0

        def parts() -> Iterator[list[TicketFacts]]:
            nonlocal count
            part: list[TicketFacts] = []
            for page in self._pages():
                part += page
                count += len(page)
                if len(part) >= PART:
                    yield part
                    part = []
                progress(len(page))
            if part:
                yield part

        self._duplicates.rebuild(parts())
        return count

    def close(self) -> None:
        """Seal what is left."""
        self._duplicates.seal()
        self._duplicates.close()

    def _pages(self) -> Iterator[list[TicketFacts]]:
        """Yield every ticket, newest first; no transaction is open meanwhile."""
        after: str | None = None
        while True:
            with self._store(reading=True) as uow:
                tickets = uow.tickets.page(after=after, limit=PAGE, filters={})
            if not tickets:
                return
            yield [stored_facts(ticket) for ticket in tickets]
            after = tickets[-1].ticket_number
