"""Questions that mean the same in standard words have one form; others keep theirs apart."""

import pytest

from app.understand.question_form import asked_in, plain_form


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        ("请问居住证咋办理呀？", "居住证怎么办"),
        ("怎么办居住证", "居住证怎么办理"),
        ("身份证丢了怎么补办", "身份证怎么补"),
        ("办居住证需要哪些资料", "办居住证要什么材料"),
        ("我想咨询一下低保如何申请", "低保怎么申请"),
        ("怎么申请低保", "低保怎么申请"),
        ("社保卡补办收费多少", "社保卡补领要多少钱"),
    ],
)
def test_the_same_question_has_one_form(asked: str, same: str) -> None:
    assert plain_form(asked) == plain_form(same)


@pytest.mark.parametrize(
    ("asked", "other"),
    [("居住证怎么办", "居住证怎么补"), ("低保怎么申请", "低保怎么取消"), ("护照怎么办", "港澳通行证怎么办")],
)
def test_other_questions_stay_apart(asked: str, other: str) -> None:
    assert plain_form(asked) != plain_form(other)


def test_a_title_of_two_questions_begins_with_one() -> None:
    assert asked_in("身份证怎么办、有效期几年") == "身份证怎么办"
