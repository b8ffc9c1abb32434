"""Tables as the domain's repositories: domain types in and out, rows inside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.domain.access import AccessKey
from app.domain.errors import Conflict, NotFound
from app.domain.events import Feedback, OutboxMessage, TicketEvent
from app.domain.ticket import IntakeResult, Ticket
from app.store.tables import (
    ApiKeyRow,
    CounterRow,
    DeliveryRow,
    EventRow,
    FeedbackRow,
    IdempotencyRow,
    OutboxRow,
    TicketRow,
)

NUMBERS_A_DAY = 999_999
FILTERS = ("status", "request_kind", "district", "unit_code", "call_id")


class SqlDeliveries:
    """What the channels delivered."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self, call_id: str, digest: str, raw: Mapping[str, Any], received_at: datetime, result: IntakeResult
    ) -> None:
        """Keep a delivery and what it became; the same call id twice is a Conflict."""
        kept = result.model_dump(mode="json")
        row = DeliveryRow(call_id=call_id, digest=digest, raw=dict(raw), received_at=received_at, result=kept)
        self._session.add(row)
        self._session.flush()

    def find(self, call_id: str) -> tuple[str, IntakeResult] | None:
        """Return digest and result of an earlier delivery."""
        row = self._session.get(DeliveryRow, call_id)
        return (row.digest, IntakeResult.model_validate(row.result)) if row and row.result else None


class SqlTickets:
    """Tickets by number."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, ticket: Ticket) -> None:
        """Insert a new ticket."""
        self._session.add(TicketRow(**_ticket_columns(ticket)))

    def get(self, ticket_number: str) -> Ticket:
        """Return the ticket; raises NotFound."""
        row = self._session.get(TicketRow, ticket_number)
        if row is None:
            raise NotFound(f"没有工单 {ticket_number}")
        return Ticket.model_validate(row.body)

    def save(self, ticket: Ticket, *, expected_version: int) -> None:
        """Write a changed ticket; raises Conflict if the stored version is another."""
        columns = _ticket_columns(ticket)
        written = self._session.execute(
            update(TicketRow)
            .where(TicketRow.ticket_number == ticket.ticket_number, TicketRow.version == expected_version)
            .values(**columns)
        )
        if written.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(f"工单 {ticket.ticket_number} 已被他人修改，请刷新后重试")

    def page(self, *, after: str | None, limit: int, filters: Mapping[str, str]) -> Sequence[Ticket]:
        """Return up to `limit` tickets, newest first, after the ticket number `after`."""
        query = select(TicketRow).order_by(TicketRow.ticket_number.desc()).limit(limit)
        if after:
            query = query.where(TicketRow.ticket_number < after)
        for name, value in filters.items():
            query = query.where(getattr(TicketRow, name) == value)
        return [Ticket.model_validate(row.body) for row in self._session.scalars(query)]

    def next_numbers(self, day: str, count: int) -> Sequence[str]:
        """Reserve `count` numbers of a day in one statement: no two callers get the same."""
        dialect = postgresql if self._session.get_bind().dialect.name == "postgresql" else sqlite
        insert: Any = dialect.insert(CounterRow).values(day=day, last=count)
        upsert = insert.on_conflict_do_update(
            index_elements=[CounterRow.day], set_={"last": CounterRow.last + count}
        ).returning(CounterRow.last)
        last: int = self._session.execute(upsert).scalar_one()
        if last > NUMBERS_A_DAY:
            raise Conflict(f"{day} 的工单编号已用完")
        return [f"{day}{number:06}" for number in range(last - count + 1, last + 1)]


class SqlEvents:
    """The append-only history of tickets."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(self, event: TicketEvent) -> None:
        """Add one event."""
        self._session.add(EventRow(**event.model_dump(mode="python")))

    def of(self, ticket_number: str) -> Sequence[TicketEvent]:
        """Return a ticket's events in order."""
        query = select(EventRow).where(EventRow.ticket_number == ticket_number).order_by(EventRow.sequence)
        return [
            TicketEvent(**{name: getattr(row, name) for name in TicketEvent.model_fields})
            for row in self._session.scalars(query)
        ]


class SqlOutbox:
    """Messages to the outside."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, message: OutboxMessage) -> None:
        """Queue a message."""
        self._session.add(OutboxRow(**message.model_dump(mode="python"), sent_at=None))


class SqlIdempotencyRecords:
    """Answers already given."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, key: str) -> tuple[str, int, str] | None:
        """Return (request digest, status, body) or None."""
        row = self._session.get(IdempotencyRow, key)
        return (row.digest, row.status, row.body) if row else None

    def add(self, key: str, digest: str, status: int, body: str, created_at: datetime) -> None:
        """Keep an answer."""
        self._session.add(IdempotencyRow(key=key, digest=digest, status=status, body=body, created_at=created_at))


class SqlAccessKeys:
    """API keys by hash."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, key: AccessKey, key_hash: str) -> None:
        """Keep a new key; a name twice is a Conflict."""
        row = ApiKeyRow(
            name=key.name,
            key_hash=key_hash,
            scopes=list(key.scopes),
            created_at=key.created_at,
            revoked_at=None,
        )
        self._session.add(row)
        self._session.flush()

    def find(self, key_hash: str) -> AccessKey | None:
        """Return the key with this hash unless it is revoked."""
        row = self._session.scalar(
            select(ApiKeyRow).where(ApiKeyRow.key_hash == key_hash, ApiKeyRow.revoked_at.is_(None))
        )
        return _access_key(row) if row else None

    def all(self) -> Sequence[AccessKey]:
        """Return every key, revoked ones too, oldest first."""
        return [_access_key(row) for row in self._session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.created_at))]

    def revoke(self, name: str, revoked_at: datetime) -> None:
        """End a key; raises NotFound."""
        row = self._session.get(ApiKeyRow, name)
        if row is None:
            raise NotFound(f"没有名为 {name} 的密钥")
        row.revoked_at = row.revoked_at or revoked_at


class SqlFeedback:
    """What people said of results."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, feedback: Feedback) -> None:
        """Keep one verdict."""
        self._session.add(FeedbackRow(**feedback.model_dump(mode="python")))

    def about(self, fields: Sequence[str], *, limit: int) -> Sequence[Feedback]:
        """Return the newest verdicts on any of these fields, oldest first."""
        query = select(FeedbackRow).where(FeedbackRow.field.in_(fields)).order_by(FeedbackRow.id.desc()).limit(limit)
        rows = list(self._session.scalars(query))
        return [Feedback(**{name: getattr(row, name) for name in Feedback.model_fields}) for row in reversed(rows)]


def _ticket_columns(ticket: Ticket) -> dict[str, Any]:
    return {
        "ticket_number": ticket.ticket_number,
        "call_id": ticket.call_id,
        "version": ticket.version,
        "status": str(ticket.status),
        "request_kind": str(ticket.request_kind),
        "district": ticket.place.district,
        "unit_code": ticket.unit.lead.unit_code if ticket.unit.lead else None,
        "created_at": ticket.created_at,
        "body": ticket.model_dump(mode="json"),
    }


def _access_key(row: ApiKeyRow) -> AccessKey:
    return AccessKey(name=row.name, scopes=tuple(row.scopes), created_at=row.created_at, revoked_at=row.revoked_at)
