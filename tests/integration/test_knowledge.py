"""Articles from draft to retired: versions, conditions, and answers that follow every change at once."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from threading import Semaphore
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.domain.errors import Conflict, InvalidInput, InvalidTransition
from app.domain.knowledge import Article, ArticleStatus, ArticleStep, ConsultationAnswer, Needs
from app.flows.consultation import ConsultationFlow
from app.flows.registry import Flows
from app.respond.answer import citation_of
from app.respond.generated_answer import GeneratedAnswer
from app.understand.area import AreaReader
from app.understand.question_traps import TrapReader
from tests.conftest import embedded, service, settings_for

NOW = datetime(2026, 11, 24, 9, tzinfo=timezone(timedelta(hours=8)))
QUESTION = "共享蜂箱备案需要什么材料"
DRAFT = {
    "id": "beehive-filing",
    "title": "共享蜂箱备案需要什么材料",
    "questions": ["共享蜂箱怎么备案"],
    "source": "蜂箱管理办法",
    "clause": "第三条",
    "owner": "agriculture",
    "body": "共享蜂箱备案需要身份证和蜂箱照片（《蜂箱管理办法》第三条）。",
}
URL = "/v1/knowledge/articles"


def published(flows: Flows, changes: Mapping[str, Any]) -> int:
    id_ = flows.knowledge.create({**DRAFT, **changes}, actor="甲").id
    flows.knowledge.step(id_, ArticleStep.SUBMIT, actor="甲", expected_version=1)
    return flows.knowledge.step(id_, ArticleStep.PUBLISH, actor="乙", expected_version=2).version


def cited(flows: Flows) -> list[str]:
    return [c.article_id for c in flows.consultations.answer({"question": QUESTION}, received_at=NOW).citations]


def test_a_life_over_http(client: TestClient) -> None:
    made = client.post(URL, json=DRAFT)
    assert (made.status_code, made.headers["ETag"], made.json()["status"]) == (201, '"1"', "draft")
    assert client.post(URL, json=DRAFT).status_code == 409
    assert client.post(f"{URL}/beehive-filing/publish").status_code == 409
    assert client.post(f"{URL}/beehive-filing/submit", headers={"If-Match": '"1"'}).json()["status"] == "review"
    assert client.post(f"{URL}/beehive-filing/publish").json()["status"] == "published"
    asked = {"question": QUESTION}
    assert "蜂箱照片" in client.post("/v1/consultations", json=asked).json()["answer"]
    body = {"body": "共享蜂箱备案只要身份证（《蜂箱管理办法》第三条）。"}
    assert client.patch(f"{URL}/beehive-filing", json=body).status_code == 422
    assert client.patch(f"{URL}/beehive-filing", json=body, headers={"If-Match": '"1"'}).status_code == 409
    assert client.patch(f"{URL}/beehive-filing", json=body, headers={"If-Match": '"3"'}).headers["ETag"] == '"4"'
    answered = client.post("/v1/consultations", json=asked).json()
    assert "只要身份证" in answered["answer"]
    assert answered["citations"][0]["version"] == 4
    diff = client.get(f"{URL}/beehive-filing/diff", params={"old": 3, "new": 4}).text
    assert "-共享蜂箱备案需要身份证和蜂箱照片" in diff
    assert "+共享蜂箱备案只要身份证" in diff
    assert client.post(f"{URL}/beehive-filing/roll_back", json={"version": 3}).json()["status"] == "published"
    assert "蜂箱照片" in client.post("/v1/consultations", json=asked).json()["answer"]
    assert client.post(f"{URL}/beehive-filing/retire", json={"note": "办法已废止"}).json()["status"] == "retired"
    cited_now = client.post("/v1/consultations", json=asked).json()["citations"]
    assert "beehive-filing" not in [citation["article_id"] for citation in cited_now]
    steps = [made["step"] for made in client.get(f"{URL}/beehive-filing/versions").json()]
    assert steps == ["create", "submit", "publish", "edit", "roll_back", "retire"]
    assert client.get(URL, params={"status": "retired"}).json()["articles"][0]["id"] == "beehive-filing"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"owner": "nobody"}, "owner"),
        ({"body": " "}, "body"),
        ({"titel": "a"}, "titel"),
        ({"region": "北京市"}, "region"),
        ({"expires_on": "x"}, "expires_on"),
    ],
)
def test_a_wrong_field_is_named(client: TestClient, change: dict[str, str], field: str) -> None:
    answered = client.post(URL, json={**DRAFT, **change})
    assert (answered.status_code, answered.json()["field"]) == (422, field)


def test_the_folder_never_overwrites_what_a_city_changed(tmp_path: Path) -> None:
    first = service(settings_for(tmp_path))
    kept = first.knowledge.page(status="published", limit=2)
    first.knowledge.edit(kept[0].id, {"title": "本市改过的标题"}, actor="甲", expected_version=1)
    first.knowledge.step(kept[1].id, ArticleStep.RETIRE, actor="甲", expected_version=1)
    first.close()
    again = service(settings_for(tmp_path))
    assert again.knowledge.get(kept[0].id).title == "本市改过的标题"
    assert again.knowledge.get(kept[1].id).status is ArticleStatus.RETIRED
    again.close()


def test_an_edit_in_another_process_is_answered_from_at_once(tmp_path: Path) -> None:
    here, there = service(settings_for(tmp_path)), service(settings_for(tmp_path))
    version = published(here, {})
    assert cited(there) == [DRAFT["id"]]
    here.knowledge.step(DRAFT["id"], ArticleStep.RETIRE, actor="甲", expected_version=version)
    assert DRAFT["id"] not in cited(there)
    here.close()
    there.close()


def test_an_expired_article_is_never_cited(flows: Flows) -> None:
    version = published(flows, {})
    flows.knowledge.edit(DRAFT["id"], {"expires_on": "2026-11-24"}, actor="甲", expected_version=version)
    assert DRAFT["id"] not in cited(flows)
    with pytest.raises(InvalidTransition):
        flows.knowledge.step(DRAFT["id"], ArticleStep.SUBMIT, actor="甲", expected_version=None)


def test_of_two_edits_of_one_version_one_wins(flows: Flows) -> None:
    version = published(flows, {})

    def edit(i: int) -> bool:
        try:
            flows.knowledge.edit(DRAFT["id"], {"clause": f"第{i}条"}, actor="甲", expected_version=version)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(edit, range(4))) == 1


LEAVE = {
    "retired": lambda flows, twin: flows.knowledge.step(twin, ArticleStep.RETIRE, actor="甲", expected_version=3),
    "expired": lambda flows, twin: flows.knowledge.edit(
        twin, {"expires_on": f"{NOW:%Y-%m-%d}"}, actor="甲", expected_version=3
    ),
}


@pytest.mark.parametrize("leave", LEAVE)
def test_readers_beside_a_writer_never_cite_what_left_before_they_asked(flows: Flows, leave: str) -> None:
    """Twins of one article leave one by one; what had left before a question began is never cited."""
    twins = [f"beehive-{i}" for i in range(4)]
    for twin in twins:
        published(flows, {"id": twin})
    gone: list[str] = []
    answered = Semaphore(0)

    def ask() -> list[tuple[frozenset[str], list[str]]]:
        seen = []
        while len(gone) < len(twins):
            before = frozenset(gone)
            seen.append((before, cited(flows)))
            answered.release()
        return seen

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(ask) for _ in range(3)]
        for twin in twins:
            for _ in range(3):
                answered.acquire()
            LEAVE[leave](flows, twin)
            gone.append(twin)
        seen = [row for reader in readers for row in reader.result()]
    assert any(found for _, found in seen)
    assert not [found for before, found in seen if before & set(found)]
    assert not set(cited(flows)) & set(twins)


@pytest.mark.parametrize("leave", LEAVE)
def test_what_leaves_while_a_model_words_the_answer_is_not_cited(flows: Flows, leave: str) -> None:
    published(flows, {})

    class SlowWriter:
        def write(self, question: str, articles: Sequence[Article]) -> GeneratedAnswer:
            if flows.knowledge.get(DRAFT["id"]).version == 3:
                LEAVE[leave](flows, DRAFT["id"])
            citations = tuple(citation_of(article, "引文") for article in articles)
            return GeneratedAnswer(text="答复", citations=citations, prompt_version="-", model="-")

    slow = ConsultationFlow(
        reader=embedded().reader,
        policy=flows.intake.policy,
        knowledge=flows.live,
        limits=flows.reference.thresholds.answer,
        traps=TrapReader(()),
        areas=AreaReader(flows.reference.gazetteer),
        writer=SlowWriter(),
    )
    answer = slow.answer({"question": QUESTION}, received_at=NOW)
    assert DRAFT["id"] not in [citation.article_id for citation in answer.citations]
    assert flows.knowledge.get(DRAFT["id"]).version == 4


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("body", 5, "应为文字"),
        ("questions", "怎么办", "应为列表"),
        ("effective_from", "x", "应为日期，如 2026-11-25"),
        ("colour", "红", "没有这一项"),
        ("source", None, "应为文字"),
    ],
)
def test_what_is_wrong_with_an_article_is_said_in_chinese(
    client: TestClient, name: str, value: object, said: str
) -> None:
    answer = client.post(URL, json={**DRAFT, "id": "odd", name: value})
    assert (answer.status_code, answer.json()["detail"]) == (422, f"{name} {said}")


@pytest.mark.parametrize("id_", ["a/b", "..", ".", "a b", "a?b", "a#1", "a\nb", "x" * 65])
def test_an_article_has_an_id_by_which_it_can_be_opened(client: TestClient, id_: str) -> None:
    answer = client.post(URL, json={**DRAFT, "id": id_})
    assert (answer.status_code, answer.json()["field"]) == (422, "id")


@pytest.mark.parametrize("name", ["title", "body", "source"])
def test_an_article_has_words_and_a_source_to_cite(client: TestClient, name: str) -> None:
    answer = client.post(URL, json={**DRAFT, "id": "blank", name: "  "})
    assert (answer.status_code, answer.json()["field"]) == (422, name)


def test_an_article_whose_owner_is_no_more_can_still_be_retired(flows: Flows) -> None:
    published(flows, {})
    flows.knowledge._owners = frozenset()
    with pytest.raises(InvalidInput):
        flows.knowledge.roll_back(DRAFT["id"], 1, actor="甲", expected_version=None)
    gone = flows.knowledge.step(DRAFT["id"], ArticleStep.RETIRE, actor="甲", expected_version=None)
    assert gone.status is ArticleStatus.RETIRED


def ask(flows: Flows, question: str, area: str | None = None) -> ConsultationAnswer:
    return flows.consultations.answer({"question": question, "area": area}, received_at=NOW)


def test_where_parts_of_the_city_differ_the_part_is_asked_for(flows: Flows) -> None:
    for region, days in (("滕州市", "三"), ("薛城区", "五"), ("滕州市荆河街道", "七")):
        body = f"共享蜂箱备案需要{days}日（《蜂箱管理办法》第三条）。"
        published(flows, {"id": f"days-{days}", "title": "共享蜂箱备案几日办完", "region": region, "body": body})
    question = "共享蜂箱备案几日办完"
    back = ask(flows, question).clarification
    assert back is not None
    assert back.needs is Needs.AREA
    assert {"滕州市", "薛城区"} < set(back.options)
    assert "五日" in str(ask(flows, question, "薛城").answer)
    assert "五日" in str(ask(flows, f"薛城区{question}").answer)
    town = ask(flows, question, "滕州市").clarification
    assert town is not None
    assert town.options == ("滕州市荆河街道", "滕州市其他镇（街道）")
    assert "七日" in str(ask(flows, question, "荆河街道").answer)
    assert "三日" in str(ask(flows, question, town.options[1]).answer)
    assert not ask(flows, question, back.options[-1]).citations
    with pytest.raises(InvalidInput, match="收到“历下区”；区（市）有：市中区、薛城区") as refused:
        ask(flows, question, "历下区")
    assert refused.value.field == "area"
    assert ask(flows, "退伍军人优待证怎么申请").citations, "what holds everywhere needs no area"


def test_the_part_is_asked_for_only_where_it_would_have_an_answer(flows: Flows) -> None:
    published(
        flows,
        {
            "id": "fireworks",
            "title": "滕州市烟花爆竹禁放范围和时间",
            "region": "滕州市",
            "questions": ["滕州能放鞭炮吗", "过年哪里能放鞭炮"],
            "body": "滕州市城区全年禁止燃放烟花爆竹（《滕州市烟花爆竹管理通告》第二条）。",
        },
    )
    unsure = ask(flows, "过年能放鞭炮吗")
    assert unsure.clarification is None, "in 滕州市 there would be no answer either"
    assert unsure.nearest[0] == "滕州市烟花爆竹禁放范围和时间"
    assert ask(flows, "烟花爆竹禁放时间").clarification
    assert ask(flows, "滕州烟花爆竹禁放时间").citations, "the district by the name it goes by"


def test_what_is_asked_in_an_article_s_own_words_is_answered_from_it(flows: Flows) -> None:
    """What is asked back offers titles: each of them has an answer."""
    wrong = [
        article.id
        for article in [one for one in embedded().articles if one.may_hold][::40]
        if [citation.article_id for citation in ask(flows, f"{article.title}？").citations] != [article.id]
    ]
    assert wrong == []
    back = ask(flows, "噪音扰民找哪个部门").clarification
    assert back is not None
    assert [option for option in back.options if not ask(flows, option).citations] == []


NOTICES = {
    "摆渡车": "公交17路暂不停靠纺织厂、第二中学两站，改经青年路绕行。施工期间在青年路口设临时站牌，请乘客提前安排出行。"
    "持老年卡乘客仍可免费换乘临时摆渡车，摆渡车每二十分钟一班。施工预计明年三月底结束。",
    "故事会": "凤鸣湖分馆定于本月二十日正式对读者开放，开放时间为周二至周日九时至二十时，周一闭馆整理。"
    "读者凭身份证注册，每次可以借阅十册。少儿阅览区每周六下午举办亲子故事会，名额三十组，通过图书馆公众号提前两天预约。",
    "公平秤": "凤凰台早市长期占道影响消防通行，现整体迁入凤凰台便民市场。原有经营户凭临时经营登记表优先抽签选择摊位。"
    "首年摊位费减半收取。市场设公平秤和快检室，蔬菜农残检测结果每日公示。",
}


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("老年卡坐摆渡车要钱不", "摆渡车"),
        ("凤鸣湖分馆亲子故事会怎么预约", "故事会"),
        ("早市的老摊主搬过去摊位费能便宜吗", "公平秤"),
    ],
)
def test_notices_that_list_no_questions_and_have_no_title_are_answered_from(
    flows: Flows, asked: str, held: str
) -> None:
    common = {"title": "", "source": "通告", "owner": "", "status": ArticleStatus.PUBLISHED}
    notices = [
        Article.model_validate({"id": f"notice-{name}", "body": body, **common}) for name, body in NOTICES.items()
    ]
    flows.knowledge.seed(notices)
    answer = flows.consultations.answer({"question": asked}, received_at=NOW)
    assert [cited.article_id for cited in answer.citations] == [f"notice-{held}"]
