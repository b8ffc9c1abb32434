"""What the workflow store keeps of requests: deliveries, tickets, their history and what follows from them."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from app.domain.events import OutboxMessage, TicketEvent
from app.domain.referral import Receiver, Referral, ReferralDelivery
from app.domain.supervision import OrderStatus, SupervisionOrder
from app.domain.ticket import IntakeResult, Ticket
from app.domain.webhook import Delivery, DeliveryStatus, Webhook


class Deliveries(Protocol):
    """What the channels delivered, kept raw, and what each delivery became. Idempotent by call id."""

    def add(
        self, call_id: str, digest: str, raw: Mapping[str, Any], received_at: datetime, result: IntakeResult
    ) -> None:
        """Keep a delivery and what it became; the same call id twice raises Conflict, at the latest on commit."""

    def find(self, call_id: str) -> tuple[str, IntakeResult] | None:
        """Return digest and result of an earlier delivery, or None; raises Conflict where it was deleted."""

    def payload(self, call_id: str) -> Mapping[str, Any]:
        """Return one payload as delivered; raises NotFound where it was deleted, or never came."""

    def known(self, call_ids: Sequence[str]) -> frozenset[str]:
        """Return those of the call ids that were delivered before."""

    def raw(self, *, after: str, limit: int) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """Return call ids and payloads as delivered, by call id, after one."""


class Tickets(Protocol):
    """Tickets by number."""

    def add(self, tickets: Sequence[Ticket]) -> None:
        """Insert new tickets."""

    def get(self, ticket_number: str) -> Ticket:
        """Return the ticket; raises NotFound."""

    def save(self, ticket: Ticket, *, expected_version: int) -> None:
        """Write a changed ticket; raises Conflict if the stored version is another."""

    def page(self, *, after: str | None, limit: int, filters: Mapping[str, str]) -> Sequence[Ticket]:
        """Return up to `limit` tickets after the ticket number `after`, newest first or as `order` says."""

    def each(self, filters: Mapping[str, str]) -> Iterator[Ticket]:
        """Yield every ticket that fits, in the order of `page`."""

    def numbers_after(self, ticket_number: str, *, limit: int) -> Sequence[str]:
        """Return the next ticket numbers above one, rising."""

    def count(self, filters: Mapping[str, str], *, most: int | None = None) -> int:
        """Return how many tickets fit; `most`: no more are counted."""

    def due_before(self, moment: datetime, *, limit: int, after: str = "") -> Sequence[Ticket]:
        """Return open tickets whose deadline is before a moment, by number, after one."""

    def soonest_due(self, moment: datetime, *, limit: int) -> Sequence[Ticket]:
        """Return open tickets whose deadline is before a moment, the earliest deadline first."""

    def many(self, ticket_numbers: Sequence[str]) -> Sequence[Ticket]:
        """Return those of the tickets that exist, by number."""

    def count_due(self, moment: datetime) -> int:
        """Return how many open tickets have a deadline before a moment."""

    def open_by_unit(self) -> Mapping[str, int]:
        """Return how many open tickets each unit has."""

    def kept_since(self, moment: datetime, *, statuses: Collection[str], limit: int) -> Sequence[Ticket]:
        """Return tickets in one of the statuses since before a moment that still hold who asked."""

    def next_numbers(self, day: str, count: int) -> Sequence[str]:
        """Reserve `count` ticket numbers of a day (`yyyymmdd`): `20261118000001`, rising, no repeats."""


class Events(Protocol):
    """The append-only history of tickets, chained and sealed."""

    def append(self, event: TicketEvent) -> None:
        """Add one event."""

    def of(self, ticket_number: str) -> Sequence[TicketEvent]:
        """Return a ticket's events in order."""

    def of_many(self, ticket_numbers: Sequence[str]) -> Mapping[str, Sequence[TicketEvent]]:
        """Return the events of several tickets, each in order."""

    def after(
        self, event_id: int, names: Sequence[str], *, settled: datetime, limit: int
    ) -> Sequence[tuple[int, TicketEvent]]:
        """Return the next events of these names that happened before `settled`, with their ids."""

    def tickets_after(self, event_id: int, *, limit: int) -> tuple[Sequence[str], int]:
        """Return the numbers of tickets with later events, and the last of these; some may come once more."""

    def position(self, reader: str) -> int:
        """Return the id of the last event that somebody read."""

    def read_up_to(self, reader: str, event_id: int) -> None:
        """Write down how far somebody has read."""

    def seal(self, now: datetime, *, settled: datetime) -> int:
        """Seal the events since the last seal that happened before `settled`; return how many."""

    def faults(self) -> Iterator[str]:
        """Yield, in Chinese, every sign of tampering."""

    def note_readings(self, ticket_numbers: Sequence[str], reader: str, now: datetime) -> None:
        """Put on record that somebody read sensitive tickets."""

    def readings(self, *, ticket_number: str | None, reader: str | None) -> Sequence[tuple[str, str, datetime]]:
        """Return which sensitive ticket was read by whom and when."""


class Outbox(Protocol):
    """Messages to be told to the outside, written in the transaction that caused them, and their deliveries."""

    def add(self, message: OutboxMessage) -> None:
        """Queue a message."""

    def empty(self, message_id: str) -> None:
        """Take out of a referral's message what is said of the ticket."""

    def subscribe(self, webhook: Webhook) -> None:
        """Keep an endpoint."""

    def unsubscribe(self, webhook_id: str, now: datetime, *, by: str) -> None:
        """End a subscription; raises NotFound."""

    def webhooks(self, *, ended: bool = False) -> Sequence[Webhook]:
        """Return the endpoints in force, oldest first; where asked for, those that ended too."""

    def fan_out(self, now: datetime, *, limit: int) -> int:
        """Make deliveries of queued messages; return how many messages were taken."""

    def waiting(self, now: datetime) -> Sequence[str]:
        """Return the ids of the endpoints for which something is due."""

    def claim(self, now: datetime, *, limit: int, endpoint: str | None = None) -> Sequence[Delivery]:
        """Return due deliveries, of one endpoint where it is named, the caller's alone for a while."""

    def settle(self, delivery_id: int, status: DeliveryStatus, *, answer: str, due_at: datetime, now: datetime) -> None:
        """Write down what came of an attempt."""

    def log(self, *, status: str | None, limit: int) -> Sequence[dict[str, Any]]:
        """Return the newest deliveries."""

    def deliveries_of(self, message_ids: Sequence[str]) -> Sequence[ReferralDelivery]:
        """Return how far messages are on their way."""

    def replay(self, delivery_id: int, now: datetime) -> None:
        """Queue a delivery again; raises NotFound."""


class SupervisionOrders(Protocol):
    """Orders of supervision."""

    def raise_once(self, order: SupervisionOrder) -> int | None:
        """Keep an order unless its occasion has one; return its number where it is new."""

    def page(
        self, *, status: str | None, level: str | None, ticket: str | None, limit: int
    ) -> Sequence[SupervisionOrder]:
        """Return orders, newest first."""

    def get(self, order_id: int) -> SupervisionOrder:
        """Return an order; raises NotFound."""

    def close(self, order_id: int, status: OrderStatus, *, note: str, by: str, now: datetime) -> None:
        """Send or cancel a drafted order; raises Conflict where somebody was first."""


class Referrals(Protocol):
    """Referrals, sealed, and the numbers of the messages of each lane."""

    def add(self, referrals: Sequence[Referral]) -> None:
        """Insert new ones."""

    def get(self, referral_id: str) -> Referral:
        """Return one; raises NotFound."""

    def save(self, referral: Referral, *, expected_version: int) -> None:
        """Write a changed one; raises Conflict if the stored version is another."""

    def page(self, filters: Mapping[str, str], *, after: str | None, limit: int) -> Sequence[Referral]:
        """Return up to `limit`, newest first, after an id."""

    def count_overdue(self, now: datetime, lanes: Collection[str]) -> int:
        """Return how many of some lanes are past their limit, practice left out."""

    def next_sequence(self, receiver: Receiver) -> int:
        """Return the number of a lane's next message: rising by one from 1, no gaps."""

    def forget(self, ticket_number: str) -> None:
        """Delete what was said, of a ticket's referrals and their messages."""


class Deletions(Protocol):
    """Personal data deleted at the end of its keeping time."""

    def add(self, ticket_number: str, rule_id: str, what: Sequence[str], now: datetime) -> None:
        """Put a deletion on record."""

    def empty_delivery(self, call_id: str) -> None:
        """Delete what a channel delivered, once no ticket of the call is kept any more; its id stays taken."""

    def empty_fruitless(self, before: datetime) -> None:
        """Delete what was delivered before a moment and became no ticket."""

    def forget_words(self, ticket_number: str, nobodys: Callable[[str], str]) -> None:
        """Delete what was said and written of a ticket; what must stay, stays as `nobodys` tells it."""


class DemoRecords(Protocol):
    """What is made up for practice."""

    def count(self) -> int:
        """Return how many demo tickets there are."""

    def remove(self) -> Sequence[str]:
        """Delete every demo ticket and all that is its own; return the numbers."""
