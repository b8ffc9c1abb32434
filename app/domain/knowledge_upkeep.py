"""What keeps a knowledge base true: questions it could not answer, faults of its articles, how much each is used."""

from datetime import date, datetime
from enum import StrEnum

from app.domain.events import Verdict
from app.domain.frozen import Frozen


class KnowledgeEvent(Frozen):
    """A question and what became of it, without whoever asked."""

    answer_id: str
    question: str
    article_id: str | None
    refusal: str | None
    verdict: Verdict | None = None
    asked_at: datetime


class Gap(Frozen):
    """Questions alike that found no answer, or a bad one."""

    example: str
    questions: tuple[str, ...]
    count: int
    badly_rated: int
    last_asked: datetime
    articles: tuple[str, ...]
    """Articles whose answers were rejected."""


class Fault(StrEnum):
    """What may be wrong with an article."""

    EXPIRED = "expired"
    """已失效仍在发布"""
    EXPIRING = "expiring"
    """即将失效"""
    STALE = "stale"
    """长期未复核"""
    DUPLICATE = "duplicate"
    """内容重复"""
    CONFLICTING = "conflicting"
    """说法不一致"""


class ArticleFault(Frozen):
    """One fault, with the other article where there are two."""

    fault: Fault
    article_id: str
    title: str
    other_id: str | None = None
    reason: str
    since: date | None = None


class ArticleUsage(Frozen):
    """How often an article was cited, and what people said of it."""

    article_id: str
    title: str
    hits: int
    accepted: int
    rejected: int

    @property
    def adoption(self) -> float | None:
        """Share of accepted among the rated."""
        rated = self.accepted + self.rejected
        return self.accepted / rated if rated else None
