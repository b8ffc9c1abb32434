"""Supervision orders, and records of deletion."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from app.domain.errors import Conflict, NotFound
from app.domain.supervision import OrderStatus, SupervisionOrder
from app.store.service_tables import DeletionRow, SupervisionOrderRow
from app.store.tables import DeliveryRow, EventRow, FeedbackRow, OutboxRow, TicketRow
from app.store.writing import changes_one, insertion

_WORDS = ("reply", "note")
"""What messages about a ticket hold that somebody wrote."""
_PERSONAL = ("citizen.name", "citizen.phone")


class SqlSupervision:
    """Orders by number; one occasion of a ticket never has two."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def raise_once(self, order: SupervisionOrder) -> int | None:
        """Keep an order unless its occasion has one already; return its number where it is new."""
        values = insertion(self._session, SupervisionOrderRow).values(
            **order.model_dump(mode="python", exclude={"id", "demo"})
        )
        once = values.on_conflict_do_nothing(index_elements=["ticket_number", "occasion"])
        number: int | None = self._session.scalar(once.returning(SupervisionOrderRow.id))
        return number

    def page(
        self, *, status: str | None, level: str | None, ticket: str | None, limit: int
    ) -> Sequence[SupervisionOrder]:
        """Return orders, newest first."""
        query = select(SupervisionOrderRow).order_by(SupervisionOrderRow.id.desc()).limit(limit)
        wanted = {"status": status, "level": level, "ticket_number": ticket}
        for name, value in wanted.items():
            if value:
                query = query.where(getattr(SupervisionOrderRow, name) == value)
        return [_order(row) for row in self._session.scalars(query)]

    def get(self, order_id: int) -> SupervisionOrder:
        """Return an order; raises NotFound."""
        row = self._session.get(SupervisionOrderRow, order_id)
        if row is None:
            raise NotFound(f"没有督办单 {order_id}")
        return _order(row)

    def close(self, order_id: int, status: OrderStatus, *, note: str, by: str, now: datetime) -> None:
        """Send or cancel a drafted order; raises Conflict where somebody was first."""
        change = (
            update(SupervisionOrderRow)
            .where(SupervisionOrderRow.id == order_id, SupervisionOrderRow.status == str(OrderStatus.DRAFTED))
            .values(status=str(status), note=note, closed_at=now, closed_by=by)
        )
        if not changes_one(self._session, change):
            raise Conflict(f"督办单 {order_id} 已经处理")


class SqlDeletions:
    """Personal data that was deleted at the end of its keeping time."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, ticket_number: str, rule_id: str, what: Sequence[str], now: datetime) -> None:
        """Put a deletion on record."""
        self._session.add(DeletionRow(ticket_number=ticket_number, rule_id=rule_id, deleted_at=now, what=list(what)))

    def empty_delivery(self, call_id: str) -> None:
        """Delete what a channel delivered, once no ticket of the call is kept any more; its id stays taken."""
        emptied: dict[str, Any] = {"deleted": True}
        deleted = exists().where(DeletionRow.ticket_number == TicketRow.ticket_number)
        kept = exists().where(TicketRow.call_id == call_id, ~deleted)
        self._session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.call_id == call_id, ~kept)
            .values(raw=emptied, result=emptied, digest="")
        )

    def empty_fruitless(self, before: datetime) -> None:
        """Delete what was delivered before a moment and became no ticket."""
        emptied: dict[str, Any] = {"deleted": True}
        tickets = exists().where(TicketRow.call_id == DeliveryRow.call_id)
        old = (DeliveryRow.received_at < before, DeliveryRow.digest != "", ~tickets)
        self._session.execute(update(DeliveryRow).where(*old).values(raw=emptied, result=emptied, digest=""))

    def forget_words(self, ticket_number: str, nobodys: Callable[[str], str]) -> None:
        """Delete what was said and written of a ticket, in its history, messages, verdicts and orders.

        What is learnt from and what an order said stay, as `nobodys` tells them.
        """
        session = self._session
        session.execute(update(EventRow).where(EventRow.ticket_number == ticket_number).values(words=None))
        orders = session.scalars(select(SupervisionOrderRow).where(SupervisionOrderRow.ticket_number == ticket_number))
        told = [OutboxRow.id.startswith(f"{ticket_number}.", autoescape=True)]
        for order in orders:
            order.note = nobodys(order.note)
            told.append(OutboxRow.id == f"supervision.{order.id}")
        for message in session.scalars(select(OutboxRow).where(or_(*told))):
            message.payload = {name: value for name, value in message.payload.items() if name not in _WORDS}
        for verdict in session.scalars(select(FeedbackRow).where(FeedbackRow.ticket_number == ticket_number)):
            if verdict.field in _PERSONAL:
                session.delete(verdict)
            elif isinstance(verdict.right_value, str):
                verdict.right_value = nobodys(verdict.right_value)


def _order(row: SupervisionOrderRow) -> SupervisionOrder:
    return SupervisionOrder(**{name: getattr(row, name) for name in SupervisionOrder.model_fields})
