"""Wishes in official wording: the head goes, the meaning stays."""

import pytest

from app.understand.ticket.register import written
from app.understand.ticket.wants import official


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("你们能不能赶紧给俺修修", "尽快维修"),
        ("能不能给解决一下", "解决"),
        ("希望有关部门尽快处理", "尽快处理"),
        ("我要求把钱退给我", "把钱退还"),
        ("麻烦派个人来看看吧", "派人来看看"),
        ("晚上十点以后不许干", "晚上十点以后不得干"),
        ("别让孩子冻着", "不得让孩子冻着"),
        ("特别是垃圾要及时清", "特别是垃圾要及时清"),
    ],
)
def test_a_wish_keeps_its_meaning(said: str, wanted: str) -> None:
    assert official(written(said)) == wanted


@pytest.mark.parametrize("said", ["能不能修", "能否退款", "可不可以加个路灯", "你们能不能管管", "咱能不能快点"])
def test_a_polite_question_never_becomes_a_refusal(said: str) -> None:
    assert not official(written(said)).startswith(("不", "否"))
