"""An answer from an article: the direct part first, then what was asked for, within what an operator can read."""

import pytest

from app.domain.knowledge import Article
from app.respond.answer import LONGEST, compose_answer

BODY = """可以补领（《居民身份证法》第十一条）。

## 带什么
户口簿或旧证。

## 多久拿到
自收到申请六十日内发放（第十二条）。

## 收费
工本费四十元。"""


def article(body: str) -> Article:
    return Article(id="a", title="补领身份证", source="居民身份证法", owner="police", status="published", body=body)


@pytest.mark.parametrize(
    ("question", "heading"),
    [("身份证补一张得多久", "多久拿到"), ("补证要啥材料", "带什么"), ("补个证得交多少钱", "收费")],
)
def test_what_is_asked_for_follows_the_direct_answer(question: str, heading: str) -> None:
    text, citation = compose_answer(question, article(BODY))
    assert text.split("\n")[:2] == ["可以补领（《居民身份证法》第十一条）。", heading]
    assert citation.quote == "可以补领（《居民身份证法》第十一条）。"


def test_an_article_without_a_lead_still_answers() -> None:
    text, citation = compose_answer("多少钱", article("## 收费\n工本费四十元。\n\n## 时限\n六十日。"))
    assert text.startswith("收费\n工本费四十元。")
    assert citation.quote


def test_a_long_article_is_cut_between_sections_and_sentences() -> None:
    sections = "\n\n".join(f"## 第{i}节\n{'内容若干，' * 12}到此为止。" for i in range(9))
    text, _ = compose_answer("怎么办", article(f"{sections}\n\n## 最后\n先申请，后办理。"))
    assert len(text) <= LONGEST
    assert text.startswith("最后\n先申请")
    alone, _ = compose_answer("怎么办", article("## 长\n" + "先申请后办理。" * 100))
    assert LONGEST - 10 < len(alone) <= LONGEST
    assert alone.endswith("。")
