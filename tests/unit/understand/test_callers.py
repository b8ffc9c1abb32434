"""Who calls, what they keep to themselves, on which number, and how many matters they have."""

from datetime import UTC, datetime

import pytest

from app.domain.ticket import TicketDraft
from app.flows.reading import CallReader
from app.receive.payload import parse_transcript
from tests.conftest import embedded
from tests.factories import call

RECEIVED = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def reader() -> CallReader:
    return embedded().reader


def first(reader: CallReader, *turns: str) -> TicketDraft:
    return reader.read(parse_transcript(call(*turns), received_at=RECEIVED)).demands[0].draft


UNASKED = [
    ("要作证找我 强学军 强大的强", "强学军"),
    ("都喊俺祁二嫂", "祁女士"),
    ("我八十二 叫戚广文", "戚广文"),
    ("写鹿女士就行", "鹿女士"),
    ("先修好再说 万广田", "万广田"),
    ("店叫老耿肉铺，我是老板，耿玉田。", "耿玉田"),
    ("滕州 龙泉 等一下", None),
    ("工牌写的 业务员 单海燕", None),
    ("在市中区永安镇聂庄村", None),
]


@pytest.mark.parametrize(("said", "name"), UNASKED)
def test_a_name_given_unasked_is_the_callers(reader: CallReader, said: str, name: str | None) -> None:
    draft = first(reader, "您好", "幸福家园9号楼电梯坏了没人修", "还有吗", said)
    assert draft.citizen.name == name


FORMS = [
    ("投诉人：强敏（民宿经营者）\n电梯坏了三天没人修", "强敏"),
    ("申请人：杨海，幸福家园9号楼。电梯坏了三天没人修", "杨海"),
    ("【事项】电梯坏了没人修\n【联系人】尉迟女士，下午方便", "尉迟女士"),
    ("【事项】电梯坏了没人修\n【姓名】来先生", "来先生"),
    ("幸福家园9号楼电梯坏了三天没人修。闫玉华（原来的手机停机了，打这个）", "闫玉华"),
    ("幸福家园9号楼电梯坏了三天没人修。合作社负责人 岳西明", "岳西明"),
    ("电梯坏了三天没人修，修好就行。姓尤，女。", "尤女士"),
    ("电梯坏了三天没人修。姓赖，微信同号。", "赖"),
    ("电梯坏了三天没人修。退休干部刁凤山，13900000101", "刁凤山"),
    ("电梯坏了三天没人修。联系人：项目经理 鲍工，13900000101", "鲍"),
    ("投诉人：匿名\n电梯坏了三天没人修", None),
    ("物业经理姓周，态度差，电梯坏了三天没人修。", None),
    ("被投诉人：强敏\n电梯坏了三天没人修", None),
]


@pytest.mark.parametrize(("message", "name"), FORMS)
def test_a_form_names_its_writer(reader: CallReader, message: str, name: str | None) -> None:
    said = {"id": "form", "channel": "web", "turns": [{"speaker": "citizen", "text": message}]}
    assert reader.read(parse_transcript(said, received_at=RECEIVED)).demands[0].draft.citizen.name == name


CALLED = [
    ("您贵姓", "俺姓郗 你可能没听说过 希望的希那个音", "稀饭的稀", "不是 希加个耳刀 郗长顺", "郗长顺"),
    ("您叫", "糜小雨 米字旁那个", "好 糜小雨 是女士吧", "对", "糜小雨"),
    ("您贵姓", "伏 伏羲的伏 伏小月 我老公姓马", "好的", "嗯", "伏小月"),
    ("请留联系人", "经办是会计小彭 还是留我吧 法人 顾洋", "顾总", "是", "顾洋"),
    ("您贵姓", "我姓杭", "杭先生对吗", "女士", "杭女士"),
    ("您贵姓", "鞠 不 写我对象的吧 我对象姓盖 算了 就写鞠女士", "好的", "嗯", "鞠女士"),
    ("工牌看到了吗", "姓晁 晁什么 叫杯子挡着", "好的", "嗯", None),
    ("大爷叫什么名字", "他说姓关 不让往外说", "好的", "嗯", None),
    ("需要留名字吗", "不用", "好的", "嗯", None),
    ("您贵姓", "薄荷的薄", "好的", "嗯", "薄"),
    ("您贵姓", "燕子的燕 燕立平", "好的", "嗯", "燕立平"),
    ("您贵姓", "米 大米的米 米哥", "好的", "嗯", "米先生"),
    ("您贵姓", "姓邴 邴姐", "好的", "嗯", "邴女士"),
    ("您怎么称呼", "步园长", "好的", "嗯", "步"),
    ("您怎么称呼", "车先生。", "好的", "嗯", "车先生"),
    ("您怎么称呼", "姓闾丘，女士。", "好的", "嗯", "闾丘女士"),
    ("您贵姓", "我是楼长，姓过，过去的过，女的。", "好的", "嗯", "过女士"),
    ("叫什么名字", "李秀苹 优秀的秀 苹果的苹", "好的", "嗯", "李秀苹"),
    ("店叫什么名字", "李秀苹 优秀的秀 苹果的苹", "好的", "嗯", None),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "said", "then", "last", "name"), CALLED)
def test_the_callers_full_name_is_pieced_together(
    reader: CallReader, asked: str, said: str, then: str, last: str, name: str | None
) -> None:
    draft = first(reader, "您好", "幸福家园9号楼电梯坏了没人修", asked, said, then, last)
    assert draft.citizen.name == name


@pytest.mark.parametrize("asked", ["怎么称呼您", "需要留名字吗", "您贵姓"])
@pytest.mark.parametrize("said", ["不用称呼", "不用", "不能说", "姓就不说了"])
def test_a_name_once_refused_is_not_asked_for(reader: CallReader, asked: str, said: str) -> None:
    draft = first(reader, "您好", "幸福家园9号楼电梯坏了没人修", asked, said)
    assert "citizen.name" not in draft.missing


@pytest.mark.parametrize(
    ("asked", "said", "kept"),
    [
        ("您希望我们保密吗", "要的", True),
        ("姓名需要保密吗", "不用 我不怕他", False),
        ("电话呢", "电话可以 但不要给学校", True),
        ("您贵姓", "我姓杜", False),
    ],
)
def test_secrecy_counts_once_it_is_wanted(reader: CallReader, asked: str, said: str, kept: bool) -> None:
    draft = first(reader, "您好", "学校宿舍墙上全是霉没人管", asked, said)
    assert draft.citizen.confidential is kept


def test_who_wants_no_call_has_no_number_on_the_ticket(reader: CallReader) -> None:
    draft = first(reader, "您好", "网吧天天放小孩进去上网没人管", "电话可以回访您吧", "不用回 查就行")
    assert draft.citizen.phone is None
    assert "citizen.phone" not in draft.missing


@pytest.mark.parametrize(
    ("turns", "matters"),
    [
        (("您好", "文化路的路灯坏了一个星期了 第二个是 小区门口垃圾桶满了没人拉"), 2),
        (("您好", "文化路的路灯坏了一个星期了 他还说愿意上哪告上哪告"), 1),
        (("您好", "文化路的路灯坏了一个星期了 第二个路口也不亮"), 1),
        (("您好", "两件事。一是小区电梯坏了，二是门口垃圾没人清。"), 2),
        (("您好", "学院路路灯不亮，请维修。另外俺家水费多收了三十块，退了"), 2),
        (("您好", "学院路路灯不亮，另外一个路灯也快掉了"), 1),
        (
            (
                "您好", "文化路的路灯坏了一个星期了", "还有吗",
                "还有个事 小区里邻居圈地种菜 算了算了 这个我自己跟他说 别记", "好的", "嗯",
            ),
            1,
        ),
    ],
)  # fmt: skip
def test_a_second_matter_is_one_that_is_told_and_kept(reader: CallReader, turns: tuple[str, ...], matters: int) -> None:
    assert len(reader.read(parse_transcript(call(*turns), received_at=RECEIVED)).demands) == matters


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("免贵姓张 叫张梦", "张梦"),
        ("免贵姓岑 叫岑梦", "岑梦"),
        ("俺姓眭 目字旁一个土土那个眭 他姓李", "眭"),
        ("我姓禚 算了你打不出来这个字 你写卓越的卓吧 卓先生", "卓先生"),
    ],
)
def test_an_answer_names_the_caller(reader: CallReader, said: str, name: str) -> None:
    assert first(reader, "您好", "光明路路灯坏了三天没人修", "您贵姓", said).citizen.name == name


@pytest.mark.parametrize(
    ("asked", "said", "kept"),
    [
        ("邻居叫什么", "叫黄士兵 上个月占的", "黄士兵"),
        ("您丈夫叫什么", "他叫雷鸣", "他叫雷鸣"),
        ("您贵姓", "我姓麻 麻红玲 我妈叫左桂兰", "妈叫左桂兰"),
        ("老人多大年纪", "叫巩怀才 七十四了", "巩怀才"),
    ],
)
def test_what_others_are_called_is_told(reader: CallReader, asked: str, said: str, kept: str) -> None:
    draft = first(reader, "您好", "邻居打院墙占了俺家的地，老人的低保也停了", asked, said)
    assert kept in draft.content


def test_the_callers_own_name_stays_out_of_the_content(reader: CallReader) -> None:
    asked = ("您贵姓", "我姓汲 汲水的汲 汲翠芳 有事打给我", "好的")
    draft = first(reader, "您好", "恁好 厂里不给认工伤 断了两节手指", *asked)
    assert (draft.citizen.name, "汲翠芳" in draft.content, "相关单位好" in draft.content) == ("汲翠芳", False, False)
