"""/v1/referrals over HTTP: officers decide, receivers answer, nobody else sees anything."""

from fastapi.testclient import TestClient

from app.domain.access import Role, Scope
from app.flows.registry import Flows
from tests.factories import call

DANGER = "包工头欠俺们工钱两年了，就在薛城区常庄街道那个工地，再不给俺就从楼上跳下去，不想活了"


def test_a_referral_from_the_proposal_to_the_receipt(client: TestClient) -> None:
    flows: Flows = client.app.state.flows  # type: ignore[attr-defined]
    create = flows.access.create
    officers = [{"X-API-Key": create(name, roles=(Role.REFERRAL_OFFICER,))} for name in ("first", "second")]
    organ = {"X-API-Key": create("organ", (Scope.RECEIPT,))}
    operator = {"X-API-Key": create("operator", roles=(Role.OPERATOR,))}
    ticket = client.post("/v1/transcripts", json=call("您好", DANGER)).json()["tickets"][0]
    assert [(r["receiver"], r["status"]) for r in ticket["referrals"]] == [("political_legal", "pending_confirmation")]
    listed = client.get("/v1/referrals?status=pending_confirmation", headers=officers[0]).json()
    (one,) = listed["referrals"]
    assert (one["ticket_number"], one["persons"], listed["next"]) == (ticket["ticket_number"], 2, None)
    path = f"/v1/referrals/{one['id']}"
    assert client.post(f"{path}/decline", json={"reason": " "}, headers=officers[0]).json()["field"] == "reason"
    for headers in (operator, organ):
        for refused in ("/v1/referrals", path, "/v1/referrals:lanes", "/v1/referrals:statistics"):
            assert client.get(refused, headers=headers).status_code == 403
        assert client.post(f"{path}/confirm", headers=headers).status_code == 403
    client.post("/v1/webhooks", json={"url": "http://127.0.0.1:9/x", "topics": ["referral.political_legal"]})
    once = {**officers[0], "Idempotency-Key": "k-1"}
    assert {client.post(f"{path}/confirm", headers=once).status_code for _ in range(2)} == {200}
    again = client.post(f"{path}/confirm", headers=officers[0])
    assert (again.status_code, again.json()["title"]) == (409, "conflict")
    assert client.post(f"{path}/confirm", headers=officers[1], json={"note": "已核对"}).json()["status"] == "sent"
    shown = client.get(path, headers=officers[1]).json()
    assert shown["fields"]["citizen.phone"] == "13900000000"
    assert shown["referral"]["token"] is None
    assert client.post(f"{path}/receipts", json={"text": "收到"}, headers=organ).status_code == 404
    assert client.post(f"{path}/receipts", json={"text": "收到"}, headers=operator).status_code == 403
    taken = client.post(f"{path}/receipts", json={"text": "收到"}, headers=officers[0])
    assert (taken.status_code, taken.json()) == (201, {"id": one["id"], "status": "received", "receipts": 1})
    assert client.post(f"{path}/decline", json={"reason": "x"}, headers=officers[0]).status_code == 409
    figures = {lane["receiver"]: lane for lane in client.get("/v1/referrals:statistics", headers=officers[0]).json()}
    assert figures["political_legal"]["by_status"] == {"received": 1}
    assert client.get("/v1/referrals/nothing-pl", headers=officers[0]).status_code == 404
    assert client.post("/v1/referrals", json={"ticket_number": "1", "receiver": "x", "quote": "x"}).status_code == 422
