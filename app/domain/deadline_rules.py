"""Clocks as data: deadlines, extensions, supervision, retention (rules/deadline.yaml, rules/supervision.yaml)."""

from typing import Literal, Self

from pydantic import Field, model_validator

from app.domain.frozen import Frozen
from app.domain.reference_rules import Basis, Condition, FactExamples
from app.domain.supervision import SupervisionLevel


class Span(Frozen):
    """A length of time. `minute` and `hour` never stop; working hours and days follow the calendar."""

    amount: int = Field(ge=0)
    unit: Literal["minute", "hour", "working_hour", "working_day"]


class WorkingDays(Span):
    """Days that people give and are told of by their number alone."""

    unit: Literal["working_day"]


class Notice(Span):
    """Hours before a deadline; the calendar does not count."""

    unit: Literal["hour"]


class DeadlineRule(Basis):
    """By when to respond and to resolve. First fitting rule decides."""

    when: Condition
    respond: Span
    resolve: Span
    examples: FactExamples


class ExtensionRule(Basis):
    """How far a deadline may be moved."""

    max: WorkingDays


class ReturnWindow(Basis):
    """How long a unit may return a ticket."""

    within: WorkingDays


class DeadlineRules(Frozen):
    """The file rules/deadline.yaml."""

    clock_starts: Literal["called", "received", "accepted"]
    rules: tuple[DeadlineRule, ...]
    extension: ExtensionRule
    return_window: ReturnWindow


class SupervisionTrigger(Frozen):
    """When an order is raised: exactly one of these."""

    before: Notice | None = None
    after: Span | None = None
    unacknowledged: Span | None = None
    event: str | None = None
    times: int = 1

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [v for v in (self.before, self.after, self.unacknowledged, self.event) if v is not None]
        if len(given) != 1:
            raise ValueError("须且只须给出 before、after、unacknowledged、event 之一")
        return self


class SupervisionRule(Basis):
    """One occasion of supervision, its level, its receiver and the note drafted."""

    level: SupervisionLevel
    receiver: Literal["handler", "handler_leader", "centre", "leader"]
    when: SupervisionTrigger
    reason: str
    note: str

    @model_validator(mode="after")
    def _fillable(self) -> Self:
        known = dict.fromkeys(("ticket_number", "title", "unit", "resolve_by", "reason"), "")
        try:
            self.note.format(**known)
        except (KeyError, ValueError, IndexError) as error:
            raise ValueError(f"note 只能用 {'、'.join(known)}") from error
        return self


class RetentionSpan(Frozen):
    """Calendar days."""

    amount: int = Field(ge=1)
    unit: Literal["day"]


class RetentionRule(Basis):
    """How long personal data of tickets that were archived or declined is kept."""

    archived_for: RetentionSpan


class SupervisionRules(Frozen):
    """The file rules/supervision.yaml."""

    rules: tuple[SupervisionRule, ...]
    retention: RetentionRule
