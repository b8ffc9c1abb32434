"""What a composed text may say beyond the words it rests on, and what it may not."""

import pytest

from app.prompting.grounding import (
    ACCOUNT,
    ANSWER,
    TITLE,
    WISH,
    Bounds,
    invention,
    lost_denial,
    numbers_of,
    numerals_in_digits,
)
from app.prompting.weighty import unsaid

SAID = "，".join(
    (
        "光明路上那个井盖子叫大车压碎了，一个窟窿，找了两回物业，物业不给修，说没收到通知，俺自己插了根树枝子",
        "夜里看不见，怕人掉进去，恁快来人弄弄。交了1200块钱押金",
    )
)


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("尽快更换光明路破损井盖", WISH),
        ("光明路井盖被压碎问题", TITLE),
        (
            "来电人反映：光明路井盖被大车压碎，形成窟窿，来电人已插上树枝，夜间看不见，怕人掉进去。找过两次物业，物业不给修。",
            ACCOUNT,
        ),
    ],
)
def test_an_official_rewording_says_no_more(text: str, bounds: Bounds) -> None:
    assert invention(text, SAID, bounds) is None
    assert unsaid(text, SAID) is None


@pytest.mark.parametrize(
    ("text", "bounds", "wrong"),
    [
        ("尽快更换井盖，开展全市排查整治专项行动", WISH, "开展全市排查整治专项行动"),
        ("某领导收受红包问题", TITLE, "原话之外"),
        ("光明路井盖压碎，押金1300元", ACCOUNT, "1300"),
        ("来电人反映：光明路井盖被大车压碎，社区网格员联系供热企业到场。", ACCOUNT, "社区网格员联系供热企业到场"),
    ],
)
def test_what_nobody_said_is_named(text: str, bounds: Bounds, wrong: str) -> None:
    assert wrong in (invention(text, SAID, bounds) or "")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("尽快更换井盖，追究物业责任", "追究"),
        ("井盖压碎致人受伤问题", "受伤"),
        ("更换井盖并公开道歉", "道歉"),
        ("物业已收到通知", "收到"),
        ("找了五回物业", "五回"),
        ("要求记者曝光", "记者"),
        ("台湾路井盖破损", "台湾"),
    ],
)
def test_words_that_weigh_must_be_said(text: str, wrong: str) -> None:
    assert wrong in (unsaid(text, SAID) or "")


def test_nobody_hurt_is_no_injury() -> None:
    assert unsaid("井盖压碎，无人受伤", SAID) is None


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("S三二零", "S320"),
        ("三十一节", "31节"),
        ("八百", "800"),
        ("幺二三零六", "12306"),
        ("一米六八", "1.68米"),
        ("两万三", "23000"),
        ("没有数", "没有数"),
    ],
)
def test_numerals_become_figures(spoken: str, written: str) -> None:
    assert numerals_in_digits(spoken) == written


def test_dates_and_list_numbers_count_nothing() -> None:
    text = "1.收购点拆解家电；2.货车掉头，2月26日险些剐蹭，9月7号起，2026年10月28、29日，共96名幼儿，12号楼"
    assert numbers_of(text) == {"96", "12"}


@pytest.mark.parametrize(
    ("text", "source", "denies"),
    [
        ("主责的也能认定工伤", "主责的一般不能认定工伤", True),
        ("主责的一般不能认定工伤", "主责的一般不能认定工伤", False),
        ("到任一婚姻登记机关办", "内地居民到任一婚姻登记机关办，不收费", False),
    ],
)
def test_a_denial_of_the_source_may_not_be_lost(text: str, source: str, denies: bool) -> None:
    assert (lost_denial(text, source) is not None) is denies


def test_an_answer_is_held_to_more_of_its_articles_words_than_a_wish_to_the_calls() -> None:
    source = "持户口簿到户籍所在地派出所办理"
    assert invention("拿上身份证去居委会，派出所办不了", source, ANSWER)
    assert invention("持户口簿，要到户籍所在地派出所办", source, ANSWER) is None
