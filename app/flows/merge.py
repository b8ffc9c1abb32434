"""Joining tickets of the same matter under a main one, and taking that back."""

from collections.abc import Sequence
from typing import Any

from app.decide.merge import check_merge
from app.domain.access import AccessKey
from app.domain.errors import Conflict
from app.domain.events import TicketEvent, own_history
from app.domain.ports import Clock, UnitOfWork, UnitOfWorkFactory
from app.domain.ticket import Ticket
from app.domain.workflow import STEPS, Step, TicketStatus
from app.flows.judgement import IntakePolicy
from app.flows.record import event_of, keep
from app.flows.sharing import Sharing
from app.flows.tickets import after, check_role, fresh, visible

_TOLD = {
    TicketStatus.REPLIED: Step.REPLY,
    TicketStatus.EVALUATED: Step.REPLY,
    TicketStatus.SUSPENDED: Step.SUSPEND,
}
"""Whoever joins a ticket that was answered is told the answer at once; where its clock stands, so does theirs."""
_REPLIES = tuple(STEPS[step].event for step in (Step.REPLY, Step.DIRECT_ANSWER))
_EVALUATIONS = tuple(STEPS[step].event for step in (Step.EVALUATE, Step.REOPEN))
"""Whose matter is looked at again has yet to say what he thinks of that."""


class MergeFlow:
    """Merges and unmerges. Each ticket keeps its caller; the earliest deadline counts; one reply reaches all."""

    def __init__(self, store: UnitOfWorkFactory, clock: Clock, policy: IntakePolicy) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._sharing = Sharing(policy)

    def merge(self, ticket_number: str, into: str, *, by: AccessKey, expected_version: int | None) -> Ticket:
        """Join a ticket under a main one; return the joined ticket.

        Raises:
            InvalidInput: praise with a complaint, or a ticket under itself.
            Conflict: the main ticket is closed, or a ticket was changed meanwhile.
        """
        check_role(Step.MERGE, by)
        now = self._clock.now()
        with self._store() as uow:
            member = fresh(uow, ticket_number, expected_version, by)
            main = visible(uow, into, by)
            status = after(member, Step.MERGE, by)
            check_merge(member, main)
            joined = member.model_copy(
                update={"status": status, "version": member.version + 1, "changed_at": now, "merged_into": into}
            )
            joined = self._keep(uow, member, joined, event_of(
                joined, STEPS[Step.MERGE].event, by.name, {"into": into, "status_before": str(member.status)}, now
            ))  # fmt: skip
            limit = member.deadline.resolve_by.isoformat() if member.deadline else None
            larger = main.model_copy(
                update={"version": main.version + 1, "changed_at": now, "members": (*main.members, ticket_number)}
            )
            data = {"member": ticket_number, "resolve_by": limit}
            self._keep(uow, main, larger, event_of(larger, "member_joined", by.name, data, now))
            if step := _TOLD.get(main.status):
                joined = self._sharing.share(uow, joined, larger, step, {}, by.name, now)
            uow.commit()
        return joined

    def unmerge(self, ticket_number: str, reason: str, *, by: AccessKey, expected_version: int | None) -> Ticket:
        """Give a joined ticket its own life back, where it stood before, without the main ticket's reply.

        Raises:
            InvalidTransition: it is not joined.
        """
        check_role(Step.UNMERGE, by)
        now = self._clock.now()
        with self._store() as uow:
            member = fresh(uow, ticket_number, expected_version, by)
            after(member, Step.UNMERGE, by)
            if member.merged_into is None:
                raise Conflict(f"{ticket_number} 没有主单")
            main, history = uow.tickets.get(member.merged_into), uow.events.of(ticket_number)
            alone = member.model_copy(
                update={
                    "status": status_before(history),
                    **_own_answer(history),
                    "version": member.version + 1,
                    "changed_at": now,
                    "merged_into": None,
                }
            )
            alone = self._keep(
                uow, member, alone, event_of(alone, STEPS[Step.UNMERGE].event, by.name, {"reason": reason}, now)
            )
            smaller = main.model_copy(
                update={
                    "version": main.version + 1,
                    "changed_at": now,
                    "members": tuple(number for number in main.members if number != ticket_number),
                }
            )
            self._keep(uow, main, smaller, event_of(smaller, "member_left", by.name, {"member": ticket_number}, now))
            uow.commit()
        return alone

    def _keep(self, uow: UnitOfWork, before: Ticket, after: Ticket, event: TicketEvent) -> Ticket:
        return keep(uow, self._policy, before, after, event, uow.events.of(before.ticket_number))


def _own_answer(history: Sequence[TicketEvent]) -> dict[str, Any]:
    """Return the last reply before a ticket was joined, and what its caller said of that one."""
    joined = max(at for at, event in enumerate(history) if event.name == STEPS[Step.MERGE].event)
    answer: dict[str, Any] = {"reply": None, "solved": None, "satisfied": None}
    for event in own_history(history[:joined]):
        if event.name in _REPLIES:
            answer["reply"] = event.data.get("text")
        if event.name in _EVALUATIONS:
            answer |= {name: event.data.get(name) for name in ("solved", "satisfied")}
    return answer


def status_before(history: Sequence[TicketEvent]) -> TicketStatus:
    """Return the status a ticket had before it was last joined."""
    merged = [event for event in history if event.name == STEPS[Step.MERGE].event]
    return TicketStatus(merged[-1].data["status_before"])
