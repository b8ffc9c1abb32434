"""What `decide` returns: the unit with reasons, and the deadline with its rule."""

from datetime import datetime
from enum import StrEnum

from app.domain.frozen import Frozen
from app.domain.unit import UnitName


class Decision(StrEnum):
    """Who takes the dispatch decision."""

    AUTO = "auto"
    """系统可自动派单"""
    SUGGEST = "suggest"
    """给出建议，由话务员确认"""
    HUMAN = "human"
    """把握不足或规定必须由人决定"""


class UnitRole(StrEnum):
    """主办或协办"""

    LEAD = "lead"
    """主办"""
    ASSISTING = "assisting"
    """协办"""


class UnitCandidate(Frozen):
    """One unit that may handle the ticket, with the reason in one Chinese sentence and its basis."""

    unit_code: str
    name: str
    role: UnitRole
    score: float
    reason: str
    basis: tuple[str, ...] = ()
    """Ids of duties and rules, and law clauses, that the reason rests on."""


class ReturnRisk(Frozen):
    """How likely the leading unit hands the ticket back, with its reasons in Chinese, gravest first."""

    score: float
    reasons: tuple[str, ...]


class UnitDecision(Frozen):
    """Who receives the ticket under the routing rules, and who finally acts."""

    decision: Decision
    lead: UnitName | None = None
    """The unit that finally acts on the matter."""
    receiver: UnitName | None = None
    """The unit the routing rules hand the ticket to first (centre, town, street or department)."""
    candidates: tuple[UnitCandidate, ...] = ()
    rule_id: str | None = None
    """The routing rule that chose the receiver."""
    statutory_route: str | None = None
    """What the citizen must be told where the law prescribes another route (court, review, 110 …)."""
    return_risk: ReturnRisk | None = None
    excluded: tuple[str, ...] = ()
    """Codes of units that handed this ticket back, and are not proposed again."""
    consult: tuple[UnitName, ...] = ()
    """After repeated returns: the units that settle together whose matter it is."""


class Deadline(Frozen):
    """办理时限: when the unit must respond, and when the matter must be solved."""

    respond_by: datetime
    resolve_by: datetime
    rule_id: str
