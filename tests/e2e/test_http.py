"""The service over HTTP, as a hotline system and as a careless or hostile caller use it."""

import json
import re

import pytest
from fastapi.testclient import TestClient

from app.config import ROOT
from app.domain.access import Role
from app.flows.registry import Flows
from tests.conftest import KEY
from tests.factories import WATER, call, message

POST = "/v1/transcripts"


def test_a_call_is_answered_with_a_complete_ticket(client: TestClient) -> None:
    answer = client.post(POST, json=WATER)
    assert answer.status_code == 201
    ticket = answer.json()["tickets"][0]
    assert ticket["place"] == {"district": "滕州市", "town": "荆河街道", "detail": "幸福家园13号楼2单元"}
    assert ticket["unit"]["lead"]["name"] == "枣庄市城市供水企业"
    assert ticket["deadline"]["rule_id"] == "deadline.citizen"
    assert ticket["category"]["path"][0] == "城乡建设"
    assert client.post(POST, json=WATER).status_code == 200


def test_the_history_says_who_took_the_call(client: TestClient) -> None:
    flows: Flows = client.app.state.flows  # type: ignore[attr-defined]
    desk = {"X-API-Key": flows.access.create("desk-7", roles=(Role.OPERATOR,))}
    number = client.post("/v1/transcripts", json=WATER, headers=desk).json()["tickets"][0]["ticket_number"]
    assert [event["actor"] for event in client.get(f"/v1/tickets/{number}/history").json()] == ["desk-7"]


def test_no_key_no_entry_and_no_scope_no_step(client: TestClient) -> None:
    assert client.post(POST, json=WATER, headers={"X-API-Key": "wrong"}).status_code == 401
    for path in (POST, "/v1/referrals/1-pl/confirm"):  # whoever is unknown learns nothing of what is wrong with it
        assert client.post(path, content=b"{", headers={"X-API-Key": "wrong"}).status_code == 401
    flows = client.app.state.flows  # type: ignore[attr-defined]
    secret = flows.access.create("reader", ["tickets:read"])
    answer = client.post(POST, json=WATER, headers={"X-API-Key": secret})
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert "intake:write" in answer.json()["detail"]


def test_a_revoked_key_ends_at_once(client: TestClient) -> None:
    access = client.app.state.flows.access  # type: ignore[attr-defined]
    secret = access.create("temporary", ["tickets:read"])
    assert client.get("/v1/tickets", headers={"X-API-Key": secret}).status_code == 200
    access.revoke("temporary")
    assert client.get("/v1/tickets", headers={"X-API-Key": secret}).status_code == 401


def test_the_word_bearer_may_be_written_either_way(client: TestClient) -> None:
    del client.headers["X-API-Key"]
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert client.get("/v1/me", headers={"Authorization": f"{scheme} {KEY}"}).status_code == 200


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_no_page_fetches_anything_from_outside(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v1/tickets?limit=0", "query.limit 不能小于 1"),
        ("/v1/tickets?limit=x", "query.limit 应为整数"),
        ("/v1/tickets?overdue=maybe", "query.overdue 应为 'true'、'false' 之一"),
        ("/v1/tickets?status=lost", "status 应为待受理（received）"),
        ("/v1/tickets?district=历下区", "没有区（市）历下区"),
        ("/v1/tickets:export?town=趵突泉街道", "没有镇（街道）趵突泉街道"),
        ("/v1/analytics/indicators?from=2026-11-01&to=2026-11-27&district=历下区", "没有区（市）历下区"),
        ("/v1/analytics/hot-issues?district=历下区", "没有区（市）历下区"),
        ("/v1/tickets?urgency=very", "urgency 应为一般（normal）、紧急（urgent）、突发（emergency）"),
        ("/v1/analytics/indicators?to=2026-11-27", "query.from 缺少此项"),
        ("/v1/analytics/hot-issues?from=0001-01-01&to=9999-12-31", "query.from 不能小于 2000-01-01"),
        ("/v1/tickets?created_from=0001-01-01T00:00:00%2B14:00", "created_from 应在 1900 年至 2200 年之间"),
    ],
)
def test_what_is_wrong_is_said_in_chinese(client: TestClient, path: str, said: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(said)


def test_a_step_that_is_not_possible_is_refused_in_words(client: TestClient) -> None:
    number = client.post(POST, json=WATER).json()["tickets"][0]["ticket_number"]
    answer = client.post(f"/v1/tickets/{number}/assign", json={"unit": "x"})
    assert answer.json()["detail"].startswith("工单待受理，不能交办；可执行：受理（accept）、不予受理（decline）")
    assert client.post(f"/v1/tickets/{number}/decline").json()["detail"] == "不予受理须给出理由（reason）"


def test_a_field_is_corrected_against_the_version_seen(client: TestClient) -> None:
    number = client.post(POST, json=WATER).json()["tickets"][0]["ticket_number"]
    path = f"/v1/tickets/{number}"
    tag = client.get(path).headers["etag"]
    assert client.patch(path, json={"wants": "尽快恢复供水"}).status_code == 422
    changed = client.patch(path, json={"wants": "尽快恢复供水"}, headers={"If-Match": tag})
    assert (changed.json()["wants"], changed.headers["etag"]) == ("尽快恢复供水", '"2"')
    assert client.patch(path, json={"wants": "别的"}, headers={"If-Match": tag}).status_code == 409
    unknown = client.patch(path, json={"wanted": "别的"}, headers={"If-Match": '"2"'})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "wanted")
    wrong = client.patch(path, json={"request_kind": "plea"}, headers={"If-Match": '"2"'})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "request_kind")
    assert wrong.json()["detail"].startswith("request_kind 应为咨询（consultation）、求助（help）")
    names = [event["name"] for event in client.get(f"{path}/history").json()]
    assert names == ["ticket_received", "field_corrected"]


def test_a_place_is_corrected_as_the_city_is_divided(client: TestClient) -> None:
    number = client.post(POST, json=message("高新区兴仁街道幸福家园停水了，请尽快恢复供水")).json()["tickets"][0][
        "ticket_number"
    ]

    def corrected(**place: str | None) -> tuple[str | None, str | None]:
        path = f"/v1/tickets/{number}"
        changes = {f"place.{name}": value for name, value in place.items()}
        answer = client.patch(path, json=changes, headers={"If-Match": client.get(path).headers["etag"]})
        return answer.json()["place"]["district"], answer.json()["place"]["town"]

    zone = "枣庄高新技术产业开发区"
    assert corrected(district="高新区") == (zone, "兴仁街道")
    assert corrected(town="兴城街道") == (zone, "兴城街道")
    assert corrected(district=None) == (None, None)
    assert corrected(town="兴仁街道") == (zone, "兴仁街道")
    assert corrected(district="薛城区") == ("薛城区", "兴仁街道")
    assert corrected(district=zone, town="张范街道") == (zone, "张范街道")


def test_an_empty_note_is_none(client: TestClient) -> None:
    number = client.post(POST, json=WATER).json()["tickets"][0]["ticket_number"]
    assert client.post(f"/v1/tickets/{number}/accept", json={"note": ""}).status_code == 200


def test_lists_page_by_cursor_and_filter(client: TestClient) -> None:
    for i in range(5):
        client.post(POST, json=call("您好", f"市中区光明路{i}号路灯坏了，希望修", call_id=f"l-{i}"))
    first = client.get("/v1/tickets", params={"limit": 3}).json()
    rest = client.get("/v1/tickets", params={"limit": 3, "after": first["next"]}).json()
    numbers = [t["ticket_number"] for t in first["tickets"] + rest["tickets"]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 5
    assert rest["next"] is None
    assert client.get("/v1/tickets", params={"district": "滕州市"}).json()["tickets"] == []
    assert len(client.get("/v1/tickets", params={"district": "枣庄市中区"}).json()["tickets"]) == 5


def test_capabilities_answer_alone(client: TestClient) -> None:
    units = client.post("/v1/units:classify", json={"text": "滕州市小区停水三天了没人修"}).json()
    assert units["unit"]["lead"]["name"] == "枣庄市城市供水企业"
    risk = client.post("/v1/risk:assess", json={"text": "再不给钱俺就不想活了"}).json()
    assert risk["referrals"][0]["receiver"] == "political_legal"
    assert client.post("/v1/duplicates:search", json={"text": "停水了没人管"}).json() == {"duplicates": []}
    assert client.post("/v1/units:classify", json={"text": ""}).json()["field"] == "text"
    assert client.post("/v1/units:classify", json={"turns": []}).json()["field"] == "turns"
    assert client.post("/v1/units:classify", json={"text": "停水三天了", "turns": None}).status_code == 200


def test_feedback_is_kept_and_checked(client: TestClient) -> None:
    number = client.post(POST, json=WATER).json()["tickets"][0]["ticket_number"]
    body = {"ticket_number": number, "field": "wants", "verdict": "accepted"}
    assert client.post("/v1/feedback", json=body).status_code == 201
    for wrong, field in (
        ({"field": "nosuch"}, "field"),
        ({"field": "title.x"}, "field"),
        ({"verdict": "corrected"}, "right_value"),
    ):
        assert client.post("/v1/feedback", json={**body, **wrong}).json()["field"] == field
    assert client.post("/v1/feedback", json={**body, "verdict": "fine"}).json()["field"] == "verdict"
    assert client.post("/v1/feedback", json={**body, "ticket_number": "0"}).status_code == 404


def test_the_platform_can_watch(client: TestClient) -> None:
    client.post(POST, json=WATER)
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["status"] == "ready"
    assert 'hotline_tickets_total{request_kind="help"} 1.0' in client.get("/metrics").text


def test_the_page_stands_alone(client: TestClient) -> None:
    answer = client.get("/")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    page = answer.text
    assert "诉求工作台" in page
    for part in re.findall(r'(?:href|src)="(/[^"]+)"', page):
        page += client.get(part).text
    for module in sorted((ROOT / "app" / "console" / "static" / "js").glob("*.js")):
        page += client.get(f"/console/js/{module.name}").text
    page = page.replace("http://www.w3.org/2000/svg", "")
    assert "停水报修" in page
    assert "http://" not in page
    assert "https://" not in page


def test_logs_and_errors_hold_no_personal_data(client: TestClient, capfd: pytest.CaptureFixture[str]) -> None:
    secret = call("您好", "我叫李桂兰，打我手机幺三九零零零零一二三四，家里停水了", call_id="p-1")
    client.post(POST, json=secret)
    client.post(POST, json={**secret, "turns": [{"speaker": "x", "text": "李桂兰"}]})
    shown = "".join(capfd.readouterr())
    assert "李桂兰" not in shown
    assert "13900001234" not in shown
    assert json.dumps("李桂兰") not in shown


def test_a_question_is_answered_with_its_source_or_refused_with_a_reason(client: TestClient) -> None:
    answered = client.post("/v1/consultations", json={"question": "老家属院想成立业委会，要多少户同意"}).json()
    assert answered["answer"]
    assert answered["citations"][0]["source"]
    assert answered["citations"][0]["quote"] in answered["answer"] or "《" in answered["citations"][0]["quote"]
    unknown = client.post("/v1/consultations", json={"question": "请问火星移民怎么报名"}).json()
    assert unknown["refusal"]["code"] == "no_basis"
    assert unknown["answer"] is None
    trouble = client.post("/v1/consultations", json={"question": "俺家停水三天了没人修"}).json()
    assert trouble["handover"] or trouble["refusal"]["code"] == "needs_ticket"
    assert client.post("/v1/consultations", json={"question": ""}).json()["field"] == "question"
    for name, wrong in (("date", "明天"), ("area", "历下区"), ("history", [{"role": "user", "content": ["落户"]}])):
        assert client.post("/v1/consultations", json={"question": "咋办", name: wrong}).json()["field"] == name


@pytest.mark.parametrize("text", ["我想死", "不想活"])
def test_three_characters_that_a_life_may_hang_on_are_proposed_to_whoever_can_help(
    client: TestClient, text: str
) -> None:
    body = client.post("/v1/transcripts", json=message(text, channel="wechat")).json()
    (ticket,) = body["tickets"]
    assert [referral["receiver"] for referral in ticket["referrals"]] == ["political_legal"]
