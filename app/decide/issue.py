"""To which issue a ticket belongs, which issues to join or take apart, and what an issue looks like from outside."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from app.domain.issue import HotIssue, IssueMember
from app.domain.thresholds import IssueRules

DAY = timedelta(days=1)
Key = TypeVar("Key", bound=Hashable)
Likeness = Callable[[IssueMember, IssueMember], float]
"""The probability that two tickets are one matter."""
Pairs = Collection[frozenset[str]]
"""Pairs of ticket numbers."""


def affinity(likely: Sequence[float], ages: Sequence[timedelta], rules: IssueRules) -> float:
    """Return how well a ticket fits an issue: mean log-odds with its members, the recent ones counting more."""
    weights = [math.exp2(-(age / DAY) / rules.half_life_days) for age in ages]
    odds = [_odds(one, rules) for one in likely]
    return sum(w * o for w, o in zip(weights, odds, strict=True)) / sum(weights)


def choose_issue(fits: Mapping[Key, float], rules: IssueRules) -> Key | None:
    """Return the issue that a ticket fits best, None for one of its own."""
    best = max(fits, key=lambda issue: (fits[issue], str(issue)), default=None)
    return best if best is not None and fits[best] >= rules.join else None


def regroup(
    members: Sequence[IssueMember], likeness: Likeness, rules: IssueRules, *, together: Pairs = (), apart: Pairs = ()
) -> list[list[IssueMember]]:
    """Return the members of a few neighbouring issues grouped afresh: joins and splits that one pass could not see.

    Average linkage over log-odds, best first. `together` and `apart` are what people said; the later word counts,
    so no pair stands in both. Meant for tens of members, not for thousands.
    """

    def fit_of(one: IssueMember, other: IssueMember) -> float:
        pair = frozenset((one.ticket_number, other.ticket_number))
        if pair in apart:
            return -math.inf
        return math.inf if pair in together else _odds(likeness(one, other), rules)

    clusters: dict[int, list[IssueMember]] = {i: [member] for i, member in enumerate(members)}
    fit = {(i, j): fit_of(members[i], members[j]) for j in range(len(members)) for i in range(j)}
    while fit:
        (i, j), best = max(fit.items(), key=lambda pair: (pair[1], -pair[0][0], -pair[0][1]))
        if best < rules.join:
            break
        _join(clusters, fit, i, j)
    return sorted(clusters.values(), key=lambda cluster: cluster[0].at)


def _join(clusters: dict[int, list[IssueMember]], fit: dict[tuple[int, int], float], i: int, j: int) -> None:
    """Put cluster j into i; whoever must stay apart from one stays apart from both."""
    del fit[i, j]
    sizes = len(clusters[i]), len(clusters[j])
    for k in clusters:
        if k in (i, j):
            continue
        mine, theirs = fit.pop(_pair(i, k)), fit.pop(_pair(j, k))
        fit[_pair(i, k)] = _mean(mine, theirs, sizes)
    clusters[i] = sorted((*clusters[i], *clusters.pop(j)), key=lambda member: member.at)


def _mean(mine: float, theirs: float, sizes: tuple[int, int]) -> float:
    for certain in (-math.inf, math.inf):
        if certain in (mine, theirs):
            return certain
    return (mine * sizes[0] + theirs * sizes[1]) / sum(sizes)


def _pair(i: int, j: int) -> tuple[int, int]:
    return (i, j) if i < j else (j, i)


def _odds(likely: float, rules: IssueRules) -> float:
    """Return log-odds, bounded: one pair alone can neither make nor break an issue."""
    inside = min(max(likely, 1e-6), 1 - 1e-6)
    return min(max(math.log(inside / (1 - inside)), -rules.bound), rules.bound)


def describe(issue_id: str, members: Sequence[IssueMember], now: datetime, rules: IssueRules) -> HotIssue:
    """Return an issue as leaders see it; members in any order, at least one."""
    ordered = sorted(members, key=lambda member: (member.at, member.ticket_number))
    recent = sum(now - rules.trend_days * DAY < member.at <= now for member in ordered)
    before = sum(now - 2 * rules.trend_days * DAY < member.at <= now - rules.trend_days * DAY for member in ordered)
    known = {member.caller for member in ordered if member.caller}
    return HotIssue(
        issue_id=issue_id,
        title=central_title(ordered),
        district=_commonest(member.district for member in ordered),
        town=_commonest(member.town for member in ordered),
        place=_commonest(member.place for member in ordered),
        category_code=_commonest(member.category_code for member in ordered),
        first_at=ordered[0].at,
        last_at=ordered[-1].at,
        tickets=len(ordered),
        people=len(known) + sum(not member.caller for member in ordered),
        heat=round(heat(ordered, now, rules), 3),
        trend=round(math.log2((recent + 1) / (before + 1)), 3),
        ticket_numbers=tuple(member.ticket_number for member in reversed(ordered)),
        demo=ordered[0].demo,
    )


def heat(members: Sequence[IssueMember], now: datetime, rules: IssueRules) -> float:
    """Return the decayed number of people: each caller counts once, by the latest call."""
    latest: dict[str, datetime] = {}
    for member in members:
        caller = member.caller or f"unknown {member.ticket_number}"
        latest[caller] = max(member.at, latest.get(caller, member.at))
    ages = (max(now - at, timedelta(0)) for at in latest.values())
    return sum(math.exp2(-(age / DAY) / rules.half_life_days) for age in ages)


def cooled(heat_then: float, then: datetime, now: datetime, rules: IssueRules) -> float:
    """Return the binary logarithm of the heat that an issue has now, with nobody heard since then."""
    halvings = (now - then) / DAY / rules.half_life_days
    return math.log2(heat_then) - halvings if heat_then > 0 else -math.inf


def central_title(members: Sequence[IssueMember]) -> str:
    """Return the title that shares most with the others'; the earliest of equals."""
    pairs = [{member.title[i : i + 2] for i in range(len(member.title) - 1)} for member in members[:50]]
    counts = Counter(pair for own in pairs for pair in own)
    shares = [sum(counts[pair] - 1 for pair in own) / (len(own) + 4) for own in pairs]
    return members[shares.index(max(shares))].title


def _commonest(values: Iterable[str | None]) -> str | None:
    counts = Counter(value for value in values if value)
    return counts.most_common(1)[0][0] if counts else None
