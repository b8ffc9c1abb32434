"""Whether a question may be answered from the knowledge base, or what is to be said instead."""

from collections.abc import Mapping, Sequence
from itertools import chain

from app.domain.knowledge import Clarification, Needs, Refusal, RefusalCode, ScoredArticle, holds_in
from app.domain.thresholds import AnswerLimits
from app.domain.ticket import RequestKind

ASKED = (RequestKind.CONSULTATION, RequestKind.PRAISE)
MOST_OPTIONS = 3


def basis(found: Sequence[ScoredArticle], limits: AnswerLimits) -> ScoredArticle | None:
    """Return the article that the answer may rest on, where one is likely enough to be the right one.

    Articles of one title answer the same: whichever is taken, it is right as often as all of them together.
    """
    best = max(found, key=lambda one: one.fit, default=None)
    if best is None:
        return None
    together = sum(one.fit for one in found if one.article.title == best.article.title)
    return best if together >= limits.least_fit else None


def case_question(found: Sequence[ScoredArticle], limits: AnswerLimits) -> Clarification | None:
    """Return what is asked back where several articles together are likely, but none is likely enough alone."""
    likely = sorted((one for one in found if one.fit >= limits.least_option), key=lambda one: -one.fit)
    options = likely[:MOST_OPTIONS]
    if len(options) < 2 or sum(one.fit for one in options) < limits.least_options:
        return None
    return Clarification(
        needs=Needs.CASE,
        question="请问您想了解的是哪一种情况？",
        options=tuple(one.article.title for one in options),
    )


def area_question(
    in_parts: Mapping[str, Sequence[ScoredArticle]], area: str | None, limits: AnswerLimits
) -> Clarification | None:
    """Return what is asked back where an article of one part of the area fits best, and would be the answer there.

    `in_parts` holds what would be found in each part.
    """
    best = max(chain(*in_parts.values()), key=lambda one: one.fit, default=None)
    if best is None or holds_in(best.article.region, area):
        return None
    answered = [found for found in in_parts.values() if basis(found, limits) or case_question(found, limits)]
    likely = {one.article.region for one in chain(*answered) if one.fit >= limits.least_option}
    regions = sorted(region for region in likely if not holds_in(region, area))
    if not regions:
        return None
    level = "镇（街道）" if area else "区（市）"
    return Clarification(
        needs=Needs.AREA,
        question=f"请问事情发生在哪个{level}？各地规定不同。",
        options=(*regions, elsewhere(area)),
    )


def nearest_first(
    found: Sequence[ScoredArticle], parts: Mapping[str, Sequence[ScoredArticle]]
) -> Sequence[ScoredArticle]:
    """Return what was found, with what there would be in parts of the area, the likeliest first, each once."""
    if not parts:
        return found
    near: dict[str, ScoredArticle] = {}
    for one in sorted(chain(found, *parts.values()), key=lambda one: -one.fit):
        near.setdefault(one.article.id, one)
    return tuple(near.values())


def elsewhere(area: str | None) -> str:
    """Return what the rest of an area is called where some of its parts are named; None is the city."""
    return f"{area}其他镇（街道）" if area else "其他区（市）"


def refusal_for(*, ticket_worthy: bool, order: bool, unit: str | None) -> Refusal:
    """Return why there is no answer: a matter for intake, or no basis, with who could know."""
    if ticket_worthy and not order:
        return Refusal(code=RefusalCode.NEEDS_TICKET, reason="这是需要办理的诉求，请转受理生成工单", unit=unit)
    who = f"，可咨询{unit}" if unit and not order else ""
    return Refusal(code=RefusalCode.NO_BASIS, reason=f"知识库中没有找到依据{who}", unit=None if order else unit)


def is_ticket_worthy(kind: RequestKind, certainty: float, limits: AnswerLimits) -> bool:
    """Tell whether a matter is to be handled, not only answered."""
    return kind not in ASKED and certainty >= limits.sure_kind
