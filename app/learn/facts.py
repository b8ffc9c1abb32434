"""A ticket and its history in, what statistics look at out."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.analytics import TicketFact
from app.domain.events import TicketEvent, own_history
from app.domain.ticket import Ticket

_ENDS = frozenset({"ticket_answered_directly", "ticket_replied", "reply_shared", "ticket_declined", "member_declined"})
_REOPENED = frozenset({"ticket_reopened", "reopening_shared", "ticket_accepted", "acceptance_shared"})
_RESPONSES = _ENDS | {"ticket_acknowledged"}


def fact_of(ticket: Ticket, events: Sequence[TicketEvent]) -> TicketFact:
    """Return the fact of a ticket; one that was reopened is open until it is answered again."""
    history = own_history(events)
    responses = [event.occurred_at for event in history if event.name in _RESPONSES]
    resolve_by, closed_at = _standing(ticket, history)
    acting = ticket.handler or ticket.unit.lead
    deadline = ticket.deadline
    return TicketFact(
        ticket_number=ticket.ticket_number,
        demo=ticket.demo,
        created_at=ticket.created_at,
        district=ticket.place.district,
        town=ticket.place.town,
        category_code=ticket.category.code if ticket.category else None,
        unit_code=acting.unit_code if acting else None,
        channel=ticket.channel,
        kind=str(ticket.request_kind),
        subject=str(ticket.subject),
        respond_by=deadline.respond_by if deadline else None,
        responded_at=responses[0] if responses else None,
        resolve_by=resolve_by,
        closed_at=closed_at,
        solved=ticket.solved,
        satisfied=ticket.satisfied,
    )


def _standing(ticket: Ticket, history: Sequence[TicketEvent]) -> tuple[datetime | None, datetime | None]:
    """Return the limit and the end that count: an answer that came late stays late, however soon the next one came."""
    late: tuple[datetime, datetime] | None = None
    end: datetime | None = None
    for event in history:
        if event.name in _ENDS:
            end = end or event.occurred_at
        if event.name in _REOPENED:
            limit = event.data.get("resolve_by")
            if limit and end and end > datetime.fromisoformat(limit):
                late = late or (datetime.fromisoformat(limit), end)
            end = None
    return late if late and end else (ticket.deadline.resolve_by if ticket.deadline else None, end)
