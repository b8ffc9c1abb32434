"""What the flows need from outside, as Protocols; `bootstrap` picks who provides it."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self

from app.domain.access import AccessKey
from app.domain.events import Feedback, OutboxMessage, TicketEvent
from app.domain.ticket import IntakeResult, Ticket


class Clock(Protocol):
    """Tells the time; tests freeze it."""

    def now(self) -> datetime:
        """Return the present moment, timezone-aware (+08:00)."""


class Deliveries(Protocol):
    """What the channels delivered, kept raw, and what each delivery became. Idempotent by call id."""

    def add(
        self, call_id: str, digest: str, raw: Mapping[str, Any], received_at: datetime, result: IntakeResult
    ) -> None:
        """Keep a delivery and what it became; a second one with the same call id raises Conflict."""

    def find(self, call_id: str) -> tuple[str, IntakeResult] | None:
        """Return digest and result of an earlier delivery, or None."""


class Tickets(Protocol):
    """Tickets by number."""

    def add(self, ticket: Ticket) -> None:
        """Insert a new ticket."""

    def get(self, ticket_number: str) -> Ticket:
        """Return the ticket; raises NotFound."""

    def save(self, ticket: Ticket, *, expected_version: int) -> None:
        """Write a changed ticket; raises Conflict if the stored version is another."""

    def page(self, *, after: str | None, limit: int, filters: Mapping[str, str]) -> Sequence[Ticket]:
        """Return up to `limit` tickets, newest first, after the ticket number `after`."""

    def next_numbers(self, day: str, count: int) -> Sequence[str]:
        """Reserve `count` ticket numbers of a day (`yyyymmdd`): `20261118000001`, rising, no repeats."""


class Events(Protocol):
    """The append-only history of tickets."""

    def append(self, event: TicketEvent) -> None:
        """Add one event."""

    def of(self, ticket_number: str) -> Sequence[TicketEvent]:
        """Return a ticket's events in order."""


class Outbox(Protocol):
    """Messages to be told to the outside, written in the transaction that caused them."""

    def add(self, message: OutboxMessage) -> None:
        """Queue a message."""


class IdempotencyRecords(Protocol):
    """Answers already given, by `Idempotency-Key`, route and API key."""

    def find(self, key: str) -> tuple[str, int, str] | None:
        """Return (request digest, status, body) or None."""

    def add(self, key: str, digest: str, status: int, body: str, created_at: datetime) -> None:
        """Keep an answer."""


class AccessKeys(Protocol):
    """API keys by hash."""

    def add(self, key: AccessKey, key_hash: str) -> None:
        """Keep a new key; a name twice is a Conflict."""

    def find(self, key_hash: str) -> AccessKey | None:
        """Return the key with this hash unless it is revoked."""

    def all(self) -> Sequence[AccessKey]:
        """Return every key, revoked ones too, oldest first."""

    def revoke(self, name: str, revoked_at: datetime) -> None:
        """End a key; raises NotFound."""


class FeedbackRecords(Protocol):
    """What people said of results."""

    def add(self, feedback: Feedback) -> None:
        """Keep one verdict."""

    def about(self, fields: Sequence[str], *, limit: int) -> Sequence[Feedback]:
        """Return the newest verdicts on any of these fields, oldest first."""


class UnitOfWork(Protocol):
    """One transaction over everything stored. Leaving the block without `commit` rolls back."""

    @property
    def deliveries(self) -> Deliveries:
        """What the channels delivered."""

    @property
    def tickets(self) -> Tickets:
        """Tickets."""

    @property
    def events(self) -> Events:
        """Their history."""

    @property
    def outbox(self) -> Outbox:
        """What is to be told."""

    @property
    def idempotency(self) -> IdempotencyRecords:
        """Answers already given."""

    @property
    def access_keys(self) -> AccessKeys:
        """API keys."""

    @property
    def feedback(self) -> FeedbackRecords:
        """Verdicts."""

    def __enter__(self) -> Self:
        """Open the transaction."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Roll back what was not committed."""

    def commit(self) -> None:
        """Make everything durable; the acknowledged is never lost."""


class UnitOfWorkFactory(Protocol):
    """Makes a fresh UnitOfWork."""

    def __call__(self, *, reading: bool = False) -> AbstractContextManager[UnitOfWork]:
        """Return a new, unopened unit of work; a `reading` one must not write."""
