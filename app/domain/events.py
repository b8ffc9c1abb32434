"""Events: what happened to a ticket, in the past tense, append-only."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from app.domain.frozen import Frozen


class TicketEvent(Frozen):
    """One thing that happened to a ticket. `sequence` counts from 1 within the ticket."""

    ticket_number: str
    sequence: int
    name: str
    """Past tense: `ticket_received`, `field_corrected`, `ticket_accepted`."""
    occurred_at: datetime
    actor: str
    """Who did it: `system`, or the name of the API key."""
    data: dict[str, Any] = Field(default_factory=dict)


def own_history(events: Sequence[TicketEvent]) -> list[TicketEvent]:
    """Return a history without the time under a main ticket that was left again: the answer was to another matter."""
    own: list[TicketEvent] = []
    joined = 0
    for event in events:
        if event.name == "merge_undone":
            del own[joined:]
        elif event.name == "ticket_merged":
            joined = len(own)
        own.append(event)
    return own


class OutboxMessage(Frozen):
    """Something to be told to the outside, written in the transaction that caused it."""

    id: str
    topic: str
    payload: dict[str, Any]
    created_at: datetime

    @property
    def subject(self) -> str:
        """What it is about: who is told of several things about it is told in their order."""
        return str(self.payload.get("referral_id") or self.payload.get("ticket_number") or self.id)


class Verdict(StrEnum):
    """What a person said of a result."""

    ACCEPTED = "accepted"
    """采纳"""
    CORRECTED = "corrected"
    """更正"""
    REJECTED = "rejected"
    """不采纳"""


class Feedback(Frozen):
    """A verdict on one field of a ticket, with the right value where it was corrected."""

    ticket_number: str
    field: str
    verdict: Verdict
    right_value: Any = None
    actor: str
    created_at: datetime
