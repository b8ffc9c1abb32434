"""What people said of dispatch, learnt from the store: this process's verdicts at once, another's within seconds."""

import threading

from app.domain.errors import InvalidInput, NotFound
from app.domain.events import Feedback
from app.domain.ports import UnitOfWork, UnitOfWorkFactory
from app.domain.unit import Precedent
from app.flows.judgement import UNIT_FIELDS, IntakePolicy

RECENT = 5_000
"""Verdicts looked back on at start."""
OVERLAP = 200
"""Numbers read again each time: of two transactions the later number may be committed first."""


class VerdictFlow:
    """Follows the verdicts by their numbers and hands each to the policy once."""

    def __init__(self, store: UnitOfWorkFactory, policy: IntakePolicy) -> None:
        self._store = store
        self._policy = policy
        self._following = threading.Lock()
        self._last: int | None = None
        self._near: frozenset[int] = frozenset()

    def follow(self) -> int:
        """Learn what is new since the last time; return how many verdicts that were."""
        with self._following:
            after = None if self._last is None else self._last - OVERLAP
            with self._store(reading=True) as uow:
                read = uow.feedback.since(UNIT_FIELDS, after=after, limit=RECENT)
                new = [(number, feedback) for number, feedback in read if number not in self._near]
                self._policy.learn([p for _, feedback in new for p in self._said(uow, feedback)])
            self._last = max((number for number, _ in read), default=self._last or 0)
            self._near = frozenset(number for number, _ in read if number > self._last - OVERLAP)
            return len(new)

    def _said(self, uow: UnitOfWork, feedback: Feedback) -> tuple[Precedent, ...]:
        """Return what a verdict teaches; nothing where its ticket or its unit is gone since."""
        try:
            return self._policy.precedents_of(uow.tickets.get(feedback.ticket_number), feedback)
        except (NotFound, InvalidInput):
            return ()
