"""Other channels' requests in GeoReport v2, in JSON and XML, without anybody's personal data."""

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


def test_confidential_and_referred_requests_are_nobodys_to_see(client: TestClient) -> None:
    secret = {**FORM, "description": f"{FORM['description']}，别让别人知道是我反映的，给我保密"}
    number = client.post("/open311/v2/requests.json", data=secret).json()[0]["service_request_id"]
    assert client.get(f"/open311/v2/requests/{number}.json").status_code == 404
    assert client.get("/open311/v2/requests.json").json() == []
