"""Articles found for a question: by words, by validity, by area."""

from datetime import date

import pytest

from app.domain.knowledge import Article, ArticleStatus, Nearest
from app.respond.answer import compose_answer
from app.store.articles import parse_article
from app.understand.question import QuestionReader

TODAY = date(2026, 11, 23)
TEXT = """---
id: lost-card
title: 身份证丢了怎么补
questions: [身份证掉了去哪补]
source: 中华人民共和国居民身份证法
clause: 第十一条
owner: public_security
status: published
---
丢失身份证应当申请补领（《居民身份证法》第十一条）。

## 办理地点
户籍地以外的派出所也可以受理。

## 急用
补领期间急用的，可以申请临时身份证。
"""


def article(**changes: object) -> Article:
    return parse_article(TEXT).model_copy(update=changes)


def other() -> Article:
    return article(id="dog", title="犬只怎么登记", questions=("养狗要办什么证",), body="养犬应当登记。")


def found(*articles: Article, area: str | None = None) -> list[str]:
    reader = QuestionReader([*articles, other()])
    return [scored.article.id for scored in reader.read("身份证丢了在哪里补办", on=TODAY, area=area)]


def test_the_article_that_says_it_comes_first() -> None:
    assert found(article())[0] == "lost-card"


@pytest.mark.parametrize(
    "changes",
    [
        {"status": ArticleStatus.DRAFT},
        {"status": ArticleStatus.RETIRED},
        {"expires_on": TODAY},
        {"effective_from": date(2027, 1, 1)},
        {"region": "滕州市"},
    ],
)
def test_what_does_not_hold_today_and_here_is_never_found(changes: dict[str, object]) -> None:
    assert "lost-card" not in found(article(**changes), area="薛城区")


def test_an_article_of_the_area_is_found_there() -> None:
    assert found(article(region="滕州市"), area="滕州市")[0] == "lost-card"


def test_a_question_of_unknown_words_finds_nothing() -> None:
    assert QuestionReader([article()]).read("咖啡豆烘焙", on=TODAY, area=None) == ()


def test_what_meaning_did_not_propose_is_not_taken_for_unlike() -> None:
    near = [article(id=f"near-{n}", title="身份证到期", questions=(), body="身份证到期可换领。") for n in range(3)]
    likeness = {"near-0": 0.62, "near-1": 0.6, "near-2": 0.58}
    reader = QuestionReader([article(), other(), *near])
    found = reader.read("身份证丢了在哪里补办", on=TODAY, area=None, nearest=Nearest(likeness=likeness, beyond=0.58))
    assert (found[0].article.id, found[0].likeness) == ("lost-card", 0.58)


def test_an_answer_holds_the_lead_the_fitting_section_and_the_clause() -> None:
    text, citation = compose_answer("身份证丢了急用怎么办", article())
    assert text.startswith("丢失身份证应当申请补领")
    assert "临时身份证" in text
    assert text.index("临时身份证") < text.index("户籍地以外"), "what fits better stands first"
    assert "第十一条" in citation.quote


@pytest.mark.parametrize("broken", ["没有条目信息", "---\nid: a\n---\n", "---\nid: a\ntitel: b\n---\n正文"])
def test_a_broken_article_is_refused(broken: str) -> None:
    with pytest.raises(ValueError, match=r"条目信息|Field required|Extra inputs"):
        parse_article(broken)
