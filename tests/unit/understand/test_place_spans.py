from datetime import UTC, datetime

import pytest

from app.domain.reference import ReferenceData
from app.receive.payload import parse_transcript
from app.receive.spoken import Normaliser
from app.understand.mentions.details import DetailReader
from app.understand.mentions.places import AreaReader
from app.understand.mentions.privacy import PrivacyRules
from app.understand.mentions.read import read_mentions
from app.understand.mentions.types import Mentions
from app.understand.ticket.place_choice import in_whole_words, with_its_first
from app.understand.ticket.place_lines import NOTHING_TOLD, Told, lines_of
from app.understand.ticket.place_spans import Candidate, candidates
from tests.factories import call


@pytest.mark.parametrize(
    ("said", "marked", "value"),
    [
        ("台儿庄古城里头的路灯不亮", "台儿庄古城", "台儿庄古城"),
        ("滕州 北辛街道 远帆图文 招牌掉了", "街道远帆图文", "远帆图文"),
        ("薛城 临城街道 青云苑 云彩的云 南门 堵了", "青云苑云彩的云南门", "青云苑南门"),
        ("广利路和平安路那个十字路口灯不亮", "广利路和平安路那个十字路口", "广利路与平安路路口"),
        ("我买的 远帆图文 发票", "的远帆图", "远帆图文"),
        ("滕州 善南街道 龙泉苑沿街6号", "龙泉苑沿街6号", "龙泉苑沿街6号"),
        ("薛城 永乐里 1单元 2号楼1单元", "永乐里1单元2号楼1单元", "永乐里2号楼1单元"),
        ("槐树村也叫上槐庄 桥断了", "槐树村也叫上槐庄", "槐树村上槐庄"),
        ("龙头路永安花园没暖气", "龙头路永安花园没暖气", "龙头路永安花园"),
        ("我反映市立医院多收费", "反映市立医院多收费", "市立医院"),
        ("永安名邸2号楼2026年交的房", "永安名邸2号楼2026年", "永安名邸2号楼"),
        ("又是槐树村大喇叭响", "又是槐树村", "槐树村"),
        ("镇上丰禾农资店卖假种子", "镇上丰禾农资店", "丰禾农资店"),
        ("青云苑青苹果网吧太吵", "青云苑青苹果网吧", "青云苑青苹果网吧"),
    ],
)
def test_candidates_end_where_names_end(reference: ReferenceData, said: str, marked: str, value: str) -> None:
    told, mentions = marked_in(reference, said, marked)
    assert value in [one.value for one in candidates(told, mentions, None)]


@pytest.mark.parametrize(
    ("said", "marked", "value"),
    [
        ("三叉街地铁口旁边的河臭了", "三叉街地", "三叉街地铁口"),
        ("新建的市立医院停车难", "立医院", "市立医院"),
        ("法院宿舍门口有人乱停车", "院宿舍门口", "法院宿舍门口"),
        ("北庄镇上刘庄村的路坏了", "上刘庄村", "上刘庄村"),
    ],
)
def test_a_place_is_told_in_whole_words(reference: ReferenceData, said: str, marked: str, value: str) -> None:
    assert in_whole_words(*marked_as(reference, said, marked)).value == value


@pytest.mark.parametrize(
    ("said", "marked", "value"),
    [
        ("仓山区首山路43号在施工", "山路43号", "首山路43号"),
        ("我住在龙首苑小区", "首苑小区", "龙首苑小区"),
        ("快递到了界河邮政所", "界河邮政所", "界河邮政所"),
        ("薛城区周营镇某养鸡合作社", "养鸡合作社", "养鸡合作社"),
    ],
)
def test_a_name_keeps_its_first_character(reference: ReferenceData, said: str, marked: str, value: str) -> None:
    assert with_its_first(*marked_as(reference, said, marked)).value == value


def marked_as(reference: ReferenceData, said: str, marked: str) -> tuple[Told, Candidate]:
    """Return a call in which the tagger marks one stretch as a place, and that stretch."""
    told, mentions = marked_in(reference, said, marked)
    return told, next(one for one in candidates(told, mentions, None) if one.value == marked)


def marked_in(reference: ReferenceData, said: str, marked: str) -> tuple[Told, Mentions]:
    """Read a call in which the tagger marks one stretch as a place."""
    read = Normaliser(reference.gazetteer).normalise(
        parse_transcript(call("您好，请讲", said), received_at=datetime.now(UTC))
    )
    areas, details = AreaReader(reference.gazetteer, reference.areas), DetailReader(reference.gazetteer)
    mentions = read_mentions(read, areas, details, PrivacyRules(reference.privacy))
    lines = lines_of(read, mentions)
    shares = []
    for line in lines:
        start = line.text.find(marked)
        shares.append([0.9 if 0 <= start <= i < start + len(marked) else 0.0 for i in range(len(line.text))])
    return NOTHING_TOLD._replace(lines=tuple(lines), inside=tuple(shares), begins=tuple(shares)), mentions


def test_a_person_is_no_place(reference: ReferenceData) -> None:
    told, mentions = marked_in(reference, "古邵派出所武警官 帮我找回钱包", "武警官")
    assert "武警官" not in [one.value for one in candidates(told, mentions, None)]
