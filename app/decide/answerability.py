"""Whether a question may be answered from the knowledge base, or what is to be said instead."""

import math
from collections.abc import Mapping, Sequence

from app.domain.knowledge import Refusal, RefusalCode, ScoredArticle
from app.domain.ticket import RequestKind

ASKED = (RequestKind.CONSULTATION, RequestKind.PRAISE)
NATIONAL = "全国"


def basis(found: Sequence[ScoredArticle], duties: Mapping[str, float], limits: Mapping[str, float]) -> float:
    """Return how likely the best article answers the question: words, meaning, lead, and whose duty it is."""
    if not found:
        return 0.0
    best = found[0]
    lead = best.score - (found[1].score if len(found) > 1 else 0.0)
    weighed = (
        limits["weight_coverage"] * best.coverage
        + limits["weight_likeness"] * best.likeness
        + limits["weight_lead"] * lead
        + limits["weight_duty"] * math.sqrt(duties.get(best.article.owner, 0.0))
        + limits["weight_topic"] * max(duties.values(), default=0.0)
        + limits["bias"]
    )
    return 1 / (1 + math.exp(-weighed))


def refusal_for(
    *, sure: bool, ticket_worthy: bool, order: bool, emergency: str | None, unit: str | None
) -> Refusal | None:
    """Return why there is no answer, or None where the best article may be cited."""
    if emergency:
        return Refusal(code=RefusalCode.EMERGENCY, reason=emergency)
    if sure and not order:
        return None
    if ticket_worthy and not order:
        return Refusal(code=RefusalCode.NEEDS_TICKET, reason="这是需要办理的诉求，请转受理生成工单", unit=unit)
    who = f"，可咨询{unit}" if unit and not order else ""
    return Refusal(code=RefusalCode.NO_BASIS, reason=f"知识库中没有找到依据{who}", unit=None if order else unit)


def is_ticket_worthy(kind: RequestKind, certainty: float, limits: Mapping[str, float]) -> bool:
    """Tell whether a matter is to be handled, not only answered."""
    return kind not in ASKED and certainty >= limits["sure_kind"]
