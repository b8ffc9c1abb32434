"""One SQL transaction behind the domain's UnitOfWork port."""

from functools import lru_cache
from types import TracebackType
from typing import Self

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.orm import Session

from app.domain.errors import Conflict, InvalidInput, ServiceUnavailable
from app.store.analytics import SqlAnalytics
from app.store.demo import SqlDemo
from app.store.early_warning import SqlEarlyWarnings
from app.store.engine import reason_of
from app.store.events import SqlEvents
from app.store.issues import SqlIssues
from app.store.knowledge import SqlArticles
from app.store.knowledge_events import SqlKnowledgeEvents
from app.store.outbox import SqlOutbox
from app.store.referrals import SqlReferrals
from app.store.reports import SqlReports
from app.store.repositories import SqlAccessKeys, SqlDeliveries, SqlFeedback, SqlIdempotencyRecords
from app.store.supervision import SqlDeletions, SqlSupervision
from app.store.tickets import SqlTickets
from app.store.vault import Vault

_FAILING = (OperationalError, InternalError, InterfaceError, NoneFree)
"""The database is gone, full, read-only or overrun: who calls may try again, who runs it reads why in the log."""


class SqlUnitOfWork:
    """Opens a session on entry; leaving without `commit` rolls back. A reading one never waits for a writer."""

    def __init__(self, engine: Engine, vault: Vault, *, reading: bool = False) -> None:
        self._vault = vault
        self._engine = _reading(engine) if reading else engine

    def __enter__(self) -> Self:
        """Open the transaction."""
        self.session = Session(self._engine, expire_on_commit=False)
        session, vault = self.session, self._vault
        self.deliveries = SqlDeliveries(session, vault)
        self.tickets = SqlTickets(session, vault)
        self.events = SqlEvents(session, vault)
        self.outbox = SqlOutbox(session, vault)
        self.idempotency = SqlIdempotencyRecords(session, vault)
        self.access_keys = SqlAccessKeys(session)
        self.feedback = SqlFeedback(session, vault)
        self.supervision = SqlSupervision(session)
        self.referrals = SqlReferrals(session, vault)
        self.deletions = SqlDeletions(session)
        self.articles = SqlArticles(session)
        self.knowledge_events = SqlKnowledgeEvents(session)
        self.analytics = SqlAnalytics(session)
        self.early_warnings = SqlEarlyWarnings(session)
        self.reports = SqlReports(session)
        self.demo = SqlDemo(session)
        self.issues = SqlIssues(session)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Roll back what was not committed; name the driver's errors as the domain does."""
        self.session.close()
        if isinstance(error, IntegrityError):
            raise Conflict("同一记录已经存在") from error
        if isinstance(error, DataError):
            raise InvalidInput("内容含有不能保存的字符，或者过长") from error
        if isinstance(error, _FAILING) or type(error) is DatabaseError:
            structlog.get_logger().error("database_failed", reason=reason_of(error))
            raise ServiceUnavailable("数据库暂时不可用，请稍后重试") from error

    def commit(self) -> None:
        """Make everything durable."""
        self.session.commit()


@lru_cache(maxsize=8)
def _reading(engine: Engine) -> Engine:
    """Return an engine whose transactions only read: one is made once, since each has event listeners of its own."""
    return engine.execution_options(reading=True)
