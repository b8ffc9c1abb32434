"""What people write into forms, editors and messengers, beside what they say on the telephone."""

from datetime import UTC, datetime

import pytest

from app.domain.ticket import TicketDraft
from app.flows.reading import CallReader
from app.receive.payload import parse_transcript
from tests.conftest import embedded
from tests.factories import message

RECEIVED = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def reader() -> CallReader:
    return embedded().reader


def drafts(reader: CallReader, text: str, title: str | None = None) -> list[TicketDraft]:
    payload = message(text, caller_number="13900000000", title=title)
    return [demand.draft for demand in reader.read(parse_transcript(payload, received_at=RECEIVED)).demands]


def only(reader: CallReader, text: str, title: str | None = None) -> TicketDraft:
    (draft,) = drafts(reader, text, title)
    return draft


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("姓名：王芳\n手机号：13900005555\n路口的共享单车把盲道占了\n附件：IMG_20261126.jpg", "13900005555"),
        ("善国苑小区3号楼水表走得快，户号20231456，请核实", "13900000000"),
        ("吉品街超市买的奶粉过期了，订单号83746251，要求退款", "13900000000"),
        ("小区停水，停水通知编号：20261120", "13900000000"),
        ("承水路路面破损，请回复座机3312345", "3312345"),
    ],
)
def test_a_number_of_something_else_is_not_called_back(reader: CallReader, text: str, phone: str) -> None:
    assert only(reader, text).citizen.phone == phone


def test_a_number_before_the_matter_does_not_swallow_it(reader: CallReader) -> None:
    draft = only(reader, "我电话13900005555路灯不亮")
    assert (draft.citizen.phone, "路灯不亮" in draft.content) == ("13900005555", True)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("薛城区铁道游击队AAAA级景区厕所太脏", "AAAA级景区"),
        ("详见https://www.example.com/1，薛城区陶庄镇河道污染", "https://www.example.com/1"),
        ("Street lights broken on Yanshan Road", "Street lights broken on Yanshan Road"),
    ],
)
def test_letters_stay_as_they_were_written(reader: CallReader, text: str, kept: str) -> None:
    assert kept in only(reader, text).content


def test_the_tags_of_an_editor_are_not_part_of_the_matter(reader: CallReader) -> None:
    text = "<p>薛城区<b>临城街道</b>永福路&nbsp;井盖丢失，<br/>请尽快补装</p>"
    draft = only(reader, text)
    assert draft.place.town == "临城街道"
    assert "永福路" in (draft.place.detail or "")
    assert not set("<>&") & set(draft.content + draft.title)
    (quote,) = draft.evidence["place.town"]
    assert text[quote.start : quote.end] == quote.text


@pytest.mark.parametrize(
    "text",
    [
        "[图片]",
        "【图片】【视频】",
        "姓名：\n电话：\n内容：",
        "姓名：无\n电话：无\n内容：无",
        "尊敬的领导：您好！此致敬礼",
        "https://example.com/1",
    ],
)
def test_a_form_without_content_is_no_matter_yet(reader: CallReader, text: str) -> None:
    assert drafts(reader, text) == []


def test_what_was_sent_along_is_no_part_of_the_title(reader: CallReader) -> None:
    assert "图片" not in only(reader, "[图片]善国路路灯不亮").title


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("善国路，路灯坏了", "善国路"),
        ("我住在滕州市荆河街道善国路，路灯坏了半个月了，请尽快维修。", "善国路"),
        ("薛城区新城街道北京路路面塌陷一个大坑", "北京路路面"),
        ("薛城区临城街道燕山路，Street light is broken near the school", "燕山路"),
    ],
)
def test_what_is_wrong_at_a_place_is_no_part_of_it(reader: CallReader, text: str, detail: str) -> None:
    assert only(reader, text).place.detail == detail


def test_the_hotlines_own_number_is_no_hour(reader: CallReader) -> None:
    assert "夜间" not in only(reader, "给12345点赞，昨天反映的停水当天就修好了").title


@pytest.mark.parametrize("text", ["谢谢，已经解决了", "路灯已经修好了，谢谢你们", "问题已经解决了！"])
def test_who_says_that_all_is_well_wants_nothing(reader: CallReader, text: str) -> None:
    reading = reader.read(parse_transcript(message(text), received_at=RECEIVED))
    assert reading.demands == ()
    assert "已经解决" in (reading.no_demand_reason or "")


@pytest.mark.parametrize(
    "text",
    [
        "我反映的漏水问题还没解决",
        "物业说漏水已经修好了",
        "漏水已经修好了，现在又漏了",
        "给12345点赞，路灯已经修好了，谢谢",
    ],
)
def test_who_is_not_rid_of_his_matter_or_praises_has_a_ticket(reader: CallReader, text: str) -> None:
    assert len(drafts(reader, text)) == 1


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("我上周反映过善国苑小区供暖不热的事，到现在没有人联系我", "映过"),
        ("我投诉过小区物业乱收费的事，没人管", "过小区"),
    ],
)
def test_a_title_begins_with_a_whole_word(reader: CallReader, text: str, cut: str) -> None:
    assert not only(reader, text, "催办").title.startswith(cut)


@pytest.mark.parametrize("text", ["不想活", "想死", "我想死", "想自杀", "割腕", "救命啊", "着火了", "砍死他"])
def test_whose_life_may_hang_on_it_has_a_ticket_however_little_he_says(reader: CallReader, text: str) -> None:
    reading = reader.read(parse_transcript(message(text), received_at=RECEIVED))
    (demand,) = reading.demands
    assert demand.draft.request_kind == "help"
    assert text.strip("我啊") in demand.draft.content
    assert demand.risk.signals or demand.risk.emergencies


@pytest.mark.parametrize("text", ["打错了，不好意思", "喂", "？", "想死你了，打错了"])
def test_who_says_as_little_of_nothing_has_none(reader: CallReader, text: str) -> None:
    assert drafts(reader, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "我要表扬滕州市荆河街道便民服务中心的小刘，昨天我去办老年证，她态度特别好",
        "我想表扬修路灯的师傅，服务态度特别好",
        "我要表扬公交司机王师傅拾金不昧",
    ],
)
def test_a_praise_is_said_once(reader: CallReader, text: str) -> None:
    draft = only(reader, text)
    assert draft.title.count("表扬") == (draft.wants or "").count("表扬") == 1
