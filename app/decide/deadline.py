"""By when to respond and to resolve: the first deadline rule that fits, on the working clock; replayable."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from app.decide.work_clock import WorkClock
from app.domain.deadline_rules import DeadlineRule, DeadlineRules, Span
from app.domain.decision import Deadline
from app.domain.events import TicketEvent
from app.domain.reference_rules import RouteFacts


class Limits(NamedTuple):
    """The time of a rule, as it was when a ticket began."""

    id: str
    respond: Span
    resolve: Span


def decide_deadline(facts: RouteFacts, rules: DeadlineRules, clock: WorkClock, start: datetime) -> Deadline:
    """Return the deadlines of a ticket whose clock starts at `start`."""
    return _counted(deadline_rule(facts, rules), clock, start)


def deadline_rule(facts: RouteFacts, rules: DeadlineRules) -> DeadlineRule:
    """Return the first rule that fits; the last one fits everything."""
    return next(rule for rule in rules.rules if rule.when.fits(facts))


def held_of(rule: DeadlineRule, rules: DeadlineRules) -> dict[str, Any]:
    """Return what a ticket's events hold of its rule: a later change of the rule is for later tickets."""
    spans = {"respond": rule.respond.model_dump(mode="json"), "resolve": rule.resolve.model_dump(mode="json")}
    return {"deadline_rule": rule.id, "clock_starts": rules.clock_starts, **spans}


def replay(history: Sequence[TicketEvent], rules: DeadlineRules, clock: WorkClock) -> Deadline | None:
    """Return the deadline in force after a ticket's events, from nothing but the events and the rules.

    The clock starts when the citizen called, when the service received the call, or at acceptance, as
    `clock_starts` says. Extensions and suspensions move it, those of a main ticket also whoever is joined under it; a
    ticket that joined brings its own deadline along, and the earliest counts. A ticket that is reopened has the rule's
    time once more. None for a history that does not tell when its clock started.
    """
    first = history[0].data if history else {}
    limits = _limits(first, rules)
    if limits is None or "clock_start" not in first:
        return None
    running = _Running(limits, rules, clock, datetime.fromisoformat(first["clock_start"]))
    running.clock_starts = first.get("clock_starts", rules.clock_starts)
    for event in history[1:]:
        if event.name in _MOVES:
            _MOVES[event.name](running, event)
    return running.base.model_copy(update={"resolve_by": min(running.limits.values())})


class _Running:
    """A deadline on its way through a ticket's events."""

    def __init__(self, rule: Limits, rules: DeadlineRules, clock: WorkClock, start: datetime) -> None:
        self.rule, self.rules, self.clock = rule, rules, clock
        self.clock_starts: str = rules.clock_starts
        self.start, self.moved = start, 0
        self.again: datetime | None = None
        self.base = _counted(rule, clock, start)
        self.limits = {"": self.base.resolve_by}
        self.since = {"": start}
        self.suspended: datetime | None = None
        self.alone: tuple[int, datetime | None, datetime | None] = (self.moved, self.suspended, self.again)

    def accepted(self, event: TicketEvent) -> None:
        if self.clock_starts == "accepted":
            self.start, self.moved = event.occurred_at, 0
            self._count()

    def corrected(self, event: TicketEvent) -> None:
        """Another kind or subject may mean another rule; what was granted stays granted."""
        if rule := _limits(event.data, self.rules):
            self.rule = rule
            self._count()

    def extended(self, event: TicketEvent) -> None:
        self._move(event.data["days"])

    def stopped(self, event: TicketEvent) -> None:
        self.suspended = event.occurred_at

    def resumed(self, event: TicketEvent) -> None:
        """Who joined meanwhile had not stood still before."""
        if self.suspended is None:
            return
        stood = {
            name: self.clock.working_days_between(max(self.suspended, since), event.occurred_at)
            for name, since in self.since.items()
        }
        self.moved += stood[""]
        self.limits = {name: self._later(limit, stood[name]) for name, limit in self.limits.items()}

    def reopened(self, event: TicketEvent) -> None:
        """Nobody waits any longer by an earlier limit: everybody was answered."""
        if "clock_start" in event.data:
            self.again, self.moved = datetime.fromisoformat(event.data["clock_start"]), 0
            self._count()
            self.limits = dict.fromkeys(self.limits, self.limits[""])

    def joined(self, event: TicketEvent) -> None:
        if event.data.get("resolve_by"):
            self.limits[event.data["member"]] = datetime.fromisoformat(event.data["resolve_by"])
            self.since[event.data["member"]] = event.occurred_at

    def left(self, event: TicketEvent) -> None:
        self.limits.pop(event.data["member"], None)

    def merged(self, _: TicketEvent) -> None:
        self.alone = (self.moved, self.suspended, self.again)

    def undone(self, _: TicketEvent) -> None:
        """What the main ticket was granted was for another matter."""
        self.moved, self.suspended, self.again = self.alone
        self._count()

    def _count(self) -> None:
        self.base = _counted(self.rule, self.clock, self.start)
        limit = self.clock.add(self.again, self.rule.resolve) if self.again else self.base.resolve_by
        self.limits[""] = self._later(limit, self.moved)

    def _move(self, days: int) -> None:
        self.moved += days
        self.limits = {name: self._later(limit, days) for name, limit in self.limits.items()}

    def _later(self, limit: datetime, days: int) -> datetime:
        return self.clock.add(limit, Span(amount=days, unit="working_day")) if days else limit


_MOVES = {
    "ticket_accepted": _Running.accepted,
    "field_corrected": _Running.corrected,
    "deadline_extended": _Running.extended,
    "ticket_suspended": _Running.stopped,
    "ticket_resumed": _Running.resumed,
    "extension_shared": _Running.extended,
    "suspension_shared": _Running.stopped,
    "resumption_shared": _Running.resumed,
    "ticket_merged": _Running.merged,
    "merge_undone": _Running.undone,
    "ticket_reopened": _Running.reopened,
    "reopening_shared": _Running.reopened,
    "member_joined": _Running.joined,
    "member_left": _Running.left,
}


def _limits(data: Mapping[str, Any], rules: DeadlineRules) -> Limits | None:
    """Return the limits that an event holds, or those of the rule it names."""
    if "resolve" in data:
        spans = (Span.model_validate(data[name]) for name in ("respond", "resolve"))
        return Limits(data["deadline_rule"], *spans)
    named = next((rule for rule in rules.rules if rule.id == data.get("deadline_rule")), None)
    return Limits(named.id, named.respond, named.resolve) if named else None


def _counted(rule: DeadlineRule | Limits, clock: WorkClock, start: datetime) -> Deadline:
    return Deadline(
        respond_by=clock.add(start, rule.respond),
        resolve_by=clock.add(start, rule.resolve),
        rule_id=rule.id,
    )
