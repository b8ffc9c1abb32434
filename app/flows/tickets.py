"""Tickets after intake: read, correct a field, take a step. Every step is an event of its own."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from app.decide.step import OF_A_CENTRE, Taken, check_unit, checked_details, effect, offered
from app.decide.visibility import is_sensitive, may_find, may_pass_over, may_see, shown, shown_history
from app.domain.access import ROLE_LABELS, AccessKey
from app.domain.decision import Deadline, UnitDecision
from app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from app.domain.events import Feedback, TicketEvent
from app.domain.frozen import Frozen
from app.domain.ports import Clock, UnitOfWork, UnitOfWorkFactory
from app.domain.ticket import Citizen, Place, Ticket
from app.domain.transcript import Transcript
from app.domain.unit import UnitName
from app.domain.workflow import STEP_LABELS, STEPS, Step, TicketStatus, possible_steps, transition
from app.flows.corrections import Corrections
from app.flows.judgement import UNIT_FIELDS, IntakePolicy, verdict_of_step
from app.flows.record import event_of, keep
from app.flows.redispatch import Redispatch
from app.flows.sharing import Sharing, reopening
from app.flows.verdicts import VerdictFlow
from app.receive.payload import parse_transcript

_BY_THE_CLOCK = frozenset({"deadline", "responded"})
"""Filters that need the moment they are asked at."""
_LONGEST_FIELD = 40
_MOST_COUNTED, _MOST_LOOKED_AT = 10_000, 1_000
"""Nobody works through more; to count the millions of years for every list that is open takes a city's database."""
_MERGING = (Step.MERGE, Step.UNMERGE)
_PARTS: Mapping[str, type[Frozen]] = {"place": Place, "citizen": Citizen, "unit": UnitDecision, "deadline": Deadline}
"""Fields of a ticket that have fields of their own."""


class TicketFlow:
    """Reads and changes stored tickets, for whoever may."""

    def __init__(
        self,
        store: UnitOfWorkFactory,
        clock: Clock,
        policy: IntakePolicy,
        redispatch: Redispatch,
        verdicts: VerdictFlow,
        corrections: Corrections,
    ) -> None:
        self._corrections = corrections
        self._redispatch = redispatch
        self._verdicts = verdicts
        self._store = store
        self._policy = policy
        self._sharing = Sharing(policy)
        self._clock = clock

    def get(self, ticket_number: str, *, by: AccessKey) -> Ticket:
        """Return a ticket as `by` may see it; reading a sensitive one is put on record. Raises NotFound."""
        with self._store(reading=True) as uow:
            ticket = visible(uow, ticket_number, by)
        self._note_readings([ticket], by)
        return shown(ticket, by)

    def page(self, *, after: str | None, limit: int, filters: Mapping[str, str], by: AccessKey) -> Sequence[Ticket]:
        """Return tickets, newest first or as asked, as `by` may see them; reading sensitive ones is put on record.

        Fewer than `limit` are all there are.
        """
        asked, seen = self._filters(filters, by), list[Ticket]()
        with self._store(reading=True) as uow:
            while wanted := limit - len(seen):
                found = uow.tickets.page(after=after, limit=wanted, filters=asked)
                seen += (ticket for ticket in found if may_find(ticket, filters, by))
                if len(found) < wanted:
                    break
                after = found[-1].ticket_number
        self._note_readings(seen, by)
        return [shown(ticket, by) for ticket in seen]

    def count(self, filters: Mapping[str, str], *, by: AccessKey) -> tuple[int, bool]:
        """Return how many tickets `page` lists in all, and whether there may be more."""
        asked = self._filters(filters, by)
        with self._store(reading=True) as uow:
            if not may_pass_over(filters, by):
                count, most = uow.tickets.count(asked, most=_MOST_COUNTED), _MOST_COUNTED
            else:
                found = (ticket for ticket in uow.tickets.each(asked) if may_find(ticket, filters, by))
                count, most = sum(1 for _ in islice(found, _MOST_LOOKED_AT)), _MOST_LOOKED_AT
        return count, count == most

    def each(self, filters: Mapping[str, str], *, by: AccessKey) -> Iterator[Ticket]:
        """Yield every ticket that fits, in the order of `page`; reading sensitive ones is put on record."""
        taken: list[Ticket] = []
        try:
            with self._store(reading=True) as uow:
                for ticket in uow.tickets.each(self._filters(filters, by)):
                    if may_find(ticket, filters, by):
                        taken += [ticket] if is_sensitive(ticket) else []
                        yield shown(ticket, by)
        finally:  # however much of them was taken
            self._note_readings(taken, by)

    def history(self, ticket_number: str, *, by: AccessKey) -> Sequence[TicketEvent]:
        """Return a ticket's events; reading a sensitive one's is put on record. Raises NotFound."""
        with self._store(reading=True) as uow:
            ticket = visible(uow, ticket_number, by)
            history = shown_history(ticket, uow.events.of(ticket_number), by)
        self._note_readings([ticket], by)
        return history

    def transcript(self, ticket_number: str, *, by: AccessKey) -> Transcript:
        """Return the call a ticket was made from, as delivered; reading a sensitive one is put on record.

        Raises:
            NotFound: no such ticket, or the call was deleted at the end of its keeping time.
            Forbidden: units see what the ticket says, not the call.
        """
        if by.sees_only_unit() is not None:
            raise Forbidden("通话原文只供市中心查看")
        with self._store(reading=True) as uow:
            ticket = visible(uow, ticket_number, by)
            payload = uow.deliveries.payload(ticket.call_id)
        self._note_readings([ticket], by)
        return parse_transcript(payload, received_at=ticket.created_at)

    def correct(
        self, ticket_number: str, changes: Mapping[str, Any], *, by: AccessKey, expected_version: int
    ) -> Ticket:
        """Set fields a person corrected; their evidence gives way to the person's word.

        Raises:
            InvalidInput: an unknown field, or a value of the wrong kind.
            Forbidden: it is not theirs to correct.
            Conflict: the ticket was changed meanwhile.
        """
        check_role(Step.CORRECT, by)
        with self._store() as uow:
            ticket = fresh(uow, ticket_number, expected_version, by)
            after(ticket, Step.CORRECT, by)
            changed = self._corrections.make(uow, ticket, changes, by.name, self._clock.now())
            uow.commit()
        return changed

    def step(
        self,
        ticket_number: str,
        step: Step,
        *,
        by: AccessKey,
        details: Mapping[str, Any],
        expected_version: int | None,
    ) -> Ticket:
        """Take a step of the workflow.

        Raises:
            InvalidTransition: the step is not possible now; the message names what is.
            InvalidInput: the step needs something that `details` lacks.
            Forbidden: the step is not theirs to take.
        """
        check_role(step, by, also := self._also(by))
        if step in _MERGING or step is Step.CORRECT:
            raise InvalidInput(f"{STEP_LABELS[step]}另有接口", field="step")
        with self._store() as uow:
            ticket = fresh(uow, ticket_number, expected_version, by)
            status = after(ticket, step, by, also)
            kept = checked_details(step, {**own_unit(step, by), **details})
            unit = self._policy.unit_named(kept["unit"], field="unit") if "unit" in kept else None
            if (own := by.sees_only_unit()) is not None:
                check_unit(step, ticket, unit, own)
                if unit and step in also:
                    self._policy.check_within(unit, own)
            changed = self._after(uow, ticket, step, status, kept, unit, by)
            self._sharing.spread(uow, ticket, changed, step, kept, by.name, self._clock.now())
            verdict = verdict_of_step(ticket, changed, step, by.name, self._clock.now())
            if verdict:
                uow.feedback.add(verdict)
            uow.commit()
        if verdict:
            self._verdicts.follow()
        return shown(changed, by)

    def steps(self, ticket_number: str, *, by: AccessKey) -> tuple[Step, ...]:
        """Return the steps that `by` may take on a ticket now; raises NotFound."""
        with self._store(reading=True) as uow:
            return steps_of(visible(uow, ticket_number, by), by, self._also(by))

    def feedback(self, feedback: Feedback, *, by: AccessKey) -> None:
        """Keep a verdict; one on the unit counts for the next ticket of the kind, at once.

        Raises:
            NotFound: no such ticket, or none that `by` may see.
            InvalidInput: no such field, or a right value that it cannot hold.
            Forbidden: a unit says of dispatch what it thinks by handing a ticket back, and a reviewer rules on that.
        """
        if feedback.field in UNIT_FIELDS and by.sees_only_unit() is not None:
            raise Forbidden("承办单位不能评判派单；不属本单位职责的，请说明理由退单")
        if not is_field(feedback.field) or len(feedback.field) > _LONGEST_FIELD:
            raise InvalidInput(f"工单没有字段 {feedback.field[:_LONGEST_FIELD]}", field="field")
        with self._store() as uow:
            ticket = visible(uow, feedback.ticket_number, by)
            self._corrections.check(ticket, feedback)
            self._policy.precedents_of(ticket, feedback)  # refuses an unknown unit before anything is kept
            uow.feedback.add(feedback)
            uow.commit()
        self._verdicts.follow()

    def _after(
        self,
        uow: UnitOfWork,
        ticket: Ticket,
        step: Step,
        status: TicketStatus,
        details: dict[str, Any],
        unit: UnitName | None,
        by: AccessKey,
    ) -> Ticket:
        """Write the ticket after a step, its event and its message; return it."""
        now, history = self._clock.now(), uow.events.of(ticket.ticket_number)
        rules, clock = self._policy.deadline_rules, self._policy.clock
        members = [uow.tickets.get(number) for number in ticket.members] if step is Step.ARCHIVE else ()
        changes = effect(step, Taken(ticket, details, unit, history, now, clock, rules, members))
        if unit:
            details["unit"] = unit.unit_code
        if step is Step.APPROVE_RETURN and ticket.handler:
            details["unit"] = ticket.handler.unit_code
            changes = {**changes, "unit": self._redispatch.decide(ticket, history)}
        if step is Step.REOPEN:
            details |= reopening(ticket, now)
        changed = ticket.model_copy(
            update={"status": status, "version": ticket.version + 1, "changed_at": now, **changes}
        )
        event = event_of(changed, STEPS[step].event, by.name, details, now)
        return keep(uow, self._policy, ticket, changed, event, history)

    def _also(self, by: AccessKey) -> tuple[Step, ...]:
        return OF_A_CENTRE if self._policy.is_centre(by.sees_only_unit()) else ()

    def _filters(self, filters: Mapping[str, str], by: AccessKey) -> dict[str, str]:
        unit = by.sees_only_unit()
        asked = dict(filters)
        if asked.pop("overdue", None) == "true":
            asked["overdue_at"] = self._clock.now().isoformat()
        if _BY_THE_CLOCK & set(asked):
            asked["now"] = self._clock.now().isoformat()
        if by.lanes:
            asked["for_lanes"] = ",".join(by.lanes)
        return asked if unit is None else {**asked, "for_unit": unit}

    def _note_readings(self, tickets: Sequence[Ticket], by: AccessKey) -> None:
        if sensitive := [ticket.ticket_number for ticket in tickets if is_sensitive(ticket)]:
            with self._store() as uow:
                uow.events.note_readings(sensitive, by.name, self._clock.now())
                uow.commit()


def is_field(path: str) -> bool:
    """Tell whether a dotted path names a field of a ticket: `place.detail`, `unit.lead`."""
    head, _, tail = path.partition(".")
    part = _PARTS.get(head)
    return head in Ticket.model_fields and (not tail or (part is not None and tail in part.model_fields))


def steps_of(ticket: Ticket, by: AccessKey, also: Collection[Step] = ()) -> tuple[Step, ...]:
    """Return the steps that `by` may take on a ticket as it stands; `also`: beside those of his roles."""
    possible = possible_steps(ticket.status, joined=ticket.merged_into is not None)
    mine = (step for step in possible if step in also or by.acts_as() & set(STEPS[step].roles))
    return tuple(step for step in mine if offered(step, ticket, by.sees_only_unit()))


def after(ticket: Ticket, step: Step, by: AccessKey, also: Collection[Step] = ()) -> TicketStatus:
    """Return the status after a step; where it is not possible, InvalidTransition names what `by` may do instead."""
    return transition(ticket.status, step, joined=ticket.merged_into is not None, mine=steps_of(ticket, by, also))


def needs_of(step: Step, by: AccessKey) -> tuple[str, ...]:
    """Return what `by` has to give with a step."""
    return tuple(name for name in STEPS[step].needs if name not in own_unit(step, by))


def own_unit(step: Step, by: AccessKey) -> dict[str, str]:
    """Return the unit that a unit's key stands for, where a step asks for it: nobody needs to say who he is."""
    own = by.sees_only_unit()
    return {"unit": own} if own is not None and step is Step.CO_FEED_BACK else {}


def check_role(step: Step, by: AccessKey, also: Collection[Step] = ()) -> None:
    """Refuse a step that is none of theirs."""
    roles = STEPS[step].roles
    if step not in also and not by.acts_as() & set(roles):
        theirs = [ROLE_LABELS[role] for role in roles] + (["承办的区（市）中心"] if step in OF_A_CENTRE else [])
        raise Forbidden(f"{STEP_LABELS[step]}须由{'、'.join(theirs)}执行")


def visible(uow: UnitOfWork, ticket_number: str, by: AccessKey) -> Ticket:
    """Return a ticket that exists for `by`; raises NotFound otherwise, without telling which."""
    ticket = uow.tickets.get(ticket_number)
    if not may_see(ticket, by):
        raise NotFound(f"没有工单 {ticket_number}")
    return ticket


def fresh(uow: UnitOfWork, ticket_number: str, expected_version: int | None, by: AccessKey) -> Ticket:
    """Return the ticket, refusing a stale version."""
    ticket = visible(uow, ticket_number, by)
    if expected_version is not None and ticket.version != expected_version:
        raise Conflict(f"工单 {ticket_number} 已更新到第 {ticket.version} 版，请刷新后重试")
    return ticket
