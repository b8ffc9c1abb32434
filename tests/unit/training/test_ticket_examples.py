"""What a language model is taught of a call: every value that production would take, with the words it rests on."""

import json
from typing import Any

import pytest

from app.bootstrap.reader import kind_reader
from app.config import ROOT, Settings
from app.prompting.library import PromptLibrary
from tests.conftest import embedded
from tests.factories import call
from training.ticket_examples import TicketExamples

SAID = (
    "您好",
    "盛泽佳苑那个公厕晚上锁门 停了三天了 能不能给换个时间",
    "在什么位置",
    "小区大门口 给我保密啊 打13900000101",
    "您贵姓",
    "免贵姓张 叫张梦",
)
DEMAND = {
    "kind": "help",
    "place": "盛泽佳苑大门口公厕",
    "event_time": "2026-11-15",
    "wants": "调整公厕开放时间",
}


@pytest.fixture(scope="module")
def taught() -> dict[str, Any]:
    reference = embedded().reference
    kinds = kind_reader(Settings().weights_dir, reference)
    examples = TicketExamples(embedded().reader, reference, kinds, PromptLibrary(ROOT / "prompts").newest("ticket"))
    row = {**call(*SAID), "gold": {"demands": [DEMAND]}}
    (conversation,) = examples.conversations([row])
    ticket: dict[str, Any] = json.loads(conversation["completion"][0]["content"])["tickets"][0]
    return ticket


@pytest.mark.parametrize(
    ("field", "value", "quote"),
    [
        ("event_time", "2026-11-15", "3天"),
        ("confidential", True, "保密"),
        ("caller_name", "张梦", "张梦"),
        ("callback_number", "13900000101", "13900000101"),
    ],
)
def test_a_value_is_taught_with_the_words_that_say_it(
    taught: dict[str, Any], field: str, value: Any, quote: str
) -> None:
    assert (taught[field] or {}).get("value") == value
    assert quote in taught[field]["quote"]


@pytest.mark.parametrize("field", ["detail", "wants"])
def test_what_people_wrote_is_taught(taught: dict[str, Any], field: str) -> None:
    right = {"detail": DEMAND["place"], "wants": DEMAND["wants"]}[field]
    assert taught[field]["value"] == right
    assert taught[field]["quotes"]
