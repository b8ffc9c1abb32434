"""The clock, and what the service keeps of its callers: answers given, keys, verdicts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from app.domain.access import AccessKey
from app.domain.events import Feedback
from app.domain.given_answer import GivenAnswer


class Clock(Protocol):
    """Tells the time; tests freeze it."""

    def now(self) -> datetime:
        """Return the present moment, timezone-aware (+08:00)."""


class IdempotencyRecords(Protocol):
    """Answers already given, by `Idempotency-Key`, route and API key."""

    def find(self, key: str) -> GivenAnswer | None:
        """Return the answer given before, or None."""

    def add(self, key: str, answer: GivenAnswer, created_at: datetime) -> None:
        """Keep an answer."""

    def forget_before(self, moment: datetime) -> None:
        """Drop the answers that were given earlier."""


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
