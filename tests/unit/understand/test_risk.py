"""The must-catch list without any model, frames, and whose words count."""

from datetime import UTC, datetime

import pytest

from app.decide.referral import decide_referrals
from app.domain.reference import ReferenceData
from app.domain.reference_rules import ReadingFrame
from app.domain.referral import Receiver
from app.domain.risk import RiskReading
from app.receive.payload import parse_transcript
from app.receive.spoken import Normaliser
from app.understand.frames import Frames
from app.understand.lane_reader import among
from app.understand.risk import RiskReader
from tests.conftest import embedded
from tests.factories import call, message

REFERENCE: ReferenceData = embedded().reference
NORMALISER = Normaliser(REFERENCE.gazetteer)
RULES_ALONE = RiskReader(REFERENCE.referral, REFERENCE.emotion, REFERENCE.routing)
MUST_CATCH = [(item.receiver, text) for item in REFERENCE.referral.must_catch for text in item.texts]
OTHER_MATTERS = "楼道的灯坏了有半个月了，打过两回电话物业都说登记了，孩子晚自习回来黑灯瞎火的，楼梯也没扶手，"
MATTERS = (
    "俺住滕州荆河街道幸福家园三号楼，从前天停水到现在，",
    "工程队欠我三个月工资不给，找了劳动监察也没用，",
    "楼下烧烤摊天天闹到半夜，找了城管三回了，",
    "村里的路坏了半年没人修，",
)
FILLER = "我住在光明小区三号楼，反映一下情况，麻烦给登记，"


def read(payload: dict[str, object]) -> RiskReading:
    transcript = parse_transcript(payload, received_at=datetime.now(UTC))
    return RULES_ALONE.read(NORMALISER.normalise(transcript))


def unframed(frames: Frames, text: str) -> str:
    kept = list(text)
    for hit in frames.framed(text):
        kept[hit.start : hit.end] = [""] * (hit.end - hit.start)
    return "".join(kept)


def lanes(payload: dict[str, object]) -> set[Receiver]:
    return {referral.receiver for referral in decide_referrals(read(payload), REFERENCE.referral)}


def proposed(text: str) -> set[Receiver]:
    risk = embedded().reader.read(parse_transcript(message(text), received_at=datetime.now(UTC))).risk
    return {referral.receiver for referral in decide_referrals(risk, REFERENCE.referral)}


@pytest.mark.parametrize(("lane", "text"), MUST_CATCH, ids=[text for _, text in MUST_CATCH])
def test_the_rules_alone_catch_what_must_be_caught(lane: Receiver, text: str) -> None:
    assert lane in lanes(message(text))
    assert lane in lanes(message(FILLER + text + "，听见了吗"))
    assert lane in lanes(message("昨天看新闻说外地也有这样的事。" + text))


@pytest.mark.parametrize(("lane", "text"), MUST_CATCH, ids=[text for _, text in MUST_CATCH])
def test_the_model_talks_no_rule_out_of_what_must_be_caught(lane: Receiver, text: str) -> None:
    for said in (FILLER + text, OTHER_MATTERS + text + "，" + FILLER):
        assert lane in proposed(said)


@pytest.mark.parametrize("matter", MATTERS)
def test_a_fault_told_before_a_danger_does_not_drown_it(matter: str) -> None:
    missed = [text for lane, text in MUST_CATCH if lane not in proposed(matter + text)]
    assert len(missed) <= 1
    assert all(
        Receiver.POLITICAL_LEGAL in proposed(matter + text) for text in ("俺不想活了", "再不修俺就跳楼", "活够了")
    )


def test_a_rule_that_the_model_doubts_is_a_notice() -> None:
    text = "历史展馆旁边那个叫罢工号的火锅店油烟大，能不能来测一测"
    risk = embedded().reader.read(parse_transcript(message(text), received_at=datetime.now(UTC))).risk
    assert [signal.severity for signal in risk.signals if signal.rule_id == "pl.collective.strike"] == ["notice"]
    assert decide_referrals(risk, REFERENCE.referral) == ()


@pytest.mark.parametrize("text", ["您好", "再见", "不用了，谢谢", "知道了", "好的 没事了 打错了", "喂，在吗"])
def test_courtesies_alone_raise_nothing(text: str) -> None:
    assert embedded().reader.read(parse_transcript(message(text), received_at=datetime.now(UTC))).risk.signals == ()


def test_one_grave_window_among_many_weighs_less() -> None:
    assert among(0.6, 1) == pytest.approx(0.6)
    assert among(0.6, 9) == pytest.approx(0.3 / (0.3 + 1))
    assert among(1.0, 9) > 0.99


def test_what_the_operator_says_is_nobodys_danger() -> None:
    said = [text for _, text in MUST_CATCH]
    assert lanes(call(*(part for text in said for part in (text, "嗯")))) == set()


@pytest.mark.parametrize("frame", REFERENCE.referral.frames, ids=lambda frame: str(frame.id))
def test_frames_cover_their_examples_and_no_others(frame: ReadingFrame) -> None:
    frames = Frames([frame], REFERENCE.referral.direct)
    assert [text for text in frame.examples.framed if unframed(frames, text) == text] == []
    assert [text for text in frame.examples.kept if unframed(frames, text) != text] == []


def test_a_frame_ends_with_its_sentence_and_stops_at_the_callers_own_words() -> None:
    report = next(frame for frame in REFERENCE.referral.frames if frame.id == "frame.report")
    frames = Frames([report], REFERENCE.referral.direct)
    text = "新闻上说有人跳楼，闹得挺大，俺也要跳楼。楼顶站着人"
    assert unframed(frames, text).lstrip("，") == "俺也要跳楼。楼顶站着人"


@pytest.mark.parametrize(
    "text",
    [
        "网上说高铁站有人拿刀砍人，到底有没有这回事",
        "前几年业主拉横幅维权，开发商赔了，现在就差房产证没下来",
        "你放心我不会跳楼的，我就是说说",
        "历史课讲枣庄矿区大罢工，问问哪有资料",
        "书记给他红包他硬是不收，这样的干部得表扬",
    ],
)
def test_framed_words_raise_nothing(text: str) -> None:
    assert lanes(message(text)) == set()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("楼下那家窗户红堂堂的，玻璃嘭嘭往下掉，上头还有人伸胳膊招手", "119"),
        ("俺家掌柜的吃着饭筷子一撂，嘴往一边歪，跟他说话光哼哼", "120"),
        ("俺住幸福家园三号楼，哦不对，十三号楼，从前天停水到现在，俺老伴刚才晕倒了叫不醒", "120"),
    ],
)
def test_an_emergency_in_words_that_no_pattern_knows_is_one(text: str, number: str) -> None:
    transcript = parse_transcript(message(text), received_at=datetime.now(UTC))
    reader = embedded().reader
    assert not read(message(text)).emergencies
    for found in (reader.read(transcript).risk.emergencies, reader.emergencies(transcript)):
        assert [signal.signal for signal in found] == [number]
        assert found[0].quote.text in text


@pytest.mark.parametrize("text", ["路口的灯坏了三天了，晚上看不见", "去年楼下着过火，早就扑灭了，就想问问墙皮谁给粉刷"])
def test_what_is_no_emergency_raises_no_alarm(text: str) -> None:
    transcript = parse_transcript(message(text), received_at=datetime.now(UTC))
    assert not embedded().reader.emergencies(transcript)


EMERGENCIES = [(route.number, text) for route in REFERENCE.routing.emergency_routes for text in route.examples.match]


@pytest.mark.parametrize(("number", "text"), EMERGENCIES, ids=[text for _, text in EMERGENCIES])
def test_the_model_rules_no_emergency_out_that_the_patterns_name(number: str, text: str) -> None:
    for said in (text, OTHER_MATTERS + text + "，" + FILLER):
        transcript = parse_transcript(message(said), received_at=datetime.now(UTC))
        assert number in {signal.signal for signal in embedded().reader.emergencies(transcript)}
