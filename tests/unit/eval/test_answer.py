import pytest

from eval.tasks.answer import states


@pytest.mark.parametrize(
    ("answer", "fact"),
    [
        ("可以打12333、12345反映。", "12333"),
        ("打12315或12345。\n2. 保留小票", "12345"),
        ("收到裁决书15日内起诉", "十五日"),
        ("第一顺序是配偶、子女、父母", "配偶、子女、父母"),
        ("休息日加班按200%付", ["百分之二百", "200%"]),
        ("试用期不超过2个月", "不超过两个月"),
    ],
)
def test_a_fact_is_stated_in_any_writing(answer: str, fact: str | list[str]) -> None:
    assert states(answer, fact)


@pytest.mark.parametrize(("answer", "fact"), [("十五日内起诉", "五日内"), ("打12345", "1234"), ("", "十五日")])
def test_a_number_is_not_stated_by_a_longer_one(answer: str, fact: str) -> None:
    assert not states(answer, fact)
