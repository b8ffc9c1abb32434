"""A ticket's whole life on both databases."""

from typing import Any

import pytest

from app.domain.errors import InvalidInput, InvalidTransition
from app.domain.ticket import Ticket
from app.domain.workflow import STEPS, Step, TicketStatus
from app.flows.registry import Flows
from tests.factories import ADMIN, call

LAMP = "滕州市荆河街道善国路的路灯全都不亮，希望尽快维修"
LIFE: list[tuple[Step, dict[str, Any]]] = [
    (Step.ACCEPT, {}),
    (Step.ASSIGN, {"unit": "滕州市综合行政执法局"}),
    (Step.ACKNOWLEDGE, {}),
    (Step.EXTEND, {"days": 2, "reason": "等待配件"}),
    (Step.SUSPEND, {"reason": "道路施工"}),
    (Step.RESUME, {}),
    (Step.FEED_BACK, {"text": "已更换灯泡"}),
    (Step.SEND_BACK, {"reason": "未附现场照片"}),
    (Step.FEED_BACK, {"text": "已更换灯泡，附照片"}),
    (Step.APPROVE, {}),
    (Step.REPLY, {"text": "路灯已修好"}),
    (Step.EVALUATE, {"solved": False, "satisfied": False}),
    (Step.REOPEN, {"reason": "晚上又灭了"}),
    (Step.FEED_BACK, {"text": "已换线路", "outcome": "solved"}),
    (Step.APPROVE, {}),
    (Step.REPLY, {"text": "线路已更换"}),
    (Step.EVALUATE, {"solved": True, "satisfied": True}),
    (Step.ARCHIVE, {}),
]


def take(flows: Flows, number: str, step: Step, **details: Any) -> Ticket:
    return flows.tickets.step(number, step, by=ADMIN, details=details, expected_version=None)


def test_a_whole_life_leaves_an_event_a_step(stored: Flows) -> None:
    ticket = stored.intake.run(call("您好", LAMP)).tickets[0]
    for step, details in LIFE:
        ticket = take(stored, ticket.ticket_number, step, **details)
    assert ticket.status is TicketStatus.ARCHIVED
    history = stored.tickets.history(ticket.ticket_number, by=ADMIN)
    assert [e.name for e in history] == ["ticket_received", *(STEPS[step].event for step, _ in LIFE)]
    assert [e.sequence for e in history] == list(range(1, len(LIFE) + 2))
    assert ticket.version == len(LIFE) + 1
    with pytest.raises(InvalidTransition):
        take(stored, ticket.ticket_number, Step.REOPEN, reason="再看看")


def test_a_returned_matter_does_not_go_to_the_same_unit_again(stored: Flows) -> None:
    first = stored.intake.run(call("您好", LAMP, call_id="r-1")).tickets[0]
    lead = first.unit.lead
    assert lead is not None
    take(stored, first.ticket_number, Step.ACCEPT)
    take(stored, first.ticket_number, Step.ASSIGN, unit=lead.unit_code)
    take(stored, first.ticket_number, Step.RETURN, reason="该路段由供电企业管护")
    take(stored, first.ticket_number, Step.APPROVE_RETURN, reason="情况属实")
    take(stored, first.ticket_number, Step.ASSIGN, unit="国网枣庄供电公司")
    moved = take(stored, first.ticket_number, Step.REDISPATCH, unit="国网枣庄供电公司", reason="供电企业管护")
    assert moved.handler is not None
    assert moved.deadline == first.deadline  # a returned ticket keeps its deadline
    again = stored.intake.run(call("您好", LAMP.replace("全都", "都"), call_id="r-2")).tickets[0]
    assert again.unit.lead is not None
    assert again.unit.lead.name == "国网滕州市供电公司"  # the same duty, in the area of the matter


def test_a_request_withdrawn_while_a_unit_has_it_ends_by_its_feedback(stored: Flows) -> None:
    number = stored.intake.run(call("您好", LAMP, call_id="w-1")).tickets[0].ticket_number
    take(stored, number, Step.ACCEPT)
    take(stored, number, Step.ASSIGN, unit="滕州市综合行政执法局")
    with pytest.raises(InvalidTransition, match="诉求人已撤回的请登记补充"):
        take(stored, number, Step.DIRECT_ANSWER, text="诉求人已撤回")
    for step in (Step.FOLLOW_UP, Step.ACKNOWLEDGE, Step.FEED_BACK, Step.APPROVE, Step.REPLY, Step.ARCHIVE):
        ticket = take(stored, number, step, text="诉求人已撤回")
    assert ticket.status is TicketStatus.ARCHIVED


def test_what_is_missing_or_unknown_changes_nothing(stored: Flows) -> None:
    ticket = stored.intake.run(call("您好", LAMP, call_id="m-1")).tickets[0]
    take(stored, ticket.ticket_number, Step.ACCEPT)
    for details in ({}, {"unit": "没有这个单位"}):
        with pytest.raises(InvalidInput):
            take(stored, ticket.ticket_number, Step.ASSIGN, **details)
    assert stored.tickets.get(ticket.ticket_number, by=ADMIN).version == 2
