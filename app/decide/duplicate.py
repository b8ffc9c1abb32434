"""Which earlier tickets are about the same matter, of what sort, and what may never be one matter."""

import re
from collections.abc import Collection
from math import inf

from app.domain.duplicate import DuplicateCandidate, Sameness, SimilarTicket, TicketFacts
from app.domain.reference_rules import DuplicateRules
from app.domain.thresholds import DuplicateLimits

_BUILDING = re.compile(r"(\d+)(?:号楼|栋|幢)")
_INSIDE = re.compile(r"\d+(?:号楼|栋|幢|单元|室|层|楼)|\d+$")
"""Parts of an address inside an estate: they tell two buildings apart, not two estates."""
_SAME_SITE = 0.6
"""Least share of common character pairs for two wordings of one site (善国路荆河路口, 荆河路和善国路路口)."""
_FOLLOWS = re.compile("催|上次|之前|此前|答复|至今|还没|回访|追问|进展|怎么样了")
_OTHER_FUNCTION = "承办事项不同"
_CITED = "诉求人说出了此工单的编号"
_KIND_REASONS = {
    Sameness.SAME_PERSON: "同一来电人再次反映",
    Sameness.SAME_BY_OTHERS: "其他来电人反映同一事项",
    Sameness.FOLLOW_UP: "同一来电人对在办工单的追问或催办",
    Sameness.RECURRING: "原工单办结后再次发生",
    Sameness.SIMILAR: "",
}


def judge_duplicates(
    new: TicketFacts,
    similar: tuple[SimilarTicket, ...],
    rules: DuplicateRules,
    limits: DuplicateLimits,
    cited: Collection[str] = (),
) -> tuple[DuplicateCandidate, ...]:
    """Return candidates worth showing, each with reasons for and against: what the citizen cited, then best first."""
    likely = [(o.facts.ticket_number in cited, round(o.score, 4), o) for o in similar]
    worth = [one for one in likely if one[0] or one[1] >= limits.candidate]
    shown = sorted(worth, key=lambda one: (not one[0], -one[1]))[: limits.max_candidates]
    return tuple(_judge(new, other, rules, limits, named) for named, _, other in shown)


def _judge(
    new: TicketFacts, other: SimilarTicket, rules: DuplicateRules, limits: DuplicateLimits, named: bool
) -> DuplicateCandidate:
    old = other.facts
    hours = abs((new.created_at - old.created_at).total_seconds()) / 3600
    place, place_reason = _place_agreement(new, old)
    barred = [why for why in _never_merge(new, old, rules, hours) if not (named and why == _OTHER_FUNCTION)]
    same_matter = not barred and (named or other.score >= limits.same_matter)
    kind = _kind(new, old, same_matter, rules, hours)
    agreeing = [
        _CITED if named else "",
        f"文字相似度{other.text_score:.0%}",
        place_reason if place >= 0 else "",
        f"相隔{hours / 24:.0f}天" if hours >= 24 else "24小时内反映",
        "同一来电号码" if _same_caller(new, old) else "不同来电人" if new.caller and old.caller else "来电号码未知",
        "承办事项相同" if new.function and new.function == old.function else "",
        _KIND_REASONS[kind],
    ]
    differing = [
        place_reason if place < 0 else "",
        _OTHER_FUNCTION if _other_function(new, old) else "",
        "双方意愿可能相反" if other.opposed else "",
    ]
    return DuplicateCandidate(
        ticket_number=old.ticket_number,
        score=round(other.score, 4),
        same_matter=same_matter,
        reasons=tuple(reason for reason in agreeing if reason),
        against=tuple(dict.fromkeys(reason for reason in (*differing, *barred) if reason)),
        kind=kind,
    )


def _same_caller(new: TicketFacts, old: TicketFacts) -> bool:
    return bool(new.caller and new.caller == old.caller)


def _other_function(new: TicketFacts, old: TicketFacts) -> bool:
    return bool(new.function and old.function and new.function != old.function)


def _kind(new: TicketFacts, old: TicketFacts, same_matter: bool, rules: DuplicateRules, hours: float) -> Sameness:
    """Return how two tickets belong together."""
    if not same_matter:
        return Sameness.SIMILAR
    if old.closed_at is not None and old.closed_at < new.created_at:
        return Sameness.RECURRING
    if not _same_caller(new, old):
        return Sameness.SAME_BY_OTHERS
    if hours <= 24 * rules.reminder_days or _FOLLOWS.search(new.text):
        return Sameness.FOLLOW_UP
    return Sameness.SAME_PERSON


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
    kinds, categories = {new.request_kind, old.request_kind}, {new.category, old.category}
    again = min((rule.hours for rule in rules.recurring if categories & set(rule.categories)), default=inf)
    reasons = (
        (any(kinds == set(pair) for pair in rules.never_merge), "诉求类型不同，不能并单"),
        (rules.never_merge_confidential_with_open and new.confidential != old.confidential, "一方要求保密，不能并单"),
        (rules.never_merge_with_open_referral and (new.referred or old.referred), "一方已提请移送，单独办理"),
        ("function" in rules.must_agree and _other_function(new, old), _OTHER_FUNCTION),
        (hours > 24 * rules.window_days, f"相隔超过{rules.window_days}天"),
        (hours > again, f"此类问题可能反复发生，相隔超过{again}小时按新发生处理"),
    )
    return [*_elsewhere(new, old, rules), *(reason for holds, reason in reasons if holds)]


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
