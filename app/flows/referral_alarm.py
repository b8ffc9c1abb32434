"""Referrals past their time limit: whoever supervises is told, once a limit, while somebody may still act."""

from datetime import datetime

from app.domain.errors import Conflict
from app.domain.events import OutboxMessage
from app.domain.ports import Clock, UnitOfWork, UnitOfWorkFactory
from app.domain.referral import Referral, ReferralStatus
from app.flows.record import event_of

TOPIC = "restricted.supervision.referral_overdue"
"""Of its own: neither units nor receiving organs are told which of their matters lie."""
WAITS_FOR = {
    ReferralStatus.PENDING_CONFIRMATION: "confirmation",
    ReferralStatus.CONFIRMED: "sending",
    ReferralStatus.SENT: "receipt",
}
_AT_A_TIME = 200


class ReferralAlarm:
    """Looks at every referral whose moment has passed; safe in several processes."""

    def __init__(self, store: UnitOfWorkFactory, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def run_once(self) -> int:
        """Raise an alarm for each limit that passed since the last look; return how many."""
        now, raised, after = self._clock.now(), 0, None
        overdue = {"overdue_at": now.isoformat(), "demo": "false"}
        while True:
            with self._store(reading=True) as uow:
                found = uow.referrals.page(overdue, after=after, limit=_AT_A_TIME)
            raised += sum(self._raise(one, now) for one in found if one.alarmed_for != one.due_at)
            if len(found) < _AT_A_TIME:
                return raised
            after = found[-1].id

    def _raise(self, referral: Referral, now: datetime) -> bool:
        try:
            with self._store() as uow:
                self._note(uow, referral, now)
                uow.commit()
        except Conflict:  # somebody is at it this moment: the next look decides
            return False
        return True

    def _note(self, uow: UnitOfWork, referral: Referral, now: datetime) -> None:
        told = {"alarmed_for": referral.due_at, "version": referral.version + 1}
        uow.referrals.save(referral.model_copy(update=told), expected_version=referral.version)
        ticket = uow.tickets.get(referral.ticket_number)
        changed = ticket.model_copy(update={"version": ticket.version + 1})
        uow.tickets.save(changed, expected_version=ticket.version)
        payload = {
            "referral_id": referral.id,
            "ticket_number": referral.ticket_number,
            "receiver": str(referral.receiver),
            "severity": str(referral.severity),
            "waits_for": WAITS_FOR[referral.status],
            "due_at": referral.due_at.isoformat(timespec="seconds") if referral.due_at else None,
        }
        uow.events.append(event_of(changed, "referral_overdue", "system", payload, now))
        uow.outbox.add(
            OutboxMessage(id=f"overdue.{referral.id}.{changed.version}", topic=TOPIC, payload=payload, created_at=now)
        )
