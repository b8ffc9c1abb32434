"""A person's correction carried through: the fields, and what follows from them for unit and deadline."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from app.decide.correction import CORRECTABLE, completed, corrected, value_at
from app.decide.deadline import deadline_rule, held_of
from app.domain.errors import InvalidInput
from app.domain.events import Feedback, Verdict
from app.domain.ports import UnitOfWork
from app.domain.reference import ReferenceData
from app.domain.ticket import Category, Ticket
from app.domain.workflow import STEPS, Step, TicketStatus
from app.flows.judgement import IntakePolicy
from app.flows.record import event_of, keep
from app.flows.redispatch import Redispatch
from app.understand.ticket.follow_up import follow_up_questions

_FOR_THE_DEADLINE = frozenset({"request_kind", "subject", "urgency"})
_FOR_THE_UNIT = frozenset({"request_kind", "subject", "content", "place.district", "place.town"})
_NOT_YET_GIVEN = (TicketStatus.RECEIVED, TicketStatus.ACCEPTED)


class Corrections:
    """Makes corrections."""

    def __init__(self, reference: ReferenceData, policy: IntakePolicy, redispatch: Redispatch) -> None:
        self._reference = reference
        self._policy = policy
        self._redispatch = redispatch

    def make(self, uow: UnitOfWork, ticket: Ticket, changes: Mapping[str, Any], actor: str, now: datetime) -> Ticket:
        """Write the corrected ticket, its event and what it teaches; return it.

        Raises:
            InvalidInput: an unknown field, or a value that cannot be.
        """
        full = self._completed(ticket, changes)
        history = uow.events.of(ticket.ticket_number)
        changed = corrected(ticket, full)
        asked = (
            {"follow_up_questions": follow_up_questions(changed.missing)} if changed.missing != ticket.missing else {}
        )
        changed = changed.model_copy(update={"changed_at": now, **asked})
        data: dict[str, Any] = {"old": told(ticket, full), "new": told(changed, full)}
        if _FOR_THE_UNIT & full.keys() and ticket.status in _NOT_YET_GIVEN:
            changed = changed.model_copy(update={"unit": self._redispatch.decide(changed, history)})
        if _FOR_THE_DEADLINE & full.keys() and ticket.deadline:
            rules = self._policy.deadline_rules
            rule = deadline_rule(self._policy.facts_of(changed), rules)
            data |= held_of(rule, rules) if rule.id != ticket.deadline.rule_id else {}
        event = event_of(changed, STEPS[Step.CORRECT].event, actor, data, now)
        changed = keep(uow, self._policy, ticket, changed, event, history)
        for path, value in changes.items():
            uow.feedback.add(
                Feedback(
                    ticket_number=ticket.ticket_number,
                    field=path,
                    verdict=Verdict.CORRECTED,
                    right_value=value,
                    actor=actor,
                    created_at=now,
                )
            )
        return changed

    def check(self, ticket: Ticket, feedback: Feedback) -> None:
        """Refuse a right value that its field could not be corrected to; none at all (null) is a right value too.

        Raises:
            InvalidInput: the value cannot be.
        """
        told = feedback.verdict is Verdict.CORRECTED and feedback.right_value is not None
        if not told or feedback.field not in CORRECTABLE:
            return
        try:
            corrected(ticket, self._completed(ticket, {feedback.field: feedback.right_value}))
        except InvalidInput as error:
            raise InvalidInput(f"right_value 不能采用：{error.message_zh}", field="right_value") from error

    def _completed(self, ticket: Ticket, changes: Mapping[str, Any]) -> dict[str, Any]:
        return completed(ticket, changes, self._reference.gazetteer, self._reference.categories)


def told(ticket: Ticket, paths: Iterable[str]) -> dict[str, Any]:
    """Return fields as the history shows them."""
    values = {path: value_at(ticket, path) for path in paths}
    return {path: "/".join(value.path) if isinstance(value, Category) else value for path, value in values.items()}
