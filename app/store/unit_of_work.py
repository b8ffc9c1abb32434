"""One SQL transaction behind the domain's UnitOfWork port."""

from types import TracebackType
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app.domain.errors import Conflict, InvalidInput, ServiceUnavailable
from app.store.repositories import (
    SqlAccessKeys,
    SqlDeliveries,
    SqlEvents,
    SqlFeedback,
    SqlIdempotencyRecords,
    SqlOutbox,
    SqlTickets,
)


class SqlUnitOfWork:
    """Opens a session on entry; leaving without `commit` rolls back. A reading one never waits for a writer."""

    def __init__(self, engine: Engine, *, reading: bool = False) -> None:
        self._engine = engine.execution_options(reading=True) if reading else engine

    def __enter__(self) -> Self:
        """Open the transaction."""
        self._session = Session(self._engine, expire_on_commit=False)
        self.deliveries = SqlDeliveries(self._session)
        self.tickets = SqlTickets(self._session)
        self.events = SqlEvents(self._session)
        self.outbox = SqlOutbox(self._session)
        self.idempotency = SqlIdempotencyRecords(self._session)
        self.access_keys = SqlAccessKeys(self._session)
        self.feedback = SqlFeedback(self._session)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Roll back what was not committed; name the driver's errors as the domain does."""
        self._session.close()
        if isinstance(error, IntegrityError):
            raise Conflict("同一记录已经存在") from error
        if isinstance(error, DataError):
            raise InvalidInput("内容含有不能保存的字符，或者过长") from error
        if isinstance(error, OperationalError):
            raise ServiceUnavailable("数据库暂时不可用，请稍后重试") from error

    def commit(self) -> None:
        """Make everything durable."""
        self._session.commit()
