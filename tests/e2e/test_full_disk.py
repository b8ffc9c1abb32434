"""A database that can only be read, as on a full disk: questions are answered, and what cannot be kept is refused."""

import sqlite3
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from tests.factories import WATER


@pytest.fixture
def full_disk(client: TestClient) -> Iterator[None]:
    def refuse(connection: Connection) -> None:
        if not connection.get_execution_options().get("reading"):
            raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))

    event.listen(Engine, "begin", refuse)
    yield
    event.remove(Engine, "begin", refuse)


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
