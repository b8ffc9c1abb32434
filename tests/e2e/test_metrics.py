"""What /metrics tells whoever runs the service: every ticket, every fallen-back result, every failure is in it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.config import ChatSettings, Settings
from app.main import create_app
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
