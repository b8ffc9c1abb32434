"""Knowledge articles, what was asked of them, and their index."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from app.domain.events import Verdict
from app.domain.knowledge import Article, ArticleVersion, Nearest
from app.domain.knowledge_upkeep import KnowledgeEvent


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
