"""The same request under the same Idempotency-Key: one answer, and nothing done twice."""

from concurrent.futures import ThreadPoolExecutor

from fastapi.testclient import TestClient

from tests.factories import WATER

POST = "/v1/transcripts"


def test_an_answer_is_not_repeated_for_a_revoked_key(client: TestClient) -> None:
    access = client.app.state.flows.access  # type: ignore[attr-defined]
    headers = {"X-API-Key": access.create("channel", ["intake:write"]), "Idempotency-Key": "k-3"}
    assert client.post(POST, json=WATER, headers=headers).status_code == 201
    assert client.post(POST, json=WATER, headers=headers).status_code == 201
    access.revoke("channel")
    answer = client.post(POST, json=WATER, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (401, "unauthenticated")


def test_an_idempotency_key_answers_once(client: TestClient) -> None:
    number = client.post(POST, json=WATER).json()["tickets"][0]["ticket_number"]
    headers = {"Idempotency-Key": "k-1"}
    first = client.post(f"/v1/tickets/{number}/accept", headers=headers)
    again = client.post(f"/v1/tickets/{number}/accept", headers=headers)
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert client.post(f"/v1/tickets/{number}/accept").status_code == 409
    assert client.post(f"/v1/tickets/{number}/accept", json={"x": 1}, headers=headers).status_code == 409


def test_repeats_that_cross_are_one_request(client: TestClient) -> None:
    number = client.post(POST, json=WATER).json()["tickets"][0]["ticket_number"]
    path, headers = f"/v1/tickets/{number}/follow_up", {"Idempotency-Key": "k"}
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(client.post, path, json={"text": "催一下"}, headers=headers) for _ in range(8)]
    assert {one.result().status_code for one in sent} == {200}
    assert len(client.get(f"/v1/tickets/{number}/history").json()) == 2


def test_an_answer_repeated_under_its_key_keeps_type_and_version(client: TestClient) -> None:
    number = client.post(POST, json=WATER).json()["tickets"][0]["ticket_number"]
    for path, body, accept in (
        ("/v1/consultations", {"question": "新生儿落户需要什么材料？"}, "text/event-stream"),
        (f"/v1/tickets/{number}/accept", {}, "application/json"),
    ):
        headers = {"Idempotency-Key": "k-2", "Accept": accept}
        first, again = (client.post(path, json=body, headers=headers) for _ in range(2))
        assert first.text == again.text
        for name in ("content-type", "etag"):
            assert first.headers.get(name) == again.headers.get(name)
