"""Which issue a ticket joins, and what people's word does."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.decide.issue import affinity, central_title, choose_issue, describe, regroup
from app.domain.issue import IssueMember
from app.domain.thresholds import IssueRules

NOW = datetime.fromisoformat("2026-11-18T09:42:00+08:00")
RULES = IssueRules(join=-1.0, bound=3.0, half_life_days=7, members_compared=12, trend_days=7, least_tickets=3)
DAY = timedelta(days=1)


def member(number: str, *, days: float = 0, caller: str | None = None, title: str = "停水") -> IssueMember:
    return IssueMember(ticket_number=number, title=title, at=NOW - days * DAY, caller=caller, town="荆河街道")


def pair(one: str, other: str) -> frozenset[str]:
    return frozenset((one, other))


def groups(likely: dict[frozenset[str], float], numbers: str, **told: set[frozenset[str]]) -> list[str]:
    members = [member(number, days=len(numbers) - i) for i, number in enumerate(numbers)]
    found = regroup(
        members, lambda a, b: likely.get(pair(a.ticket_number, b.ticket_number), 0.0), RULES,
        together=told.get("together", set()), apart=told.get("apart", set()),
    )  # fmt: skip
    return ["".join(one.ticket_number for one in group) for group in found]


def test_a_recent_member_counts_more_than_an_old_one() -> None:
    recent_alike = affinity([0.9, 0.05], [DAY, 30 * DAY], RULES)
    recent_unlike = affinity([0.05, 0.9], [DAY, 30 * DAY], RULES)
    assert recent_alike > 0 > recent_unlike


def test_one_certain_pair_does_not_outweigh_the_rest() -> None:
    assert affinity([1.0, 0.01, 0.01, 0.01], [DAY] * 4, RULES) < RULES.join


def test_a_ticket_joins_the_best_issue_or_none() -> None:
    assert choose_issue({"a": 0.5, "b": 1.5, "c": -2.0}, RULES) == "b"
    assert choose_issue({"a": -2.0}, RULES) is None
    assert choose_issue({}, RULES) is None


def test_neighbours_merge_and_a_chain_of_one_alike_pair_does_not() -> None:
    likely = {pair("a", "b"): 0.9, pair("b", "c"): 0.6, pair("a", "c"): 0.9, pair("c", "d"): 0.4}
    assert groups(likely, "abcd") == ["abc", "d"]


def test_parted_tickets_stay_apart_and_joined_ones_together() -> None:
    likely = {pair("a", "b"): 0.95, pair("a", "c"): 0.9, pair("b", "c"): 0.9}
    assert "ab" not in "".join(groups(likely, "abc", apart={pair("a", "b")}))
    assert groups({}, "abc", together={pair("a", "c")}) == ["ac", "b"]


@given(st.dictionaries(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), st.floats(0, 1)))
def test_nobody_is_lost_whatever_the_scores(scores: dict[tuple[str, str], float]) -> None:
    found = groups({pair(*key): value for key, value in scores.items() if len(set(key)) == 2}, "abcdef")
    assert sorted("".join(found)) == list("abcdef")


def test_an_issue_counts_people_once_and_cools() -> None:
    members = [member("1", days=9, caller="x"), member("2", days=1, caller="x"), member("3", days=2), member("4")]
    issue = describe("1", members, NOW, RULES)
    assert (issue.tickets, issue.people) == (4, 3)
    assert issue.ticket_numbers == ("4", "2", "3", "1")
    assert issue.trend == 1.0
    later = describe("1", members, NOW + 7 * DAY, RULES)
    assert abs(later.heat - issue.heat / 2) < 0.01


def test_the_title_is_the_one_the_others_resemble() -> None:
    titles = ("家里冻得慌", "翠竹苑暖气不热", "翠竹苑3号楼暖气不热", "催办")
    assert central_title([member(str(i), title=t) for i, t in enumerate(titles)]) == "翠竹苑暖气不热"
