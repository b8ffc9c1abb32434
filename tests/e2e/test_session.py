"""What the console asks beside tickets: who reads, the city, the call behind a ticket, what is due, the shadow."""

import pytest
from fastapi.testclient import TestClient

from app.domain.access import Role
from app.flows.registry import Flows
from tests.factories import WATER

UNIT = "370400.water_supply"


@pytest.fixture
def number(client: TestClient) -> str:
    made = client.post("/v1/transcripts", json={**WATER, "called_at": "2026-09-01T09:00:00+08:00"}).json()
    found: str = made["tickets"][0]["ticket_number"]
    client.post(f"/v1/tickets/{found}/accept")
    client.post(f"/v1/tickets/{found}/assign", json={"unit": UNIT})
    return found


def test_the_service_tells_who_reads_the_city_and_what_is_behind_a_ticket(client: TestClient, number: str) -> None:
    flows: Flows = client.app.state.flows  # type: ignore[attr-defined]
    unit = {"X-API-Key": flows.access.create("water", roles=(Role.UNIT,), unit_code=UNIT)}
    me = client.get("/v1/me").json()
    assert (me["roles"], me["role_names"], me["unit"]) == (["admin"], ["系统管理员"], None)
    assert set(me["scopes"]) >= {"admin", "refer", "supervise"}
    mine = client.get("/v1/me", headers=unit).json()
    assert mine["unit"]["unit_code"] == UNIT
    assert mine["scopes"] == ["tickets:read", "tickets:write"]
    assert client.get("/v1/me", headers={"X-API-Key": "wrong"}).status_code == 401

    city = client.get("/v1/reference", headers=unit).json()
    assert "荆河街道" in next(one["towns"] for one in city["districts"] if one["name"] == "滕州市")
    assert UNIT in {one["unit_code"] for one in city["units"]}
    assert {"code": "010301", "path": ["城乡建设", "供水排水", "停水与水压不足"]} in city["leaves"]

    ticket = client.get(f"/v1/tickets/{number}").json()
    decided = {ticket["deadline"]["rule_id"], ticket["unit"]["rule_id"]}
    assert decided | {"water_supply.1", "pl.self_harm.intent", "di.model"} <= city["behind"].keys()
    assert city["behind"]["water_supply.1"] == "供水职责：供水故障抢修和停水通知"
    assert "4个工作日" in city["behind"][ticket["deadline"]["rule_id"]]
    call = client.get(f"/v1/tickets/{number}/transcript").json()
    for quote in (quote for quotes in ticket["evidence"].values() for quote in quotes):
        assert call["turns"][quote["turn"]]["text"][quote["start"] : quote["end"]] == quote["text"]
    assert client.get(f"/v1/tickets/{number}/transcript", headers=unit).status_code == 403

    due = client.get("/v1/supervision/due").json()
    assert (due["overdue"], [one["ticket_number"] for one in due["tickets"]]) == (1, [number])
    assert client.get("/v1/supervision/due", headers=unit).status_code == 403

    shadow = client.get("/v1/readings:compare").json()
    assert (shadow["calls"], shadow["same_unit"], shadow["differences"]) == (1, 1, [])
    assert client.post("/v1/demo", headers=unit).status_code == 403
