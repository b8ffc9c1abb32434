"""Whether a question may be answered from the knowledge base, or what is to be said instead."""

from collections.abc import Mapping, Sequence

from app.domain.knowledge import Refusal, RefusalCode, ScoredArticle
from app.domain.ticket import RequestKind

ASKED = (RequestKind.CONSULTATION, RequestKind.PRAISE)


def refusal_for(
    found: Sequence[ScoredArticle],
    *,
    kind: RequestKind,
    kind_is_sure: bool,
    emergency: str | None,
    unit: str | None,
    limits: Mapping[str, float],
) -> Refusal | None:
    """Return why there is no answer, or None where the best article may be cited."""
    if emergency:
        return Refusal(code=RefusalCode.EMERGENCY, reason=emergency)
    if kind not in ASKED and kind_is_sure:
        return Refusal(code=RefusalCode.NEEDS_TICKET, reason="这是需要办理的诉求，请转受理生成工单", unit=unit)
    if not _has_basis(found, limits):
        who = f"，可咨询{unit}" if unit else ""
        return Refusal(code=RefusalCode.NO_BASIS, reason=f"知识库中没有找到依据{who}", unit=unit)
    return None


def _has_basis(found: Sequence[ScoredArticle], limits: Mapping[str, float]) -> bool:
    """Tell whether the best article covers the question and stands out from the next."""
    if not found or found[0].coverage < limits["least_coverage"]:
        return False
    clear = len(found) == 1 or found[0].score >= limits["least_lead"] * found[1].score
    return clear or found[0].coverage >= limits["full_coverage"]
