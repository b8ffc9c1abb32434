"""By when to respond and to resolve: the first deadline rule that fits, on the working clock."""

from datetime import datetime

from app.decide.work_clock import WorkClock
from app.domain.decision import Deadline
from app.domain.reference_rules import DeadlineRule, DeadlineRules, RouteFacts


def decide_deadline(facts: RouteFacts, rules: DeadlineRules, clock: WorkClock, start: datetime) -> Deadline:
    """Return the deadlines of a ticket whose clock starts at `start`."""
    rule = deadline_rule(facts, rules)
    return Deadline(
        respond_by=clock.add(start, rule.respond),
        resolve_by=clock.add(start, rule.resolve),
        rule_id=rule.id,
    )


def deadline_rule(facts: RouteFacts, rules: DeadlineRules) -> DeadlineRule:
    """Return the first rule that fits; the last one fits everything."""
    return next(rule for rule in rules.rules if rule.when.fits(facts))
