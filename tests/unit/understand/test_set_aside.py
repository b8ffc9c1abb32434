"""A name said wrongly and at once said right, and what is named only to be set aside, reach no ticket."""

import pytest

from app.flows.reading import CallReader
from app.receive.payload import parse_transcript
from tests.conftest import embedded
from tests.factories import call
from tests.unit.understand.test_repairs import RECEIVED, ticket_text


@pytest.fixture(scope="module")
def reader() -> CallReader:
    return embedded().reader


@pytest.mark.parametrize(
    ("turns", "kept", "gone"),
    [
        (("哪个驾校", "市中区 东环路那个 顺航 顺驰驾校 不给退钱", "东环路顺驰驾校", "对 要求退学费"), "顺驰", "顺航"),
        (("哪个公墓", "凤山公墓 鹤鸣山公墓 收管理费 想问有没有规定 鹤鸣山公墓"), "鹤鸣山公墓", "凤山公墓"),
        (("哪个村", "滕州姜屯 大禹 呃 小禹村 租金不给", "小禹村", "对 希望把租金给了"), "小禹村", "大禹"),
        (("哪条路", "市中区 安平中路 安平南路 路灯全不亮 希望修好"), "安平南路", "安平中路"),
        (("哪家店", "滕州解放路 叫老渡口 还是新渡口来着 服务员衣裳上是新渡口 吃坏肚子了 要求赔"), "新渡口", "老渡口"),
        (("哪个村", "泥沟镇 柳行沟 柳行沟那边没事 水泥路压断的是俺槐树村这一段 希望修"), "槐树村", "柳行沟"),
        (("哪个物业", "物业叫安和 安和去年走了 现在是瑞安 物业费多收了 要求退"), "瑞安", "安和"),
        (("哪里", "山亭 不 滕州羊庄镇 西沟村 有人偷沙子 希望查处", "羊庄镇西沟村"), "滕州", "山亭"),
        (("您好", "沥青站冒烟 查查净化设备 再不行我们跑北京去 开玩笑"), "净化设备", "北京"),
        (("您说", "两个事 一个楼道灯不亮 一个门口早点摊占道", "早点摊呢", "早点摊算了 灯修好就行"), "灯", "早点摊"),
        (
            ("几单元", "滕州安居小区 27号楼 一单元 二单元201 水停了 希望恢复", "安居小区27号楼2单元201", "对"),
            "2单元",
            "1单元",
        ),
        (
            ("哪户", "滕州安居小区 1号楼2单元五零二 五零三 五零二是对门 暖气不热 希望维修", "2单元503", "对"),
            "503",
            "502",
        ),
        (("哪条路", "薛城 新华街 黄河东路 消防栓撞坏了 希望维修", "黄河东路", "对"), "黄河东路", "新华街"),
        (("您说", "滕州平安小区北门停车占道，物业……不对，是交警，说没有权，希望拖走"), "交警", "物业"),
        (("您说", "滕州平安小区 电梯坏了 土匪一样的 一群土匪 希望维修"), "电梯", "一群土匪"),
        (("您说", "教室有气味，要求检测。上学期的空调费已经谈好，不用处理。希望尽快"), "检测", "空调费"),
        (("您说", "“安乐房产”（滕州龙泉路店）定金不退。退500。上文“龙泉路店”应是“龙泉南路店”。"), "定金", "龙泉路店"),
        (("在哪", "薛城周营 沙沟 沙沟镇 原来牌子是周营的 早点摊占道 希望查处", "沙沟镇", "对"), "沙沟镇", "周营"),
        (("哪里", "滕州安居小区 501 哎呀501是门上的旧号 房产证是502 停水了 希望恢复", "502", "对"), "502", "501"),
        (("几号楼", "滕州安居小区 老房子是11号楼 这个是16号楼 电梯坏了 希望修"), "16号楼", "11号楼"),
        (("您说", "薛城衡川路有个坑 轮胎扎了", "哪一段", "其实是嵩川路 嵩川路跟府前路口 希望补上"), "嵩川路", "衡川路"),
        (("您说", "滕州锦绣店押金不退，不是旁边那家“锦年”，别找错了，锦年老板人好。希望退押金"), "锦绣", "锦年"),
        (("您说", "邻居垒墙占了四十公分", "量过吗", "二十八公分 四十那个是俺瞎估的 希望退回去"), "二十八", "四十"),
        (("您说", "薛城西庙村（写快了，是东庙村，我家在东庙村）有人推销光伏。要求退掉"), "东庙村", "西庙村"),
        (("您说", "定损太低，保人保（第一次登记我写的平安，是我自己的公司）。希望重新定损"), "人保", "平安"),
        (("您说", "药费八百得给报了 押金三十 这个我就不追究了 希望尽快退药费"), "药费", "押金"),
    ],
)
def test_what_is_set_aside_is_left_out(reader: CallReader, turns: tuple[str, ...], kept: str, gone: str) -> None:
    text = ticket_text(reader, *turns)
    assert kept in text
    assert gone not in text


def test_two_crossing_roads_and_two_gates_both_stay(reader: CallReader) -> None:
    text = ticket_text(reader, "哪里", "市中区 安平路 光明路 路口 东门 西门都堵 红绿灯坏了 希望维修")
    assert "安平路" in text
    assert "光明路" in text


@pytest.mark.parametrize(
    ("turns", "name"),
    [
        (("您好", "路灯坏了 希望修", "您贵姓", "姓岳", "岳女士还是", "我是孩子他爸"), "岳先生"),
        (("您好", "公交车没停 查监控", "女士 您贵姓", "不是女士 我嗓子细 男的 姓岳 岳飞的岳"), "岳先生"),
    ],
)
def test_who_puts_the_address_right_is_called_so(reader: CallReader, turns: tuple[str, ...], name: str) -> None:
    drafts = reader.read(parse_transcript(call(*turns), received_at=RECEIVED)).demands
    assert [d.draft.citizen.name for d in drafts] == [name]


@pytest.mark.parametrize(
    "turns",
    [
        ("您好", "我钱包掉公交车上了", "几路车", "哎 在她包里 找到了 不好意思白麻烦你", "还有别的需要吗", "没了 再见"),
        (
            "您好",
            "我昨天想报楼前那个路灯",
            "您说",
            "今早上亮了，修好了，不用报了，别派了啊",
            "不登记了是吗",
            "对，谢谢",
        ),
        ("您好", "刚才打过，说车堵我车库门的", "要补充吗", "你给撤了吧，他挪走了", "好的", "麻烦你"),
    ],
)
def test_a_matter_that_settles_itself_is_none(reader: CallReader, turns: tuple[str, ...]) -> None:
    assert not reader.read(parse_transcript(call(*turns), received_at=RECEIVED)).demands


@pytest.mark.parametrize(
    ("said", "subject"),
    [
        ("我是开诊所的 对面工地不盖网 希望管管", "market_entity"),
        ("我店门口放了四个垃圾桶 希望挪走", "market_entity"),
        ("我是摆小摊的 卖饼 城管把我的伞收走了 希望还我", "citizen"),
    ],
)
def test_who_says_that_he_runs_a_business_is_believed(reader: CallReader, said: str, subject: str) -> None:
    drafts = reader.read(parse_transcript(call("您好", said), received_at=RECEIVED)).demands
    assert [str(d.draft.subject) for d in drafts] == [subject]


def test_a_thing_of_its_own_after_and_also_is_a_second_matter(reader: CallReader) -> None:
    said = "排水沟让砖头堵了 水往院里灌 希望清走砖头 还有村头那个太阳能路灯 一到九点就灭 希望调调"
    assert len(reader.read(parse_transcript(call("您好", said), received_at=RECEIVED)).demands) == 2


def test_a_sum_stands_in_a_wish_only_where_it_is_asked_for(reader: CallReader) -> None:
    def wants(said: str) -> str:
        drafts = reader.read(parse_transcript(call("您好", said), received_at=RECEIVED)).demands
        return "".join(d.draft.wants or "" for d in drafts)

    assert "399" not in wants("网上买的项链399元一条 收到是铜的 不给退 要求退一赔三")


def test_the_answer_to_the_question_for_a_shop_is_a_place_with_its_road(reader: CallReader) -> None:
    turns = ("您好", "店门口放了四个大垃圾桶 希望挪走", "您的店叫什么 在哪条路", "石家粥铺 在 文化西路 市中文化路街道")
    drafts = reader.read(parse_transcript(call(*turns), received_at=RECEIVED)).demands
    assert [(d.draft.place.detail or "").removesuffix("门口") for d in drafts] == ["文化西路石家粥铺"]


def test_a_place_in_figures_is_not_told_a_second_time(reader: CallReader) -> None:
    said = "俺住薛城区临城街道，泰山路往东第三家老孙羊汤，门口那个污水井往外冒，赶紧来人疏通"
    drafts = reader.read(parse_transcript(call("您好", said), received_at=RECEIVED)).demands
    assert drafts[0].draft.content.count("老孙羊汤") == 1
