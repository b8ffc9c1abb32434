import pytest

from eval.normal_form import contains, holds_fact, numerals_to_digits, rouge_l


@pytest.mark.parametrize(
    ("spoken", "digits"),
    [("十三号楼", "13号楼"), ("幺三九零零", "13900"), ("一千二百元", "1200元"), ("两天", "2天")],
)
def test_numerals_become_digits(spoken: str, digits: str) -> None:
    assert numerals_to_digits(spoken) == digits


def test_a_number_never_matches_inside_a_longer_one() -> None:
    assert not contains("住在13号楼", "3号楼")
    assert contains("住在13号楼", "13号楼")


def test_a_fact_counts_in_either_writing() -> None:
    assert holds_fact("已停水三天", "停水3天")
    assert holds_fact("欠款2000块钱", ["两千元", "2000元"])
    assert not holds_fact("已停水三天", "停水4天")


def test_rouge_l_counts_the_longest_common_order() -> None:
    assert rouge_l("供暖不热", "供暖不热") == 1.0
    assert rouge_l("abcd", "acx") == pytest.approx(2 * (2 / 3) * (2 / 4) / (2 / 3 + 2 / 4))
    assert rouge_l("", "x") == 0.0


def test_a_stop_keeps_two_numbers_apart() -> None:
    assert contains("结的是8720。3月中旬", "8720")
    assert contains("电话139 0000 1234", "13900001234")
