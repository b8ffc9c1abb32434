"""Limits of decisions as data (rules/thresholds.yaml)."""

from pydantic import Field

from app.domain.frozen import Frozen
from app.domain.reference_rules import Basis


class UnitLimits(Frozen):
    """From which score on a unit is dispatched to without a person, and is suggested at all."""

    auto: float
    suggest: float


class ReturnRiskWeights(Frozen):
    """Log-odds of a return: a start, and what each circumstance adds."""

    bias: float
    doubt: float
    """Times the log-odds that the lead is wrong."""
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


class CategoryLimits(Frozen):
    """From which score on the leaf of the category tree is shown, not only its branch."""

    suggest: float


class KindLimits(Frozen):
    """From which probability of our own a kind that the language model names is believed."""

    least_generated: float


class SubjectLimits(Frozen):
    """From which probability on a business is believed to speak."""

    market_entity: float


class ClauseLimits(Frozen):
    """What of a call is left out, and which moment counts."""

    aside_alone: float
    aside_hinted: float
    aside: float
    aside_named: float
    taken_back: float
    moment: float


class DuplicateLimits(Frozen):
    """From which probability on an earlier ticket is shown, looked at again, proposed as the same matter."""

    candidate: float
    same_matter: float
    second_look: float
    max_candidates: int


class PlaceLimits(Frozen):
    """From which probability on an area and a place are believed."""

    min_confidence: float
    least_detail: float


class RiskLimits(Frozen):
    """From which share of a lane's alert score a language model reads the call once more."""

    second_reading: float


class AnswerLimits(Frozen):
    """From which probability on a question is answered, asked back, turned over to intake."""

    least_fit: float
    least_option: float
    least_options: float
    sure_kind: float


class UpkeepLimits(Frozen):
    """What of the knowledge base an editor is to look at."""

    same_question: float
    same_subject: float
    stale_days: int
    expiring_days: int
    least_reply: int


class Thresholds(Basis):
    """The file rules/thresholds.yaml."""

    unit: UnitThresholds
    category: CategoryLimits
    request_kind: KindLimits
    subject: SubjectLimits
    clauses: ClauseLimits
    duplicate: DuplicateLimits
    issue: IssueRules
    place: PlaceLimits
    risk: RiskLimits
    answer: AnswerLimits
    upkeep: UpkeepLimits
