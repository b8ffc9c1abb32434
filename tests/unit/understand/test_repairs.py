"""What a caller takes back, explains away or says aside never reaches the ticket."""

import random
from datetime import UTC, datetime

import pytest

from app.flows.reading import CallReader
from app.receive.payload import parse_transcript
from app.understand.mentions import repairs
from tests.conftest import embedded
from tests.factories import call

RECEIVED = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def reader() -> CallReader:
    return embedded().reader


def ticket_text(reader: CallReader, *turns: str) -> str:
    demands = reader.read(parse_transcript(call(*turns), received_at=RECEIVED)).demands
    return "\n".join(f"{d.draft.title} {d.draft.content} {d.draft.place.detail}" for d in demands)


@pytest.mark.parametrize(
    ("turns", "kept", "gone"),
    [
        (("您好", "俺买的种子不发芽 在 猴孟", "侯孟村 种了多少地", "七亩 希望查查种子"), "侯孟", "猴孟"),
        (("您好", "快递丢了 申捷 呃 中捷 中捷的", "中捷快递", "对 要求赔偿"), "中捷", "申捷"),
        (("是韵达还是圆通", "韵达 包裹丢了 希望找回来"), "韵达", "圆通"),
        (("您好", "我爸住院多收钱了 在呼吸科 呃不对 是老年科 呼吸科是他上回住的 希望退钱"), "老年科", "呼吸"),
        (("您好", "临城兴仁？不，是临城街道 垃圾车漏水 希望治理"), "临城街道", "兴仁"),
        (("您好", "健身房关门 在那个超市三楼 是大润发 嗨 不是 叫佳源超市 希望退钱"), "佳源", "大润发"),
        (
            ("您好", "暖气不热 在永兴家园，六号楼，不对，六号楼是俺闺女家，俺是九号楼二单元，希望修好"),
            "永兴家园",
            "6号楼",
        ),
        (("您好", "电梯停了 在兴——哎不是，兴城是高新区的，我这儿是常庄街道，希望修好"), "常庄街道", "兴城"),
        (("您好", "土路一共六百米 呃 六百五十米 希望硬化"), "650米", "600米"),
        (("您好", "俺在张庄 呃 北洛村 张庄是俺娘家 邻居盖房挡光 希望管管"), "北洛", "张庄"),
        (("您好", "学费退不了 交了三千六 呃 不是 三千六是上学期的 这学期交的四千二 要求退费"), "4200元", "3600"),
        (
            ("您好", "三月六号登记行不行 周六办不办", "三月六号是周五", "哦 对 周五 我看错了 那就问用不用预约"),
            "周五",
            "周六",
        ),
        (("是豆制品厂的车吗", "我可没说是豆制品厂 就看见罐车往河里倒水 查查这车"), "罐车", "豆制品"),
        (
            ("您好", "停电了 前李店村 哎呀说顺嘴了 后李店村", "后李店村 多少户", "六十来户 我想想啊 五十三户"),
            "53户",
            "60",
        ),
        (
            ("您好", "社保卡补办要收我二十块钱工本费", "收了您二十块钱", "二十五 给的三十找了五块 该不该收"),
            "二十五",
            "20元",
        ),
        (("您好", "收钱的是会计老王 也可能是老汪 对 姓汪 收了不退 要求退钱"), "汪", "老王"),
        (
            ("您好", "宽带退费 联通的", "联通对吗", "我对象说是移动的 联通是以前那家 移动的 要求退违约金"),
            "移动",
            "联通",
        ),
        (("您好", "孩子叫老师掐了 姓宋的那个 也不是 宋老师是小班的 是姓冯的老师 要求道歉"), "冯", "宋"),
        (("您好", "欠社保 公司叫枣庄腾达纺织 哎不是 是枣庄鸿达纺织 要求补缴"), "鸿达纺织", "腾达"),
        (("您好", "民警叫张磊 帮我推车 另一个李强还是李刚没记住 我想表扬张磊"), "张磊", "李强"),
        (("您好", "他说他认识市里的领导 你别记这个 工资拖了三个月不给 要求发工资"), "工资", "认识"),
        (("您好", "那个物业就是一帮混蛋 电梯坏了八天不修 尽快修电梯"), "电梯", "混蛋"),
        (("您好", "多收我十块停车费 我杀人的心都有了 就是打个比方 退我十块"), "停车费", "杀人"),
        (("您贵姓", "俺姓庞 俺没有电话 路灯坏了希望修修"), "路灯", "没有电话"),
        (("您好", "俺是张汪镇的 大宗村 哎 说岔了 小宗村的路灯坏了 希望修"), "小宗村", "大宗村"),
        (("您好", "在那个鲁南花园 啊 鲁南家园 鲁南家园6号楼 电梯困人"), "鲁南家园", "鲁南花园"),
        (("您好", "公交车是25路 等会儿我看看票 25路 不 52路 司机甩站"), "52路", "25路"),
        (("您好", "那家饭店叫聚福楼 聚贤楼 聚贤楼 我记混了 吃完拉肚子"), "聚贤楼", "聚福楼"),
        (("是欠了3个月工资是吧", "四个月 不是三个月 要求发工资"), "4个月", "3个月"),
        (("您好", "中通 中通还是申通 我翻翻短信 是申通 把我件丢了"), "申通", "中通"),
        (("您好", "我家那口子叫王建 不用写他 写我就行 路灯坏了 在兴华路"), "路灯", "王建"),
        (
            (
                "您好",
                "秋千断了 在东湖公园",
                "哪个门进",
                "南门进去 南门在修路进不去 我说的是东门 东门进去往右",
                "东门往右 什么时候断的",
                "昨天 要求修一下",
            ),
            "东门",
            "南门",
        ),
        (("您说的是永安镇对吗", "不对 是永安路 不是永安镇 路灯全灭了"), "永安路", "永安镇"),
    ],
)
def test_only_what_stands_reaches_the_ticket(reader: CallReader, turns: tuple[str, ...], kept: str, gone: str) -> None:
    text = ticket_text(reader, *turns)
    assert kept in text
    assert gone not in text


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ("停水三天了 狗蛋别闹 把遥控器放下 在嘉汇广场 赶紧送水", "遥控器"),
        ("物业把我车锁了 简直跟土匪一样 在鲁南花园 希望开锁", "土匪"),
        ("工地半夜打桩 跟打雷似的 在光明路 希望停工", "打雷"),
    ],
)
def test_asides_and_figures_of_speech_are_left_out(reader: CallReader, said: str, gone: str) -> None:
    text = ticket_text(reader, "您好", said)
    assert gone not in text
    assert len(text) > len(said)


def test_an_objection_keeps_the_callers_own_name(reader: CallReader) -> None:
    text = ticket_text(reader, "您好", "俺在殷庄 路灯坏了希望修", "是尹庄吧", "不是 是殷庄")
    assert "殷庄" in text


def test_a_figure_that_nothing_replaces_stands(reader: CallReader) -> None:
    turns = ("您好", "楼上漏水漏俺家里", "地址？", "各塔埠街道，祥和里，十二号楼，三单元，俺二零一，他三零一。希望修")
    assert "12号楼" in ticket_text(reader, *turns)


def test_an_item_of_a_list_is_told_whole(reader: CallReader) -> None:
    items = "建议：\n1. 台儿庄区兰祺路小学门口早上7:20—7:50、下午4:30—5:10设为由东向西单行；\n2. 按年级错峰。"
    assert "7:20" in ticket_text(reader, "您好", items)


def test_two_sides_are_no_slip_of_the_tongue(reader: CallReader) -> None:
    text = ticket_text(reader, "您好", "路灯坏了 东边 西边都不亮 西边十盏 希望修修")
    assert "东边" in text


def test_a_player_gets_no_ticket(reader: CallReader) -> None:
    played = call("您好", "给我来三碗羊肉汤 再加十个烧饼", "请您不要占用热线资源", "哈哈")
    assert not reader.read(parse_transcript(played, received_at=RECEIVED)).demands


@pytest.mark.parametrize("when", ["2月30号", "停了2026年了", "0000年", "9999年"])
def test_a_day_that_never_was_is_no_moment(reader: CallReader, when: str) -> None:
    transcript = parse_transcript(call("您好", f"路灯{when}坏的，希望修好"), received_at=datetime.now(UTC))
    for demand in reader.read(transcript).demands:
        assert demand.draft.event_time is None or demand.draft.event_time[:2] == "20"


@pytest.mark.parametrize("seed", range(40))
def test_what_was_said_wrong_is_found_near_its_mark_as_it_is_anywhere(seed: int) -> None:
    parts = [
        "不是",
        "我说错了",
        "错了",
        "不对",
        "哦",
        "，",
        "。",
        " ",
        "3号楼",
        "张庄",
        "说错",
        "我",
        "是",
        "啊",
        "那边路灯不亮",
    ]
    text = "".join(random.Random(seed).choices(parts, k=60))
    assert [m.span() for m in repairs._wrong(text)] == [m.span() for m in repairs._WRONG.finditer(text)]
