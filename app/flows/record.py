"""What happened to a ticket, written down and told to the outside, in the transaction that did it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.decide.deadline import replay
from app.decide.visibility import told_reply
from app.domain.events import OutboxMessage, TicketEvent
from app.domain.ports import UnitOfWork
from app.domain.ticket import Ticket
from app.flows.judgement import IntakePolicy

_TOLD = ("ticket_replied", "ticket_answered_directly", "reply_shared", "ticket_declined", "member_declined")
"""With these the citizen is told something: an answer, or why he gets none."""


def event_of(ticket: Ticket, name: str, actor: str, data: Mapping[str, Any], now: datetime) -> TicketEvent:
    """Return the event that brought a ticket to its present version."""
    return TicketEvent(
        ticket_number=ticket.ticket_number,
        sequence=ticket.version,
        name=name,
        occurred_at=now,
        actor=actor,
        data=dict(data),
    )


def keep(
    uow: UnitOfWork,
    policy: IntakePolicy,
    before: Ticket,
    after: Ticket,
    event: TicketEvent,
    history: Sequence[TicketEvent],
) -> Ticket:
    """Write a changed ticket with the deadline that its event leaves it, and tell the outside; return it.

    `history` is what happened to it before. Raises Conflict where somebody else changed it meanwhile.
    """
    deadline = replay((*history, event), policy.deadline_rules, policy.clock) or before.deadline
    kept = after.model_copy(update={"deadline": deadline})
    uow.tickets.save(kept, expected_version=before.version)
    announce(uow, kept, event)
    return kept


def announce(uow: UnitOfWork, ticket: Ticket, event: TicketEvent) -> None:
    """Write an event and the message that tells the outside; notes for colleagues and demo tickets stay inside."""
    uow.events.append(event)
    if ticket.demo:
        return
    payload = {"ticket_number": ticket.ticket_number, "status": str(ticket.status), "version": ticket.version}
    if event.name in _TOLD:
        payload["reply"] = told_reply(ticket)
    uow.outbox.add(
        OutboxMessage(
            id=f"{ticket.ticket_number}.{ticket.version}",
            topic=topic_of(ticket, f"ticket.{event.name.removeprefix('ticket_')}"),
            payload=payload,
            created_at=event.occurred_at,
        )
    )


def topic_of(ticket: Ticket, topic: str) -> str:
    """Return the topic of a message about a ticket: one that no unit may know of has topics of its own."""
    return f"restricted.{topic}" if ticket.kept_from_units else topic


def record(uow: UnitOfWork, ticket: Ticket, name: str, actor: str, data: Mapping[str, Any], now: datetime) -> None:
    """Write what happened and tell the outside."""
    announce(uow, ticket, event_of(ticket, name, actor, data, now))
