"""Pieces of wants: nothing is asked for that nobody spoke of, and rules' wants stay among what is weighed."""

from collections.abc import Callable

import pytest

from app.domain.ticket import RequestKind, TicketDraft
from app.understand.ticket.want_pieces import Piece, can_be_asked_again, parts_of, supported, together, wrong
from app.understand.ticket.wants import plain


@pytest.mark.parametrize(
    ("part", "matter", "said"),
    [
        ("尽快修复路灯", "俺庄上路灯黑了半个月了", True),
        ("尽快修复路灯", "门口的井盖没了", False),
        ("督促物业维修电梯", "物业说没钱，电梯停了二十天", True),
        ("督促物业维修电梯", "电梯停了二十天", False),
        ("赔偿损失", "车叫树枝砸了", True),
        ("退还婚宴定金", "拍婚纱照的定金不给退", False),
        ("退还学费", "押金不给退，学校也不管", False),
        ("查处偷排污水", "有人夜里往河里偷排脏水，水都污了", True),
        ("查处貂场排污水", "养猪场夜里往河里排污水", False),
        ("治理养鸡场臭味", "河边那个场子臭味越来越大", False),
    ],
)
def test_what_a_piece_names_was_said(part: str, matter: str, said: bool) -> None:
    assert supported(part, matter) is said


@pytest.mark.parametrize(("matter", "is_one"), [("偷倒粪污", True), ("停水", False), ("路灯不亮", False)])
def test_what_fails_is_nobodys_wrong(matter: str, is_one: bool) -> None:
    assert wrong(matter) is is_one


def test_figures_and_short_pieces_belong_to_one_call_alone() -> None:
    parts = parts_of("退还押金2000元，道歉、恢复B10路公交")
    assert parts == ["退还押金2000元", "道歉", "恢复B10路公交"]
    assert not any(can_be_asked_again(part) for part in parts)


@pytest.mark.parametrize(
    ("parts", "asked"),
    [
        (["缴费时间", "医保"], "咨询医保缴费时间"),
        (["能否代办", "居住证"], "咨询居住证、能否代办"),
        (["收不收费", "办理时间"], "咨询收不收费、办理时间"),
    ],
)
def test_what_is_asked_of_a_thing_follows_it(parts: list[str], asked: str) -> None:
    found = [Piece(part, "thing", ()) for part in parts]
    matter = "医保什么时候停止缴费，收不收费，居住证能不能代办"
    assert together(RequestKind.CONSULTATION, found, matter) == asked


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("滕州市幸福家园暖气不热，交了两千多取暖费，要求把取暖费退给我", "取暖费"),
        ("俺庄上路灯黑了半个月了，黢黑的没法走", "路灯"),
        ("滕州市幸福家园停水三天了，你们能不能赶紧给俺修修", "恢复供水"),
        ("市中区永安镇那个超市欠我三个月工资不给，叫他把工资给我", "工资"),
    ],
)
def test_wants_name_what_is_asked_for_and_quote_the_call(
    draft_of: Callable[[str], TicketDraft], said: str, asked: str
) -> None:
    draft = draft_of(said)
    assert asked in (draft.wants or "")
    assert all(quote.text in said for quote in draft.evidence["wants"])


@pytest.mark.parametrize(
    ("said", "not_asked"),
    [
        ("滕州市荆河街道那个店，俺买的手机三天就坏了，店家不给换", "不给换"),
        ("峄城区榴园镇王府山村口，门口路灯不亮半个多月了，孩子下晚自习害怕，给修修吧", "路灯不亮"),
    ],
)
def test_wants_name_the_remedy_and_not_the_fault(
    draft_of: Callable[[str], TicketDraft], said: str, not_asked: str
) -> None:
    wants = draft_of(said).wants
    assert wants
    assert not_asked not in wants


def test_where_no_wants_are_likely_plain_words_stand(draft_of: Callable[[str], TicketDraft]) -> None:
    said = "老板欠我工钱，看工地看了一百四十三天，就给三千，滕州市南沙河镇上徐村物流仓库"
    assert "查处" not in (draft_of(said).wants or "")


@pytest.mark.parametrize(
    ("wants", "is_plain"), [("核实处理工钱问题", True), ("尽快处理路灯问题", True), ("维修路灯", False)]
)
def test_plain_words_ask_for_no_deed(wants: str, is_plain: bool) -> None:
    assert plain(wants) is is_plain


def test_questions_in_a_row_all_reach_the_content(draft_of: Callable[[str], TicketDraft]) -> None:
    content = draft_of(
        "山亭区桑村镇，问一下河道整治那个项目包给谁了，多少钱，什么时候开工，占不占俺的地，补多少钱一亩"
    ).content
    assert all(asked in content for asked in ("包给谁", "开工", "占不占", "补多少钱"))
