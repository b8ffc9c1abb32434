"""A database that can only be read, as on a full disk: questions are answered, and what cannot be kept is refused."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from app.domain.errors import ServiceUnavailable
from app.flows.live_call import LiveCall
from app.flows.registry import Flows
from tests.factories import ADMIN, WATER


@contextmanager
def a_full_disk() -> Iterator[None]:
    def refuse(connection: Connection) -> None:
        if not connection.get_execution_options().get("reading"):
            raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))

    event.listen(Engine, "begin", refuse)
    try:
        yield
    finally:
        event.remove(Engine, "begin", refuse)


@pytest.fixture
def full_disk(client: TestClient) -> Iterator[None]:
    with a_full_disk():
        yield


@pytest.mark.usefixtures("full_disk")
def test_a_consultation_is_answered(client: TestClient) -> None:
    asked = {"question": "退伍军人优待证怎么申请"}
    answer = client.post("/v1/consultations", json=asked, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 200
    assert answer.json()["citations"]
    assert answer.json()["answer_id"] is None


@pytest.mark.usefixtures("full_disk")
def test_a_call_that_cannot_be_kept_is_no_ticket(client: TestClient) -> None:
    refused = client.post("/v1/transcripts", json=WATER)
    assert (refused.status_code, refused.json()["detail"]) == (503, "数据库暂时不可用，请稍后重试")


def test_a_call_left_alone_waits_until_it_can_be_kept(flows: Flows, monkeypatch: pytest.MonkeyPatch) -> None:
    def listener(_news: object) -> None:
        """Nobody listens any more."""

    call = flows.live_calls.open("left", {}, by="desk", listener=listener)
    assert isinstance(call, LiveCall)
    flows.live_calls.hear(call, {"index": 0, **WATER["turns"][1]}, listener=listener)
    monkeypatch.setattr("app.flows.live_call.LEFT_ALONE_S", -1.0)
    with a_full_disk(), pytest.raises(ServiceUnavailable):
        flows.live_calls.end_left_alone()
    assert flows.live_calls.end_left_alone() == 1
    assert [ticket.call_id for ticket in flows.tickets.page(after=None, limit=9, filters={}, by=ADMIN)] == ["left"]
