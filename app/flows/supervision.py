"""Supervision: a pass that finds what is due, and the person who sends or cancels what was drafted."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.decide.supervision import due_orders, longest_notice, ordered_by_hand
from app.decide.visibility import is_sensitive
from app.decide.work_clock import WorkClock
from app.domain.access import AccessKey
from app.domain.deadline_rules import SupervisionRules
from app.domain.errors import Conflict
from app.domain.events import OutboxMessage
from app.domain.labels import TICKET_STATUS
from app.domain.ports import Clock, UnitOfWork, UnitOfWorkFactory
from app.domain.supervision import DueTickets, OrderStatus, SupervisionLevel, SupervisionOrder
from app.domain.workflow import OPEN_STATUSES, TicketStatus
from app.flows.record import record, topic_of

ENDED = frozenset(TicketStatus) - {*OPEN_STATUSES, TicketStatus.SUSPENDED}
"""Nobody holds up a ticket that was answered, declined or joined to another."""
_AT_A_TIME = 200
_LOOK_AHEAD = timedelta(days=45)
"""Tickets given to a unit are looked at whatever their deadline, as long as it is within this."""


class SupervisionFlow:
    """Raises orders once an occasion, in any number of processes at a time."""

    def __init__(self, store: UnitOfWorkFactory, clock: Clock, rules: SupervisionRules, working: WorkClock) -> None:
        self._store = store
        self._clock = clock
        self._rules = rules
        self._working = working

    def run_once(self) -> int:
        """Raise what is due now; return how many orders are new."""
        now = self._clock.now()
        horizon = now + max(longest_notice(self._rules), _LOOK_AHEAD)
        raised, after = 0, ""
        while True:
            with self._store(reading=True) as uow:
                tickets = uow.tickets.due_before(horizon, limit=_AT_A_TIME, after=after)
                histories = uow.events.of_many([ticket.ticket_number for ticket in tickets])
            due = [
                order
                for ticket in tickets
                for order in due_orders(ticket, histories[ticket.ticket_number], self._rules, self._working, now)
            ]
            raised += self._raise(due)
            if len(tickets) < _AT_A_TIME:
                return raised
            after = tickets[-1].ticket_number

    def due(self, *, limit: int, by: AccessKey) -> DueTickets:
        """Return the open tickets that are overdue, or due within three days."""
        now = self._clock.now()
        with self._store(reading=True) as uow:
            overdue, day, three = (uow.tickets.count_due(now + timedelta(days=days)) for days in (0, 1, 3))
            tickets = tuple(uow.tickets.soonest_due(now + timedelta(days=3), limit=limit))
        if sensitive := [ticket.ticket_number for ticket in tickets if is_sensitive(ticket)]:
            with self._store() as uow:
                uow.events.note_readings(sensitive, by.name, now)
                uow.commit()
        return DueTickets(overdue=overdue, within_day=day - overdue, within_three_days=three - day, tickets=tickets)

    def page(
        self, *, status: str | None, level: str | None, ticket: str | None, limit: int
    ) -> Sequence[SupervisionOrder]:
        """Return orders, newest first."""
        with self._store(reading=True) as uow:
            return uow.supervision.page(status=status, level=level, ticket=ticket, limit=limit)

    def order(self, ticket_number: str, level: SupervisionLevel, note: str, *, by: AccessKey) -> SupervisionOrder:
        """Send an order of somebody's own accord.

        Raises:
            NotFound: no such ticket.
            Conflict: the ticket has come to its end, or somebody ordered it at this very moment.
        """
        with self._store() as uow:
            order = ordered_by_hand(uow.tickets.get(ticket_number), level, note, self._clock.now())
            number = uow.supervision.raise_once(order)
            if number is None:
                raise Conflict(f"工单 {ticket_number} 此刻已有人督办")
            sent = self._close(uow, uow.supervision.get(number), OrderStatus.SENT, note, by)
            uow.commit()
        return sent

    def send(self, order_id: int, note: str | None, *, by: AccessKey) -> SupervisionOrder:
        """Send a drafted order, with the note as drafted or as the person changed it.

        Raises:
            Conflict: somebody was first, or the ticket has come to its end.
        """
        with self._store() as uow:
            sent = self._close(uow, uow.supervision.get(order_id), OrderStatus.SENT, note, by)
            uow.commit()
        return sent

    def cancel(self, order_id: int, reason: str, *, by: AccessKey) -> SupervisionOrder:
        """Cancel a drafted order; the reason takes the note's place. Raises Conflict."""
        with self._store() as uow:
            cancelled = self._close(uow, uow.supervision.get(order_id), OrderStatus.CANCELLED, reason, by)
            uow.commit()
        return cancelled

    def _raise(self, orders: Sequence[SupervisionOrder]) -> int:
        if not orders:
            return 0
        with self._store() as uow:
            new = sum(uow.supervision.raise_once(order) is not None for order in orders)
            uow.commit()
        return new

    def _close(
        self, uow: UnitOfWork, drafted: SupervisionOrder, status: OrderStatus, note: str | None, by: AccessKey
    ) -> SupervisionOrder:
        if drafted.status is not OrderStatus.DRAFTED:
            raise Conflict(f"督办单 {drafted.id} 已经处理")
        now, text = self._clock.now(), note or drafted.note
        told = {"status": status, "note": text, "closed_at": now, "closed_by": by.name}
        uow.supervision.close(drafted.id or 0, status, note=text, by=by.name, now=now)
        if status is OrderStatus.SENT:
            self._tell(uow, drafted.model_copy(update=told), by, now)
        return drafted.model_copy(update=told)

    def _tell(self, uow: UnitOfWork, order: SupervisionOrder, by: AccessKey, now: datetime) -> None:
        """Write a sent order into its ticket's history, and queue the message for its receiver."""
        ticket = uow.tickets.get(order.ticket_number)
        if ticket.status in ENDED:
            ended = TICKET_STATUS[ticket.status]
            raise Conflict(f"工单 {ticket.ticket_number} {ended}，不再督办；已起草的督办单请撤销")
        told = ticket.model_copy(update={"version": ticket.version + 1, "changed_at": now})
        uow.tickets.save(told, expected_version=ticket.version)
        addressed = ticket.handler is not None and order.receiver.startswith(ticket.handler.name)
        said = {"text" if addressed else "note": order.note}  # notes are for colleagues: the unit reads its own
        data = {"level": str(order.level), "rule_id": order.rule_id, "order": order.id, **said}
        record(uow, told, "ticket_supervised", by.name, data, now)
        if ticket.demo:
            return
        payload = {
            "ticket_number": order.ticket_number,
            "level": str(order.level),
            "receiver": order.receiver,
            "note": order.note,
        }
        topic = topic_of(ticket, "supervision.sent")
        uow.outbox.add(OutboxMessage(id=f"supervision.{order.id}", topic=topic, payload=payload, created_at=now))
