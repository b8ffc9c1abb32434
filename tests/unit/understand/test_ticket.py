import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.bootstrap.reader import moment_model
from app.config import ROOT, Settings
from app.domain.reference import ReferenceData
from app.domain.ticket import RequestKind, Subject, TicketDraft
from app.receive.payload import parse_transcript
from app.receive.spoken import Normaliser
from app.understand.ticket.kind import KindReader
from app.understand.ticket.reader import TicketReader
from app.understand.unit import TopicReader
from models.factory import load_classifier
from tests.factories import call, message


@pytest.fixture(scope="module")
def reader(reference: ReferenceData) -> Any:
    normaliser = Normaliser(reference.gazetteer)
    kinds, weights = KindReader(reference.request_kind, None), Settings().weights_dir
    tickets = TicketReader(
        reference,
        kinds,
        TopicReader(reference, None).topics,
        business=load_classifier(weights / "subject"),
        moments=moment_model(weights, reference),
    )

    def read(payload: dict[str, Any]) -> tuple[TicketDraft, ...]:
        return tickets.read(normaliser.normalise(parse_transcript(payload, received_at=datetime.now(UTC))))

    return read


def test_a_value_taken_back_is_never_shown(reader: Any) -> None:
    draft = reader(call("您好", "俺住幸福家园三号楼，哦不对，十三号楼二单元，暖气不热，不是3栋，是5栋也不热"))[0]
    shown = draft.model_dump_json(exclude={"evidence"})
    assert draft.place.detail == "幸福家园13号楼2单元"
    assert "幸福家园3号楼" not in shown


def test_a_number_put_right_takes_nothing_else_of_its_clause_along(reader: Any) -> None:
    said = "俺住京河街道幸福家园三号楼，哦不对，十三号楼，从前天停水到现在"
    draft = reader(call("您好，枣庄12345", said))[0]
    assert (draft.place.district, draft.place.town, draft.place.detail) == ("滕州市", "荆河街道", "幸福家园13号楼")


def test_what_the_operator_guessed_and_the_citizen_denied_does_not_count(reader: Any) -> None:
    draft = reader(call("您好", "小区停水了", "是荆河街道的幸福家园吗", "不是，是西岗镇的东王庄村"))[0]
    assert draft.place.town == "西岗镇"
    assert "幸福家园" not in draft.model_dump_json(exclude={"evidence"})


def test_what_the_operator_said_and_the_citizen_confirmed_counts(reader: Any) -> None:
    draft = reader(call("您好", "俺这边停水了", "是薛城区常庄街道是吧", "对对，就是这"))[0]
    assert (draft.place.district, draft.place.town) == ("薛城区", "常庄街道")
    assert len(draft.evidence["place.town"]) == 2


@pytest.mark.parametrize(
    ("said", "date"),
    [
        ("从前天晚上八点就停水了", "2026-11-16T20"),
        ("上个礼拜三停的水", "2026-11-11"),
        ("夜来停的水", "2026-11-17"),
        ("11月10号开始停水", "2026-11-10"),
        ("上个月15号就停水了", "2026-10-15"),
        ("去年冬天就不热", "2025"),
        ("停水三天了", "2026-11-15"),
        ("月初就停水了", "2026-11"),
        ("半个月前停的", "2026-11-03"),
    ],
)
def test_relative_times_become_dates(reader: Any, said: str, date: str) -> None:
    assert reader(call("您好", f"幸福家园{said}，一直没有人来修"))[0].event_time == date


def test_a_number_to_call_back_and_a_third_partys_number_are_told_apart(reader: Any) -> None:
    draft = reader(call("您好", "物业经理电话是13800000001，从来不接，打我手机幺三九零零零零一二三四，家里停水了"))[0]
    assert draft.citizen.phone == "13900001234"


def test_names_are_the_callers_only(reader: Any) -> None:
    draft = reader(call("请问您贵姓", "免贵姓张，邻居老李家也停水了，都没人管", "好的张先生", "谢谢"))[0]
    assert draft.citizen.name == "张先生"


def test_a_refused_name_stays_empty_and_confidentiality_is_kept(reader: Any) -> None:
    draft = reader(call("您贵姓", "名字就不说了，别告诉村里是我说的，他们把地都占了盖厂房"))[0]
    assert draft.citizen.name is None
    assert draft.citizen.confidential


def test_two_demands_become_two_drafts(reader: Any) -> None:
    drafts = reader(
        call(
            "您好", "光明路街道路灯坏了一个星期了，晚上看不见路", "还有其他问题吗", "还有个事，楼下天天跳广场舞声音太大"
        )
    )
    assert len(drafts) == 2
    assert "路灯" in drafts[0].title
    assert "广场舞" in drafts[1].content
    assert "广场舞" not in drafts[0].content


@pytest.mark.parametrize("said", ["打错了打错了", "喂", "", "嗯嗯", "哈哈哈没事随便打打"])
def test_a_call_without_demand_makes_no_ticket(reader: Any, said: str) -> None:
    assert reader(call("您好", said)) == ()


@pytest.mark.parametrize(
    "said",
    [
        "沙沟镇广场的双杠断了一根，铁茬子支棱着，小孩天天在那玩",
        "住院没做的检查出现在清单里，说打错了又不退",
        "隔壁打桩震裂俺墙，施工方说没事",
        "病历上把俺名字打错了一个字，报销报不了",
    ],
)
def test_a_matter_is_no_wrong_number_for_a_word_in_it(reader: Any, said: str) -> None:
    assert len(reader(message(said))) == 1


@pytest.mark.parametrize(
    ("said", "district", "town"),
    [
        ("山亭的徐庄，水井抽不上来，吃水要到邻村拉", "山亭区", "徐庄镇"),
        ("山亭徐庄村的水井抽不上来", "山亭区", None),
        ("俺在羊庄街上买的玉米种不出苗", "滕州市", "羊庄镇"),
        ("我是山亭人，在台儿庄一个造纸厂干活，不发工资", "台儿庄区", None),
        ("建议全市中小学统一早上八点到校", None, None),
        ("俺是桑村镇的，在北辛街道开三轮拉货，车叫人扣了", "滕州市", "北辛街道"),
        ("俺是阴平镇种梨的，拉到市中区水果市场卖，收了两遍钱", "市中区", None),
        ("以前住临城街道，前年搬到常庄街道来的，楼下饭馆的烟往屋里灌", "薛城区", "常庄街道"),
        ("孟庄镇那边修得平平的，齐村镇这一截全是坑", "市中区", "齐村镇"),
        ("不是滕州，是薛城，沙沟镇，下水道冒了", "薛城区", "沙沟镇"),
    ],
)
def test_a_place_is_where_the_matter_is(reader: Any, said: str, district: str | None, town: str | None) -> None:
    place = reader(message(said))[0].place
    assert (place.district, place.town) == (district, town)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("我想咨询一下孩子上户口需要带什么材料", RequestKind.CONSULTATION),
        ("我要投诉物业乱收费，态度还恶劣", RequestKind.COMPLAINT),
        ("我举报村东头有人半夜偷排污水", RequestKind.REPORT),
        ("我建议在路口加装一个红绿灯", RequestKind.SUGGESTION),
        ("我想表扬一下一路公交车的司机", RequestKind.PRAISE),
        ("家里停水了，麻烦帮忙解决一下", RequestKind.HELP),
    ],
)
def test_kinds_follow_what_is_asked(reader: Any, said: str, kind: RequestKind) -> None:
    assert reader(message(said))[0].request_kind is kind


def test_a_shopkeeper_speaks_for_a_market_entity_a_customer_does_not(reader: Any) -> None:
    assert reader(message("我开了个早餐店，办证跑了三趟"))[0].subject is Subject.MARKET_ENTITY
    assert reader(message("我承包的养殖场要拆，补偿谈不下来"))[0].subject is Subject.MARKET_ENTITY
    assert reader(message("我要投诉小区门口那家早餐店卖过期牛奶"))[0].subject is Subject.CITIZEN


def test_who_works_for_a_firm_or_lets_to_it_speaks_for_himself(reader: Any) -> None:
    assert reader(message("我在一家公司被辞退了，人事说我试用期没过"))[0].subject is Subject.CITIZEN
    assert reader(message("我们公司要搬到外地去，不去的就让自己辞职，补偿一分不给"))[0].subject is Subject.CITIZEN
    assert reader(message("俺的门市房叫楼上漏水泡了，楼上不承认"))[0].subject is Subject.CITIZEN


def test_every_value_has_evidence_that_is_a_quote(reader: Any) -> None:
    payload = call("您好", "俺是滕州京河街道的，呃，幸福家园十三号楼从前天就停水了，希望赶紧修修，我叫李桂兰")
    draft = reader(payload)[0]
    for path in (
        "title",
        "content",
        "wants",
        "place.district",
        "place.town",
        "place.detail",
        "event_time",
        "citizen.name",
    ):
        for quote in draft.evidence[path]:
            assert payload["turns"][quote.turn]["text"][quote.start : quote.end] == quote.text


def test_festivals_are_read_by_many_threads_at_once(reference: ReferenceData) -> None:
    """A fresh process each: the library sets itself up with the first call."""
    program = """
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from app.understand.mentions.time_values import festival
names = ["中秋节", "国庆节", "春节", "元旦"] * 8
with ThreadPoolExecutor(8) as pool:
    found = list(pool.map(lambda n: festival(n, since=False, today=date(2026, 11, 18)), names))
assert found == ["2026-09-25", "2026-10-01", "2026-02-17", "2026-01-01"] * 8, found
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


class _Says:
    """Gives every text the same probability of one label."""

    name, revision = "says", "0"

    def __init__(self, label: str, other: str, probability: float) -> None:
        self.labels = (label, other)
        self._row = np.array([probability, 1 - probability], dtype=np.float32)

    def scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.tile(self._row, (len(texts), 1))


def test_a_model_says_whether_only_an_answer_is_wanted(reference: ReferenceData) -> None:
    def kind(probability: float) -> RequestKind:
        asked = _Says("consultation", "other", probability)
        six = _Says("complaint", "consultation", 0.7)
        return KindReader(reference.request_kind, six, asked).read("社保卡换地方", "社保卡换地方", None)[0]

    assert kind(0.95) is RequestKind.CONSULTATION
    assert kind(0.05) is RequestKind.COMPLAINT


def test_words_that_a_model_has_read_are_not_counted_twice(reference: ReferenceData) -> None:
    matter = "请问桥头的路灯啥时候能来修"
    six, asked = _Says("help", "consultation", 0.9), _Says("consultation", "other", 0.3)
    kinds = KindReader(reference.request_kind, six, asked)
    assert kinds.read(matter, matter, None)[0] is RequestKind.HELP
    assert kinds.read("社保卡换地方", "我想咨询一下，社保卡换地方", None)[0] is RequestKind.CONSULTATION


def test_a_business_is_known_by_what_it_tells(reference: ReferenceData) -> None:
    normaliser, kinds = Normaliser(reference.gazetteer), KindReader(reference.request_kind, None)
    text = "投产半年了，说好的固定资产奖励没到账"
    call_read = normaliser.normalise(parse_transcript(message(text), received_at=datetime.now(UTC)))

    def subject(probability: float) -> TicketDraft:
        model = _Says("market_entity", "citizen", probability)
        topics = TopicReader(reference, None).topics
        return TicketReader(reference, kinds, topics, business=model).read(call_read)[0]

    assert subject(0.2).subject is Subject.CITIZEN
    assert subject(0.9).subject is Subject.MARKET_ENTITY
    assert subject(0.9).evidence["subject"][0].text in text


@pytest.mark.parametrize(
    ("asked", "said", "name"),
    [
        ("您贵姓", "郗 希望的希加耳刀旁那个", "郗"),
        ("怎么称呼您", "叫我老佟就行，佟麟阁的佟", "佟"),
        ("您姓啥", "就姓乔 女的", "乔女士"),
        ("您贵姓", "姓贾，哎不，登记俺对象的吧，姓蒲", "蒲"),
        ("您的姓名", "燕飞 燕子的燕", "燕飞"),
        ("包工头叫什么", "姓兰 兰老板", None),
        ("您贵姓", "游客，免了", None),
        ("幸福家园对面是吧，您贵姓", "对，对面。姓巩，女的", "巩女士"),
        ("您贵姓", "别写名 写个老刘就行了", "刘"),
        ("请留下姓氏", "禹", "禹"),
        ("贵姓", "安 安大夫", "安"),
        ("您希望修好是吗", "对 对 姓柏，松柏的柏", "柏"),
        ("您要求修好是吧", "先铺个钢板也行。姓孔，孔凡柱", "孔凡柱"),
        ("哪个楼", "洪山口 9号楼", None),
    ],
)
def test_a_caller_is_called_what_they_answer(reader: Any, asked: str, said: str, name: str | None) -> None:
    draft = reader(call("您好", "幸福家园9号楼电梯坏了没人修", asked, said))[0]
    assert draft.citizen.name == name


def test_a_house_number_may_be_said_with_pauses(reader: Any) -> None:
    assert (
        reader(call("您好", "家里停水了", "地址", "幸福家园 5 号楼 2 单元 301"))[0].place.detail
        == "幸福家园5号楼2单元301"
    )


def test_a_matter_that_settled_itself_makes_no_ticket(reader: Any) -> None:
    assert not reader(call("您好", "幸福家园停电了，哎来电了来电了", "那您还需要反映吗", "不用了，麻烦你了"))


def test_how_a_name_is_written_and_what_a_thing_is_like_stay_out(reader: Any) -> None:
    said = "幸福家园9号楼电梯坏了，咣当咣当的，跟拖拉机似的"
    content = reader(call("您好", said, "您贵姓", "郗，左边希望的希右边耳朵旁"))[0].content
    assert "电梯坏了" in content
    assert "拖拉机" not in content
    assert "耳朵旁" not in content


@pytest.mark.parametrize(
    "turns",
    [
        ("您好", "喂 喂 那个我这边", "能听到", "我想说那个 哎 来车了 等会", "您好 听不到您说话"),
        ("您好", "我是滕州洪绪的 我就想说一下俺们庄那个 那个", "您好请继续 喂"),
        ("您好", "我反映停水的 哎 等等", "您说", "水来了 刚来的 不用了 不用给我登记了"),
    ],
)
def test_a_call_that_broke_off_or_settled_itself_makes_no_ticket(reader: Any, turns: tuple[str, ...]) -> None:
    assert reader(call(*turns)) == ()


def test_a_number_taken_back_is_not_cut_out_of_a_longer_one(reader: Any) -> None:
    said = ("您好", "公交车到站不停 十七路 呃 应该是二十七路 对二十七路", "哪个站", "电业小区站")
    content = reader(call(*said))[0].content
    assert "27路" in content
    assert "17路" not in content.replace("27路", "")


def test_a_yes_that_is_taken_back_at_once_denies(reader: Any) -> None:
    said = ("您好", "宿舍暖气不热", "滕州市第一中学吗", "对 不 是二中 老二在二中", "好的", "二号楼")
    assert "第一中学" not in reader(call(*said))[0].content
