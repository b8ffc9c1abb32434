"""The chat adapter against a server on the loopback that behaves badly: every call ends in time, by a named error."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import BaseModel

from eval.bench.fake_openai import (
    Behaviour,
    FakeOpenAI,
    babbles,
    completion,
    drips,
    drops,
    hangs,
    refuses,
    serving,
    thinks_forever,
    writes,
)
from models.base import (
    BadOutput,
    ChatMessage,
    ModelBusy,
    ModelError,
    ModelRefused,
    ModelTimeout,
    ModelUnavailable,
    ModelUnknown,
)
from models.chat.limits import ChatLimits
from models.chat.vllm_server import VllmServer, connect

QUICK = ChatLimits(
    connect_seconds=0.3, read_seconds=0.4, first_wait_seconds=0.01, longest_wait_seconds=0.05, break_seconds=0.3
)
HANGING_S = 10
"""Far beyond any limit above, and far below what a hanging server takes."""
ASKED = [ChatMessage("system", "只答一个词"), ChatMessage("user", "路灯")]


class Word(BaseModel):
    word: str


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with serving(writes(lambda _: '{"word": "路灯"}')) as opened:
        yield opened


@pytest.fixture
def model_for() -> Iterator[Callable[..., VllmServer]]:
    made: list[VllmServer] = []

    def make(*urls: str, limits: ChatLimits = QUICK) -> VllmServer:
        made.append(connect(base_urls=urls, model="fake", api_key="-", limits=limits._asdict(), max_tokens=64))
        return made[-1]

    yield make
    for model in made:
        model.close()


def test_the_schema_travels_and_the_text_comes_back(server: FakeOpenAI, model_for: Callable[..., VllmServer]) -> None:
    assert model_for(server.url).generate(ASKED, form=Word, seconds=5) == '{"word": "路灯"}'
    sent = server.requests[0]
    assert sent["response_format"]["json_schema"]["schema"]["required"] == ["word"]
    assert [m["role"] for m in sent["messages"]] == ["system", "user"]
    assert sent["chat_template_kwargs"] == {"enable_thinking": False}


@pytest.mark.parametrize("text", ["<think>想一想</think>\n{}", "想一想</think>{}", "{}"])
def test_thoughts_are_left_out(server: FakeOpenAI, model_for: Callable[..., VllmServer], text: str) -> None:
    server.behaviour = writes(lambda _: text)
    assert model_for(server.url).generate(ASKED, form=Word, seconds=5) == "{}"


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (hangs, ModelTimeout),
        (drips, ModelTimeout),
        (drops, ModelUnavailable),
        (babbles, BadOutput),
        (thinks_forever, BadOutput),
        (refuses(429), ModelBusy),
        (refuses(500, "No space left on device"), ModelBusy),
        (refuses(400, "too long"), ModelRefused),
        *((refuses(status), ModelUnknown) for status in (401, 403, 404)),
        (lambda handler, _: handler.reply(200, completion("{", "length")), BadOutput),
        (lambda handler, _: handler.reply(200, b'{"choices": null}'), BadOutput),
        (lambda handler, _: handler.reply(200, b'{"choices": []}'), BadOutput),
        (lambda handler, _: handler.reply(200, b"[]"), BadOutput),
        (lambda handler, _: handler.reply(200, completion("")), BadOutput),
    ],
)
def test_every_fault_is_named_and_ends_in_time(
    server: FakeOpenAI, model_for: Callable[..., VllmServer], behaviour: Behaviour, error: type[Exception]
) -> None:
    server.behaviour = behaviour
    started = time.monotonic()
    with pytest.raises(error):
        model_for(server.url).generate(ASKED, form=Word, seconds=1.0)
    assert time.monotonic() - started < HANGING_S


def test_a_server_that_is_gone_is_unavailable(model_for: Callable[..., VllmServer]) -> None:
    with serving(hangs) as server:
        url = server.url
    with pytest.raises(ModelUnavailable):
        model_for(url).generate(ASKED, form=Word, seconds=1.0)


@pytest.mark.parametrize(("status", "attempts"), [(429, 3), (503, 3), (400, 1), (404, 1)])
def test_only_what_may_pass_is_tried_again(
    server: FakeOpenAI, model_for: Callable[..., VllmServer], status: int, attempts: int
) -> None:
    server.behaviour = refuses(status)
    with pytest.raises(ModelUnavailable):
        model_for(server.url).generate(ASKED, form=Word, seconds=2.0)
    assert len(server.requests) == attempts


def test_a_server_that_recovers_within_the_attempts_is_not_noticed(
    server: FakeOpenAI, model_for: Callable[..., VllmServer]
) -> None:
    good = server.behaviour
    server.behaviour = lambda handler, request: (good if len(server.requests) > 1 else refuses(503))(handler, request)
    assert "路灯" in model_for(server.url).generate(ASKED, form=Word, seconds=2.0)


def test_an_open_circuit_costs_no_time_and_closes_again(
    server: FakeOpenAI, model_for: Callable[..., VllmServer]
) -> None:
    model, good = model_for(server.url), server.behaviour
    server.behaviour = refuses(500)
    with pytest.raises(ModelBusy):
        model.generate(ASKED, form=Word, seconds=2.0)
    assert model.health()[0]["open"] is True
    sent, started = len(server.requests), time.monotonic()
    with pytest.raises(ModelUnavailable):
        model.generate(ASKED, form=Word, seconds=2.0)
    assert time.monotonic() - started < 0.1
    assert len(server.requests) == sent
    server.behaviour = good
    time.sleep(QUICK.break_seconds)
    assert "路灯" in model.generate(ASKED, form=Word, seconds=2.0)
    assert model.health()[0]["open"] is False


def test_a_server_that_is_set_wrongly_is_told_from_one_that_is_down(
    server: FakeOpenAI, model_for: Callable[..., VllmServer]
) -> None:
    model, good = model_for(server.url), server.behaviour
    server.behaviour = refuses(401, "Incorrect API key")
    for _ in range(QUICK.break_after + 2):  # from the third on it is left alone, and still known why
        with pytest.raises(ModelUnknown, match="401"):
            model.generate(ASKED, form=Word, seconds=2.0)
    assert len(server.requests) == QUICK.break_after
    with serving(good) as well:
        model = model_for(server.url, well.url)
        for _ in range(6):
            assert "路灯" in model.generate(ASKED, form=Word, seconds=2.0)


def test_another_endpoint_takes_over_from_a_dead_one(server: FakeOpenAI, model_for: Callable[..., VllmServer]) -> None:
    with serving(hangs) as dead:
        gone = dead.url
    model = model_for(gone, server.url)
    for _ in range(6):
        assert "路灯" in model.generate(ASKED, form=Word, seconds=2.0)


def test_calls_spread_over_endpoints_and_keep_the_concurrency_limit(model_for: Callable[..., VllmServer]) -> None:
    room = threading.Semaphore(6)
    crowded: list[object] = []

    def slowly(handler, request):  # type: ignore[no-untyped-def]
        fits = room.acquire(blocking=False)
        if not fits:
            crowded.append(request)
        time.sleep(0.05)
        if fits:
            room.release()
        handler.reply(200, completion("{}"))

    with serving(slowly) as one, serving(slowly) as two:
        model = model_for(one.url, two.url, limits=QUICK._replace(concurrency=6))
        with ThreadPoolExecutor(30) as pool:
            answers = list(pool.map(lambda _: model.generate(ASKED, form=Word, seconds=5.0), range(60)))
        assert answers == ["{}"] * 60
        assert not crowded
        assert min(len(one.requests), len(two.requests)) >= 20


def test_the_words_are_heard_while_they_are_written(server: FakeOpenAI, model_for: Callable[..., VllmServer]) -> None:
    heard: list[str] = []
    text = model_for(server.url).generate(ASKED, form=Word, seconds=5, heard=heard.append)
    assert text == '{"word": "路灯"}'
    assert heard[-1] == text
    assert all(text.startswith(part) for part in heard)


@pytest.mark.parametrize(("behaviour", "error"), [(hangs, ModelTimeout), (drops, ModelError), (babbles, BadOutput)])
def test_faults_of_a_stream_are_named_and_end_in_time(
    server: FakeOpenAI, model_for: Callable[..., VllmServer], behaviour: Behaviour, error: type[Exception]
) -> None:
    server.behaviour = behaviour
    started = time.monotonic()
    with pytest.raises(error):
        model_for(server.url).generate(ASKED, form=Word, seconds=1.0, heard=lambda _: None)
    assert time.monotonic() - started < 3.0
