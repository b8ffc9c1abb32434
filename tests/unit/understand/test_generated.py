"""What a model says of a call is believed field by field, and only where the call bears it out."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.bootstrap.reader import moment_model
from app.config import ROOT, Settings
from app.domain.reference import ReferenceData
from app.domain.ticket import RequestKind, TicketDraft
from app.prompting.library import PromptLibrary
from app.prompting.task import PromptTask, within
from app.receive.payload import parse_transcript
from app.receive.spoken import Normaliser
from app.understand.generated.forms import TicketForms
from app.understand.generated.tickets import GeneratedDrafts, TicketWriter
from app.understand.ticket.kind import KindReader
from app.understand.ticket.reader import TicketReader
from app.understand.unit import TopicReader
from models.base import BadOutput, ModelTimeout, ModelUnavailable
from tests.factories import WATER, call
from tests.fakes import ScriptedChatModel, claim, passage, ticket_forms

Write = Callable[..., tuple[TicketDraft, GeneratedDrafts]]


@pytest.fixture(scope="module")
def write(reference: ReferenceData) -> Write:
    """Return the embedded draft of a call, and what became of it once the model said `answers`, one a round."""
    normaliser, kinds = Normaliser(reference.gazetteer), KindReader(reference.request_kind, None)
    moments = moment_model(Settings().weights_dir, reference)
    reader = TicketReader(reference, kinds, TopicReader(reference, None).topics, moments=moments)
    prompt = PromptLibrary(ROOT / "prompts").newest("ticket")

    def run(payload: dict[str, Any], *answers: str | Exception) -> tuple[TicketDraft, GeneratedDrafts]:
        rounds = iter([*answers, *answers[-1:] * 2])

        def script(_messages: Any) -> str:
            answer = next(rounds)
            if isinstance(answer, Exception):
                raise answer
            return answer

        spoken = normaliser.normalise(parse_transcript(payload, received_at=datetime.now(UTC)))
        drafts = reader.read(spoken)
        task = PromptTask(prompt, TicketForms, ScriptedChatModel(script))
        return drafts[0], TicketWriter(task, reference, kinds, reader.mentions).write(spoken, drafts, until=within(5))

    return run


CONTENT = "来电人反映：滕州荆河街道幸福家园13号楼2单元从前天晚上8点停水。诉求：尽快维修。"
GOOD: dict[str, Any] = {
    "kind": claim(1, "能不能赶紧给俺修修", "help"),
    "district": claim(1, "俺住在滕州", "滕州市"),
    "town": claim(1, "滕州荆河街道", "荆河街道"),
    "detail": passage("幸福家园13号楼2单元", (1, "幸福家园"), (1, "13号楼2单元")),
    "event_time": claim(1, "从前天晚上8点就停水了", "2026-11-16T20:00"),
    "wants": passage("尽快维修，恢复供水", (1, "赶紧给俺修修")),
    "title": passage("幸福家园13号楼停水问题", (1, "幸福家园"), (1, "13号楼2单元"), (1, "停水")),
    "content": passage(CONTENT, (1, "13号楼2单元，从前天晚上8点就停水了")),
}


def test_verified_values_are_taken_with_their_evidence(write: Write) -> None:
    _, generated = write(WATER, ticket_forms(**GOOD))
    draft = generated.drafts[0]
    assert generated.failure is None
    assert generated.kept == ()
    assert (draft.title, draft.content) == ("幸福家园13号楼停水问题", CONTENT)
    assert draft.event_time == "2026-11-16T20"
    for path, quotes in draft.evidence.items():
        for quote in quotes:
            said = WATER["turns"][quote.turn]["text"][quote.start : quote.end]
            assert (path, said) == (path, quote.text)


WRONG: dict[str, dict[str, Any]] = {
    "district": {
        "never said": claim(1, "俺住在滕州", "薛城区"),
        "unknown": claim(1, "俺住在滕州", "青州市"),
        "quote invented": claim(1, "俺住在薛城", "薛城区"),
    },
    "town": {"of another district": claim(1, "滕州荆河街道", "常庄街道")},
    "detail": {
        "taken back": passage("幸福家园3号楼", (1, "幸福家园"), (1, "13号楼")),
        "invented": passage("幸福家园9号楼", (1, "幸福家园")),
        "quote invented": passage("幸福家园", (1, "在锦绣小区")),
        "another estate": passage("锦绣花园", (1, "幸福家园")),
    },
    "event_time": {
        "wrong day": claim(1, "从前天晚上8点", "2026-11-15"),
        "no date": claim(1, "从前天晚上8点", "前天"),
        "future": claim(1, "从前天晚上8点", "2027-01-01"),
    },
    "caller_name": {"the estate's": claim(1, "幸福家园", "幸福"), "from nowhere": claim(1, "俺住在滕州", "张三")},
    "callback_number": {"from nowhere": claim(1, "俺住在滕州", "13900000009")},
    "kind": {"unlike the call": claim(1, "俺住在滕州", "praise")},
    "subject": {"no business": claim(1, "俺住在滕州", "market_entity")},
    "wants": {
        "invented": passage("赔偿5000元", (1, "赶紧给俺修修")),
        "another wish": passage("严肃追究物业公司法律责任", (1, "赶紧给俺修修")),
    },
    "title": {
        "invented": passage("某领导贪污受贿问题", (1, "停水")),
        "too long": passage("停水" * 20, (1, "停水")),
        "negated": passage("幸福家园13号楼没停水", (1, "停水")),
        "no quotes": passage("幸福家园13号楼停水问题"),
    },
    "content": {
        "no head": passage("幸福家园13号楼2单元从前天晚上8点停水", (1, "停水")),
        "a number lost": passage("来电人反映：幸福家园停水。", (1, "停水")),
        "a date that is wrong": passage(CONTENT.replace("从前天晚上", "11月12日"), (1, "停水")),
        "a number that is new": passage(CONTENT.replace("停水", "停水3次"), (1, "停水")),
    },
}


@pytest.mark.parametrize(("field", "case"), [(f, c) for f, cases in WRONG.items() for c in cases])
def test_a_value_the_call_does_not_bear_out_stays_embedded(write: Write, field: str, case: str) -> None:
    embedded, generated = write(WATER, ticket_forms(**{field: WRONG[field][case]}))
    assert generated.drafts[0] == embedded
    assert generated.failure == "大模型的输出均未通过核验"


def test_one_wrong_field_does_not_spoil_the_others(write: Write) -> None:
    embedded, generated = write(WATER, ticket_forms(**GOOD | {"town": WRONG["town"]["of another district"]}))
    assert generated.kept == ("0.place.town",)
    assert generated.drafts[0].title == "幸福家园13号楼停水问题"
    assert generated.drafts[0].place.town == embedded.place.town


def test_the_repair_round_is_told_what_is_wrong_and_counts(write: Write) -> None:
    bad = ticket_forms(title=WRONG["title"]["invented"])
    _, generated = write(WATER, bad, ticket_forms(title=GOOD["title"]))
    assert generated.drafts[0].title == "幸福家园13号楼停水问题"
    assert generated.kept == ()


@pytest.mark.parametrize("garbage", ["", "{", "[]", "null", '{"tickets": 3}', '{"tickets": [{"demand": 0}]}', "好的！"])
def test_garbage_twice_leaves_the_embedded_ticket(write: Write, garbage: str) -> None:
    embedded, generated = write(WATER, garbage)
    assert (generated.drafts[0], generated.failure) == (embedded, "大模型的输出不合要求")


def test_a_wrong_enum_is_garbage_and_can_be_mended(write: Write) -> None:
    wrong = ticket_forms(kind=claim(1, "停水", "urgent"), title=GOOD["title"])
    assert write(WATER, wrong)[1].failure == "大模型的输出不合要求"
    assert write(WATER, wrong, ticket_forms(title=GOOD["title"]))[1].failure is None


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ModelTimeout(""), "大模型未在时限内答复"),
        (ModelUnavailable(""), "大模型服务不可用"),
        (BadOutput(""), "大模型的输出不合要求"),
    ],
)
def test_a_models_error_becomes_a_reason(write: Write, error: Exception, reason: str) -> None:
    embedded, generated = write(WATER, error)
    assert (generated.drafts, generated.failure) == ((embedded,), reason)


def test_confidentiality_once_asked_for_is_never_taken_back(write: Write) -> None:
    payload = call("您好", "我举报村东头偷排污水，别告诉他们是我说的，给我保密")
    embedded, generated = write(payload, ticket_forms(confidential=claim(1, "给我保密", False)))
    assert embedded.citizen.confidential
    assert generated.drafts[0].citizen.confidential


def test_what_the_operator_guessed_cannot_be_quoted(write: Write) -> None:
    payload = call("您好", "小区停水了", "是荆河街道的幸福家园吗", "不是，是西岗镇的东王庄村")
    form = ticket_forms(detail=passage("幸福家园", (2, "幸福家园")), town=claim(2, "荆河街道", "荆河街道"))
    embedded, generated = write(payload, form)
    assert generated.drafts[0] == embedded


def test_asides_may_leave_the_content_only_by_name(write: Write) -> None:
    payload = call("您好", "市中区光明路12号路灯坏了，我家孩子都7岁了，希望修一下")
    content = passage("来电人反映：市中区光明路12号路灯坏了。诉求：维修。", (1, "光明路12号路灯坏了"))
    aside = [{"turn": 1, "quote": "我家孩子都7岁了"}]
    assert write(payload, ticket_forms(content=content))[1].failure
    assert "7岁" not in write(payload, ticket_forms(content=content, left_out=aside))[1].drafts[0].content


def test_a_kind_that_is_likely_enough_may_change(write: Write) -> None:
    embedded, generated = write(WATER, ticket_forms(kind=claim(1, "停水了", "complaint")))
    assert embedded.request_kind is RequestKind.HELP
    assert generated.drafts[0].request_kind is RequestKind.COMPLAINT


REWORDED: dict[str, tuple[list[str], str, dict[str, Any]]] = {
    "an official's word for a citizen's": (
        ["您好", "市中区光明路上那个井盖子叫车压碎了，谁给换个新的"],
        "wants",
        passage("尽快更换破损井盖", (1, "谁给换个新的")),
    ),
    "a place of several turns": (
        ["您好", "俺小区厕所锁门", "哪个小区", "盛泽佳苑，大门口那个公厕"],
        "detail",
        passage("盛泽佳苑大门口公厕", (3, "盛泽佳苑"), (3, "大门口那个公厕")),
    ),
    "figures for numerals": (
        ["您好", "在S三二零路边鸿运油站加了油，车熄火了"],
        "title",
        passage("S320鸿运油站油品问题", (1, "鸿运油站加了油")),
    ),
    "two days of one month": (
        ["您好", "2026年10月28、29日两个夜里有人在小泉村偷倒垃圾，请查"],
        "content",
        passage("来电人反映：2026年10月28日、29日夜里有人在小泉村偷倒垃圾。诉求：查处。", (1, "有人在小泉村偷倒垃圾")),
    ),
    "a quote that skips words": (
        ["您好", "河西路那个路灯，啊，一直不亮，有半个月了，派人修修"],
        "title",
        passage("河西路路灯不亮问题", (1, "河西路那个路灯，一直不亮")),
    ),
}


@pytest.mark.parametrize("case", REWORDED)
def test_talk_may_be_put_in_the_words_of_a_ticket(write: Write, case: str) -> None:
    said, field, value = REWORDED[case]
    _, generated = write(call(*said), ticket_forms(**{field: value}))
    draft = generated.drafts[0]
    shown = {"detail": draft.place.detail, "wants": draft.wants, "title": draft.title, "content": draft.content}[field]
    assert (generated.failure, shown) == (None, value["value"])


def test_a_value_that_seems_taken_back_is_asked_for_again(write: Write) -> None:
    payload = call("您好", "我刷单被骗了4800，不对，我看看，5200，派出所让等着", called_at="2026-06-11T09:00:00+08:00")
    doubtful = passage("刷单被骗4800元问题", (1, "刷单被骗了4800"))
    right = passage("刷单被骗5200元问题", (1, "刷单被骗了"))
    assert write(payload, ticket_forms(title=doubtful), ticket_forms(title=right))[1].drafts[0].title == right["value"]


@pytest.mark.parametrize(
    ("said", "quote", "name"),
    [
        (["您好", "水管漏了", "您贵姓", "我姓卓，卓越的卓，老爷们"], "我姓卓", "卓先生"),
        (["您好", "水管漏了。找物业没人管。邸桂荣"], "邸桂荣", "邸桂荣"),
    ],
)
def test_a_name_that_stands_in_the_call_is_taken(write: Write, said: list[str], quote: str, name: str) -> None:
    _, generated = write(call(*said), ticket_forms(caller_name=claim(len(said) - 1, quote, name)))
    assert generated.drafts[0].citizen.name == name
