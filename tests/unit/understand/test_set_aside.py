"""A name said wrongly and at once said right, and what is named only to be set aside, reach no ticket."""

import pytest

from app.flows.reading import CallReader
from tests.conftest import embedded
from tests.unit.understand.test_repairs import ticket_text


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
        (("您说", "两个事 一个楼道灯不亮 一个门口早点摊占道", "早点摊呢", "早点摊算了 灯修好就行"), "灯", "早点摊"),
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
