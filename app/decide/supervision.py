"""Which orders of supervision a ticket's deadline and history call for, each with its occasion and drafted note."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from app.decide.work_clock import WorkClock
from app.domain.deadline_rules import Span, SupervisionRule, SupervisionRules
from app.domain.events import TicketEvent
from app.domain.supervision import SupervisionLevel, SupervisionOrder
from app.domain.ticket import Ticket
from app.domain.workflow import OPEN_STATUSES, TicketStatus

NOBODY = "市市民诉求办理服务中心"
_WITH_THE_UNIT = (TicketStatus.ASSIGNED, TicketStatus.IN_PROGRESS)
"""Elsewhere the centre is waited for: it triages, rules on a return, reviews, replies."""
_RECEIVERS = {"handler_leader": "{unit}（分管负责人）", "centre": NOBODY + "（督办）", "leader": "包保领导"}

_RECEIVED_BY = {
    SupervisionLevel.SYSTEM: "handler",
    SupervisionLevel.TELEPHONE: "handler",
    SupervisionLevel.WRITTEN: "handler_leader",
    SupervisionLevel.ON_SITE: "centre",
    SupervisionLevel.LEADER: "leader",
}
BY_HAND = "person"
"""Stands for the rule where somebody ordered it."""


def due_orders(
    ticket: Ticket, history: Sequence[TicketEvent], rules: SupervisionRules, clock: WorkClock, now: datetime
) -> Iterator[SupervisionOrder]:
    """Yield the orders that are due. The same occasion always has the same name, so that none is raised twice."""
    for rule in rules.rules:
        occasion = _occasion(rule, ticket, history, clock, now)
        if occasion is None:
            continue
        unit = _waited_for(ticket)
        by = ticket.deadline.resolve_by.strftime("%Y年%m月%d日%H:%M") if ticket.deadline else ""
        yield SupervisionOrder(
            ticket_number=ticket.ticket_number,
            occasion=f"{rule.id}:{occasion}",
            level=rule.level,
            rule_id=rule.id,
            receiver=_RECEIVERS.get(rule.receiver, "{unit}").format(unit=unit),
            reason=rule.reason,
            note=rule.note.format(
                ticket_number=ticket.ticket_number, title=ticket.title, unit=unit, resolve_by=by, reason=rule.reason
            ),
            raised_at=now,
        )


def _waited_for(ticket: Ticket) -> str:
    """Return who is urged; no unit is told of a ticket that it may not know of."""
    with_unit = ticket.status in _WITH_THE_UNIT and not ticket.kept_from_units
    return ticket.handler.name if ticket.handler and with_unit else NOBODY


def ordered_by_hand(ticket: Ticket, level: SupervisionLevel, note: str, now: datetime) -> SupervisionOrder:
    """Return an order that no rule called for: somebody saw the need."""
    return SupervisionOrder(
        ticket_number=ticket.ticket_number,
        occasion=f"{BY_HAND}:{now.isoformat()}",
        level=level,
        rule_id=BY_HAND,
        receiver=_RECEIVERS.get(_RECEIVED_BY[level], "{unit}").format(unit=_waited_for(ticket)),
        reason="人工督办",
        note=note,
        raised_at=now,
    )


def longest_notice(rules: SupervisionRules) -> timedelta:
    """Return how long before a deadline the earliest order is raised: how far ahead a pass must look."""
    hours = [rule.when.before.amount for rule in rules.rules if rule.when.before]
    return timedelta(hours=max(hours, default=0))


def _occasion(
    rule: SupervisionRule, ticket: Ticket, history: Sequence[TicketEvent], clock: WorkClock, now: datetime
) -> str | None:
    when, deadline = rule.when, ticket.deadline
    running = ticket.status in OPEN_STATUSES
    if when.event:
        times = sum(event.name == when.event for event in history)
        return str(when.times) if times >= when.times else None
    if when.unacknowledged:
        return _waiting_since(ticket, history, when.unacknowledged, clock, now)
    if deadline is None or not running:
        return None
    if when.before:
        notice = deadline.resolve_by - timedelta(hours=when.before.amount)
        short = notice < ticket.created_at  # of a limit of two hours nobody is reminded eight hours before
        return deadline.resolve_by.isoformat() if notice <= now < deadline.resolve_by and not short else None
    late = when.after is not None and now > clock.add(deadline.resolve_by, when.after)
    return deadline.resolve_by.isoformat() if late else None


def _waiting_since(
    ticket: Ticket, history: Sequence[TicketEvent], span: Span, clock: WorkClock, now: datetime
) -> str | None:
    if ticket.status is not TicketStatus.ASSIGNED:
        return None
    given = [e.occurred_at for e in history if e.name in ("ticket_assigned", "ticket_redispatched", "return_refused")]
    return given[-1].isoformat() if given and now > clock.add(given[-1], span) else None
