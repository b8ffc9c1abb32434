"""Anchors: what every match must hold, over small patterns and over all rules of the repository."""

import re

import pytest

from app.domain.anchors import Anchored, anchors, held
from app.domain.patterns import Words
from app.understand.text_rules import Hit, Patterns, Sieve
from tests.conftest import embedded

REFERENCE = embedded().reference
RULES = [*REFERENCE.referral.rules, *REFERENCE.routing.emergency_routes]
SAID = [text for rule in REFERENCE.referral.rules for text in (*rule.examples.match, *rule.examples.no_match)]
SAID += [text for item in REFERENCE.referral.must_catch for text in item.texts]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("跳(?:楼|河)", {"跳"}),
        ("(?:不想|懒得)(?:再)?活", {"不想", "懒得"}),
        ("(?<!不)罚款", {"罚款"}),
        ("(?:我|俺)[^。]{0,6}汽油", {"汽油"}),
        ("[刀斧]", {"刀", "斧"}),
        ("(?:拆)+", {"拆"}),
        ("(?:拆)?[^。]*", set()),
        ("抢|.拿", {"抢", "拿"}),
        ("抢|(?!拿).", set()),
    ],
)
def test_one_anchor_is_in_every_match(pattern: str, expected: set[str]) -> None:
    assert anchors(pattern) == expected


def test_no_rule_matches_a_text_without_its_anchors() -> None:
    lost = [
        (pattern, text)
        for pattern in {pattern for rule in RULES for pattern in (*rule.patterns, *rule.exclude)}
        for text in SAID
        if re.search(pattern, text) and not (Anchored(pattern).search(text) and held(text) & anchors(pattern))
        if anchors(pattern)
    ]
    assert lost == []


@pytest.mark.parametrize(("text", "searched"), [("送红包", True), ("送", False), ("红包", False), ("打他", True)])
def test_all_that_an_alternative_needs_must_stand_in_a_text(text: str, searched: bool) -> None:
    pattern = Anchored("[给送][^。]{0,4}红包|打(?:我|他)")
    assert pattern.possible(held(text)) is searched


def test_a_pattern_without_anchors_is_searched_for_everywhere() -> None:
    assert list(Patterns([".$", "楼"], window=4).hits("跳河")) == [Hit(1, 2)]


def test_what_may_match_is_found_by_one_look() -> None:
    each = [Patterns(patterns, window=4) for patterns in (["跳河"], ["汽油", "楼"], [".$"], ["拆"], ["[给送].*楼"])]
    found = Sieve(each).among("他在楼上跳河")
    assert [[one.pattern.pattern for one in found[patterns]] for patterns in each] == [["跳河"], ["楼"], [".$"], [], []]
    all_rules = [Patterns(rule.patterns, rule.exclude, window=16) for rule in RULES]
    sieve = Sieve(all_rules)
    for text in SAID:
        possible = sieve.among(text)
        assert all(list(one.hits(text)) == list(one.hits_of(text, possible[one])) for one in all_rules)


@pytest.mark.parametrize("pattern", ["不(?:是|对)", "(?:拆)?[^。]*", "(?P<old>.{2})不是"])
@pytest.mark.parametrize("text", ["", "不", "修路不是拆桥不是修桥", "拆桥。修路"])
def test_an_anchored_pattern_finds_what_the_pattern_finds(pattern: str, text: str) -> None:
    plain, anchored = re.compile(pattern), Anchored(pattern)
    assert [match.span() for match in anchored.finditer(text)] == [match.span() for match in plain.finditer(text)]
    assert (anchored.search(text) is None) == (plain.search(text) is None)


def test_of_the_words_that_begin_at_a_place_the_longest_is_found() -> None:
    words = Words(["暖气", "暖气片", "气", "片区", "漏水"])
    assert words.found("暖气片区漏水气") == (("暖气片", 0), ("漏水", 4), ("气", 6))
    assert words.found("暖") == words.found("") == ()
