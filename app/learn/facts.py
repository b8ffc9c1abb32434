"""A ticket and its history in, what statistics look at out."""

from collections.abc import Sequence

from app.domain.analytics import TicketFact
from app.domain.events import TicketEvent, own_history
from app.domain.ticket import Ticket

_ENDS = frozenset({"ticket_answered_directly", "ticket_replied", "reply_shared", "ticket_declined", "member_declined"})
_RESPONSES = _ENDS | {"ticket_acknowledged"}


def fact_of(ticket: Ticket, events: Sequence[TicketEvent]) -> TicketFact:
    """Return the fact of a ticket; one that was reopened counts as closed when it was answered again."""
    history = own_history(events)
    responses = [event.occurred_at for event in history if event.name in _RESPONSES]
    reopened = max((event.occurred_at for event in history if event.name == "ticket_reopened"), default=None)
    ends = [e.occurred_at for e in history if e.name in _ENDS and (reopened is None or e.occurred_at > reopened)]
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
        resolve_by=deadline.resolve_by if deadline else None,
        closed_at=ends[0] if ends else None,
        solved=ticket.solved,
        satisfied=ticket.satisfied,
    )
