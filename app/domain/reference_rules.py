"""City policy as data: the rule types of knowledge_base/rules/. Every rule carries its basis and its examples."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from app.domain.frozen import Frozen
from app.domain.referral import Receiver
from app.domain.risk import Emotion, Severity
from app.domain.supervision import SupervisionLevel
from app.domain.ticket import RequestKind, Subject, Urgency


class Basis(Frozen):
    """What makes a rule a rule: where it comes from and since when it holds."""

    id: str
    basis: str
    effective_from: str


class TextExamples(Frozen):
    """Texts the rule must match and must not match: they are its tests."""

    match: tuple[str, ...]
    no_match: tuple[str, ...] = ()


class TextRule(Basis):
    """Patterns over one turn; an `exclude` match that overlaps a hit takes the hit away."""

    patterns: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    examples: TextExamples


class ReferralRule(TextRule):
    """One kind of words or deeds that a receiving organ must learn of."""

    receiver: Receiver
    signal: str
    severity: Severity
    must_catch: bool


class FrameExamples(Frozen):
    """Clauses that the frame takes out of the reading, and clauses it must leave in: they are its tests."""

    framed: tuple[str, ...]
    kept: tuple[str, ...] = ()


class ReadingFrame(Frozen):
    """What makes words no danger and no grievance of the caller's: news, the past, denial, an idiom, …"""

    id: str
    lanes: tuple[Receiver, ...]
    reach: Literal["match", "clause", "sentence", "whole"]
    """How far it holds: the words matched, their clause, from there to the end of the sentence, or all of it."""
    patterns: tuple[str, ...]
    unless: tuple[str, ...] = ()
    """A clause with one of these is read all the same."""
    examples: FrameExamples


class StatutoryRoute(TextRule):
    """A matter the law sends elsewhere; the citizen is told where."""

    name: str
    tell_citizen: str


class EmergencyRoute(TextRule):
    """Life, fire or crime under way; the number to call at once."""

    name: str
    number: str
    tell_citizen: str


class RouteFacts(Frozen):
    """What the routing and deadline rules look at."""

    request_kind: RequestKind
    subject: Subject = Subject.CITIZEN
    urgency: Urgency = Urgency.NORMAL
    functions: tuple[str, ...] = ()
    has_town: bool = False
    has_district: bool = False
    statutory_route: bool = False
    key_project: bool = False


class Condition(Frozen):
    """A key left out fits every value; `functions` fits when one of the ticket's functions is listed."""

    request_kind: tuple[RequestKind, ...] | None = None
    subject: tuple[Subject, ...] | None = None
    urgency: tuple[Urgency, ...] | None = None
    functions: tuple[str, ...] | None = None
    has_town: bool | None = None
    has_district: bool | None = None
    statutory_route: bool | None = None
    key_project: bool | None = None

    def fits(self, facts: RouteFacts) -> bool:
        """Tell whether every stated key fits the facts."""
        return all(self._fits_one(name, wanted, getattr(facts, name)) for name, wanted in self if wanted is not None)

    @staticmethod
    def _fits_one(name: str, wanted: Any, value: Any) -> bool:
        if name == "functions":
            return any(function in wanted for function in value)
        return value in wanted if isinstance(wanted, tuple) else value == wanted


class FactExamples(Frozen):
    """match = this rule decides; no_match = another rule decides."""

    match: tuple[RouteFacts, ...] = ()
    no_match: tuple[RouteFacts, ...] = ()


class RoutingRule(Basis):
    """Who receives a ticket, and in which role. First fitting rule decides."""

    when: Condition
    receiver: Literal["hotline_centre", "town", "district_centre", "functional_unit", "statutory_route"]
    role: Literal["lead", "assisting"]
    human: bool
    tells: str | None = None
    """Of a rule whose receiver is a statutory route: the route the citizen is told of, by id."""
    examples: FactExamples


class Span(Frozen):
    """A length of time. `minute` and `hour` never stop; working hours and days follow the calendar."""

    amount: int = Field(ge=0)
    unit: Literal["minute", "hour", "working_hour", "working_day"]


class DeadlineRule(Basis):
    """By when to respond and to resolve. First fitting rule decides."""

    when: Condition
    respond: Span
    resolve: Span
    escalate: bool = False
    examples: FactExamples


class ExtensionRule(Basis):
    """How far a deadline may be moved."""

    max: Span
    needs_reason: bool
    needs_approval: bool


class ReturnWindow(Basis):
    """How long a unit may return a ticket."""

    within: Span
    needs_reason: bool


class DeadlineRules(Frozen):
    """The file rules/deadline.yaml."""

    clock_starts: Literal["called", "received", "accepted"]
    rules: tuple[DeadlineRule, ...]
    extension: ExtensionRule
    return_window: ReturnWindow


class SupervisionTrigger(Frozen):
    """When an order is raised: exactly one of these."""

    before: Span | None = None
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
    """How long personal data of archived tickets is kept."""

    archived_for: RetentionSpan


class SupervisionRules(Frozen):
    """The file rules/supervision.yaml."""

    rules: tuple[SupervisionRule, ...]
    retention: RetentionRule


class RoutingRules(Frozen):
    """The file rules/routing.yaml."""

    rules: tuple[RoutingRule, ...]
    window: int
    statutory_routes: tuple[StatutoryRoute, ...]
    emergency_routes: tuple[EmergencyRoute, ...]


class MustCatch(Frozen):
    """Statements that the rules alone must send to a lane, whatever stands around them: they are tests."""

    receiver: Receiver
    texts: tuple[str, ...]


class ReferralModel(Basis):
    """From which probability the model of a lane proposes a referral, and below which it doubts the rules."""

    receiver: Receiver
    signal: str
    severity: Severity
    min_score: float = Field(gt=0, lt=1)
    doubted_below: float = Field(default=0, ge=0, lt=1)
    """A rule's hit that this model scores lower is shown, not proposed: no one is endangered by a film."""


class ReferralRules(Frozen):
    """The file rules/referral.yaml."""

    window: int
    models: tuple[ReferralModel, ...]
    direct: tuple[str, ...]
    """What the caller says of himself and now: no frame holds in such a clause."""
    frames: tuple[ReadingFrame, ...]
    must_catch: tuple[MustCatch, ...]
    rules: tuple[ReferralRule, ...]


class Intensifiers(Frozen):
    """Words that weigh a hit up when they stand close before it."""

    factor: float
    patterns: tuple[str, ...]


class EmotionLevel(Frozen):
    """Words of one level of emotion."""

    level: Emotion
    weight: float
    reached_at: float
    patterns: tuple[str, ...]
    examples: TextExamples


class EmotionRules(Frozen):
    """The file rules/emotion.yaml. Levels stand from the gravest down."""

    basis: str
    effective_from: str
    window: int
    near: int
    intensifiers: Intensifiers
    levels: tuple[EmotionLevel, ...]
    idioms: tuple[str, ...]


class Recurring(Frozen):
    """Matters that are new each time after some hours."""

    categories: tuple[str, ...]
    hours: int


class DuplicateRules(Basis):
    """The file rules/duplicate.yaml: when two tickets are about the same matter."""

    window_days: int
    reminder_days: int
    never_merge: tuple[tuple[RequestKind, RequestKind], ...]
    never_merge_confidential_with_open: bool
    never_merge_with_open_referral: bool
    must_agree: tuple[Literal["district", "town", "building"], ...]
    recurring: tuple[Recurring, ...]
    examples: dict[Literal["match", "no_match"], tuple[dict[str, str | bool], ...]]


class KindCue(Frozen):
    """A pattern and what it adds to a kind's log-odds."""

    weight: float
    pattern: str


class KindCues(Frozen):
    """The cues of one kind."""

    kind: RequestKind
    cues: tuple[KindCue, ...]


class RequestKindRules(Basis):
    """The file rules/request_kind.yaml."""

    kinds: tuple[KindCues, ...]


class Matter(Frozen):
    """What a matter is called on a ticket, and what is asked for where the caller does not say it in official words."""

    leaves: tuple[str, ...]
    """Prefixes of the codes of the category leaves it falls under; empty: any."""
    said: str
    """What the demand's own words must hold."""
    title: str
    remedy: str
    topic: str | None = None
    """What a consultation is about, where that is not the title."""


class MatterRules(Basis):
    """The file rules/matters.yaml."""

    anywhere: tuple[str, ...]
    """Prefixes of the codes of leaves whose matters are tied to no spot: own papers, accounts, benefits, conduct."""
    matters: tuple[Matter, ...]


class UnitLimits(Frozen):
    """From which score on a unit is dispatched to without a person, and is suggested at all."""

    auto: float
    suggest: float


class ReturnRiskWeights(Frozen):
    """Log-odds of a return: a start, and what each circumstance adds."""

    bias: float
    doubt: float
    """Times the log-odds that the lead is wrong."""
    closeness: float
    """Times one minus the lead over the second unit."""
    rivals: float
    """For each other unit that cannot be ruled out."""
    no_district: float
    no_town: float
    returned: float
    """Times the likeness of each like ticket that was handed back."""
    unsure_below: float


class UnitThresholds(Frozen):
    """Limits of the dispatch decision."""

    auto: float
    suggest: float
    by_category: dict[str, UnitLimits]
    """Other limits for a branch of the category tree, by code; the longest code that fits counts."""
    never_auto: tuple[str, ...]
    """Branches of the category tree that a person always decides."""
    most_rivals: int
    consult_after_returns: int
    precedent_half_life_days: float = Field(gt=0)
    return_risk: ReturnRiskWeights
    auto_margin: float
    top_k: int = Field(ge=1, le=5)
    precedent_likeness: float = Field(ge=0, le=1)
    precedent_weight: float = Field(ge=0, le=1)
    conduct_odds: float = Field(ge=1)

    def limits(self, category: str | None) -> UnitLimits:
        """Return the limits for a category code, or the general ones."""
        for length in range(len(category or ""), 0, -1):
            if (code := (category or "")[:length]) in self.by_category:
                return self.by_category[code]
        return UnitLimits(auto=self.auto, suggest=self.suggest)


class IssueRules(Frozen):
    """When a ticket joins an issue, and how fast an issue cools."""

    join: float
    bound: float
    half_life_days: float
    members_compared: int
    trend_days: int
    least_tickets: int


class Thresholds(Basis):
    """The file rules/thresholds.yaml. Parts read by one stage only stay plain mappings."""

    unit: UnitThresholds
    category: dict[str, float]
    request_kind: dict[str, float]
    subject: dict[str, float]
    clauses: dict[str, float]
    duplicate: dict[str, float]
    issue: IssueRules
    place: dict[str, float]
    risk: dict[str, Any]
    emotion: dict[str, float]
    answer: dict[str, float]
    upkeep: dict[str, float]
    field: dict[str, float]
    warning: dict[str, float]
