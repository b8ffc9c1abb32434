"""What the flows need from outside, as Protocols; `bootstrap` picks who provides it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self

from app.domain.access import AccessKey
from app.domain.analytics import Dimension, Measures, Scope, TicketFact
from app.domain.early_warning import EarlyWarning, Signal, WarningStatus
from app.domain.events import Feedback, OutboxMessage, TicketEvent, Verdict
from app.domain.issue import HotIssue, IssueMember, ToldPair
from app.domain.knowledge import Article, ArticleVersion, Nearest
from app.domain.knowledge_upkeep import KnowledgeEvent
from app.domain.referral import Receiver, Referral, ReferralDelivery
from app.domain.report import Report
from app.domain.supervision import OrderStatus, SupervisionOrder
from app.domain.ticket import IntakeResult, Ticket
from app.domain.webhook import Delivery, DeliveryStatus, Webhook


class Clock(Protocol):
    """Tells the time; tests freeze it."""

    def now(self) -> datetime:
        """Return the present moment, timezone-aware (+08:00)."""


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
        """Return up to `limit` tickets, newest first, after the ticket number `after`."""

    def each(self, filters: Mapping[str, str]) -> Iterator[Ticket]:
        """Yield every ticket that fits, newest first."""

    def due_before(self, moment: datetime, *, limit: int, after: str = "") -> Sequence[Ticket]:
        """Return open tickets whose deadline is before a moment, by number, after one."""

    def soonest_due(self, moment: datetime, *, limit: int) -> Sequence[Ticket]:
        """Return open tickets whose deadline is before a moment, the earliest deadline first."""

    def many(self, ticket_numbers: Sequence[str]) -> Sequence[Ticket]:
        """Return those of the tickets that exist, by number."""

    def count_due(self, moment: datetime) -> int:
        """Return how many open tickets have a deadline before a moment."""

    def unchanged_since(self, moment: datetime, *, status: str, limit: int) -> Sequence[Ticket]:
        """Return tickets in a status, last changed before a moment."""

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

    def readings(self, ticket_number: str) -> Sequence[tuple[str, datetime]]:
        """Return who read a sensitive ticket and when."""


class Outbox(Protocol):
    """Messages to be told to the outside, written in the transaction that caused them, and their deliveries."""

    def add(self, message: OutboxMessage) -> None:
        """Queue a message."""

    def subscribe(self, webhook: Webhook) -> None:
        """Keep an endpoint."""

    def unsubscribe(self, webhook_id: str, now: datetime) -> None:
        """End a subscription; raises NotFound."""

    def webhooks(self) -> Sequence[Webhook]:
        """Return the endpoints in force."""

    def fan_out(self, now: datetime, *, limit: int) -> int:
        """Make deliveries of queued messages; return how many messages were taken."""

    def claim(self, now: datetime, *, limit: int) -> Sequence[Delivery]:
        """Return due deliveries, the caller's alone for a while."""

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

    def raise_once(self, order: SupervisionOrder) -> bool:
        """Keep an order unless its occasion has one; return whether it is new."""

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

    def next_sequence(self, receiver: Receiver) -> int:
        """Return the number of a lane's next message: rising by one from 1, no gaps."""

    def forget(self, ticket_number: str) -> None:
        """Delete what was said, of a ticket's referrals and their messages."""


class Articles(Protocol):
    """Knowledge articles; every write adds a version and a change number that rises over the whole base."""

    def get(self, article_id: str) -> Article:
        """Return an article as it stands; raises NotFound."""

    def ids(self) -> frozenset[str]:
        """Return every id that is taken."""

    def page(self, *, status: str | None, owner: str | None, after: str, limit: int) -> Sequence[Article]:
        """Return articles by id, after one."""

    def add(self, made: Sequence[ArticleVersion]) -> None:
        """Insert new articles with their first versions; a taken id is a Conflict."""

    def save(self, made: ArticleVersion, *, expected_version: int) -> None:
        """Write a changed article; raises Conflict if the stored version is another."""

    def versions(self, article_id: str) -> Sequence[ArticleVersion]:
        """Return every version, the first one first."""

    def last_change(self) -> int:
        """Return the number of the last change of any article, 0 where there is none."""

    def changed_at(self) -> Mapping[str, datetime]:
        """Return when each article was last changed."""

    def changed_since(self, change: int) -> Sequence[Article]:
        """Return the articles that changed after a change number, as they stand."""


class KnowledgeEvents(Protocol):
    """Questions and what became of them, without whoever asked."""

    def add(self, event: KnowledgeEvent) -> None:
        """Keep one."""

    def rate(self, answer_id: str, verdict: Verdict) -> None:
        """Write down what a person said of an answer; raises NotFound."""

    def unanswered(self, *, since: datetime, limit: int) -> Sequence[KnowledgeEvent]:
        """Return the newest questions without basis, or whose answer was not adopted."""

    def counts(self, *, since: datetime) -> Sequence[tuple[str, str | None, int]]:
        """Return how often each article was cited, by verdict."""


class DenseIndex(Protocol):
    """Articles by meaning; made from the store."""

    def follow(self, changed: Sequence[Article]) -> None:
        """Take over changed articles."""

    def nearest(self, question: str, *, most: int, allows: Callable[[str], bool]) -> Nearest:
        """Return the nearest of the allowed articles with the cosine of their nearest passage."""

    def rebuild(self, progress: Callable[[int], None] = ...) -> int:
        """Make the index again; return how many articles it holds."""

    def close(self) -> None:
        """Let go of it."""


class Deletions(Protocol):
    """Personal data deleted at the end of its keeping time."""

    def add(self, ticket_number: str, rule_id: str, what: Sequence[str], now: datetime) -> None:
        """Put a deletion on record."""

    def empty_delivery(self, call_id: str) -> None:
        """Delete what a channel delivered; its id stays taken."""


class Analytics(Protocol):
    """Facts of tickets and the counts made from them; all of it can be made again from tickets and events."""

    def keep(self, facts: Sequence[TicketFact]) -> set[str]:
        """Write facts; return the days (ISO dates) of which the counts are no longer right."""

    def without_fact(self, ticket_numbers: Collection[str]) -> frozenset[str]:
        """Return those of the tickets that have no fact yet."""

    def add_words(self, words: Mapping[tuple[bool, str, str], int]) -> None:
        """Count words on: demo, day (ISO date), word → tickets; the empty word counts tickets."""

    def words(self, start: str, end: str, *, demo: bool) -> Mapping[str, int]:
        """Return tickets by word of a period, both days included."""

    def open_days(self) -> set[str]:
        """Return the days that still have open tickets: their counts change by the clock alone."""

    def count(self, days: Collection[str], now: datetime) -> None:
        """Count days again."""

    def forget(self) -> None:
        """Begin anew: no facts, no counts."""

    def grouped(self, dimension: Dimension, scope: Scope, now: datetime) -> Mapping[str, Measures]:
        """Return the measures of a scope by value of a dimension; unknown values are the empty text."""


class EarlyWarnings(Protocol):
    """Warnings that an area has many more requests of one category than usual."""

    def hourly(self, start: str, end: str, *, demo: bool) -> Iterable[tuple[str, int, str, str, int]]:
        """Return day, hour, district, second-level category and tickets of a period, both days included."""

    def add(self, signal: Signal, *, demo: bool, quiet_since: datetime) -> EarlyWarning | None:
        """Keep a warning; None where its cell was warned of since."""

    def page(self, *, status: WarningStatus | None, demo: bool, start: str, end: str) -> Sequence[EarlyWarning]:
        """Return the warnings raised in a period, newest first."""

    def get(self, warning_id: int) -> EarlyWarning:
        """Return a warning; raises NotFound."""

    def save(self, warning: EarlyWarning, *, was: WarningStatus) -> None:
        """Write a changed warning; raises Conflict where somebody changed it meanwhile."""

    def samples(self, warning: EarlyWarning, *, limit: int) -> Sequence[str]:
        """Return the newest of the tickets that a warning counted."""


class Reports(Protocol):
    """Reports as they were made."""

    def add(self, report: Report) -> Report:
        """Keep a report; return it with its number."""

    def page(self, *, demo: bool, limit: int) -> Sequence[Report]:
        """Return reports, newest first."""

    def get(self, report_id: int) -> Report:
        """Return a report; raises NotFound."""


class DemoRecords(Protocol):
    """What is made up for practice."""

    def count(self) -> int:
        """Return how many demo tickets there are."""

    def remove(self) -> Sequence[str]:
        """Delete every demo ticket and all that is its own; return the numbers."""


class Issues(Protocol):
    """Tickets grouped by matter, and what people said of pairs."""

    def issue_of(self, ticket_numbers: Collection[str]) -> Mapping[str, str]:
        """Return the issues of those tickets that have one."""

    def members(self, issue_id: str, *, latest: int | None = None) -> Sequence[IssueMember]:
        """Return an issue's members, oldest first; the latest so many where asked."""

    def put(self, member: IssueMember, issue_id: str) -> None:
        """Write down a ticket's issue, whichever it had before; who called is the ticket's own."""

    def keep(self, issue: HotIssue, now: datetime) -> None:
        """Write an issue as it stands."""

    def drop(self, issue_id: str) -> None:
        """Forget an issue that has no two members any more."""

    def changed_since(self, moment: datetime, *, limit: int) -> Sequence[str]:
        """Return the ids of issues changed after a moment, the longest unchanged first."""

    def active(
        self, *, start: datetime, end: datetime, least: int, demo: bool, filters: Mapping[str, str], limit: int
    ) -> Sequence[str]:
        """Return the ids of the hottest issues that had tickets in a period."""

    def tell(self, pair: ToldPair) -> None:
        """Keep what a person said of two tickets; the last word counts."""

    def told(self, ticket_numbers: Collection[str] | None = None) -> Sequence[ToldPair]:
        """Return what people said of pairs that hold one of these tickets; of all without any named."""


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

    def since(self, fields: Sequence[str], *, after: int | None, limit: int) -> Sequence[tuple[int, Feedback]]:
        """Return the verdicts on any of these fields with a number above `after`, oldest first, with their numbers.

        Without a number, the newest ones.
        """


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

    @property
    def supervision(self) -> SupervisionOrders:
        """Orders of supervision."""

    @property
    def referrals(self) -> Referrals:
        """Referrals."""

    @property
    def articles(self) -> Articles:
        """Knowledge articles."""

    @property
    def knowledge_events(self) -> KnowledgeEvents:
        """What was asked of them."""

    @property
    def deletions(self) -> Deletions:
        """What was deleted."""

    @property
    def analytics(self) -> Analytics:
        """What is counted."""

    @property
    def issues(self) -> Issues:
        """Tickets grouped by matter."""

    @property
    def early_warnings(self) -> EarlyWarnings:
        """What stood out."""

    @property
    def reports(self) -> Reports:
        """What leaders read."""

    @property
    def demo(self) -> DemoRecords:
        """What is made up."""

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
