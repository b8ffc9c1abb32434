"""Wishes in official wording: the head goes, the meaning stays."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.domain.reference import ReferenceData
from app.domain.ticket import TicketDraft
from app.domain.transcript import Evidence
from app.receive.payload import parse_transcript
from app.receive.spoken import Normaliser
from app.understand.ticket.clauses import Clause
from app.understand.ticket.kind import KindReader
from app.understand.ticket.objects import vague
from app.understand.ticket.official import WishWords
from app.understand.ticket.reader import TicketReader
from app.understand.ticket.register import written
from app.understand.ticket.wants import broken
from app.understand.ticket.wishes import asks
from app.understand.unit import TopicReader
from tests.conftest import embedded
from tests.factories import call

WORDS = WishWords(embedded().reference.wishes)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("你们能不能赶紧给俺修修", "尽快维修"),
        ("能不能给解决一下", "解决"),
        ("希望有关部门尽快处理", "尽快处理"),
        ("我要求把钱退给我", "把钱退还"),
        ("麻烦派个人来看看吧", "派人来看看"),
        ("晚上十点以后不许干", "晚上十点以后不得干"),
        ("别让孩子冻着", "不得让孩子冻着"),
        ("特别是垃圾要及时清", "特别是垃圾要及时清"),
    ],
)
def test_a_wish_keeps_its_meaning(said: str, wanted: str) -> None:
    assert WORDS.official(written(said)) == wanted


@pytest.mark.parametrize("said", ["能不能修", "能否退款", "可不可以加个路灯", "你们能不能管管", "咱能不能快点"])
def test_a_polite_question_never_becomes_a_refusal(said: str) -> None:
    assert not WORDS.official(written(said)).startswith(("不", "否"))


@pytest.fixture(scope="module")
def ticket_of(reference: ReferenceData) -> Callable[[str], TicketDraft]:
    normaliser = Normaliser(reference.gazetteer)
    reader = TicketReader(reference, KindReader(reference.request_kind, None), TopicReader(reference, None).topics)

    def read(said: str) -> TicketDraft:
        transcript = parse_transcript(call("您好", said), received_at=datetime.now(UTC))
        return reader.read(normaliser.normalise(transcript))[0]

    return read


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("望相关部门予以整治占道经营", "整治占道经营"),
        ("望能尽快解决此事", "尽快解决此事"),
        ("请予以查处黑作坊", "查处黑作坊"),
        ("恳请给予维修路灯", "维修路灯"),
    ],
)
def test_a_letter_s_polite_words_are_no_object(written: str, asked: str) -> None:
    assert WORDS.demanded(written) == asked


def test_a_matter_told_in_talk_gets_its_official_remedy_with_evidence(
    ticket_of: Callable[[str], TicketDraft],
) -> None:
    draft = ticket_of("俺庄上路灯黑了半个月了，黢黑的没法走")
    assert draft.wants == "尽快修复路灯"
    assert any("路灯" in quote.text for quote in draft.evidence["wants"])


def test_a_remedy_is_never_named_for_what_nobody_spoke_of(ticket_of: Callable[[str], TicketDraft]) -> None:
    assert "路灯" not in (ticket_of("俺家门口的井盖没了，怕摔着孩子").wants or "")


def test_a_refused_name_is_not_missing_and_an_unasked_one_is(ticket_of: Callable[[str], TicketDraft]) -> None:
    assert "citizen.name" not in ticket_of("滕州市路灯不亮，名字我就不说了").missing
    assert "citizen.name" in ticket_of("滕州市路灯不亮，没人管").missing


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("你们叫他把多收的钱退给我就行", "退还多收的钱"),
        ("赶紧把这个充电桩修好", "尽快修复充电桩"),
        ("把村里的账贴出来", "公开村里的账"),
        ("让他家把管道修好", "修复管道"),
        ("吊顶给我赔了", "赔偿吊顶"),
        ("晚上10点以后别放音响了", "晚上10点以后禁止放音响"),
        ("让物业修", "督促物业维修"),
        ("2、请求有关部门对龙泉河清淤", "清淤龙泉河"),
        ("请市委市政府彻查该集团账目", "彻查该集团账目"),
        ("请区政府给我们做主责令开发商退还房款", "责令开发商退还房款"),
        ("不许往外放水", "禁止往外放水"),
        ("把那条狗逮走", "捕捉狗"),
        ("给个施工时间表", "明确时间表"),
        ("把树锯了", "锯除树"),
    ],
)
def test_what_the_caller_asks_for_is_said_in_official_words(said: str, asked: str) -> None:
    assert WORDS.demanded(said) == asked


@pytest.mark.parametrize(
    "said",
    [
        "物业说明天派人来修",
        "我也不要他赔三倍",
        "去年修过一回",
        "别让工地知道是我",
        "派出所也来过",
        "不能一年拖一年",
        "别等塌下来",
        "先给垫付药费了",
    ],
)
def test_what_was_done_or_refused_is_no_demand(said: str) -> None:
    assert WORDS.demanded(said) is None


def test_the_callers_own_demand_stands_before_the_usual_remedy(ticket_of: Callable[[str], TicketDraft]) -> None:
    draft = ticket_of("滕州幸福家园暖气不热，交了两千多取暖费，要求把取暖费退给我")
    assert draft.wants == "退还取暖费"


@pytest.mark.parametrize(
    "said", ["学校要求开通银行卡", "她又要求先补手续", "根本不符合规划要求", "但员工被要求先交钱", "他说让我先补交"]
)
def test_what_somebody_else_asks_for_is_no_wish(said: str) -> None:
    quote = Evidence(turn=0, start=0, end=len(said), text=said)
    assert not asks(Clause(said, 0, 0, len(said), chatter=False, question=False, evidence=quote))


@pytest.mark.parametrize(
    "wants",
    [
        "到现场核实2.栈道",
        "尽快整治江边的",
        "现请求住建局",
        "叫林业的来",
        "公司说完工给修",
        "惠民市场管理公司",
        "答复：社区巴士",
    ],
)
def test_a_piece_of_a_sentence_is_no_wish(wants: str) -> None:
    assert broken(wants)


@pytest.mark.parametrize(
    "wants", ["及时清运垃圾", "说明处罚依据", "退还3.1万元", "恢复18:30末班车", "查清补贴去向", "现场核查"]
)
def test_an_official_wish_is_whole(wants: str) -> None:
    assert not broken(wants)


@pytest.mark.parametrize("said", ["介入处理", "立即查处此事", "核实处理", "尽快到现场处理", "处理及时介入"])
def test_a_wish_to_see_to_it_names_nothing(said: str) -> None:
    assert vague(said)


@pytest.mark.parametrize("said", ["查处黑车", "处理建筑垃圾", "尽快修复路灯", "退还押金"])
def test_a_wish_with_an_object_is_not_vague(said: str) -> None:
    assert not vague(said)


def test_a_remedy_claims_nothing_that_nobody_spoke_of(ticket_of: Callable[[str], TicketDraft]) -> None:
    draft = ticket_of("达河边上这一排棚户区为何这次不一起列入拆迁，望有关部门介入处理")
    assert "补偿和安置" not in (draft.wants or "")
    assert "介入" not in (draft.wants or "")


@pytest.mark.parametrize(
    ("said", "aspect"), [("什么时候通车", "通车时间"), ("生育津贴几号到账", "到账时间"), ("多久才有消息", "办理时间")]
)
def test_the_time_asked_about_is_that_of_its_deed(said: str, aspect: str) -> None:
    assert WORDS.time_of(said) == aspect
