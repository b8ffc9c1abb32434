"""Tickets that may be about the same matter."""

from app.domain.frozen import Frozen


class DuplicateCandidate(Frozen):
    """An earlier ticket that resembles a new one."""

    ticket_number: str
    score: float
    same_matter: bool
    reasons: tuple[str, ...]
    """Chinese, one short sentence each: what speaks for the same matter, and what against."""
