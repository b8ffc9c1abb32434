"""What callers say of time, and the moments it means, seen from Saturday 28 November 2026, half past nine."""

from datetime import UTC, datetime

import numpy as np
import pytest

from app.domain.reference import ReferenceData
from app.receive.payload import parse_transcript
from app.receive.spoken import Normaliser
from app.understand.mentions.times import read_clocks, read_durations, read_times
from app.understand.mentions.types import Mention, Saying
from app.understand.ticket.moments import chosen


@pytest.fixture(scope="module")
def normaliser(reference: ReferenceData) -> Normaliser:
    return Normaliser(reference.gazetteer)


NOW = "2026-11-28T09:30:00+08:00"


def named(normaliser: Normaliser, said: str, at: str = NOW) -> tuple[list[str], list[str], list[str]]:
    """Return the moments, the days that stretches point back to, and the bare hours of one turn."""
    payload = {"id": "t", "channel": "phone", "called_at": at, "turns": [{"speaker": "citizen", "text": said}]}
    call = normaliser.normalise(parse_transcript(payload, received_at=datetime.now(UTC)))
    sayings = (Saying(turn=0, text=call.turns[0].text),)
    times, stretches, clocks = (read(call, sayings) for read in (read_times, read_durations, read_clocks))
    return values(times), values(stretches), values(clocks)


@pytest.mark.parametrize(
    ("moments", "reckoned", "scores", "best"),
    [
        (("2026-11-24", "2026-11-25"), (True, False), (0.6, 0.2), 1),
        (("2026-11-24", "2026-11-25"), (False, False), (0.6, 0.2), 0),
        (("2026-03", "2026-03-15", "2026-03-20"), (False, False, False), (0.6, 0.3, 0.01), 1),
        (("2026-03", "2026-03-15"), (False, False), (0.6, 0.01), 0),
    ],
)
def test_the_moment_that_says_it_more_exactly_is_chosen(
    moments: tuple[str, ...], reckoned: tuple[bool, ...], scores: tuple[float, ...], best: int
) -> None:
    assert chosen(moments, reckoned, np.array(scores)) == best


def values(found: tuple[Mention, ...]) -> list[str]:
    return list(dict.fromkeys(mention.value for mention in found))


@pytest.mark.parametrize(
    ("said", "moments"),
    [
        ("昨晚七点到九点", ["2026-11-27T19"]),
        ("昨晚两点", ["2026-11-27"]),
        ("中秋头一天", ["2026-09-24"]),
        ("夜里倒的 9月22号以前没有 二十三早起就有了", ["2026-09-22", "2026-09-23"]),
        ("11月11日充的卡，教练第二天离职", ["2026-11-11", "2026-11-12"]),
        ("二十三早起 我三十了 一共二十一", []),
        ("法院判决书说10日内付清，五日以内缴清，说20个工作日内答复，三天之内修好", []),
        ("15号内墙渗水", ["2026-11-15"]),
        ("10月31号放的水 二就发现了 三十一那天", ["2026-10-31"]),
        ("锁门是11月十四 上礼拜", ["2026-11-14", "2026-11"]),
        ("7月3号10点零五分拍的", ["2026-07-03T10:05"]),
        ("谷雨第二天", ["2026-04-21"]),
        ("双十一前两天贴的条子", ["2026-11-09"]),
        ("刚才说错了 是昨天停的", ["2026-11-27"]),
        ("昨把俺腿肚子撕了", ["2026-11-27"]),
        ("今中午把炉子拉走了", ["2026-11-28"]),
        ("2019到2023年把水泵报废", ["2019", "2023"]),
        ("立冬那天", ["2026-11-07"]),
        ("腊月初八那天", ["2026-01-26"]),
        ("八月三十一报到", ["2026-08-31"]),
        ("昨天半夜十二点多", ["2026-11-27"]),
        ("前天后半夜三点", ["2026-11-26T03"]),
        ("打昨黑起", ["2026-11-27"]),
        ("大前儿", ["2026-11-25"]),
        ("上周末", ["2026-11-21"]),
        ("去年九月份到十二月的工资", ["2025-09", "2025-12"]),
        ("二四年五月份", ["2024-05"]),
        ("25年3月份", ["2025-03"]),
        ("11月15开始", ["2026-11-15"]),
        ("11.15号供暖", ["2026-11-15"]),
        ("2026-11-05 14:30", ["2026-11-05T14:30"]),
        ("2026年11月5日14时30分", ["2026-11-05T14:30"]),
        ("合同上写的2026年3月31日前交付", ["2026-03-31"]),
        ("正月初八去上班", ["2026-02-24"]),
        ("年初六", ["2026-02-22"]),
        ("大年三十晚上", ["2026-02-16"]),
        ("打头年腊月", ["2026-02"]),
        ("农历八月初三", ["2026-09-13"]),
        ("八月十五那天晚上", ["2026-09-25"]),
        ("八月十五号晚上", ["2026-08-15"]),
        ("去年中秋", ["2025-10-06"]),
        ("国庆节后", ["2026-10"]),
        ("十一放假就锁门了", ["2026-10"]),
        ("霜降前后", ["2026-10"]),
        ("麦收那会儿", ["2026-06"]),
        ("年前交的钱", ["2026-01"]),
        ("三年前交的钱", ["2023"]),
        ("去年这个时候", ["2025-11"]),
        ("五一路", []),
        ("凌晨一点半停的", ["2026-11-28T01:30"]),
        ("昨下午三点", ["2026-11-27T15"]),
        ("昨天早上七点五十 今天冰还在那", ["2026-11-27T07:50"]),
        ("昨天下午还没有 今早上出现的", ["2026-11-28"]),
        ("端午还没到 五月四号", ["2026-05-04"]),
        ("十一月五号报到那天", ["2026-11-05"]),
        ("2026年2月30号", []),
        ("元月二十装的", ["2026-01-20"]),
        ("七月八发来一张照片", ["2026-07-08"]),
        ("3月29买的", ["2026-03-29"]),
        ("3月5个人", ["2026-03"]),
        ("5月20-23日参加", ["2026-05-20", "2026-05-23"]),
        ("九月十四号拍的 二十五号没给", ["2026-09-14", "2026-09-25"]),
        ("2月3号 30号都去过", ["2026-02-03", "2026-10-30"]),
        ("六七八三个月没发", ["2026-06"]),
        ("今年2、3、4月没付", ["2026-02"]),
        ("大初二掐的", ["2026-02-18"]),
        ("二月二那天", ["2026-03-20"]),
        ("过完正月十五来的", ["2026-03"]),
        ("正月十几拉的", ["2026-02"]),
        ("麦收前就有了", ["2026-05"]),
        ("暑假以来一直喊", ["2026-07"]),
        ("开学就没发", ["2026-09"]),
        ("后天开学", []),
        ("去年双12买的", ["2025-12-12"]),
        ("双11买的", ["2026-11-11"]),
        ("零九年就盖的", ["2009"]),
        ("22年底交的", ["2022"]),
        ("今天第三天了", ["2026-11-26"]),
        ("上上个礼拜", ["2026-11"]),
        ("刚报的案", ["2026-11-28"]),
        ("今早七点一刻", ["2026-11-28T07:15"]),
        ("刚才九点差十分", ["2026-11-28T08:50"]),
        ("11月20日晚9点40", ["2026-11-20T21:40"]),
        ("十月三十一到期", ["2026-10-31"]),
    ],
)
def test_moments_are_read_as_exactly_as_they_were_said(normaliser: Normaliser, said: str, moments: list[str]) -> None:
    assert named(normaliser, said)[0] == moments


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("停水三天了", "2026-11-25"),
        ("十来天了", "2026-11"),
        ("半个月没拉了", "2026-11"),
        ("三年没公布账了", "2023"),
        ("监控坏了半年", "2026-05"),
        ("连着三个晚上", "2026-11-25"),
        ("堵了四个钟头", "2026-11-28"),
        ("二十多天了", "2026-11-08"),
        ("两周了", "2026-11-14"),
        ("两个半月了", "2026-09"),
        ("四天四夜了", "2026-11-24"),
        ("连着三天", "2026-11-25"),
        ("半个小时前", "2026-11-28"),
        ("十个钟头了", "2026-11-27"),
    ],
)
def test_stretches_point_back_to_their_first_day(normaliser: Normaliser, said: str, day: str) -> None:
    assert named(normaliser, said)[1] == [day]


def test_a_bare_hour_is_the_last_one_before_the_call(normaliser: Normaliser) -> None:
    assert named(normaliser, "十一点零五放的炮", "2026-02-17T23:20:00+08:00")[2] == ["2026-02-17T23:05"]
    assert named(normaliser, "下午2:30")[2] == ["2026-11-27T14:30"]
    assert named(normaliser, "每天晚上十点")[2] == []
    assert named(normaliser, "从八点唱到现在")[2] == ["2026-11-28T08"]
    assert named(normaliser, "从八点唱到九点")[2] == []
    assert named(normaliser, "六点二十到的")[2] == ["2026-11-28T06:20"]


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("昨天下午 放学的点 四点来钟", "2026-11-27T16"),
        ("十月二十八号晚上 煤气灶上 九点多", "2026-10-28T21"),
        ("前天 十一月二十六号的事 八点四十停的", "2026-11-26T08:40"),
        ("前天拉的 六点来钟", "2026-11-28T06"),
        ("今天 四点多", "2026-11-28T04"),
    ],
)
def test_a_bare_hour_is_of_the_day_named_right_before_it(normaliser: Normaliser, said: str, hour: str) -> None:
    payload = {"id": "t", "channel": "phone", "called_at": NOW, "turns": [{"speaker": "citizen", "text": said}]}
    call = normaliser.normalise(parse_transcript(payload, received_at=datetime.now(UTC)))
    sayings = (Saying(turn=0, text=call.turns[0].text),)
    assert values(read_clocks(call, sayings, read_times(call, sayings))) == [hour]


def test_a_number_alone_answers_which_day_of_the_month(normaliser: Normaliser) -> None:
    turns = [("citizen", "六月里摔的"), ("operator", "六月几号"), ("citizen", "二十六 那天我倒班")]
    spoken = [{"speaker": who, "text": text} for who, text in turns]
    payload = {"id": "t", "channel": "phone", "called_at": NOW, "turns": spoken}
    call = normaliser.normalise(parse_transcript(payload, received_at=datetime.now(UTC)))
    sayings = tuple(Saying(turn=at, text=call.turns[at].text) for at in (0, 2))
    assert values(read_times(call, sayings)) == ["2026-06", "2026-06-26"]


def test_an_hour_at_which_it_began_is_no_opening_hour(normaliser: Normaliser) -> None:
    assert named(normaliser, "10点就开始了", "2026-11-28T00:12:00+08:00")[2] == ["2026-11-27T22"]
