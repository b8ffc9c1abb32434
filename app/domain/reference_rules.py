"""City policy as data: the rule types of knowledge_base/rules/. Every rule carries its basis and its examples."""

from typing import Any, Literal

from pydantic import Field

from app.domain.frozen import Frozen
from app.domain.referral import Receiver
from app.domain.risk import Emotion, Severity
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


class RoutingRules(Frozen):
    """The file rules/routing.yaml."""

    rules: tuple[RoutingRule, ...]
    window: int
    key_projects: tuple[TextRule, ...] = ()
    """By what words a business says that its project is one of the city's key projects."""
    statutory_routes: tuple[StatutoryRoute, ...]
    emergency_routes: tuple[EmergencyRoute, ...]
    alarm_from: float = Field(ge=0, le=1)
    """Least probability, by the model, from which an emergency is under way though no pattern says so."""
    alarm_close_from: float = Field(gt=0, le=1)
    """The same for a passage half as long."""
    doubted_below: float = Field(ge=0, le=1)
    """Probability below which none is, though a pattern says so."""


class MustCatch(Frozen):
    """Statements that the rules alone must send to a lane, whatever stands around them: they are tests."""

    receiver: Receiver
    texts: tuple[str, ...]


class ReferralModel(Basis):
    """From which probability the model of a lane proposes a referral, and below which it doubts the rules."""

    receiver: Receiver
    signal: str
    meaning: str
    """What counts and what does not, in Chinese: a language model that reads again goes by it."""
    severity: Severity
    min_score: float = Field(gt=0, lt=1)
    doubted_below: float = Field(default=0, ge=0, lt=1)
    """A rule's hit that this model scores lower is shown, not proposed: no one is endangered by a film."""


class ReferralRules(Frozen):
    """The file rules/referral.yaml."""

    window: int
    models: tuple[ReferralModel, ...]
    courtesies: str
    """Matches a piece of talk that tells of nothing."""
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
    """Words of one level of emotion; `slight` ones count half, and so only beside another."""

    level: Emotion
    weight: float
    reached_at: float
    patterns: tuple[str, ...]
    slight: tuple[str, ...] = ()
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
    must_agree: tuple[Literal["district", "town", "building", "function"], ...]
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


class Claim(Frozen):
    """A deed that claims something for the caller: a remedy names it only where the demand speaks of it."""

    deed: str
    said: str
    examples: TextExamples


class MatterRules(Basis):
    """The file rules/matters.yaml."""

    anywhere: tuple[str, ...]
    """Prefixes of the codes of leaves whose matters are tied to no spot: own papers, accounts, benefits, conduct."""
    claims: tuple[Claim, ...]
    matters: tuple[Matter, ...]
