from models.classifier.phrases import clause_marks, speaker_marks, wish_marks


def test_a_question_is_told_by_its_form_whatever_it_is_about() -> None:
    for asked in ("电动三轮车上路用不用驾照", "河里捞水草犯不犯法", "今天下午城区下不下雨"):
        assert {"@choice", "$choice", "#1?0."} <= set(wish_marks(asked)), asked


def test_what_is_told_before_a_question_counts_with_it() -> None:
    marks = wish_marks("暖气管漏了，能不能来个人修")
    assert {"^broken", "broken>choice", "broken>?", "$act+choice", "#1?1."} <= set(marks)


def test_of_a_long_call_no_clause_counts_as_the_last() -> None:
    heard = "，".join(["水管坏了", *("是的" for _ in range(9)), "请问多久"])
    assert wish_marks(heard) == clause_marks(heard, "wishes")
    assert "~broken" in wish_marks(heard)


def test_a_speaker_with_a_firm_differs_from_one_who_works_there() -> None:
    assert "@own" in speaker_marks("我开了个早餐店，办证跑了三趟")
    assert "@no_own" in speaker_marks("门口那家早餐店卖过期牛奶")
    assert {"@employed", "@at_firm"} <= set(speaker_marks("在一家公司被辞退了"))


def test_nothing_said_has_no_marks() -> None:
    assert wish_marks("") == clause_marks("", "grievances") == speaker_marks("。") == []
