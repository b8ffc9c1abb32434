"""What every ChatModel keeps: the scripted fake, servers over HTTP, and where `make test-llm` runs, a real vLLM and
a model in this process."""

import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Annotated, Literal

import pytest
from pydantic import Field

from app.config import ROOT
from app.domain.frozen import Frozen
from app.respond.generated_answer import AnswerForm
from app.understand.generated.forms import TicketForms, UnitReasons
from eval.bench.fake_openai import serving, writes
from models.base import BadOutput, ChatMessage, ChatModel, ModelTimeout
from models.chat.vllm_server import connect, connect_plain
from models.factory import load_chat_model
from tests.fakes import ScriptedChatModel

REAL = "HOTLINE_REAL_MODELS" in os.environ
"""Set by `make test-llm`: then nothing is skipped."""
TINY = ROOT / "var" / "tiny-chat"
VLLM_URL = "http://127.0.0.1:8791/v1"
"""Where `make vllm-cpu` serves."""
ASKED = [ChatMessage("system", "填表"), ChatMessage("user", "路灯坏了")]


class Card(Frozen):
    kind: Literal["help", "complaint"]
    word: Annotated[str, Field(max_length=12)]


def in_process() -> ChatModel:
    return load_chat_model("transformers", base_urls=(), model=str(TINY), api_key="-", limits={}, max_tokens=600)


def vllm_is_there() -> bool:
    if REAL:
        return True
    try:
        with urllib.request.urlopen(f"{VLLM_URL}/models", timeout=0.5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(params=["scripted", "fake server", "openai", "vllm", "transformers"])
def model(request: pytest.FixtureRequest) -> Iterator[ChatModel]:
    answer = '{"kind": "help", "word": "路灯"}'
    if request.param == "scripted":
        yield ScriptedChatModel(lambda _: answer)
    elif request.param in ("fake server", "openai"):
        with serving(writes(lambda _: answer)) as server:
            ask = connect if request.param == "fake server" else connect_plain
            served = ask(base_urls=[server.url], model="fake", api_key="-", limits={}, max_tokens=100)
            yield served
            served.close()
    elif request.param == "transformers":
        if not REAL:
            pytest.skip("a model in this process needs the packages of `make test-llm`")
        yield in_process()
    else:
        if not vllm_is_there():
            pytest.skip("no vLLM: start one with `make vllm-cpu`")
        served = connect(base_urls=[VLLM_URL], model="tiny-chat", api_key="-", limits={}, max_tokens=600)
        yield served
        served.close()


def test_what_is_written_fits_the_form(model: ChatModel) -> None:
    assert Card.model_validate_json(model.generate(ASKED, form=Card, seconds=30)).kind in ("help", "complaint")


def test_no_time_is_a_timeout(model: ChatModel) -> None:
    with pytest.raises(ModelTimeout):
        model.generate(ASKED, form=Card, seconds=0)


def test_many_threads_may_ask_at_once(model: ChatModel) -> None:
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda _: model.generate(ASKED, form=Card, seconds=60), range(16)))
    assert all(Card.model_validate_json(text) for text in texts)


def test_words_are_heard_in_their_order_and_the_last_are_the_answer(model: ChatModel) -> None:
    heard: list[str] = []
    text = model.generate(ASKED, form=Card, seconds=60, heard=heard.append)
    assert text.startswith(heard[-1])
    assert all(later.startswith(earlier) for earlier, later in pairwise(heard))


def test_it_has_a_name_and_can_be_closed_twice(model: ChatModel) -> None:
    assert model.name
    assert model.revision
    model.close()
    model.close()


@pytest.mark.skipif(not vllm_is_there(), reason="no vLLM: start one with `make vllm-cpu`")
def test_a_real_server_takes_the_schema_of_every_task() -> None:
    """Its grammar compiler accepts the schemas; at random weights the text itself ends at the token limit."""
    served = connect(base_urls=[VLLM_URL], model="tiny-chat", api_key="-", limits={}, max_tokens=1500)
    for form in (TicketForms, AnswerForm, UnitReasons):
        try:
            form.model_validate_json(served.generate(ASKED, form=form, seconds=60))
        except BadOutput as error:
            assert "cut off" in str(error)  # noqa: PT017  either outcome shows that the schema was taken
    served.close()
