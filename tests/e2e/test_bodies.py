"""What a body may hold: odd calls are taken, what cannot be used is refused by name."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.factories import WATER, call, message

POST = "/v1/transcripts"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"id": NaN, "turns": []}',
        b'{"id": 1e999, "turns": []}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"id": "s", "turns": [{"speaker": "citizen", "text": "\\ud800"}]}',
        b'{"id": "\\ud800", "turns": []}',
        b'{"id": "s", "turns": [{"speaker": "citizen", "text": "\\u0000"}]}',
        b'{"id": "s", "turns": [], "called_at": "2026-13-01"}',
    ],
)
def test_malformed_bodies_are_refused_by_name(client: TestClient, raw: bytes) -> None:
    answer = client.post(POST, content=raw, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "payload",
    [
        call(call_id="empty"),
        call("您好", "", call_id="silent"),
        message("😀😀 路灯坏了 😡", call_id="emoji"),
        message("小區門口的路燈壞了，請儘快維修", call_id="traditional"),
        message("The street lamp near Guangming Road is broken, please fix it.", call_id="english"),
        message("路灯\x07坏\u200b了\r\n请修", call_id="control"),
        message("。" * 5000, call_id="dots"),
        message("1" * 5000, call_id="digits"),
        message("不是" * 2000, call_id="not"),
        message("好" * 100_000, call_id="long"),
        message("滕州市荆河街道善国路路灯不亮，希望尽快维修。" * 2_000, call_id="places"),
        {"id": "unknown-speaker", "turns": [{"speaker": "unknown", "text": "市中区停水了"}]},
    ],
    ids=lambda payload: payload["id"],
)
def test_odd_but_usable_calls_are_taken(client: TestClient, payload: dict[str, Any]) -> None:
    assert client.post(POST, json=payload).status_code == 201


def test_a_three_hour_call_is_taken(client: TestClient) -> None:
    talk = [
        "您好，请讲",
        "俺再跟你说说这个暖气的事，从11月15号到现在屋里一直就是十三四度，打了好几回电话也没人来修",
    ] * 900
    answer = client.post(POST, json=call(*talk, call_id="three-hours"))
    assert answer.status_code == 201
    assert len(answer.json()["tickets"][0]["content"]) <= 600


def test_ten_megabytes_are_too_much(client: TestClient) -> None:
    assert client.post(POST, json=message("水" * 3_600_000)).status_code == 413
    assert client.post(POST, json=message("水" * 400_000)).status_code == 413


@pytest.mark.parametrize("levels", [101, 300, 900])
def test_what_is_nested_too_deep_to_be_stored_is_refused(client: TestClient, levels: int) -> None:
    nested: Any = 1
    for _ in range(levels):
        nested = [nested]
    answer = client.post(POST, json={**WATER, "extra": nested})
    assert (answer.status_code, answer.json()["field"]) == (422, "extra")
    number = client.post(POST, json=WATER).json()["tickets"][0]["ticket_number"]
    said = {"ticket_number": number, "field": "wants", "verdict": "corrected", "right_value": nested}
    answer = client.post("/v1/feedback", json=said)
    assert (answer.status_code, answer.json()["field"]) == (422, "right_value")


def test_an_earlier_question_is_no_longer_than_a_question(client: TestClient) -> None:
    earlier = [{"role": "user", "content": "居住证怎么办理" * 300}]
    for path, body in (
        ("/v1/consultations", {"question": "要带什么？", "history": earlier}),
        ("/v1/chat/completions", {"messages": [*earlier, {"role": "user", "content": "要带什么？"}]}),
    ):
        answer = client.post(path, json=body)
        assert (answer.status_code, answer.json()["field"]) == (422, "history")


@pytest.mark.parametrize("headers", [{}, {"idempotency-key": "k-endless"}])
def test_a_body_of_unsaid_length_is_read_no_further_than_the_limit(client: TestClient, headers: dict[str, str]) -> None:
    chunk, read, answered = b" " * 2**20, 0, []

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += len(chunk)
        assert read < 2**25, "it reads on and on"
        return {"type": "http.request", "body": chunk, "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        answered.append(message)

    named = {"content-type": "application/json", "x-api-key": client.headers["X-API-Key"], **headers}
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": POST, "raw_path": b"",
        "query_string": b"", "root_path": "", "client": None, "server": None,
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }  # fmt: skip
    assert client.portal
    client.portal.call(client.app, scope, receive, send)
    assert answered[0]["status"] == 413
    assert "请求正文最大 10 MiB" in answered[1]["body"].decode()
