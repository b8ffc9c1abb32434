"""Other channels' requests in GeoReport v2, in JSON and XML, without anybody's personal data."""

from typing import Any
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from tests.conftest import KEY

FORM = {
    "api_key": KEY,
    "service_code": "010804",
    "description": "薛城区临城街道燕山路路灯不亮，请维修",
    "phone": "13900000000",
    "first_name": "三",
}


def test_the_services_are_the_leaves_of_the_categories(client: TestClient) -> None:
    services = client.get("/open311/v2/services.json").json()
    assert len(services) > 200
    one = client.get(f"/open311/v2/services/{services[0]['service_code']}.xml")
    assert ElementTree.fromstring(one.content).findtext("service/service_name") == services[0]["service_name"]
    assert client.get("/open311/v2/services/nothing.json").status_code == 404


def test_a_request_comes_back_with_its_public_state_only(client: TestClient) -> None:
    made = client.post("/open311/v2/requests.json", data=FORM).json()
    number = made[0]["service_request_id"]
    read = client.get(f"/open311/v2/requests/{number}.json")
    assert read.json()[0]["status"] == "open"
    assert "13900000000" not in read.text
    listed = client.get("/open311/v2/requests.xml", params={"status": "open"})
    assert ElementTree.fromstring(listed.content).findtext("request/service_request_id") == number
    assert client.get("/open311/v2/requests.json", params={"status": "closed"}).json() == []
    client.post(f"/v1/tickets/{number}/direct_answer", json={"text": "已修好", "note": "内部备注"})
    closed = client.get("/open311/v2/requests.json", params={"service_request_id": number})
    assert (closed.json()[0]["status"], closed.json()[0]["status_notes"]) == ("closed", "已修好")
    assert "内部备注" not in closed.text
    call_id = client.get(f"/v1/tickets/{number}").json()["call_id"]
    assert client.get(f"/open311/v2/tokens/{call_id}.json").json()[0]["service_request_id"] == number


def test_who_is_declined_reads_why(client: TestClient) -> None:
    number = client.post("/open311/v2/requests.json", data=FORM).json()[0]["service_request_id"]
    client.post(f"/v1/tickets/{number}/decline", json={"reason": "已进入诉讼程序，请向受理法院反映"})
    (told,) = client.get(f"/open311/v2/requests/{number}.json").json()
    assert (told["status"], told["status_notes"]) == ("closed", "已进入诉讼程序，请向受理法院反映")


def test_an_answer_to_a_joined_request_is_public_and_who_asked_is_not(client: TestClient) -> None:
    main, member = (
        client.post("/open311/v2/requests.json", data=FORM).json()[0]["service_request_id"] for _ in range(2)
    )
    version = {"If-Match": '"1"'}
    assert client.patch(f"/v1/tickets/{member}", json={"citizen.name": "裴秀兰"}, headers=version).status_code == 200
    assert client.post(f"/v1/tickets/{member}/merge", json={"into": main}).status_code == 200
    assert client.get(f"/open311/v2/requests/{member}.json").json()[0]["status"] == "open"
    client.post(f"/v1/tickets/{main}/direct_answer", json={"text": "裴秀兰您好，已修好，已致电13900000000"})
    (told,) = client.get(f"/open311/v2/requests/{member}.json").json()
    assert (told["status"], told["status_notes"]) == ("closed", "裴某您好，已修好，已致电139****0000")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"service_code": "no"}, 400),
        ({"description": ""}, 400),
        ({"api_key": "wrong"}, 403),
        ({"lat": "north", "long": "1"}, 400),
        ({"lat": "91", "long": "1"}, 400),
    ],
)
def test_faults_come_in_the_form_of_the_standard(client: TestClient, changes: dict[str, str], status: int) -> None:
    headers = {"X-API-Key": ""}
    answer = client.post("/open311/v2/requests.xml", data={**FORM, **changes}, headers=headers)
    assert answer.status_code == status
    assert ElementTree.fromstring(answer.content).findtext("error/code") == str(status)


SENT = {
    "no key": ("POST", "requests.xml", {"content": "service_code=010804"}, 403),
    "not a form": ("POST", "requests.xml", {"files": {"media": b"x"}}, 400),
    "not UTF-8": ("POST", "requests.xml", {"content": b"service_code=\xff"}, 400),
    "too large": ("POST", "requests.xml", {"content": b"x" * (10 * 1024 * 1024 + 1)}, 400),
    "key of a repeat": ("POST", "requests.xml", {"headers": {"Idempotency-Key": "x" * 201}}, 400),
    "a format of nobody": ("GET", "services.yaml", {}, 400),
    "no such page": ("GET", "nothing.xml", {}, 404),
    "no such method": ("DELETE", "requests.xml", {}, 405),
}


@pytest.mark.parametrize(("method", "path", "sent", "status"), SENT.values(), ids=SENT)
def test_whatever_goes_wrong_is_told_in_the_form_of_the_standard(
    client: TestClient, method: str, path: str, sent: dict[str, Any], status: int
) -> None:
    del client.headers["X-API-Key"]
    form = {"Content-Type": "application/x-www-form-urlencoded"} if "content" in sent else {}
    answer = client.request(method, f"/open311/v2/{path}", **{"headers": form, **sent})
    assert answer.status_code == status
    if path.endswith(".xml"):
        assert ElementTree.fromstring(answer.content).findtext("error/code") == str(status)
    else:
        assert [error["code"] for error in answer.json()] == [status]


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"start_date": "yesterday"}, "start_date"), ({"status": "done"}, "status"), ({"service_code": "no"}, "no")],
)
def test_what_cannot_be_looked_for_is_named(client: TestClient, asked: dict[str, str], field: str) -> None:
    answer = client.get("/open311/v2/requests.json", params=asked)
    assert answer.status_code in (400, 404)
    assert field in answer.json()[0]["description"]


def test_an_unknown_number_does_not_hide_the_known_ones(client: TestClient) -> None:
    number = client.post("/open311/v2/requests.json", data=FORM).json()[0]["service_request_id"]
    found = client.get("/open311/v2/requests.json", params={"service_request_id": f"1,{number}"}).json()
    assert [one["service_request_id"] for one in found] == [number]
    assert client.get("/open311/v2/requests.json", params={"service_request_id": "1,2"}).status_code == 404


def test_who_asks_is_on_the_ticket_and_not_in_public(client: TestClient) -> None:
    form = {**FORM, "first_name": "秀兰", "last_name": "裴"}
    number = client.post("/open311/v2/requests.json", data=form).json()[0]["service_request_id"]
    citizen = client.get(f"/v1/tickets/{number}").json()["citizen"]
    assert (citizen["name"], citizen["phone"]) == ("裴秀兰", "13900000000")
    assert "裴秀兰" not in client.get(f"/open311/v2/requests/{number}.json").text


def test_demo_tickets_are_nobodys_requests(client: TestClient) -> None:
    call = {"id": "d-1", "demo": True, "turns": [{"speaker": "citizen", "text": FORM["description"]}]}
    number = client.post("/v1/transcripts", json=call).json()["tickets"][0]["ticket_number"]
    assert client.get("/open311/v2/requests.json").json() == []
    assert client.get(f"/open311/v2/requests/{number}.json").status_code == 404


def test_confidential_and_referred_requests_are_nobodys_to_see(client: TestClient) -> None:
    secret = {**FORM, "description": f"{FORM['description']}，别让别人知道是我反映的，给我保密"}
    number = client.post("/open311/v2/requests.json", data=secret).json()[0]["service_request_id"]
    assert client.get(f"/open311/v2/requests/{number}.json").status_code == 404
    assert client.get("/open311/v2/requests.json").json() == []
