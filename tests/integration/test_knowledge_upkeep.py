"""Gaps, faults, mined drafts and usage: what an editor sees of the knowledge base."""

from datetime import date

from fastapi.testclient import TestClient

from app.decide.knowledge_upkeep import faults_by_day, faults_by_pair
from app.domain.knowledge import Article, ArticleStatus, ArticleStep
from app.domain.knowledge_upkeep import Fault
from app.domain.thresholds import UpkeepLimits
from app.domain.workflow import Step
from app.flows.registry import Flows
from app.learn.deidentified import deidentified
from app.understand.likeness import grouped
from tests.factories import message
from tests.integration.conftest import SetClock
from tests.integration.record_steps import LAMP, intake, take

TODAY = date(2026, 11, 25)
LIMITS = UpkeepLimits(stale_days=365, expiring_days=60, same_subject=0.7, same_question=0.4, least_reply=20)


def article(id_: str, body: str = "应当三日内办理。", **changes: object) -> Article:
    fields = {"title": "蜂箱怎么备案", "source": "办法", "owner": "agriculture", "status": ArticleStatus.PUBLISHED}
    return Article.model_validate({**fields, "id": id_, "body": body, **changes})


def kinds(*articles: Article, alike: float = 1.0) -> list[Fault]:
    pairs = {("a", "b"): alike}
    changed = {"a": TODAY, "b": TODAY}
    found = [*faults_by_day(articles, changed, TODAY, LIMITS), *faults_by_pair(articles, pairs, LIMITS)]
    return [one.fault for one in found]


def test_each_fault_is_found_and_only_where_it_is() -> None:
    assert kinds(article("a", expires_on="2026-11-25")) == [Fault.EXPIRED]
    assert kinds(article("a", expires_on="2026-12-25")) == [Fault.EXPIRING]
    assert kinds(article("a", expires_on="2027-12-25")) == []
    assert faults_by_day([article("a")], {"a": date(2025, 1, 1)}, TODAY, LIMITS)[0].fault is Fault.STALE
    assert kinds(article("a"), article("b")) == [Fault.DUPLICATE]
    assert kinds(article("a", "限3日内办理。"), article("b", "限5日内办理。")) == [Fault.CONFLICTING]
    assert kinds(article("a"), article("b"), alike=0.3) == []
    assert kinds(article("a", region="滕州市"), article("b", region="薛城区")) == []
    assert kinds(article("a", expires_on="2027-01-30"), article("b", effective_from="2027-01-30")) == []


def test_one_question_under_two_titles_is_found(client: TestClient) -> None:
    for id_, title, body in (("bee-1", "蜂箱备案时限", "限3日内办理。"), ("bee-2", "养蜂人登记", "限5日内办理。")):
        fields = {"id": id_, "title": title, "body": body, "source": "办法", "owner": "agriculture"}
        client.post("/v1/knowledge/articles", json={**fields, "questions": ["蜂箱几天能备案？"]})
        for step in ("submit", "publish"):
            assert client.post(f"/v1/knowledge/articles/{id_}/{step}").status_code == 200
    found = [one for one in client.get("/v1/knowledge/faults").json() if one["article_id"] == "bee-1"]
    assert [(one["fault"], one["other_id"]) for one in found] == [("conflicting", "bee-2")]


def test_an_article_that_was_looked_at_again_unchanged_is_no_longer_stale(stored: Flows, clock: SetClock) -> None:
    def is_stale() -> bool:
        return any(one.article_id == "noise-decoration" and one.fault is Fault.STALE for one in stored.upkeep.faults())

    clock.move(days=400)
    assert is_stale()
    before = stored.knowledge.get("noise-decoration")
    after = stored.knowledge.step("noise-decoration", ArticleStep.RECONFIRM, actor="editor", expected_version=None)
    assert after == before.model_copy(update={"version": before.version + 1})
    assert not is_stale()


def test_questions_alike_are_one_group() -> None:
    asked = ["蜂箱迁移要报告吗", "蜂箱迁移要不要报告", "共享单车押金"]
    assert grouped(asked, 0.45) == [[0, 1], [2]]


def test_a_person_cannot_be_read_out_of_a_kept_question() -> None:
    said = deidentified("我叫张三，电话13900000000，住幸福小区3号楼2单元501室，身份证370402199001010011，车鲁D12345")
    for known in ("张三", "13900000000", "3号楼", "501", "370402", "D12345"):
        assert known not in said


def test_what_was_asked_shows_as_gap_and_usage(client: TestClient) -> None:
    for question in ("火星移民怎么报名", "火星移民到底怎么报名，电话13900000000"):
        assert client.post("/v1/consultations", json={"question": question}).json()["refusal"]["code"] == "no_basis"
    answered = client.post("/v1/consultations", json={"question": "退伍军人优待证怎么申请"}).json()
    rate = f"/v1/consultations/{answered['answer_id']}/verdict"
    assert client.post(rate, json={"verdict": "accepted"}).status_code == 204
    used = client.get("/v1/knowledge/usage").json()[0]
    assert (used["article_id"], used["hits"], used["adoption"]) == ("veterans-subsidies-card", 1, 1.0)
    assert client.post(rate, json={"verdict": "rejected"}).status_code == 204
    gaps = client.get("/v1/knowledge/gaps").json()
    assert [(gap["count"], gap["badly_rated"]) for gap in gaps] == [(2, 0), (1, 1)]
    assert gaps[1]["articles"] == ["veterans-subsidies-card"]
    assert "13900000000" not in str(gaps)
    assert client.post(rate, json={"verdict": "meh"}).json()["field"] == "verdict"
    assert client.post("/v1/consultations/none/verdict", json={"verdict": "accepted"}).status_code == 404


def answered(client: TestClient, call_id: str, **changes: object) -> None:
    """A question that the desk answered itself."""
    reply = "燃气灶具判废年限为八年，到期请联系燃气公司免费上门检查更换软管，咨询电话13900000001。"
    asked = "您好，我想咨询一下家里的燃气灶具用了多少年应该报废，我电话13900000000"
    made = client.post("/v1/transcripts", json=message(asked, call_id, **changes)).json()["tickets"][0]
    number = made["ticket_number"]
    client.post(f"/v1/tickets/{number}/accept", json={})
    done = client.post(f"/v1/tickets/{number}/direct_answer", json={"text": reply})
    assert done.status_code == 200, done.text


def test_a_reply_becomes_one_draft_without_the_person(client: TestClient) -> None:
    for call_id in ("m-1", "m-2"):
        answered(client, call_id)
    drafts = client.post("/v1/knowledge/drafts:mine").json()
    assert len(drafts) == 1, "the second says the same"
    assert drafts[0]["status"] == "draft"
    assert "1390000000" not in str(drafts)
    assert client.post("/v1/knowledge/drafts:mine").json() == []


def test_a_draft_does_not_name_who_asked(stored: Flows) -> None:
    ticket = intake(stored, "俺叫马小六，" + LAMP)
    take(stored, ticket, Step.DIRECT_ANSWER, text="马小六您好，善国路的路灯由滕州市路灯管理所负责，今晚即可修好亮灯。")
    (draft,) = stored.upkeep.mine(actor="editor")
    assert draft.body.startswith("马某您好")


def test_no_draft_is_made_of_what_was_practice(client: TestClient) -> None:
    answered(client, "m-1", demo=True)
    assert client.post("/v1/knowledge/drafts:mine").json() == []
