"""Answers already given, so that a repeated request changes nothing twice."""

from datetime import timedelta

from app.domain.errors import Conflict, ServiceUnavailable
from app.domain.given_answer import GivenAnswer
from app.domain.ports import Clock, UnitOfWorkFactory

KEPT = timedelta(days=7)
"""How long a request may be repeated under its key."""


class GivenAnswerFlow:
    """Keeps and finds answers by record key."""

    def __init__(self, store: UnitOfWorkFactory, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def find(self, record: str) -> GivenAnswer | None:
        """Return the answer given before."""
        with self._store(reading=True) as uow:
            return uow.idempotency.find(record)

    def keep(self, record: str, answer: GivenAnswer) -> None:
        """Keep an answer; the first of two at the same time stays.

        One that cannot be kept is given all the same: what it tells of is done.
        """
        try:
            with self._store() as uow:
                uow.idempotency.add(record, answer, self._clock.now())
                uow.commit()
        except (Conflict, ServiceUnavailable):
            return

    def forget_old(self) -> None:
        """Drop what nobody will ask for again: it holds names and numbers."""
        with self._store() as uow:
            uow.idempotency.forget_before(self._clock.now() - KEPT)
            uow.commit()
