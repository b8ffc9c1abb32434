"""The figures over HTTP: read, drilled into, exported, refused."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from app.api.sheets import csv_lines, xlsx_bytes
from app.domain.access import Role
from app.flows.registry import Flows
from tests.factories import call

LAMPS = "滕州市荆河街道善国路的路灯全都不亮，希望尽快维修"
TODAY = datetime.now(UTC).date()
PERIOD = {"from": str(TODAY - timedelta(days=1)), "to": str(TODAY + timedelta(days=1))}


def test_a_figure_leads_to_its_tickets_and_its_table(client: TestClient) -> None:
    made = client.post("/v1/transcripts", json=call("您好", LAMPS)).json()["tickets"][0]["ticket_number"]
    flows: Flows = client.app.state.flows  # type: ignore[attr-defined]
    flows.analytics.follow()
    found: dict[str, Any] = client.get("/v1/analytics/indicators", params=PERIOD | {"group_by": "district"}).json()
    assert found["total"]["tickets"] == 1
    assert found["total"]["satisfaction_rate"] is None, "nobody was asked yet"
    assert [group["label"] for group in found["groups"]] == ["滕州市"]
    listed = client.get("/v1/tickets", params=found["groups"][0]["query"]).json()["tickets"]
    assert [ticket["ticket_number"] for ticket in listed] == [made]

    table = client.get("/v1/analytics/indicators:export", params=PERIOD | {"group_by": "unit"})
    assert table.text.splitlines()[0].lstrip("\ufeff").startswith("分组,受理,")
    assert table.text.splitlines()[-1].startswith("合计,1,")
    sheet = client.get("/v1/analytics/indicators:export", params=PERIOD | {"kind": "xlsx"})
    total = list(load_workbook(io.BytesIO(sheet.content)).worksheets[0].iter_rows())[-1]
    assert [cell.value for cell in total[:5]] == ["合计", 1, 1, 0, 0], "numbers to reckon with"


def test_a_share_is_a_number_in_a_workbook_and_per_cent_to_the_eye() -> None:
    row = ("滕州市", 4, 0.75, None)
    assert list(csv_lines(("分组",), [row]))[1] == "滕州市,4,75.0%,\r\n"
    cells = load_workbook(io.BytesIO(xlsx_bytes(("分组",), [row]))).worksheets[0][2]
    assert [cell.value for cell in cells[:3]] == ["滕州市", 4, 0.75]
    assert cells[2].number_format == "0.0%"


@pytest.mark.parametrize(
    ("params", "field"),
    [({}, "from"), (PERIOD | {"to": "2026-02-31"}, "to"), (PERIOD | {"from": "0000-01-01"}, "from")],
)
def test_a_wrong_period_names_its_field(client: TestClient, params: dict[str, str], field: str) -> None:
    answer = client.get("/v1/analytics/indicators", params=params)
    assert answer.status_code == 422
    assert field in answer.text


def test_units_have_no_view_of_the_city(client: TestClient) -> None:
    flows: Flows = client.app.state.flows  # type: ignore[attr-defined]
    secret = flows.access.create("unit", (), roles=(Role.UNIT,), unit_code="370400.housing")
    answer = client.get("/v1/analytics/indicators", params=PERIOD, headers={"X-API-Key": secret})
    assert answer.status_code == 403


def test_views_are_offered(client: TestClient) -> None:
    names = [view["name"] for view in client.get("/v1/analytics/views").json()]
    assert names[:7] == ["民生·教育", "民生·医疗", "民生·养老", "民生·住房", "民生·就业", "民生·出行", "营商环境"]


def test_words_warnings_and_reports_are_read_over_http(client: TestClient) -> None:
    client.post("/v1/transcripts", json=call("您好", LAMPS))
    client.app.state.flows.analytics.follow()  # type: ignore[attr-defined]
    assert client.get("/v1/analytics/hot-words", params=PERIOD).json() == []
    assert client.get("/v1/analytics/warnings", params=PERIOD).json() == []
    assert client.post("/v1/analytics/warnings/7/acknowledge").status_code == 404
    asked = {"kind": "topical", "topic": "照明", **PERIOD}
    made = client.post("/v1/analytics/reports", json=asked).json()
    assert (made["title"], made["from"], made["to"]) == ("照明专报", PERIOD["from"], PERIOD["to"])
    assert [one["id"] for one in client.get("/v1/analytics/reports").json()] == [made["id"]]
    page = client.get(f"/v1/analytics/reports/{made['id']}")
    assert "滕州市" in page.text
    file = client.get(f"/v1/analytics/reports/{made['id']}", params={"format": "pdf"})
    assert file.content.startswith(b"%PDF")
    assert "attachment" in file.headers["content-disposition"]
    of_part = client.post("/v1/analytics/reports", json=asked | {"district": "滕州"}).json()
    assert "滕州市" in client.get(f"/v1/analytics/reports/{of_part['id']}").text, "a district by any of its names"
    assert client.post("/v1/analytics/reports", json=asked | {"district": "济南市"}).status_code == 422
    refused = client.post("/v1/analytics/reports", json={"kind": "yearly"})
    assert (refused.status_code, "kind" in refused.text) == (422, True)
