"""The record's own keeping: seals, the look for tampering, deadlines worked out again, personal data at its end."""

from collections.abc import Container, Iterator, Sequence
from datetime import datetime, timedelta

from app.decide.deadline import replay
from app.decide.visibility import DELETED
from app.domain.deadline_rules import RetentionRule
from app.domain.decision import Deadline
from app.domain.ports import Clock, UnitOfWork, UnitOfWorkFactory
from app.domain.ticket import Citizen, Ticket
from app.domain.workflow import TicketStatus
from app.flows.exports import nobodys
from app.flows.judgement import IntakePolicy
from app.flows.record import record

SETTLED = timedelta(minutes=2)
"""Longer than any transaction takes: older events are all visible."""
_AT_A_TIME = 100
_ENDED = (str(TicketStatus.ARCHIVED), str(TicketStatus.DECLINED))
_TEXTS = ("title", "content", "wants", "reply")


class AuditFlow:
    """Seals, verifies and deletes."""

    def __init__(self, store: UnitOfWorkFactory, clock: Clock, policy: IntakePolicy, retention: RetentionRule) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._retention = retention

    def seal(self, *, settled_for: timedelta = SETTLED) -> int:
        """Seal the events since the last seal; return how many."""
        now = self._clock.now()
        with self._store() as uow:
            count = uow.events.seal(now, settled=now - settled_for)
            uow.commit()
        return count

    def faults(self) -> Iterator[str]:
        """Yield every sign of tampering, and every deadline that its events do not give again."""
        with self._store(reading=True) as uow:
            yield from uow.events.faults()
        for number, again in self._otherwise():
            yield f"工单 {number}：办结时限与经过推算不符（应为 {again.resolve_by.isoformat()}）"

    def recount(self) -> int:
        """Give tickets the deadlines that the calendar as it is now gives them; return of how many it moved any."""
        moved = list(self._otherwise())
        for number, again in moved:
            with self._store() as uow:
                ticket = uow.tickets.get(number)
                told = ticket.model_copy(update={"version": ticket.version + 1, "deadline": again})
                uow.tickets.save(told, expected_version=ticket.version)
                data = {"resolve_by": again.resolve_by.isoformat()}
                record(uow, told, "deadline_recounted", "system", data, self._clock.now())
                uow.commit()
        return len(moved)

    def _otherwise(self) -> Iterator[tuple[str, Deadline]]:
        """Yield the tickets whose events give another deadline now, and that one."""
        with self._store(reading=True) as uow:
            for ticket in uow.tickets.each({}):
                again = replay(uow.events.of(ticket.ticket_number), self._policy.deadline_rules, self._policy.clock)
                if again and ticket.deadline and again.resolve_by != ticket.deadline.resolve_by:
                    yield ticket.ticket_number, again

    def left_behind(self, units: Container[str]) -> Iterator[str]:
        """Yield, in Chinese, what is still with units that are none any more: open tickets and keys."""
        with self._store(reading=True) as uow:
            waiting, keys = uow.tickets.open_by_unit(), uow.access_keys.all()
        for code, count in sorted(waiting.items()):
            if code not in units:
                yield f"单位 {code} 已撤销，仍有未办结工单 {count} 件待改派：GET /v1/tickets?handler_code={code}"
        for key in keys:
            if key.unit_code and key.unit_code not in units and not key.revoked_at:
                yield f"单位 {key.unit_code} 已撤销，密钥 {key.name} 仍有效：hotline keys revoke {key.name}"

    def readings(
        self, ticket_number: str | None = None, *, reader: str | None = None
    ) -> Sequence[tuple[str, str, datetime]]:
        """Return which sensitive ticket, its history or its call, was read by whom and when. Raises NotFound."""
        with self._store(reading=True) as uow:
            if ticket_number:
                uow.tickets.get(ticket_number)
            return uow.events.readings(ticket_number=ticket_number, reader=reader)

    def delete_expired(self) -> int:
        """Delete personal data of tickets that ended longer ago than the rule says; return of how many tickets."""
        before = self._clock.now() - timedelta(days=self._retention.archived_for.amount)
        deleted = 0
        with self._store() as uow:
            uow.deletions.empty_fruitless(before)
            uow.commit()
        while True:
            with self._store() as uow:
                tickets = uow.tickets.kept_since(before, statuses=_ENDED, limit=_AT_A_TIME)
                for ticket in tickets:
                    self._delete(uow, ticket)
                uow.commit()
            self._policy.forget([ticket.ticket_number for ticket in tickets])
            deleted += len(tickets)
            if len(tickets) < _AT_A_TIME:
                return deleted

    def _delete(self, uow: UnitOfWork, ticket: Ticket) -> None:
        now = self._clock.now()
        emptied = ticket.model_copy(
            update={
                "version": ticket.version + 1,
                "changed_at": now,
                "citizen": Citizen(confidential=ticket.citizen.confidential),
                "evidence": {},
                "place": ticket.place.model_copy(update={"detail": nobodys(ticket.place.detail, ticket)}),
                "referrals": tuple(one.model_copy(update={"quote": ""}) for one in ticket.referrals),
                **{part: nobodys(getattr(ticket, part), ticket) for part in _TEXTS},
            }
        )
        uow.tickets.save(emptied, expected_version=ticket.version)
        what = ["citizen.name", "citizen.phone", "evidence", "delivery", "words"]
        uow.deletions.add(ticket.ticket_number, self._retention.id, what, now)
        uow.deletions.empty_delivery(ticket.call_id)
        uow.deletions.forget_words(ticket.ticket_number, lambda text: str(nobodys(text, ticket)))
        uow.referrals.forget(ticket.ticket_number)
        record(uow, emptied, DELETED, "system", {"rule_id": self._retention.id, "what": what}, now)
