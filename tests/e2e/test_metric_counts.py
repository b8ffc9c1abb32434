"""What /metrics tells whoever runs the service: every ticket, every fallen-back result, every failure is in it."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog
from anyio.to_thread import current_default_thread_limiter
from fastapi.testclient import TestClient

from app.api.middleware import LARGEST_BODY
from app.config import ChatSettings, Settings
from app.main import create_app
from app.observability import configure_logging
from tests.conftest import KEY, embedded, settings_for
from tests.factories import WATER


def figure(client: TestClient, name: str) -> float:
    """Return one figure, 0 where it does not stand there."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0


@contextmanager
def serving(settings: Settings) -> Iterator[TestClient]:
    app = create_app(settings, embedded())
    with TestClient(app, headers={"X-API-Key": KEY}, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def without_its_model(tmp_path: Path) -> Iterator[TestClient]:
    settings = settings_for(tmp_path)
    settings.chat = ChatSettings(
        engine="llm", base_url="http://127.0.0.1:1/v1", model="gone", connect_seconds=0.2, attempts=1, break_after=100
    )
    with serving(settings) as client:
        yield client


def test_every_result_that_fell_back_is_counted_by_what_it_is(without_its_model: TestClient) -> None:
    client = without_its_model
    for result in ("intake", "consultation", "paragraph"):
        assert 'hotline_degraded_total{result="' + result + '"} 0.0' in client.get("/metrics").text
    taken = client.post("/v1/transcripts", json=WATER).json()
    answer = client.post("/v1/consultations", json={"question": "居住证怎么办理"}).json()
    assert (taken["degraded"], answer["degraded"]) == (True, True)
    assert client.post("/v1/analytics/reports", json={"kind": "daily"}).status_code == 201
    for result in ("intake", "consultation", "paragraph"):
        assert figure(client, f'hotline_degraded_total{{result="{result}"}}') == 1, result


def test_a_ticket_of_another_channel_is_counted_too(client: TestClient) -> None:
    form = {"service_code": "010804", "description": "薛城区临城街道燕山路路灯不亮，请维修", "api_key": KEY}
    assert client.post("/open311/v2/requests.json", data=form).status_code == 200
    made = sum(float(n) for n in re.findall(r"^hotline_tickets_total\{\S+ (\S+)$", client.get("/metrics").text, re.M))
    assert made == 1


def test_a_request_that_fails_is_counted_as_a_failure(settings: Settings) -> None:
    with serving(settings) as client:
        client.app.state.flows.upkeep.gaps = None  # type: ignore[attr-defined]
        assert client.get("/v1/knowledge/gaps").status_code == 500
        assert figure(client, 'hotline_requests_total{route="/v1/knowledge/gaps",status="500"}') == 1


def test_a_request_that_is_too_large_is_the_callers_fault(client: TestClient) -> None:
    for headers in ({}, {"Idempotency-Key": "k"}):
        answer = client.post("/v1/transcripts", content=b" " * (LARGEST_BODY + 1), headers=headers)
        assert (answer.status_code, answer.headers["X-Trace-Id"]) == (413, answer.json()["trace_id"])
    told = client.get("/metrics").text
    assert re.search(r'hotline_requests_total\{route="\S+",status="413"\}', told)
    assert 'status="500"' not in told


def test_the_process_is_alive_while_every_thread_waits_for_the_database(client: TestClient) -> None:
    async def take_all(waiting: list[object]) -> None:
        limiter = current_default_thread_limiter()
        while limiter.available_tokens > 0:
            waiting.append(object())
            limiter.acquire_on_behalf_of_nowait(waiting[-1])

    async def free(waiting: list[object]) -> None:
        for one in waiting:
            current_default_thread_limiter().release_on_behalf_of(one)

    waiting: list[object] = []
    assert client.portal is not None
    client.portal.call(take_all, waiting)
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(client.get, path) for path in ("/healthz", "/metrics")]
        try:
            assert [one.result(timeout=5).status_code for one in asked] == [200, 200]
        finally:
            client.portal.call(free, waiting)


def test_the_log_says_when_with_the_zone_of_the_city(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    structlog.get_logger().warning("seen")
    structlog.reset_defaults()  # the stream of this test is closed after it
    told = json.loads(capsys.readouterr().err)
    assert (told["event"], datetime.fromisoformat(told["timestamp"]).utcoffset()) == ("seen", timedelta(hours=8))
