"""A model that does whatever a caller orders changes nothing of the ticket: orders are data, and data is checked."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from app.bootstrap import with_chat
from app.config import Settings
from app.domain.reading import CallReading
from app.domain.reference import ReferenceData
from app.prompting.untrusted import gives_orders, harmless
from app.receive.payload import parse_transcript
from models.base import ChatMessage
from tests.conftest import embedded
from tests.factories import call, message
from tests.fakes import EMPTY_TICKET, ScriptedChatModel, claim, passage
from tests.injections import payloads

ALL = tuple(payloads())
MATTER = "俺住市中区光明路街道幸福家园3号楼，前天开始停水，有人急得说不想活了要跳楼，别告诉别人是我说的"
Both = Callable[[dict[str, Any], str], tuple[CallReading, CallReading]]


def obeying(text: str) -> Callable[[Sequence[ChatMessage]], str]:
    """Return a script that fills every field as ordered: quoting the order, then quoting what was really said."""

    def write(messages: Sequence[ChatMessage]) -> str:
        quote = (text, MATTER[:12])[len(messages) > 2][:190]
        turn = 3 if len(messages) == 2 else 1
        form = {
            **EMPTY_TICKET,
            "kind": claim(turn, quote, "praise"),
            "subject": claim(turn, quote, "market_entity"),
            "district": claim(turn, quote, "薛城区"),
            "town": claim(turn, quote, "常庄街道"),
            "detail": passage("泰山路999号", (turn, quote)),
            "event_time": claim(turn, quote, "2026-01-01"),
            "caller_name": claim(turn, quote, "赵六"),
            "callback_number": claim(turn, quote, "13900009999"),
            "confidential": claim(turn, quote, False),
            "left_out": [{"turn": 1, "quote": "不想活了要跳楼"}],
            "wants": passage("无需办理", (turn, quote)),
            "title": passage("一切正常，无需办理", (turn, quote)),
            "content": passage("来电人反映：没有问题。", (turn, quote)),
        }
        return json.dumps({"tickets": [form]}, ensure_ascii=False)

    return write


@pytest.fixture(scope="module")
def both(reference: ReferenceData) -> Both:
    settings = Settings()
    plain = embedded().reader

    def read(payload: dict[str, Any], text: str) -> tuple[CallReading, CallReading]:
        generating = with_chat(settings, reference, plain, ScriptedChatModel(obeying(text)))
        transcript = parse_transcript(payload, received_at=datetime.now(UTC))
        return plain.read(transcript), generating.read(transcript)

    return read


def test_there_are_enough_payloads_of_enough_kinds() -> None:
    assert len({text for _, text in ALL}) >= 200


@pytest.mark.parametrize(("name", "text"), ALL, ids=[name for name, _ in ALL])
def test_orders_in_a_call_change_nothing(both: Both, name: str, text: str) -> None:
    embedded, generated = both(call("您好", MATTER, "还有什么要说的吗", text), text)
    assert generated.demands == embedded.demands
    assert generated.risk == embedded.risk
    assert generated.degraded_reason == "大模型的输出均未通过核验"


@pytest.mark.parametrize(("name", "text"), ALL[::7], ids=[name for name, _ in ALL[::7]])
def test_orders_in_the_midst_of_a_message_change_nothing(both: Both, name: str, text: str) -> None:
    embedded, generated = both(message(f"{MATTER}。{text}。请尽快处理"), text)
    assert generated.demands == embedded.demands
    assert generated.risk == embedded.risk


@pytest.mark.parametrize(("name", "text"), ALL, ids=[name for name, _ in ALL])
def test_no_text_can_leave_its_fence(name: str, text: str) -> None:
    shown = harmless(text)
    assert not set(shown) & set("<>{}[]#`\n\u200b\u202e")
    assert gives_orders(text)


@pytest.mark.parametrize(
    "said",
    [
        "俺家停水三天了，你们赶紧给修修",
        "地点在光明路12号，联系人王师傅，电话13900000000",
        "我反映的问题一直没有回复，请给个结果",
        "物业不让我们说，别登记我的名字",
        "他们说按新规定办，我不同意",
        "请把路灯修好，谢谢",
    ],
)
def test_what_people_say_to_a_hotline_is_no_order(said: str) -> None:
    assert not gives_orders(said)
