"""Whatever happens on the language model's side, every call ends in a complete ticket within the limit."""

import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.config import ChatSettings, SearchServer, Settings
from app.domain.ticket import IntakeResult, Ticket
from app.flows.registry import Flows
from eval.bench.fake_openai import (
    Behaviour,
    FakeOpenAI,
    babbles,
    cuts_off,
    drips,
    drops,
    hangs,
    refuses,
    serving,
    thinks_forever,
    writes,
)
from tests.conftest import service
from tests.factories import ADMIN, WATER, call
from tests.fakes import EMPTY_TICKET, claim, passage

LIMIT = 1.5
GRACE = 1.0
"""For the embedded engine, the store and a busy machine."""
UNLIKE = {"ticket_number", "call_id", "created_at", "deadline", "duplicates"}
"""Of two tickets of one call in two stores: what differs by time and number alone."""


def chat_settings(folder: Path, *urls: str, **changes: Any) -> Settings:
    quick = {"seconds": LIMIT, "connect_seconds": 0.3, "read_seconds": 0.5, "break_after": 100, **changes}
    chat = ChatSettings(engine="llm", base_url=",".join(urls), model="fake", **quick)
    return Settings(data_dir=folder, chat=chat)


@contextmanager
def llm_flows(folder: Path, *urls: str, **changes: Any) -> Iterator[Flows]:
    flows = service(chat_settings(folder, *urls, **changes))
    yield flows
    flows.close()


@pytest.fixture
def embedded(flows: Flows) -> Callable[[dict[str, Any]], IntakeResult]:
    return flows.intake.run


def shown(ticket: Ticket) -> dict[str, Any]:
    return ticket.model_dump(mode="json", exclude=UNLIKE)


def good(request: Any) -> str:
    """Write a true title for every demand the prompt names: the number of the place in it."""
    told = request["messages"][1]["content"]
    tickets = []
    for number, matter in enumerate(re.findall(r"<<<诉求\d+（.*?\n(.*?)\n诉求", told)):
        title = passage(matter[:24], (1, matter[:12]))
        tickets.append({**EMPTY_TICKET, "demand": number, "title": title})
    return json.dumps({"tickets": tickets}, ensure_ascii=False)


def wrong_enum(_request: Any) -> str:
    return json.dumps({"tickets": [{**EMPTY_TICKET, "kind": claim(1, "停水", "emergency")}]}, ensure_ascii=False)


FAULTS: dict[str, tuple[Behaviour, str]] = {
    "hangs": (hangs, "大模型未在时限内答复"),
    "drips": (drips, "大模型未在时限内答复"),
    "killed within the answer": (drops, "大模型服务不可用"),
    "garbage": (babbles, "大模型的输出不合要求"),
    "thoughts alone": (thinks_forever, "大模型的输出不合要求"),
    "half JSON": (cuts_off(good), "大模型的输出不合要求"),
    "wrong enum": (writes(wrong_enum), "大模型的输出不合要求"),
    "429 storm": (refuses(429), "大模型服务不可用"),
    "500": (refuses(500), "大模型服务不可用"),
    "full disk": (refuses(500, "No space left on device"), "大模型服务不可用"),
    "refuses": (refuses(400), "大模型服务没有接受这次请求"),
    "wrong key": (
        refuses(401),
        "大模型服务不认密钥、模型名或地址，请核对 CHAT__API_KEY、CHAT__MODEL、CHAT__BASE_URL",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_ends_in_a_complete_degraded_ticket(
    fault: str, tmp_path: Path, embedded: Callable[[dict[str, Any]], IntakeResult]
) -> None:
    behaviour, reason = FAULTS[fault]
    with serving(behaviour) as server, llm_flows(tmp_path / "llm", server.url) as flows:
        started = time.monotonic()
        result = flows.intake.run(WATER)
        taken = time.monotonic() - started
        assert server.requests
    assert taken < LIMIT + GRACE
    assert (result.engine, result.degraded, result.degraded_reason) == ("embedded", True, reason)
    assert [shown(t) for t in result.tickets] == [shown(t) for t in embedded(WATER).tickets]


def test_the_log_says_why_the_model_did_not_answer_and_nothing_that_was_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(refuses(401, "幸福家园")) as server, llm_flows(tmp_path, server.url) as flows:
        flows.intake.run(WATER)
    assert f"language model at {server.url}: ModelUnknown the server answered 401" in caplog.text
    assert "幸福家园" not in caplog.text


def test_a_server_that_is_gone_costs_almost_nothing(tmp_path: Path) -> None:
    with serving(hangs) as server:
        url = server.url
    with llm_flows(tmp_path, url) as flows:
        started = time.monotonic()
        result = flows.intake.run(WATER)
        assert time.monotonic() - started < LIMIT
    assert result.degraded_reason == "大模型服务不可用"
    assert result.tickets[0].place.detail == "幸福家园13号楼2单元"


def test_a_server_killed_between_calls_is_noticed_once_then_left_alone(tmp_path: Path) -> None:
    with serving(refuses(500)) as server, llm_flows(tmp_path, server.url, break_after=3) as flows:
        results = [flows.intake.run(call("您好", f"光明路{i}号路灯坏了", call_id=f"k-{i}")) for i in range(5)]
        assert len(server.requests) == 3
    assert all(result.degraded and result.tickets for result in results)


def test_the_model_answers_and_the_result_says_so(tmp_path: Path) -> None:
    with serving(writes(good)) as server, llm_flows(tmp_path, server.url, seconds=10) as flows:
        result = flows.intake.run(WATER)
        stored = flows.tickets.get(result.tickets[0].ticket_number, by=ADMIN)
        event = flows.tickets.history(stored.ticket_number, by=ADMIN)[0]
    assert (result.engine, result.degraded) == ("llm", False)
    assert result.model.startswith("fake@served+")
    assert result.prompt_version is not None
    assert result.prompt_version.startswith("ticket/v2@")
    assert event.data["prompt_version"] == result.prompt_version
    assert stored == result.tickets[0]


def test_a_call_without_demand_asks_no_model(tmp_path: Path) -> None:
    with serving(writes(good)) as server, llm_flows(tmp_path, server.url) as flows:
        result = flows.intake.run(call("您好", "打错了打错了"))
        assert (server.requests, result.degraded, result.tickets) == ([], False, ())


def test_no_transaction_is_open_while_the_model_writes(tmp_path: Path) -> None:
    """Another writer gets through at once while a model hangs: with one open, SQLite would make it wait."""
    with serving(hangs) as server, llm_flows(tmp_path, server.url, seconds=3, read_seconds=3) as flows:
        with ThreadPoolExecutor(1) as pool:
            slow = pool.submit(flows.intake.run, WATER)
            while not server.requests:
                time.sleep(0.01)
            started = time.monotonic()
            flows.access.create("during", ())
            assert time.monotonic() - started < 1.0
            assert not slow.done()
            assert slow.result().degraded


@pytest.mark.parametrize("behaviour", [writes(good), hangs, refuses(429)], ids=["good", "hangs", "429"])
def test_fifty_calls_at_once_lose_nothing(behaviour: Behaviour, tmp_path: Path) -> None:
    calls = [call("您好", f"市中区光明路{i}号院门口路灯坏了三天，希望修一下", call_id=f"c-{i}") for i in range(50)]
    with serving(behaviour) as server, llm_flows(tmp_path, server.url, seconds=4, concurrency=8) as flows:
        with ThreadPoolExecutor(50) as pool:
            results = list(pool.map(flows.intake.run, calls))
        kept = {t.ticket_number for t in flows.tickets.page(after=None, limit=100, filters={}, by=ADMIN)}
        if behaviour is not hangs:  # a server does not notice that a hung request was given up
            assert server.most_at_once <= 8
    assert [r.call_id for r in results] == [c["id"] for c in calls]
    assert all(len(r.tickets) == 1 and f"光明路{i}号" in r.tickets[0].content for i, r in enumerate(results))
    assert kept == {t.ticket_number for r in results for t in r.tickets}


def test_a_faulty_endpoint_beside_a_good_one_goes_unnoticed(tmp_path: Path) -> None:
    with serving(refuses(503)) as bad, serving(writes(good)) as well:
        with llm_flows(tmp_path, bad.url, well.url, seconds=10, break_after=2) as flows:
            calls = [call("您好", f"市中区光明路{i}号院门口路灯坏了", call_id=f"e-{i}") for i in range(12)]
            results = [flows.intake.run(c) for c in calls]
    assert not any(result.degraded for result in results)
    assert isinstance(bad, FakeOpenAI)
    assert len(bad.requests) <= 2


def test_the_setting_needs_a_server_and_a_model() -> None:
    with pytest.raises(ValueError, match="CHAT__BASE_URL"):
        ChatSettings(engine="llm")


@pytest.mark.parametrize("url", ["host:8000/v1", ",", "http://a/v1,b/v1", "http://"])
def test_an_address_that_nothing_can_be_sent_to_stops_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="CHAT__BASE_URL 应为 http://"):
        ChatSettings(engine="llm", model="x", base_url=url)
    with pytest.raises(ValueError, match="应为 http://"):
        SearchServer(model="x", base_url=url)
