"""Tickets that may be about the same matter."""

from datetime import datetime

from app.domain.frozen import Frozen


class DuplicateCandidate(Frozen):
    """An earlier ticket that resembles a new one."""

    ticket_number: str
    score: float
    same_matter: bool
    reasons: tuple[str, ...]
    """Chinese, one short sentence each: what speaks for the same matter, and what against."""


class TicketFacts(Frozen):
    """What the comparison of two tickets looks at."""

    ticket_number: str
    text: str
    created_at: datetime
    request_kind: str
    district: str | None = None
    town: str | None = None
    detail: str | None = None
    category: str | None = None
    function: str | None = None
    caller: str | None = None
    """The caller's number; compared, never shown."""
    confidential: bool = False
    demo: bool = False
    """Of a made-up call: made-up and real ones are never the same matter."""
    referred: bool = False
    """A referral is proposed or confirmed: its receipt belongs to this ticket alone."""


class SimilarTicket(Frozen):
    """An earlier ticket with the likeness of its text, 0 to 1."""

    facts: TicketFacts
    text_score: float
