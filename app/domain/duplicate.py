"""Tickets that may be about the same matter."""

from datetime import datetime
from enum import StrEnum

from app.domain.frozen import Frozen


class Sameness(StrEnum):
    """两件工单的关系"""

    SAME_PERSON = "same_person"
    """同一人再次反映"""
    SAME_BY_OTHERS = "same_by_others"
    """他人反映同一事项"""
    FOLLOW_UP = "follow_up"
    """对在办工单的追问、催办"""
    RECURRING = "recurring"
    """办结后再次发生"""
    SIMILAR = "similar"
    """仅相似"""


class DuplicateCandidate(Frozen):
    """An earlier ticket that resembles a new one."""

    ticket_number: str
    score: float
    same_matter: bool
    reasons: tuple[str, ...]
    """Chinese, one short sentence each: what speaks for the same matter."""
    against: tuple[str, ...] = ()
    """Chinese: what speaks against it."""
    kind: Sameness = Sameness.SIMILAR


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
    """A keyed hash of the caller's number where it is kept; compared, never shown."""
    confidential: bool = False
    demo: bool = False
    """Of a made-up call: made-up and real ones are never the same matter."""
    referred: bool = False
    """A referral is proposed or confirmed: its receipt belongs to this ticket alone."""
    closed_at: datetime | None = None
    """When the matter was done with."""


class SimilarTicket(Frozen):
    """An earlier ticket, how alike its text is, and how likely it says the same matter (both 0 to 1)."""

    facts: TicketFacts
    text_score: float
    score: float
    opposed: bool = False
    """One wants what the other does not."""
