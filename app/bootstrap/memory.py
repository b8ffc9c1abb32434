"""What the service recalls from its store when it starts."""

from app.domain.duplicate import TicketFacts
from app.domain.ports import UnitOfWorkFactory
from app.flows.hot_issues import stored_facts

RECENT = 20_000
"""Tickets looked back on at start for duplicates."""


def recent_tickets(store: UnitOfWorkFactory) -> list[TicketFacts]:
    """Return what duplicate search needs of the most recent tickets, oldest first."""
    with store(reading=True) as uow:
        return [stored_facts(ticket) for ticket in reversed(uow.tickets.page(after=None, limit=RECENT, filters={}))]
