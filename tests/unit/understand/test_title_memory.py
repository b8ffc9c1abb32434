"""Titles in the words of earlier ones: nothing is called what nobody spoke of, and every title quotes the call."""

from collections.abc import Callable

import pytest

from app.domain.ticket import TicketDraft


@pytest.mark.parametrize(
    ("said", "unsaid"),
    [
        ("滕州市西岗镇河边那个场子臭味越来越大，窗户都不敢开", "鸡|猪|牛|化工"),
        ("薛城区常庄街道门口那个盖子没了，怕有人掉下去", "污水|电|消防"),
        ("峄城区榴园镇王府山村孩子的奶奶走丢了，七十九了，有点糊涂", "儿童|被骗|死"),
        ("市中区光明路街道万达停车场写的半小时免费，我停了二十分钟收我五块", "30"),
        ("市中区永安镇那个超市欠我三个月工资不给", "保证金|保险|农民工"),
    ],
)
def test_a_title_names_nothing_that_nobody_spoke_of(
    draft_of: Callable[[str], TicketDraft], said: str, unsaid: str
) -> None:
    draft = draft_of(said)
    assert not any(word in draft.title for word in unsaid.split("|"))
    assert all(quote.text in said for quote in draft.evidence["title"])
