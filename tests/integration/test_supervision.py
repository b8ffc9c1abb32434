"""Who is urged when, and who reads the order: on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain.errors import Conflict
from app.domain.supervision import OrderStatus, SupervisionLevel
from app.domain.webhook import Webhook
from app.domain.workflow import Step
from app.flows.registry import Flows
from tests.factories import ADMIN, waiting_messages
from tests.integration.conftest import MONDAY, SetClock
from tests.integration.record_steps import OPERATOR, REVIEWER, SUPERVISOR, UNIT, assigned, intake, take


def test_supervision_climbs_with_the_delay_and_never_repeats_itself(stored: Flows, clock: SetClock) -> None:
    ticket = intake(stored)
    unit = assigned(stored, ticket)
    assert stored.supervision.run_once() == 0
    clock.move(days=2)
    assert stored.supervision.run_once() == 1  # not acknowledged
    take(stored, ticket, Step.ACKNOWLEDGE, unit)
    for days, level in ((3, "telephone"), (3, "written"), (2, "on_site"), (4, "leader")):
        clock.move(days=days)
        with ThreadPoolExecutor(4) as pool:
            raised = sum(pool.map(lambda _: stored.supervision.run_once(), range(4)))
        newest = stored.supervision.page(status=None, level=level, ticket=ticket.ticket_number, limit=9)
        assert (raised, len(newest)) == (1, 1), level
        assert ticket.ticket_number in newest[0].note
    order = stored.supervision.page(status=None, level="telephone", ticket=None, limit=1)[0]
    assert order.id is not None
    sent = stored.supervision.send(order.id, None, by=SUPERVISOR)
    assert (sent.status, sent.level) == (OrderStatus.SENT, SupervisionLevel.TELEPHONE)
    with pytest.raises(Conflict):
        stored.supervision.send(order.id, None, by=SUPERVISOR)
    assert stored.tickets.history(ticket.ticket_number, by=ADMIN)[-1].name == "ticket_supervised"


def test_a_limit_shorter_than_the_notice_is_not_urged_from_the_first_minute(stored: Flows, clock: SetClock) -> None:
    asked = intake(stored, "请问滕州市居民医保什么时候开始缴费", call_id="a")
    assert asked.deadline is not None
    assert asked.deadline.rule_id == "deadline.consultation"
    assert stored.supervision.run_once() == 0
    clock.move(hours=2, minutes=1)
    assert stored.supervision.run_once() == 1
    lamp = intake(stored, call_id="b")
    clock.move(days=4, hours=1)
    stored.supervision.run_once()
    orders = stored.supervision.page(status=None, level="system", ticket=lamp.ticket_number, limit=9)
    assert [order.rule_id for order in orders] == ["supervision.due_soon"]


def test_who_holds_a_ticket_up_is_urged(stored: Flows, clock: SetClock) -> None:
    waiting, reviewed = intake(stored, call_id="a"), intake(stored, call_id="b")
    for ticket in (waiting, reviewed):
        take(stored, ticket, Step.ACKNOWLEDGE, assigned(stored, ticket))
    take(stored, reviewed, Step.FEED_BACK, ADMIN, text="已更换灯泡")
    clock.move(days=8)
    stored.supervision.run_once()
    for ticket, urged in ((waiting, UNIT), (reviewed, "市市民诉求办理服务中心")):
        orders = stored.supervision.page(status=None, level=None, ticket=ticket.ticket_number, limit=9)
        assert {order.level: order.receiver for order in orders} == {
            "telephone": urged,
            "written": f"{urged}（分管负责人）",
        }
        assert all(urged in order.note for order in orders)


def test_who_supervises_may_order_without_a_rule(stored: Flows) -> None:
    ticket = intake(stored)
    unit = assigned(stored, ticket)
    sent = stored.supervision.order(ticket.ticket_number, SupervisionLevel.WRITTEN, "请今日答复诉求人", by=SUPERVISOR)
    assert (sent.status, sent.receiver, sent.closed_by) == (OrderStatus.SENT, f"{UNIT}（分管负责人）", "supervisor")
    event = stored.tickets.history(ticket.ticket_number, by=unit)[-1]
    assert (event.name, event.data["text"]) == ("ticket_supervised", "请今日答复诉求人")
    with stored.tickets._store() as uow:
        uow.outbox.subscribe(Webhook(id="w", url="http://127.0.0.1:9/", secret="x", created_at=MONDAY))
        uow.commit()
    assert [told.topic for told in waiting_messages(stored)].count("supervision.sent") == 1


def test_nobody_is_urged_about_what_was_answered(stored: Flows, clock: SetClock) -> None:
    ticket = intake(stored)
    clock.move(days=8)
    assert stored.supervision.run_once() == 2
    take(stored, ticket, Step.DIRECT_ANSWER, OPERATOR, text="路灯已修好")
    first, second = stored.supervision.page(status="drafted", level=None, ticket=ticket.ticket_number, limit=9)
    with pytest.raises(Conflict, match="已回复，不再督办"):
        stored.supervision.send(first.id or 0, None, by=SUPERVISOR)
    with pytest.raises(Conflict, match="不再督办"):
        stored.supervision.order(ticket.ticket_number, SupervisionLevel.TELEPHONE, "请抓紧", by=SUPERVISOR)
    assert stored.supervision.cancel(second.id or 0, "已答复", by=SUPERVISOR).status is OrderStatus.CANCELLED
    assert len(stored.supervision.page(status=None, level=None, ticket=ticket.ticket_number, limit=9)) == 2


def test_a_unit_reads_the_order_it_was_sent_and_no_other(stored: Flows, clock: SetClock) -> None:
    ticket = intake(stored)
    unit = assigned(stored, ticket)
    take(stored, ticket, Step.ACKNOWLEDGE, unit)
    clock.move(days=12)
    stored.supervision.run_once()
    for order in stored.supervision.page(status=None, level=None, ticket=None, limit=9):
        stored.supervision.send(order.id or 0, f"{order.level}：请抓紧", by=SUPERVISOR)
    sent = [e for e in stored.tickets.history(ticket.ticket_number, by=unit) if e.name == "ticket_supervised"]
    read = {event.data["level"]: event.data.get("text") for event in sent}
    assert read == {"telephone": "telephone：请抓紧", "written": "written：请抓紧", "on_site": None, "leader": None}
    assert not any("note" in event.data for event in sent)


def test_a_reopened_ticket_has_the_rules_time_once_more(stored: Flows, clock: SetClock) -> None:
    ticket = intake(stored)
    unit = assigned(stored, ticket)
    take(stored, ticket, Step.ACKNOWLEDGE, unit)
    take(stored, ticket, Step.EXTEND, REVIEWER, days=1, reason="等待配件")
    for step, by, details in (
        (Step.FEED_BACK, unit, {"text": "已更换灯泡"}),
        (Step.APPROVE, REVIEWER, {}),
        (Step.REPLY, OPERATOR, {"text": "路灯已修好"}),
    ):
        take(stored, ticket, step, by, **details)
    clock.move(days=21)
    again = take(stored, ticket, Step.REOPEN, OPERATOR, reason="又灭了")
    assert again.deadline is not None
    assert ticket.deadline is not None
    assert again.deadline.resolve_by == MONDAY.replace(day=11, month=12, hour=17, minute=30)
    assert again.deadline.respond_by == ticket.deadline.respond_by
    stored.supervision.run_once()
    orders = stored.supervision.page(status=None, level=None, ticket=ticket.ticket_number, limit=9)
    assert [order.rule_id for order in orders] == ["supervision.unsatisfied_again"]
    assert not list(stored.audit.faults())
