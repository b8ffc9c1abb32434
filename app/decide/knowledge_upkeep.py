"""Articles and a day in, what is wrong with which of them out."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations

from app.domain.knowledge import EVERYWHERE, Article
from app.domain.knowledge_upkeep import ArticleFault, Fault
from app.domain.thresholds import UpkeepLimits

_FIGURE = re.compile(r"\d+(?:\.\d+)?\s*(?:元|万元|%|天|日|个月|月|年|岁|倍|小时|分钟|平方米|公里|次|分)")


def faults_by_day(
    articles: Sequence[Article], changed: Mapping[str, date], today: date, limits: UpkeepLimits
) -> list[ArticleFault]:
    """Return published articles that expired, soon will, or were not looked at for long."""
    soon, long_ago = today + timedelta(limits.expiring_days), today - timedelta(limits.stale_days)
    found = []
    for article in articles:
        end, last = article.expires_on, changed.get(article.id, today)
        if end and end <= today:
            found.append(_fault(Fault.EXPIRED, article, f"已于 {end} 失效", end))
        elif end and end <= soon:
            found.append(_fault(Fault.EXPIRING, article, f"将于 {end} 失效", end))
        if last <= long_ago:
            found.append(_fault(Fault.STALE, article, f"自 {last} 起未复核", last))
    return found


def faults_by_pair(
    articles: Sequence[Article], alike: Mapping[tuple[str, str], float], limits: UpkeepLimits
) -> list[ArticleFault]:
    """Return pairs that say the same, or answer the same question with other figures, at one place and time.

    `alike` holds how alike two articles are asked for (title, or a question of both), by their ids in order.
    """
    found = []
    for one, other in combinations(sorted(articles, key=lambda a: a.id), 2):
        likeness = alike.get((one.id, other.id), 0.0)
        if likeness < limits.same_subject or not _meet(one, other):
            continue
        ours, theirs = figures(one.body), figures(other.body)
        if ours != theirs and ours and theirs:
            only = "、".join(sorted(ours ^ theirs)[:6])
            reason = f"与 {other.id} 问法相近而数字不同：{only}"
            found.append(_fault(Fault.CONFLICTING, one, reason, other=other))
        else:
            found.append(_fault(Fault.DUPLICATE, one, f"与 {other.id} 内容重复", other=other))
    return found


def figures(text: str) -> frozenset[str]:
    """Return the figures with their units."""
    return frozenset("".join(found.split()) for found in _FIGURE.findall(text))


def _meet(one: Article, other: Article) -> bool:
    """Tell whether both can hold at one place and time."""
    here = one.region == other.region or one.region in EVERYWHERE or other.region in EVERYWHERE
    last_start = max(one.effective_from or date.min, other.effective_from or date.min)
    return here and last_start < min(one.expires_on or date.max, other.expires_on or date.max)


def _fault(
    fault: Fault, article: Article, reason: str, since: date | None = None, *, other: Article | None = None
) -> ArticleFault:
    return ArticleFault(
        fault=fault,
        article_id=article.id,
        title=article.title,
        other_id=other.id if other else None,
        reason=reason,
        since=since,
    )
