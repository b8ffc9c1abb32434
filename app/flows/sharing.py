"""What passes between a main ticket and those joined under it: its steps to each of them, their words to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.decide.visibility import told_of_member, without
from app.domain.ports import UnitOfWork
from app.domain.ticket import Ticket
from app.domain.workflow import STEPS, Step, TicketStatus
from app.flows.judgement import IntakePolicy
from app.flows.record import event_of, keep, record

_SHARED: Mapping[Step, tuple[str, Mapping[str, TicketStatus | None]]] = {
    Step.EXTEND: ("extension_shared", {}),
    Step.SUSPEND: ("suspension_shared", {}),
    Step.RESUME: ("resumption_shared", {}),
    Step.REPLY: ("reply_shared", {}),
    Step.DIRECT_ANSWER: ("reply_shared", {}),
    Step.REOPEN: ("reopening_shared", {"reply": None, "solved": None, "satisfied": None}),
    Step.ARCHIVE: ("member_archived", {"status": TicketStatus.ARCHIVED}),
    Step.ACCEPT: ("acceptance_shared", {"status": TicketStatus.MERGED, "reply": None}),
    Step.DECLINE: ("member_declined", {"status": TicketStatus.DECLINED}),
}
"""Steps of a main ticket that its members share, the event they leave, and what else changes."""
_ANSWERING = (Step.REPLY, Step.DIRECT_ANSWER, Step.ARCHIVE, Step.DECLINE)
"""With these a member has the reply of its main ticket, if there is one."""
_WHY = ("reason", "days")


def reopening(ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Return what a reopening has to hold: from when the limit runs once more, and the limit that the answer had."""
    return {
        "clock_start": now.isoformat(),
        "resolve_by": ticket.deadline.resolve_by.isoformat() if ticket.deadline else None,
    }


class Sharing:
    """Carries steps over."""

    def __init__(self, policy: IntakePolicy) -> None:
        self._policy = policy

    def spread(
        self,
        uow: UnitOfWork,
        before: Ticket,
        after: Ticket,
        step: Step,
        details: Mapping[str, Any],
        actor: str,
        now: datetime,
    ) -> None:
        """Carry a step over: a reply to every caller of a main ticket, a follow-up of a member to its main ticket."""
        if step is Step.FOLLOW_UP and before.merged_into:
            main = uow.tickets.get(before.merged_into)
            told = main.model_copy(update={"version": main.version + 1, "changed_at": now})
            uow.tickets.save(told, expected_version=main.version)
            data = {"member": after.ticket_number, **told_of_member(after, details)}
            record(uow, told, STEPS[Step.FOLLOW_UP].event, actor, data, now)
        begun = step is Step.ACCEPT and before.status is not TicketStatus.DECLINED  # nothing to be taken back
        if step not in _SHARED or begun:
            return
        for number in after.members:
            self.share(uow, uow.tickets.get(number), after, step, details, actor, now)

    def share(
        self,
        uow: UnitOfWork,
        member: Ticket,
        main: Ticket,
        step: Step,
        details: Mapping[str, Any],
        actor: str,
        now: datetime,
    ) -> Ticket:
        """Carry a step of a main ticket over to a member; return that. Nobody is told the name of the other caller."""
        name, changes = _SHARED[step]
        answered = main.reply is not None and step in _ANSWERING
        reply = without(main.reply, name=main.citizen.name, phones=True) if answered else member.reply
        told = member.model_copy(update={"version": member.version + 1, "changed_at": now, "reply": reply, **changes})
        data = {"main": main.ticket_number, **{why: details[why] for why in _WHY if why in details}}
        if step is Step.REOPEN:
            data |= reopening(member, now)
        event = event_of(told, name, actor, data, now)
        return keep(uow, self._policy, member, told, event, uow.events.of(member.ticket_number))
