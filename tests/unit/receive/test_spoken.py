from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.numerals import parse_numeral
from app.domain.reference import ReferenceData
from app.domain.transcript import SpokenTurn
from app.receive.payload import parse_transcript
from app.receive.spoken import Normaliser
from tests.factories import message


@pytest.fixture(scope="module")
def normaliser(reference: ReferenceData) -> Normaliser:
    return Normaliser(reference.gazetteer)


def spoken(normaliser: Normaliser, text: str) -> SpokenTurn:
    return normaliser.normalise(parse_transcript(message(text), received_at=datetime.now(UTC))).turns[0]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("我手机号是幺三九零零零零，一二三四", "我手机号是13900001234"),
        ("十三号楼二单元五零二", "13号楼2单元502"),
        ("欠俺一千二百多块钱", "欠俺1200多元"),
        ("两万三千块", "23000元"),
        ("十二万八", "128000"),
        ("二零二五年三月", "2025年3月"),
        ("停水三天了", "停水3天了"),
        ("百分之三十", "30%"),
        ("十六点五度", "16.5度"),
        ("交了一千八百六还不热", "交了1860元还不热"),
        ("早上七点四十出的门", "早上7点40出的门"),
        ("晚上九点零五", "晚上9点05"),
        ("十二点十分走失的，这一点十分要紧", "12点10分走失的，这一点十分要紧"),
        ("九亩二，身高一米六五", "9亩2，身高1米65"),
        ("一亩七分地", "1亩7分地"),
        ("孩子烧到三十九度四", "孩子烧到39度4"),
        ("小區裏沒有暖氣", "小区里没有暖气"),
        ("姓麴 麦字旁 麴霞", "姓麴 麦字旁 麴霞"),
        ("我我我想反映", "我想反映"),
        ("１３号楼ＡＢＣ", "13号楼ABC"),
        ("6月28、29、30三晚", "6月28、29、30三晚"),
        ("催我2024 2025的税", "催我2024 2025的税"),
        ("编号0031、0032、0038", "编号0031、0032、0038"),
        ("138、0000、4417", "13800004417"),
        ("第一批9.8万6月到账", "第一批9.8万6月到账"),
        ("一万六月底给", "1万6月底给"),
        ("交了八千六月份的", "交了8000 6月份的"),
        ("三百六月租", "360月租"),
        ("车牌鲁D零八幺六F", "车牌鲁D0816F"),
        ("三十九路没停", "三十九路没停"),
        ("坐二十七路，没停", "坐27路，没停"),
        ("二七路那个井盖", "二七路那个井盖"),
        ("利息是三点二", "利息是3.2"),
        ("三点二十到的", "3点20到的"),
        ("幺五幺零零零贰九九八八", "15100029988"),
    ],
)
def test_spoken_forms_are_written(normaliser: Normaliser, said: str, written: str) -> None:
    assert spoken(normaliser, said).text == written


@pytest.mark.parametrize(
    "said",
    [
        "一直没人管",
        "万一出事",
        "统一处理",
        "五一路和七里堡",
        "十字路口",
        "三四天前",
        "天天晚上",
        "干干净净",
        "第三天",
        "一次",
        "三天两头来检查",
        "这两天老两口都没水",
        "二次供水的水箱",
        "读二年级",
        "二度烫伤",
        "三角花园",
        "说两点建议",
        "电梯里两块广告牌",
        "一百八九十亩",
        "扣个一百二百的",
        "你就是个二百五",
    ],
)
def test_words_that_hold_numerals_stay_words(normaliser: Normaliser, said: str) -> None:
    assert spoken(normaliser, said).text == said


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("京河街道那边", "荆河街道那边"),
        ("俺住台二庄这边", "俺住台儿庄这边"),
        ("学城区", "薛城区"),
        ("义城区", "峄城区"),
        ("藤州市西岗镇", "滕州市西岗镇"),
    ],
)
def test_sound_alike_places_are_recognised(normaliser: Normaliser, said: str, meant: str) -> None:
    assert spoken(normaliser, said).text == meant


def test_evidence_is_the_raw_words(normaliser: Normaliser) -> None:
    turn = spoken(normaliser, "呃，俺住京河街道十三号楼")
    start = turn.text.index("13号楼")
    assert turn.evidence(start, start + len("13号楼")).text == "十三号楼"
    start = turn.text.index("荆河街道")
    assert turn.evidence(start, start + 4).text == "京河街道"


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60))
def test_offsets_always_lead_back_into_the_raw_text(reference: ReferenceData, text: str) -> None:
    turn = spoken(Normaliser(reference.gazetteer), text)
    assert len(turn.offsets) == len(turn.text) + 1
    assert list(turn.offsets) == sorted(turn.offsets)
    assert turn.offsets[-1] == len(turn.raw)
    assert turn.evidence(0, len(turn.text)).text == turn.raw[turn.offsets[0] :]


@pytest.mark.parametrize(
    ("numeral", "value"), [("一百零五", 105), ("两千", 2000), ("三百五", 350), ("十", 10), ("一亿二千万", 120_000_000)]
)
def test_numerals_have_values(numeral: str, value: int) -> None:
    assert parse_numeral(numeral) == value
