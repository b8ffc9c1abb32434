"""One transaction over everything stored."""

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self

from app.domain.ports.city import Analytics, EarlyWarnings, Issues, Reports
from app.domain.ports.knowledge import Articles, KnowledgeEvents
from app.domain.ports.record import (
    Deletions,
    Deliveries,
    DemoRecords,
    Events,
    Outbox,
    Referrals,
    SupervisionOrders,
    Tickets,
)
from app.domain.ports.service import AccessKeys, FeedbackRecords, IdempotencyRecords


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
