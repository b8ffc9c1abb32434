"""Limits of decisions as data (rules/thresholds.yaml)."""

from typing import Any

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
