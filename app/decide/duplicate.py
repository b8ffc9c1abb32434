"""Which earlier tickets are about the same matter: weighted agreement, and what may never be one matter."""

import math
import re

from app.domain.duplicate import DuplicateCandidate, SimilarTicket, TicketFacts
from app.domain.reference_rules import DuplicateRules, DuplicateWeights

_BUILDING = re.compile(r"(\d+)(?:号楼|栋|幢)")
_INSIDE = re.compile(r"\d+(?:号楼|栋|幢|单元|室|层|楼)|\d+$")
"""Parts of an address inside an estate: they tell two buildings apart, not two estates."""
_SAME_SITE = 0.6
"""Least share of common character pairs for two wordings of one site (善国路荆河路口, 荆河路和善国路路口)."""


def judge_duplicates(
    new: TicketFacts, similar: tuple[SimilarTicket, ...], rules: DuplicateRules, limits: dict[str, float]
) -> tuple[DuplicateCandidate, ...]:
    """Return candidates worth showing, best first, each with reasons for and against."""
    judged = (_judge(new, other, rules, limits) for other in similar)
    shown = sorted((c for c in judged if c), key=lambda c: -c.score)
    return tuple(shown[: int(limits["max_candidates"])])


def _judge(
    new: TicketFacts, other: SimilarTicket, rules: DuplicateRules, limits: dict[str, float]
) -> DuplicateCandidate | None:
    """Return the candidate, or None where it is too unlikely to be shown."""
    old = other.facts
    hours = abs((new.created_at - old.created_at).total_seconds()) / 3600
    same_caller = bool(new.caller and new.caller == old.caller)
    place, place_reason = _place_agreement(new, old)
    score = round(_probability(new, other, rules.weights, place, hours), 4)
    if score < limits["candidate"]:
        return None
    against = _never_merge(new, old, rules, hours)
    says_the_same = other.text_score >= limits["same_matter_text"]
    same_matter = not against and says_the_same and score >= limits["same_matter"]
    reasons = [
        f"文字相似度{other.text_score:.0%}",
        place_reason,
        f"相隔{hours / 24:.0f}天" if hours >= 24 else "24小时内反映",
        "同一来电号码" if same_caller else "不同来电人" if new.caller and old.caller else "来电号码未知",
    ]
    if same_matter and same_caller and hours <= 24 * rules.reminder_days:
        reasons.append(f"同一来电人{rules.reminder_days}天内再次反映，属催办")
    return DuplicateCandidate(
        ticket_number=old.ticket_number,
        score=score,
        same_matter=same_matter,
        reasons=tuple(reason for reason in (*reasons, *against) if reason),
    )


def _probability(
    new: TicketFacts, other: SimilarTicket, weights: DuplicateWeights, place: float, hours: float
) -> float:
    """Return the probability that two tickets are one matter (logistic in what agrees and what does not)."""
    old = other.facts
    category = new.category is not None and new.category == old.category
    group = bool(new.category and old.category and new.category[:4] == old.category[:4])
    odds = (
        weights.start
        + weights.text * other.text_score
        + weights.place * place
        + weights.district * _agree(new.district, old.district)
        + weights.town * _agree(new.town, old.town)
        + weights.category * category
        + weights.group * group
        + weights.unit * (new.function is not None and new.function == old.function)
        + weights.caller * bool(new.caller and new.caller == old.caller)
        + weights.days * math.log1p(hours / 24)
    )
    return 1 / (1 + math.exp(-odds))


def _agree(mine: str | None, theirs: str | None) -> int:
    return 0 if not (mine and theirs) else 1 if mine == theirs else -1


def _place_agreement(new: TicketFacts, old: TicketFacts) -> tuple[float, str]:
    """Return how far the detailed places agree, -1 to 1, and the reason to show."""
    if new.detail and old.detail:
        mine, theirs = _INSIDE.sub("", new.detail), _INSIDE.sub("", old.detail)
        if mine and new.detail == old.detail:
            return 1.0, f"同一地点：{new.detail}"
        if mine and theirs:
            if mine in theirs or theirs in mine or _alike(mine, theirs) >= _SAME_SITE:
                return 0.8, f"地点相近：{old.detail}"
            return -0.6, f"地点不同：{old.detail}"
    if new.town and new.town == old.town:
        return 0.0, f"同在{new.town}"
    if new.district and new.district == old.district:
        return 0.0, f"同在{new.district}"
    return 0.0, ""


def _alike(mine: str, theirs: str) -> float:
    """Return the share of character pairs two names have in common (Dice)."""
    first, second = ({name[i : i + 2] for i in range(len(name) - 1)} for name in (mine, theirs))
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def _never_merge(new: TicketFacts, old: TicketFacts, rules: DuplicateRules, hours: float) -> list[str]:
    """Return, in Chinese, what rules out that two tickets are one matter."""
    against = _elsewhere(new, old, rules)
    kinds = {new.request_kind, old.request_kind}
    if any(kinds == set(pair) for pair in rules.never_merge):
        against.append("诉求类型不同，不能并单")
    if new.confidential != old.confidential and rules.never_merge_confidential_with_open:
        against.append("一方要求保密，不能并单")
    if (new.referred or old.referred) and rules.never_merge_with_open_referral:
        against.append("一方已提请移送，单独办理")
    if hours > 24 * rules.window_days:
        against.append(f"相隔超过{rules.window_days}天")
    passed = [r.hours for r in rules.recurring if {new.category, old.category} & set(r.categories) and hours > r.hours]
    if passed:
        against.append(f"此类问题可能反复发生，相隔超过{min(passed)}小时按新发生处理")
    return against


def _elsewhere(new: TicketFacts, old: TicketFacts, rules: DuplicateRules) -> list[str]:
    """Return where the two tickets are known to be about different places."""
    against = []
    for name, label in (("district", "区（市）"), ("town", "镇（街道）")):
        mine, theirs = getattr(new, name), getattr(old, name)
        if name in rules.must_agree and mine and theirs and mine != theirs:
            against.append(f"{label}不同：{theirs}")
    buildings = [_BUILDING.findall(facts.detail or "") for facts in (new, old)]
    if "building" in rules.must_agree and all(buildings) and set(buildings[0]).isdisjoint(buildings[1]):
        against.append(f"楼号不同：{buildings[1][0]}号楼")
    return against
