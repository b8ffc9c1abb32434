"""A server's cross-encoder says which article, never whether any; where it fails the own order stands, and says so."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from app.config import SearchServer
from app.domain.knowledge import Article, ScoredArticle
from app.understand.second_order import SecondOrder
from eval.bench.fake_openai import Behaviour, FakeOpenAI, Handler, Request, drops, hangs, serving
from models.base import BadOutput, ModelError, ModelTimeout, ModelUnavailable
from models.reranker.rerank_server import ServedReranker
from tests.conftest import service, settings_for

TODAY = date(2026, 11, 24)
ASKED = "身份证丢了怎么补"


def ranks(handler: Handler, body: Request) -> None:
    """Like what speaks of 换领, the rows in another order than asked."""
    rows = [{"index": i, "relevance_score": 0.9 if "换领" in text else 0.1} for i, text in enumerate(body["documents"])]
    handler.reply(200, json.dumps({"results": rows[::-1]}).encode())


def short(handler: Handler, body: Request) -> None:
    """Leave one out."""
    ranks(handler, {**body, "documents": body["documents"][1:]})


def logits(handler: Handler, body: Request) -> None:
    """Answer scores that are no probabilities."""
    rows = [{"index": i, "relevance_score": 7.5} for i in range(len(body["documents"]))]
    handler.reply(200, json.dumps({"results": rows}).encode())


def busy(handler: Handler, _: Request) -> None:
    """Be out of order."""
    handler.reply(503, b"{}")


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with serving(ranks) as made:
        yield made


def served(url: str, seconds: float = 5.0) -> ServedReranker:
    return ServedReranker(base_url=url, model="bge", api_key="k", seconds=seconds, break_seconds=60)


def scored(id_: str, body: str, fit: float) -> ScoredArticle:
    article = Article(id=id_, title=id_, source="某法", owner="police", body=body, status="published")
    return ScoredArticle(article=article, score=1.0, coverage=0.5, fit=fit)


def test_scores_come_in_the_order_of_the_texts(server: FakeOpenAI) -> None:
    with closing(served(server.url)) as reranker:
        assert reranker.scores(ASKED, ["补领", "换领", "挂失"]) == pytest.approx([0.1, 0.9, 0.1])
    assert server.requests == [{"model": "bge", "query": ASKED, "documents": ["补领", "换领", "挂失"], "top_n": 3}]


@pytest.mark.parametrize(
    ("mood", "error"),
    [
        (busy, ModelUnavailable),
        (short, BadOutput),
        (logits, BadOutput),
        (hangs, ModelTimeout),
        (drops, ModelUnavailable),
    ],
)
def test_a_failure_leaves_the_own_order_and_says_so(
    server: FakeOpenAI, mood: Behaviour, error: type[ModelError]
) -> None:
    server.behaviour = mood
    articles = (scored("a", "补领", 0.5), scored("b", "换领", 0.3))
    with closing(served(server.url, seconds=0.5)) as reranker:
        with pytest.raises(error):
            reranker.scores(ASKED, ["补领", "换领"])
        found = SecondOrder(reranker).reorder(ASKED, articles)
    assert found.articles == articles
    assert "重排序" in str(found.degraded_reason)
    assert len(server.requests) == 1, "a server that failed is left alone for a while"


def test_it_moves_the_probability_but_makes_none(server: FakeOpenAI) -> None:
    articles = (scored("a", "补领", 0.5), scored("b", "换领", 0.3), scored("c", "挂失", 0.0))
    with closing(served(server.url)) as reranker:
        found = SecondOrder(reranker).reorder(ASKED, articles)
    assert [one.article.id for one in found.articles] == ["b", "a", "c"]
    assert sum(one.fit for one in found.articles) == pytest.approx(0.8)
    assert found.articles[0].fit == pytest.approx(0.8 * 0.27 / 0.32)


def test_the_service_asks_it_and_answers_without_it(tmp_path: Path, server: FakeOpenAI) -> None:
    settings = settings_for(tmp_path)
    settings.rerank = SearchServer(base_url=server.url, model="bge", break_seconds=0.01)
    with closing(service(settings)) as flows:
        found = flows.live.look_up("俺那个证丢了", on=TODAY, area=None)
        server.behaviour = busy
        answer = flows.consultations.answer({"question": "退伍军人优待证怎么申请"}, received_at=flows.clock.now())
    assert found.degraded_reason is None
    assert len(server.requests[0]["documents"]) > 1
    assert server.requests[0]["documents"][0].count("\n"), "title and text"
    assert answer.degraded
    assert "重排序" in str(answer.degraded_reason)
