"""A ticket out of draft and decisions, and what is recorded of it first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.domain.events import OutboxMessage, TicketEvent
from app.domain.ports import UnitOfWork
from app.domain.reading import CallReading
from app.domain.ticket import Ticket
from app.flows.judgement import Judgement
from app.flows.record import topic_of

FROM_DRAFT = (
    "request_kind",
    "subject",
    "title",
    "content",
    "wants",
    "citizen",
    "place",
    "event_time",
    "emotion",
    "missing",
    "follow_up_questions",
    "evidence",
    "confidence",
)
"""Fields that a ticket takes from its draft."""


def make_ticket(number: str, index: int, received_at: datetime, reading: CallReading, judgement: Judgement) -> Ticket:
    """Join draft and decisions into the ticket."""
    draft = reading.demands[index].draft
    return Ticket(
        ticket_number=number,
        call_id=reading.transcript.id,
        channel=reading.transcript.channel,
        demand_index=index,
        demo=reading.transcript.demo,
        created_at=received_at,
        category=judgement.category,
        urgency=judgement.urgency,
        unit=judgement.unit,
        deadline=judgement.deadline,
        duplicates=judgement.duplicates,
        referrals=judgement.referrals,
        **{name: getattr(draft, name) for name in FROM_DRAFT},
    )


def record_new_ticket(
    uow: UnitOfWork, ticket: Ticket, reading: CallReading, counted: Mapping[str, Any], *, by: str
) -> None:
    """Write a new ticket's first event and the message to the outside.

    The event holds what the deadline is `counted` by, and can be worked out from again.
    """
    decided_by = {
        "engine": reading.engine,
        "model": reading.model,
        "prompt_version": reading.prompt_version,
        "degraded_reason": reading.degraded_reason,
        "rules": rule_ids(ticket),
    }
    event = TicketEvent(
        ticket_number=ticket.ticket_number,
        sequence=1,
        name="ticket_received",
        occurred_at=ticket.created_at,
        actor=by,
        data={"call_id": ticket.call_id, "channel": ticket.channel, **counted, **decided_by},
    )
    uow.events.append(event)
    if ticket.demo:
        return
    uow.outbox.add(
        OutboxMessage(
            id=f"{ticket.ticket_number}.1",
            topic=topic_of(ticket, "ticket.received"),
            payload={"ticket_number": ticket.ticket_number, "status": ticket.status},
            created_at=ticket.created_at,
        )
    )


def rule_ids(ticket: Ticket) -> list[str]:
    """Return the ids of the rules the decisions rest on."""
    ids = [ticket.unit.rule_id, ticket.deadline.rule_id if ticket.deadline else None]
    return [rule for rule in (*ids, *(referral.rule_id for referral in ticket.referrals)) if rule]
