"""What the service recalls from its store when it starts."""

from app.domain.duplicate import TicketFacts
from app.domain.ports import UnitOfWorkFactory
from app.domain.workflow import TicketStatus

ENDED = (TicketStatus.DECLINED, TicketStatus.REPLIED, TicketStatus.EVALUATED, TicketStatus.ARCHIVED)
RECENT = 20_000
"""Tickets looked back on at start for duplicates."""


def recent_tickets(store: UnitOfWorkFactory) -> list[TicketFacts]:
    """Return what duplicate search needs of the most recent tickets, oldest first."""
    with store(reading=True) as uow:
        tickets = uow.tickets.page(after=None, limit=RECENT, filters={})
    facts = []
    for ticket in reversed(tickets):
        lead = ticket.unit.lead
        facts.append(
            TicketFacts(
                ticket_number=ticket.ticket_number,
                text=ticket.content,
                created_at=ticket.created_at,
                request_kind=ticket.request_kind,
                district=ticket.place.district,
                town=ticket.place.town,
                detail=ticket.place.detail,
                category=ticket.category.code if ticket.category else None,
                function=lead.unit_code.split(".", 1)[-1] if lead else None,
                caller=ticket.citizen.phone,
                confidential=ticket.citizen.confidential,
                demo=ticket.demo,
                closed_at=ticket.changed_at if ticket.status in ENDED else None,
            )
        )
    return facts
