"""The demo data set: made-up calls played through the real flows with a past clock, and taken away again."""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import structlog

from app.decide.step import GIVING
from app.decide.visibility import may_see
from app.decide.work_clock import WorkClock
from app.domain.access import AccessKey, Role
from app.domain.deadline_rules import Span
from app.domain.demo import DemoScript, DemoState, LifeStep
from app.domain.errors import Conflict, HotlineError
from app.domain.ports import Clock, UnitOfWorkFactory
from app.domain.referral import Referral, ReferralStatus
from app.domain.risk import Severity
from app.domain.supervision import OrderStatus, SupervisionLevel
from app.domain.ticket import Ticket
from app.domain.workflow import STEPS
from app.flows.demo_calls import PlannedCall, call_id, plan
from app.flows.intake import IntakeFlow
from app.flows.judgement import IntakePolicy
from app.flows.referrals import ReferralFlow
from app.flows.supervision import ENDED, SupervisionFlow
from app.flows.tickets import TicketFlow

NAMES = {
    Role.OPERATOR: "演示话务员",
    Role.REVIEWER: "演示审核员",
    Role.UNIT: "演示承办人",
    Role.SUPERVISOR: "演示督办员",
    Role.REFERRAL_OFFICER: "演示联络员",
}
_WORDS = {"handle": "handling", "feed_back": "result", "reply": "reply", "direct_answer": "reply"}
"""Which words of a call a step says."""
_CITY_UNITS = ("370400.urban_management", "370400.housing", "370400.water")
"""Of these the wrong unit is taken."""
_SENT_LEVELS = (SupervisionLevel.TELEPHONE, SupervisionLevel.WRITTEN)


_UNDECIDED = timedelta(days=7)
_DECLINED_SHARE = 0.3


class PastClock:
    """Tells the time the play has come to."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return that time."""
        return self.at


class DemoFlow:
    """Adds and removes the demo data set; one at a time. Its flows are the service's own, on a clock of the past."""

    def __init__(
        self,
        *,
        script: DemoScript,
        policy: IntakePolicy,
        store: UnitOfWorkFactory,
        clock: Clock,
        past: PastClock,
        intake: IntakeFlow,
        tickets: TicketFlow,
        supervision: SupervisionFlow,
        referrals: ReferralFlow,
        towns: tuple[str, ...],
        afterwards: Sequence[Callable[[], object]],
    ) -> None:
        self._afterwards = afterwards
        self._script, self._policy, self._towns = script, policy, towns
        self._store, self._clock, self._past = store, clock, past
        self._intake, self._tickets = intake, tickets
        self._supervision, self._referrals = supervision, referrals
        self._working: WorkClock = policy.clock
        self._busy, self._stop = threading.Lock(), threading.Event()
        self._thread: threading.Thread | None = None
        self._done = self._planned = 0

    def state(self) -> DemoState:
        """Return what there is."""
        with self._store(reading=True) as uow:
            tickets, first = uow.demo.count(), uow.deliveries.find(call_id(1))
        busy = self._busy.locked()
        return DemoState(tickets=tickets, added=first is not None, busy=busy, done=self._done, planned=self._planned)

    def begin(self) -> DemoState:
        """Start adding in the background.

        Raises:
            Conflict: it is there, or something is going on with it.
        """
        self._enter()
        self._thread = threading.Thread(target=self._in_background, name="demo", daemon=True)
        self._thread.start()
        return self.state()

    def add(self, progress: Callable[[int, int], None] = lambda done, planned: None) -> int:
        """Add it all; return how many tickets came of it. Raises Conflict as `begin`."""
        self._enter()
        try:
            return self._play(progress)
        finally:
            self._busy.release()

    def remove(self) -> int:
        """Take away every demo ticket, practice calls too; return how many.

        Raises:
            Conflict: it is being added.
        """
        if not self._busy.acquire(blocking=False):
            raise Conflict("演示数据正在添加，请稍候")
        try:
            with self._store() as uow:
                numbers = uow.demo.remove()
                uow.commit()
            self._policy.forget(numbers)
            return len(numbers)
        finally:
            self._busy.release()

    def close(self) -> None:
        """Stop adding."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=30)

    def _enter(self) -> None:
        if not self._busy.acquire(blocking=False):
            raise Conflict("演示数据正在添加，请稍候")
        try:
            with self._store(reading=True) as uow:
                if uow.deliveries.find(call_id(1)) is not None:
                    raise Conflict("演示数据已经添加；如需重新添加，请先清除")
        except HotlineError:
            self._busy.release()
            raise

    def _in_background(self) -> None:
        try:
            self._play(lambda done, planned: None)
        except HotlineError as error:
            structlog.get_logger().warning("demo_stopped", reason=error.code)
        finally:
            self._busy.release()

    def _play(self, progress: Callable[[int, int], None]) -> int:
        now, random = self._clock.now(), Random(1)
        calls = plan(self._script, self._towns, now)
        self._done, self._planned = 0, len(calls)
        made = 0
        for planned in calls:
            if self._stop.is_set():
                return made
            self._past.at = planned.at
            for ticket in self._intake.run(planned.payload).tickets:
                self._refer(ticket, now, random)
                self._live(ticket, planned, now, random)
                made += 1
            self._done += 1
            progress(self._done, self._planned)
        self._supervise(now)
        for duty in self._afterwards:
            duty()
        return made

    def _refer(self, ticket: Ticket, now: datetime, random: Random) -> None:
        """Let the officers decide on a ticket's referrals; on those of the last days one of them has, at most."""
        received_at = self._past.at
        for one in self._referrals.page(
            {"ticket_number": ticket.ticket_number}, after=None, limit=9, overdue=False, by=OFFICERS[0]
        ):
            self._past.at = received_at + timedelta(minutes=random.randint(2, 6))
            if now - received_at < _UNDECIDED:
                if one.persons > 1 and self._past.at < now:
                    self._referrals.confirm(one.id, None, by=OFFICERS[0])
            elif one.severity is Severity.HIGH and random.random() < _DECLINED_SHARE:
                self._referrals.decline(one.id, "经核对原话，不属于移送范围", by=OFFICERS[0])
            else:
                self._sent(one, random)

    def _sent(self, referral: Referral, random: Random) -> None:
        for officer in OFFICERS[: referral.persons]:
            self._past.at += timedelta(minutes=random.randint(1, 4))
            referral = self._referrals.confirm(referral.id, None, by=officer)
        if referral.status is ReferralStatus.CONFIRMED:
            referral = self._referrals.send(referral.id, by=OFFICERS[0])
        self._past.at += timedelta(minutes=random.randint(5, 50))
        self._referrals.receive(referral.id, "已收到，转有关部门处置", None, by=OFFICERS[0])

    def _live(self, ticket: Ticket, planned: PlannedCall, now: datetime, random: Random) -> None:
        """Take the steps of a ticket's life that lie before now."""
        for step in planned.steps:
            at, by = self._later(self._past.at, step.after, random), actor(step.by, ticket)
            kept_back = step.step in GIVING and ticket.kept_from_units
            if at >= now or kept_back or not may_see(ticket, by):
                return
            self._past.at = at
            details = details_of(step, planned, ticket)
            ticket = self._tickets.step(ticket.ticket_number, step.step, by=by, details=details, expected_version=None)

    def _later(self, at: datetime, hours: int, random: Random) -> datetime:
        """Return a moment about so many working hours later; at once where there are none."""
        if hours == 0:
            return at + timedelta(minutes=random.randint(3, 15))
        amount = random.randint((hours + 1) // 2, hours + hours // 2)
        return self._working.add(at, Span(amount=amount, unit="working_hour")) + timedelta(minutes=random.randrange(20))

    def _supervise(self, now: datetime) -> None:
        """Let supervision find what is due, and send every other call and letter."""
        self._past.at = now
        self._supervision.run_once()
        drafted = self._supervision.page(status=str(OrderStatus.DRAFTED), level=None, ticket=None, limit=200)
        with self._store(reading=True) as uow:
            of = {order.ticket_number: uow.tickets.get(order.ticket_number) for order in drafted}
        demo = [one for one in drafted if of[one.ticket_number].demo and of[one.ticket_number].status not in ENDED]
        for order in [order for order in demo if order.level in _SENT_LEVELS][::3]:
            self._supervision.send(order.id or 0, None, by=_key(Role.SUPERVISOR, None))


def details_of(step: LifeStep, planned: PlannedCall, ticket: Ticket) -> Mapping[str, Any]:
    """Return what a step says: its own words, or the call's; units as the service proposed them."""
    needs = STEPS[step.step].needs
    words = {"text": getattr(planned.call, _WORDS.get(step.step, ""), None), "unit": proposed(ticket, step.unit)}
    return {name: value for name, value in words.items() if name in needs and value} | step.details


def proposed(ticket: Ticket, which: str | None) -> str:
    """Return the unit that the service proposes; or, for `other`, one that it does not."""
    named = ticket.unit.receiver or ticket.unit.lead
    right = named.unit_code if named else _CITY_UNITS[0]
    return right if which is None else next(code for code in _CITY_UNITS if code != right)


def actor(role: Role, ticket: Ticket) -> AccessKey:
    """Return who takes a step."""
    return _key(role, ticket.handler.unit_code if role is Role.UNIT and ticket.handler else None)


def _key(role: Role, unit: str | None) -> AccessKey:
    return AccessKey(
        name=NAMES[role], scopes=(), roles=(role,), unit_code=unit, created_at=datetime.min.replace(tzinfo=UTC)
    )


OFFICERS = tuple(
    _key(Role.REFERRAL_OFFICER, None).model_copy(update={"name": name}) for name in ("演示联络员甲", "演示联络员乙")
)
"""What is extreme takes two."""
