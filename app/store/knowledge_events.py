"""Questions and what became of them; nothing in a row tells who asked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.domain.errors import NotFound
from app.domain.events import Verdict
from app.domain.knowledge_upkeep import KnowledgeEvent
from app.store.knowledge_tables import KnowledgeEventRow
from app.store.writing import changes_one


class SqlKnowledgeEvents:
    """Events by the id of the answer."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, event: KnowledgeEvent) -> None:
        """Keep one."""
        self._session.add(KnowledgeEventRow(**event.model_dump()))
        self._session.flush()

    def rate(self, answer_id: str, verdict: Verdict) -> None:
        """Write down what a person said of an answer; raises NotFound."""
        change = update(KnowledgeEventRow).where(KnowledgeEventRow.answer_id == answer_id).values(verdict=verdict)
        if not changes_one(self._session, change):
            raise NotFound(f"没有答复 {answer_id}")

    def unanswered(self, *, since: datetime, limit: int) -> Sequence[KnowledgeEvent]:
        """Return the newest questions without basis, or whose answer was not adopted."""
        query = (
            select(KnowledgeEventRow)
            .where(
                KnowledgeEventRow.asked_at >= since,
                (KnowledgeEventRow.refusal == "no_basis") | (KnowledgeEventRow.verdict.in_(("rejected", "corrected"))),
            )
            .order_by(KnowledgeEventRow.asked_at.desc())
            .limit(limit)
        )
        names = KnowledgeEvent.model_fields
        return [KnowledgeEvent(**{name: getattr(row, name) for name in names}) for row in self._session.scalars(query)]

    def counts(self, *, since: datetime) -> Sequence[tuple[str, str | None, int]]:
        """Return how often each article was cited, by verdict."""
        query = (
            select(KnowledgeEventRow.article_id, KnowledgeEventRow.verdict, func.count())
            .where(KnowledgeEventRow.asked_at >= since, KnowledgeEventRow.article_id.is_not(None))
            .group_by(KnowledgeEventRow.article_id, KnowledgeEventRow.verdict)
        )
        return [(str(article_id), verdict, count) for article_id, verdict, count in self._session.execute(query)]
