"""Which earlier tickets are proposed as the same matter, of what sort, and why."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.decide.duplicate import judge_duplicates
from app.domain.duplicate import DuplicateCandidate, Sameness, SimilarTicket, TicketFacts
from app.domain.reference import ReferenceData

NOW = datetime.fromisoformat("2026-11-18T09:42:00+08:00")


def facts(text: str = "荆河街道路灯不亮", *, days: float = 0, **changes: Any) -> TicketFacts:
    known = {"request_kind": "help", "district": "滕州市", "town": "荆河街道", "caller": "a"} | changes
    return TicketFacts(ticket_number="1", text=text, created_at=NOW - timedelta(days=days), **known)


def judged(reference: ReferenceData, new: TicketFacts, old: TicketFacts, **changes: Any) -> DuplicateCandidate:
    similar = SimilarTicket(facts=old, **({"text_score": 0.6, "score": 0.99} | changes))
    return judge_duplicates(new, (similar,), reference.duplicate, reference.thresholds.duplicate)[0]


@pytest.mark.parametrize(
    ("new", "old", "kind"),
    [
        (facts(), facts(days=1, caller="b"), Sameness.SAME_BY_OTHERS),
        (facts(), facts(days=1), Sameness.FOLLOW_UP),
        (facts(), facts(days=12), Sameness.SAME_PERSON),
        (facts("上次反映的路灯还没修"), facts(days=12), Sameness.FOLLOW_UP),
        (facts(), facts(days=12, closed_at=NOW - timedelta(days=5)), Sameness.RECURRING),
    ],
)
def test_kinds_are_told_apart(reference: ReferenceData, new: TicketFacts, old: TicketFacts, kind: Sameness) -> None:
    found = judged(reference, new, old)
    assert (found.same_matter, found.kind) == (True, kind)


@pytest.mark.parametrize(
    ("new", "old", "reason"),
    [
        (facts(), facts(days=31), "相隔超过30天"),
        (facts(), facts(town="龙泉街道"), "镇（街道）不同"),
        (facts(detail="幸福家园3号楼"), facts(detail="幸福家园13号楼"), "楼号不同"),
        (facts(), facts(request_kind="praise"), "诉求类型不同"),
        (facts(), facts(confidential=True), "一方要求保密"),
        (facts(function="供热"), facts(function="电梯"), "承办事项不同"),
    ],
)
def test_what_rules_out_one_matter_is_told_apart_from_what_speaks_for_it(
    reference: ReferenceData, new: TicketFacts, old: TicketFacts, reason: str
) -> None:
    found = judged(reference, new, old)
    assert (found.same_matter, found.kind) == (False, Sameness.SIMILAR)
    assert any(reason in one for one in found.against)
    assert not any(reason in one for one in found.reasons)


def test_an_issue_asks_for_less_than_a_merge(reference: ReferenceData) -> None:
    found = judged(reference, facts(), facts(caller="b"), score=0.6)
    assert not found.same_matter


def test_opposite_wishes_are_shown(reference: ReferenceData) -> None:
    assert "双方意愿可能相反" in judged(reference, facts(), facts(caller="b"), opposed=True).against


def test_what_the_citizen_cites_comes_first_however_little_alike(reference: ReferenceData) -> None:
    earlier = facts(days=2, function="urban_management").model_copy(update={"ticket_number": "2"})
    cited = SimilarTicket(facts=earlier, text_score=0.1, score=0.01)
    alike = SimilarTicket(facts=facts(days=2), text_score=0.9, score=0.99)
    limits = reference.thresholds.duplicate
    asks = facts("怎么还没人管", function="hotline_centre")
    first, second = judge_duplicates(asks, (alike, cited), reference.duplicate, limits, {"2"})
    assert (first.ticket_number, first.same_matter, first.kind) == ("2", True, Sameness.FOLLOW_UP)
    assert (second.ticket_number, second.reasons[0]) == ("1", "文字相似度90%")
