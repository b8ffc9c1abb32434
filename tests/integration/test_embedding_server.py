"""Vectors of a server beside our own: they propose articles, and where the server fails ours answer and say so."""

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from app.config import SearchServer, Settings
from app.flows.registry import Flows
from eval.bench.fake_openai import Behaviour, FakeOpenAI, Handler, Request, drops, hangs, serving
from models.base import BadOutput, ModelError, ModelTimeout, ModelUnavailable
from models.embedding.openai_server import ServedEmbedder
from tests.conftest import service, settings_for

TODAY = date(2026, 11, 24)
NOW = {"question": "退伍军人优待证怎么申请"}
WORDS = ("蜂箱", "优待证", "身份证", "公积金", "彩礼")
"""What the server's vectors tell apart; it knows that 养蜜蜂的匣子 are 蜂箱."""


def vector(text: str) -> list[float]:
    counts = [float(text.replace("养蜜蜂的匣子", "蜂箱").count(word)) for word in WORDS]
    return [*counts, 0.1]


def vectors_of(handler: Handler, body: Request) -> None:
    """Answer well, the rows in another order than asked."""
    rows = [{"index": i, "embedding": vector(text)} for i, text in enumerate(body["input"])][::-1]
    handler.reply(200, json.dumps({"data": rows}).encode())


def short(handler: Handler, body: Request) -> None:
    """Leave one out."""
    vectors_of(handler, {**body, "input": body["input"][1:]})


def mad(handler: Handler, _: Request) -> None:
    """Answer no JSON."""
    handler.reply(200, b"vectors")


def busy(handler: Handler, _: Request) -> None:
    """Be out of order."""
    handler.reply(503, b"{}")


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with serving(vectors_of) as made:
        yield made


def served(url: str, seconds: float = 5.0) -> ServedEmbedder:
    return ServedEmbedder(base_url=url, model="m", api_key="k", seconds=seconds, break_seconds=60)


def with_server(folder: Path, url: str) -> Settings:
    settings = settings_for(folder)
    settings.embed = SearchServer(base_url=url, model="bge", break_seconds=0.01)
    return settings


@contextmanager
def running(folder: Path, url: str) -> Iterator[Flows]:
    with closing(service(with_server(folder, url))) as flows:
        yield flows


def reason(flows: Flows, question: str = NOW["question"]) -> str | None:
    return flows.live.look_up(question, on=TODAY, area=None).degraded_reason


def caught_up(flows: Flows) -> bool:
    end = time.monotonic() + 60
    while reason(flows) and time.monotonic() < end:
        time.sleep(0.3)
    return reason(flows) is None


def test_vectors_come_in_order_and_of_unit_length(server: FakeOpenAI) -> None:
    with closing(served(server.url)) as embedder:
        vectors = embedder.embed(["蜂箱"] * 70 + ["彩礼"])
    assert vectors.shape == (71, 6)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    assert vectors[0, 0] > 0.9
    assert vectors[70, 4] > 0.9
    assert [(len(asked["input"]), asked["model"]) for asked in server.requests] == [(64, "m"), (7, "m")]


@pytest.mark.parametrize(
    ("mood", "error"),
    [(busy, ModelUnavailable), (mad, BadOutput), (short, BadOutput), (hangs, ModelTimeout), (drops, ModelUnavailable)],
)
def test_a_server_that_fails_is_left_alone_for_a_while(
    server: FakeOpenAI, mood: Behaviour, error: type[ModelError]
) -> None:
    server.behaviour = mood
    with closing(served(server.url, seconds=0.5)) as embedder:
        with pytest.raises(error):
            embedder.embed(["蜂箱"])
        server.behaviour = vectors_of
        with pytest.raises(ModelUnavailable, match="刚刚未能作答"):
            embedder.embed(["蜂箱"])
    assert len(server.requests) == 1


@pytest.mark.slow
def test_the_server_proposes_what_our_vectors_do_not_know_and_its_failure_is_told(
    tmp_path: Path, server: FakeOpenAI
) -> None:
    with running(tmp_path, server.url) as flows:
        assert caught_up(flows)
        body = "备案要照片（《蜂箱管理办法》第三条）。"
        made = {"id": "beehive", "title": "蜂箱备案", "source": "蜂箱管理办法", "owner": "agriculture", "body": body}
        flows.knowledge.create(made, actor="甲")
        flows.knowledge.step("beehive", "submit", actor="甲", expected_version=1)
        flows.knowledge.step("beehive", "publish", actor="乙", expected_version=2)
        odd = "养蜜蜂的匣子去哪报备"
        flows.live.search(odd, on=TODAY, area=None)
        end = time.monotonic() + 20
        while "beehive" not in ids(flows, odd) and time.monotonic() < end:
            time.sleep(0.3)
        assert "beehive" in ids(flows, odd)
        whole = flows.consultations.answer(NOW, received_at=flows.clock.now())
        assert (whole.degraded, bool(whole.citations)) == (False, True)
        server.behaviour = busy
        alone = flows.consultations.answer(NOW, received_at=flows.clock.now())
        assert alone.citations == whole.citations
        assert alone.degraded
        assert "内置向量" in str(alone.degraded_reason)
        server.behaviour = vectors_of
        assert caught_up(flows)
    sent = len(server.requests)
    with running(tmp_path, server.url) as again:
        assert caught_up(again)
        assert "beehive" in ids(again, odd)
    assert len(server.requests) - sent < 20, "what the folder holds is not asked for again"


def ids(flows: Flows, question: str) -> list[str]:
    return [one.article.id for one in flows.live.search(question, on=TODAY, area=None)]


def test_without_the_server_everything_is_answered_and_says_so(tmp_path: Path) -> None:
    with running(tmp_path, "http://127.0.0.1:9/v1") as flows:
        answer = flows.consultations.answer(NOW, received_at=flows.clock.now())
    assert answer.citations
    assert answer.degraded
