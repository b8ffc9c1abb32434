"""A database that can only be read, as on a full disk: questions are answered, and what cannot be kept is refused."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner

from app.cli import cli
from app.domain.errors import ServiceUnavailable
from app.flows.live_call import LiveCall
from app.flows.registry import Flows
from tests.factories import ADMIN, WATER


@contextmanager
def a_full_disk(*, reads: bool = True) -> Iterator[None]:
    """Refuse every write; without `reads` the database is away altogether."""

    def refuse(connection: Connection) -> None:
        if not (reads and connection.get_execution_options().get("reading")):
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


def test_an_import_stops_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad row is put aside; good ones are no bad rows for want of a database."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    source = tmp_path / "rows.csv"
    source.write_text("编号,内容\n1,荆河街道路灯坏了\n", "utf-8")
    assert CliRunner().invoke(cli, ["db", "upgrade"]).exit_code == 0
    command = ["import", str(source), "--columns", "id=编号,text=内容"]
    with a_full_disk():
        assert isinstance(CliRunner().invoke(cli, command).exception, ServiceUnavailable)
    assert "导入 1 行，工单 1 张" in CliRunner().invoke(cli, command).stdout


def test_the_demo_can_be_added_after_a_first_try_met_no_database(flows: Flows) -> None:
    for _ in range(2):
        with a_full_disk(reads=False), pytest.raises(ServiceUnavailable):
            flows.demo.add(lambda _done, _planned: None)
