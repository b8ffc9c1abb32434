"""Answers already given, so that a repeated request changes nothing twice."""

from dataclasses import dataclass

from app.domain.errors import Conflict
from app.domain.ports import Clock, UnitOfWorkFactory


@dataclass(frozen=True)
class Answer:
    """An answer as it was sent, with the digest of the request it answered."""

    digest: str
    status: int
    body: str


class AnswerFlow:
    """Keeps and finds answers by record key."""

    def __init__(self, store: UnitOfWorkFactory, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def find(self, record: str) -> Answer | None:
        """Return the answer given before."""
        with self._store(reading=True) as uow:
            found = uow.idempotency.find(record)
        return Answer(*found) if found else None

    def keep(self, record: str, digest: str, status: int, body: str) -> None:
        """Keep an answer; the first of two at the same time stays."""
        try:
            with self._store() as uow:
                uow.idempotency.add(record, digest, status, body, self._clock.now())
                uow.commit()
        except Conflict:
            return
