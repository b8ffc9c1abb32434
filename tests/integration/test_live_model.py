"""A call while it is spoken, with a language model beside the embedded engine."""

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from app.bootstrap import build_reader, with_chat
from app.config import Settings
from app.domain.reference import ReferenceData
from app.domain.ticket import IntakeResult
from app.flows.generated_reading import GeneratingReader
from app.flows.live_call import LiveCall, LiveCallFlow, Patch, Snapshot
from app.flows.registry import Flows
from models.base import ChatMessage, ModelTimeout
from tests.conftest import service, settings_for
from tests.e2e.test_live_call import merged
from tests.factories import CALLED_AT
from tests.fakes import ScriptedChatModel, passage, ticket_forms

SAID = "俺住在滕州京河街道幸福家园三号楼，从前天晚上八点就停水了"
TITLE = "幸福家园3号楼停水"
BETTER = ticket_forms(
    detail=passage("幸福家园3号楼", (0, "幸福家园3号楼")), title=passage(TITLE, (0, "幸福家园3号楼"), (0, "停水了"))
)
Live = Callable[[Callable[[Sequence[ChatMessage]], str]], LiveCallFlow]


@pytest.fixture(scope="module")
def flows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flows]:
    """One service for all: each call has an id of its own."""
    built = service(settings_for(tmp_path_factory.mktemp("live")))
    yield built
    built.close()


@pytest.fixture(scope="module")
def live(flows: Flows, reference: ReferenceData) -> Live:
    """Return live calls whose model follows a script; their tickets go through the service's own intake."""
    settings, intake = Settings(), flows.intake
    embedded = build_reader(settings, reference)

    def with_script(script: Callable[[Sequence[ChatMessage]], str]) -> LiveCallFlow:
        model = with_chat(settings, reference, embedded, ScriptedChatModel(script))
        assert isinstance(model, GeneratingReader)
        return LiveCallFlow(reader=embedded, model=model, policy=intake.policy, intake=intake, clock=flows.clock)

    return with_script


class Listening:
    """Holds the state as a client does."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}
        self.told: list[Patch] = []

    def __call__(self, news: Patch | Snapshot) -> None:
        if isinstance(news, Snapshot):
            self.state = news.state
        else:
            self.told.append(news)
            self.state = merged(self.state, news.patch)

    @property
    def ticket(self) -> dict[str, Any]:
        found: dict[str, Any] = self.state["tickets"]["0"]
        return found


@pytest.fixture
def listening() -> Listening:
    return Listening()


def begin(calls: LiveCallFlow, listening: Listening, *texts: str) -> LiveCall:
    call = calls.open(f"m-{uuid.uuid4().hex}", {"called_at": CALLED_AT}, by="desk", listener=listening)
    assert isinstance(call, LiveCall)
    for index, text in enumerate(texts):
        say(calls, call, index, text, listening)
    return call


def say(calls: LiveCallFlow, call: LiveCall, index: int, text: str, listening: Listening) -> None:
    calls.hear(call, {"index": index, "speaker": "citizen", "text": text}, listener=listening)
    calls.read(call)


def test_the_embedded_draft_comes_at_once_and_the_models_values_one_by_one(live: Live, listening: Listening) -> None:
    calls = live(lambda _: BETTER)
    call = begin(calls, listening, SAID)
    assert (listening.state["engine"], len(listening.told)) == ("embedded", 1)
    calls.ask(call)
    assert (listening.state["engine"], listening.ticket["title"]) == ("llm", TITLE)
    places = [n for n, told in enumerate(listening.told) if "confidence" in str(told.patch) and n]
    titles = [n for n, told in enumerate(listening.told) if "title" in told.patch.get("tickets", {}).get("0", {}) and n]
    assert places[0] < titles[0]


def test_a_later_correction_wins_over_what_the_model_said(live: Live, listening: Listening) -> None:
    calls = live(lambda _: BETTER)
    call = begin(calls, listening, SAID)
    calls.ask(call)
    say(calls, call, 1, "不是幸福家园，是和谐家园三号楼", listening)
    assert listening.ticket["place"]["detail"] == "和谐家园3号楼"
    assert listening.ticket["title"] != TITLE


def test_an_answer_that_comes_late_does_not_undo_a_correction(live: Live, listening: Listening) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def slowly(_messages: Sequence[ChatMessage]) -> str:
        asked.set()
        go_on.wait(10)
        return BETTER

    calls = live(slowly)
    call = begin(calls, listening, SAID)
    asking = threading.Thread(target=calls.ask, args=(call,))
    asking.start()
    asked.wait(10)
    say(calls, call, 1, "不是幸福家园，是和谐家园三号楼", listening)
    go_on.set()
    asking.join()
    assert listening.ticket["place"]["detail"] == "和谐家园3号楼"
    assert "幸福家园" not in listening.ticket["title"]


def test_what_is_said_later_about_something_else_leaves_the_models_title(live: Live, listening: Listening) -> None:
    calls = live(lambda _: BETTER)
    call = begin(calls, listening, SAID)
    calls.ask(call)
    say(calls, call, 1, "我叫王小明", listening)
    assert listening.ticket["citizen"]["name"] == "王小明"
    assert (listening.state["engine"], listening.ticket["title"]) == ("llm", TITLE)


def test_a_model_that_fails_is_told_and_the_ticket_stands(live: Live, listening: Listening) -> None:
    def fails(_messages: Sequence[ChatMessage]) -> str:
        raise ModelTimeout("too slow")

    calls = live(fails)
    call = begin(calls, listening, SAID)
    before = listening.ticket
    calls.ask(call)
    assert (listening.state["degraded_reason"], listening.ticket) == ("大模型未在时限内答复", before)
    result = calls.hang_up(call, listener=listening)
    assert (result.degraded, len(result.tickets)) == (True, 1)


def test_the_model_is_not_asked_twice_about_the_same_words(live: Live, listening: Listening) -> None:
    asked: list[object] = []

    def counting(messages: Sequence[ChatMessage]) -> str:
        asked.append(messages)
        return BETTER

    calls = live(counting)
    call = begin(calls, listening, SAID)
    calls.ask(call)
    result = calls.hang_up(call, listener=listening)
    assert (result.engine, result.tickets[0].title, len(asked)) == ("llm", TITLE, 1)


def test_a_call_left_alone_becomes_a_ticket(
    live: Live, listening: Listening, flows: Flows, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = live(lambda _: BETTER)
    call = begin(calls, listening, SAID)
    assert calls.end_left_alone() == 0
    monkeypatch.setattr("app.flows.live_call.LEFT_ALONE_S", -1.0)
    assert calls.end_left_alone() == 1
    stored = flows.intake.stored(call.head.id)
    assert isinstance(stored, IntakeResult)
    assert stored.tickets[0].place.district == "滕州市"
    assert calls.end_left_alone() == 0
