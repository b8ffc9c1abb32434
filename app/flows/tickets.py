"""Tickets after intake: read, correct a field, accept or decline. Every step is an event of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from app.decide.step import check_return, checked_details, extended, resumed
from app.domain.errors import Conflict, InvalidInput
from app.domain.events import Feedback, OutboxMessage, TicketEvent, Verdict
from app.domain.ports import Clock, UnitOfWork, UnitOfWorkFactory
from app.domain.ticket import Ticket
from app.domain.workflow import STEPS, Step, transition
from app.flows.judgement import IntakePolicy

CORRECTABLE = (
    "request_kind",
    "subject",
    "title",
    "content",
    "wants",
    "citizen.name",
    "citizen.phone",
    "citizen.confidential",
    "place.district",
    "place.town",
    "place.detail",
    "event_time",
    "urgency",
)
FILTERS = ("status", "request_kind", "district", "unit_code", "call_id")


class TicketFlow:
    """Reads and changes stored tickets."""

    def __init__(self, store: UnitOfWorkFactory, clock: Clock, policy: IntakePolicy) -> None:
        self._store = store
        self._policy = policy
        self._clock = clock

    def get(self, ticket_number: str) -> Ticket:
        """Return a ticket; raises NotFound."""
        with self._store(reading=True) as uow:
            return uow.tickets.get(ticket_number)

    def page(self, *, after: str | None, limit: int, filters: Mapping[str, str]) -> Sequence[Ticket]:
        """Return tickets, newest first."""
        with self._store(reading=True) as uow:
            return uow.tickets.page(after=after, limit=limit, filters=filters)

    def history(self, ticket_number: str) -> Sequence[TicketEvent]:
        """Return a ticket's events; raises NotFound."""
        with self._store(reading=True) as uow:
            uow.tickets.get(ticket_number)
            return uow.events.of(ticket_number)

    def correct(self, ticket_number: str, changes: Mapping[str, Any], *, actor: str, expected_version: int) -> Ticket:
        """Set fields a person corrected; their evidence gives way to the person's word.

        Raises:
            InvalidInput: an unknown field, or a value of the wrong kind.
            Conflict: the ticket was changed meanwhile.
        """
        with self._store() as uow:
            ticket = fresh(uow, ticket_number, expected_version)
            transition(ticket.status, Step.CORRECT)
            changed = corrected(ticket, changes)
            uow.tickets.save(changed, expected_version=expected_version)
            old = {path: _value(ticket, path) for path in changes}
            self._record(uow, changed, "field_corrected", actor, {"old": old, "new": dict(changes)})
            for path, value in changes.items():
                verdict = Feedback(
                    ticket_number=ticket_number,
                    field=path,
                    verdict=Verdict.CORRECTED,
                    right_value=value,
                    actor=actor,
                    created_at=self._clock.now(),
                )
                uow.feedback.add(verdict)
            uow.commit()
        return changed

    def step(
        self,
        ticket_number: str,
        step: Step,
        *,
        actor: str,
        details: Mapping[str, Any],
        expected_version: int | None,
    ) -> Ticket:
        """Take a step of the workflow.

        Raises:
            InvalidTransition: the step is not possible now; the message names what is.
            InvalidInput: the step needs something that `details` lacks.
        """
        with self._store() as uow:
            ticket = fresh(uow, ticket_number, expected_version)
            status = transition(ticket.status, step)
            kept = checked_details(step, details)
            changes = self._changes(ticket, step, kept, uow.events.of(ticket_number))
            changed = ticket.model_copy(update={"status": status, "version": ticket.version + 1, **changes})
            uow.tickets.save(changed, expected_version=ticket.version)
            self._record(uow, changed, STEPS[step].event, actor, kept)
            uow.commit()
        self._policy.learn(self._policy.precedents_of_step(ticket, changed, step))
        return changed

    def _changes(
        self, ticket: Ticket, step: Step, details: dict[str, Any], history: Sequence[TicketEvent]
    ) -> dict[str, Any]:
        """Return what a step changes beside the status."""
        now, deadline = self._clock.now(), ticket.deadline
        if step is Step.RETURN:
            check_return(history, now, self._policy.clock)
        if step in (Step.ASSIGN, Step.REDISPATCH):
            unit = self._policy.unit_named(details["unit"], field="unit")
            details["unit"] = unit.unit_code
            return {"handler": unit}
        if step is Step.EXTEND and deadline:
            return {"deadline": extended(deadline, history, details["days"], self._policy.clock)}
        if step is Step.RESUME and deadline:
            return {"deadline": resumed(deadline, history, now, self._policy.clock)}
        return {}

    def feedback(self, feedback: Feedback) -> None:
        """Keep a verdict; one on the unit counts for the next ticket of the kind, at once.

        Raises:
            NotFound: no such ticket.
            InvalidInput: the right unit is unknown.
        """
        with self._store() as uow:
            ticket = uow.tickets.get(feedback.ticket_number)
            precedents = self._policy.precedents_of(ticket, feedback)
            uow.feedback.add(feedback)
            uow.commit()
        self._policy.learn(precedents)

    def _record(self, uow: UnitOfWork, ticket: Ticket, name: str, actor: str, data: dict[str, Any]) -> None:
        now = self._clock.now()
        event = TicketEvent(
            ticket_number=ticket.ticket_number,
            sequence=ticket.version,
            name=name,
            occurred_at=now,
            actor=actor,
            data=data,
        )
        uow.events.append(event)
        uow.outbox.add(
            OutboxMessage(
                id=f"{ticket.ticket_number}.{ticket.version}",
                topic=name.replace("_", ".", 1),
                payload={"ticket_number": ticket.ticket_number, "status": ticket.status},
                created_at=now,
            )
        )


def fresh(uow: UnitOfWork, ticket_number: str, expected_version: int | None) -> Ticket:
    """Return the ticket if it still has the version the caller saw."""
    ticket = uow.tickets.get(ticket_number)
    if expected_version is not None and ticket.version != expected_version:
        raise Conflict(f"工单 {ticket_number} 已更新到第 {ticket.version} 版，请刷新后重试")
    return ticket


def corrected(ticket: Ticket, changes: Mapping[str, Any]) -> Ticket:
    """Return the ticket with the changes made, its version raised."""
    if not changes:
        raise InvalidInput("没有要更正的字段", field="changes")
    body = ticket.model_dump(mode="json")
    for path, value in changes.items():
        if path not in CORRECTABLE:
            raise InvalidInput(f"{path} 不能更正；可更正：{'、'.join(CORRECTABLE)}", field=path)
        head, _, tail = path.partition(".")
        if tail:
            body[head][tail] = value
        else:
            body[head] = value
        body["evidence"].pop(path, None)
        body["confidence"][path] = 1.0
        body["missing"] = [name for name in body["missing"] if name != path or value is None]
    body["version"] = ticket.version + 1
    try:
        return Ticket.model_validate(body)
    except ValidationError as error:
        detail = error.errors()[0]
        where = ".".join(str(part) for part in detail["loc"])
        raise InvalidInput(f"{where} 的值不符合要求：{detail['input']!r}", field=where) from error


def _value(ticket: Ticket, path: str) -> Any:
    value: Any = ticket
    for part in path.split("."):
        value = getattr(value, part)
    return value
