"""Who may see and do what, joined tickets, supervision, search and export: on both databases."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openpyxl
import pytest

from app.api.sheets import csv_lines, xlsx_bytes
from app.domain.access import Role
from app.domain.analytics import Dimension, Scope
from app.domain.errors import Conflict, Forbidden, InvalidInput, InvalidTransition, NotFound
from app.domain.events import Feedback, Verdict
from app.domain.referral import Receiver
from app.domain.risk import Severity
from app.domain.supervision import OrderStatus, SupervisionLevel
from app.domain.ticket import Ticket
from app.domain.webhook import Webhook
from app.domain.workflow import Step, TicketStatus
from app.flows.exports import COLUMNS
from app.flows.registry import Flows
from tests.factories import ADMIN, call, message, somebody, waiting_messages
from tests.integration.conftest import MONDAY, SetClock

LAMP = "滕州市荆河街道善国路的路灯全都不亮，希望尽快维修"
UNIT = "滕州市综合行政执法局"
HELPER = "国网枣庄供电公司"
OPERATOR, REVIEWER, SUPERVISOR = (somebody(r) for r in (Role.OPERATOR, Role.REVIEWER, Role.SUPERVISOR))


def intake(flows: Flows, text: str = LAMP, call_id: str = "t-1", **changes: Any) -> Ticket:
    changes = {"called_at": MONDAY.isoformat(), **changes}
    return flows.intake.run(call("您好", text, call_id=call_id, **changes)).tickets[0]


def take(flows: Flows, ticket: Ticket, step: Step, by: Any = ADMIN, **details: Any) -> Ticket:
    return flows.tickets.step(ticket.ticket_number, step, by=by, details=details, expected_version=None)


def assigned(flows: Flows, ticket: Ticket) -> Any:
    """Give a ticket to the unit; return who works there."""
    take(flows, ticket, Step.ACCEPT)
    handler = take(flows, ticket, Step.ASSIGN, unit=UNIT).handler
    assert handler is not None
    return somebody(Role.UNIT, unit_code=handler.unit_code)


def forced_on(flows: Flows, ticket: Ticket) -> Any:
    """Give a ticket to the unit past the rules; return who works there."""
    with flows.tickets._store() as uow:
        held, unit = uow.tickets.get(ticket.ticket_number), flows.reference.unit_by_name[UNIT]
        given = held.model_copy(update={"handler": unit, "status": TicketStatus.ASSIGNED})
        uow.tickets.save(given, expected_version=held.version)
        uow.commit()
    return somebody(Role.UNIT, unit_code=unit.unit_code)


def test_a_step_is_taken_by_those_whose_work_it_is(stored: Flows) -> None:
    ticket = intake(stored)
    unit = assigned(stored, ticket)
    with pytest.raises(Forbidden, match="承办单位"):
        take(stored, ticket, Step.ACKNOWLEDGE, OPERATOR)
    take(stored, ticket, Step.ACKNOWLEDGE, unit)
    take(stored, ticket, Step.REQUEST_EXTENSION, unit, days=3, reason="等待配件")
    with pytest.raises(Forbidden, match="审核员"):
        take(stored, ticket, Step.EXTEND, unit, days=3, reason="等待配件")
    longer = take(stored, ticket, Step.EXTEND, REVIEWER, days=3, reason="情况属实")
    assert longer.deadline is not None
    assert ticket.deadline is not None
    assert longer.deadline.resolve_by > ticket.deadline.resolve_by


def test_a_unit_sees_its_own_tickets_and_no_confidential_citizen(stored: Flows) -> None:
    text = f"俺叫张三丰，{LAMP}，别告诉别人是我打的，给我保密"
    ticket = intake(stored, text)
    other = somebody(Role.UNIT, unit_code="nobody")
    unit = assigned(stored, ticket)
    shown = stored.tickets.get(ticket.ticket_number, by=unit)
    assert (shown.citizen.name, shown.citizen.phone, shown.citizen.confidential) == (None, None, True)
    assert "citizen.phone" not in shown.evidence
    assert "张三丰" not in shown.model_dump_json()
    assert "13900000000" not in shown.model_dump_json()
    with pytest.raises(NotFound):
        stored.tickets.get(ticket.ticket_number, by=other)
    assert [t.ticket_number for t in stored.tickets.page(after=None, limit=9, filters={}, by=unit)] == [
        ticket.ticket_number
    ]
    assert not stored.tickets.page(after=None, limit=9, filters={}, by=other)
    assert not any("13900000000" in str(e.data) for e in stored.tickets.history(ticket.ticket_number, by=unit))


def test_no_search_by_who_called_ends_at_a_confidential_ticket(stored: Flows) -> None:
    secret = intake(stored, f"我叫张三丰，{LAMP}，给我保密")
    unit = assigned(stored, secret)
    told = {"content": "张三丰反映路灯不亮", "citizen.name": "张三丰"}
    version = stored.tickets.get(secret.ticket_number, by=ADMIN).version
    stored.tickets.correct(secret.ticket_number, told, by=ADMIN, expected_version=version)
    for filters in ({"caller": "13900000000"}, {"call_id": "t-1"}, {"q": "张三丰"}, {"q": "三丰反映"}):
        assert len(stored.tickets.page(after=None, limit=9, filters=filters, by=ADMIN)) == 1
        assert not stored.tickets.page(after=None, limit=9, filters=filters, by=unit)
        assert not list(stored.exports.ticket_rows(filters, by=unit))
    assert stored.tickets.page(after=None, limit=9, filters={"q": "路灯不亮"}, by=unit)
    plain = intake(stored, LAMP, call_id="plain")
    assigned(stored, plain)
    for filters in ({"caller": "13900000000"}, {"call_id": "plain"}):
        (found,) = stored.tickets.page(after=None, limit=9, filters=filters, by=unit)
        assert found.ticket_number == plain.ticket_number


def test_the_accused_unit_never_learns_of_a_conduct_ticket(stored: Flows) -> None:
    text = "我举报滕州市荆河街道办事处的王主任收了我五千块钱好处费，就是不给办低保"
    ticket = intake(stored, text)
    assert any(r.receiver == "discipline_inspection" for r in ticket.referrals)
    with pytest.raises(InvalidTransition, match="不能交办"):
        assigned(stored, ticket)
    unit = forced_on(stored, ticket)
    with pytest.raises(NotFound):
        stored.tickets.get(ticket.ticket_number, by=unit)
    for filters in ({}, {"q": "好处费"}, {"call_id": ticket.call_id}):
        assert not stored.tickets.page(after=None, limit=9, filters=filters, by=unit)
    assert not list(stored.exports.ticket_rows({}, by=unit))
    with pytest.raises(NotFound):
        take(stored, ticket, Step.ACKNOWLEDGE, unit)
    with pytest.raises(NotFound):
        stored.tickets.steps(ticket.ticket_number, by=unit)
    with pytest.raises(NotFound):
        stored.tickets.history(ticket.ticket_number, by=unit)
    verdict = Feedback(
        ticket_number=ticket.ticket_number,
        field="wants",
        verdict=Verdict.REJECTED,
        actor=unit.name,
        created_at=stored.clock.now(),
    )
    with pytest.raises(NotFound):
        stored.tickets.feedback(verdict, by=unit)


CONDUCT = "我举报滕州市荆河街道办事处的王主任收了我五千块钱好处费，就是不给办低保"
OFFICER = somebody(Role.REFERRAL_OFFICER)


def test_a_ticket_found_to_be_about_conduct_while_a_unit_had_it_is_answered_by_the_centre(stored: Flows) -> None:
    ticket = intake(stored, f"{LAMP}，李书记来看了三回都叫请他吃饭")
    assert not ticket.kept_from_units
    unit = assigned(stored, ticket)
    take(stored, ticket, Step.ACKNOWLEDGE, unit)
    assert Step.DIRECT_ANSWER not in stored.tickets.steps(ticket.ticket_number, by=OPERATOR)
    with pytest.raises(InvalidTransition, match="已交承办单位"):
        take(stored, ticket, Step.DIRECT_ANSWER, OPERATOR, text="请向纪检监察机关反映")
    receiver, high = Receiver.DISCIPLINE_INSPECTION, Severity.HIGH
    stored.referrals.propose(ticket.ticket_number, receiver, "李书记来看了三回都叫请他吃饭", severity=high, by=OFFICER)
    assert Step.DIRECT_ANSWER in stored.tickets.steps(ticket.ticket_number, by=OPERATOR)
    told = take(stored, ticket, Step.DIRECT_ANSWER, OPERATOR, text="请向纪检监察机关反映")
    assert (told.status, told.reply) == (TicketStatus.REPLIED, "请向纪检监察机关反映")


@pytest.mark.parametrize("text", [LAMP, CONDUCT])
def test_what_no_unit_had_is_reopened_at_the_centre(stored: Flows, text: str) -> None:
    ticket = intake(stored, text)
    take(stored, ticket, Step.DIRECT_ANSWER, OPERATOR, text="已登记")
    again = take(stored, ticket, Step.REOPEN, OPERATOR, reason="诉求人不认可")
    assert again.status is TicketStatus.ACCEPTED
    assert take(stored, ticket, Step.DIRECT_ANSWER, OPERATOR, text="已核实").status is TicketStatus.REPLIED


def test_reading_a_confidential_ticket_is_put_on_record(stored: Flows) -> None:
    ticket = intake(stored, f"{LAMP}，给我保密")
    stored.tickets.get(ticket.ticket_number, by=OPERATOR)
    assert [reader for reader, _ in stored.audit.readings(ticket.ticket_number)] == ["operator"]


def test_lists_exports_and_histories_of_sensitive_tickets_are_readings_too(stored: Flows, clock: SetClock) -> None:
    secret = intake(stored, f"{LAMP}，给我保密").ticket_number
    plain = intake(stored, LAMP, call_id="plain").ticket_number
    stored.tickets.page(after=None, limit=9, filters={}, by=OPERATOR)
    list(stored.exports.ticket_rows({}, by=SUPERVISOR))
    stored.tickets.history(secret, by=ADMIN)
    assert [reader for reader, _ in stored.audit.readings(secret)] == ["operator", "supervisor", "desk"]
    assert stored.audit.readings(plain) == []
    clock.move(minutes=4)
    stored.tickets.get(secret, by=ADMIN)  # as an open page does every few seconds
    assert len(stored.audit.readings(secret)) == 3
    clock.move(minutes=20)
    stored.tickets.get(secret, by=ADMIN)
    assert [reader for reader, _ in stored.audit.readings(secret)][3:] == ["desk"]
    with pytest.raises(NotFound):
        stored.audit.readings("nothing")


def test_joined_tickets_share_deadline_and_reply_and_keep_their_callers(stored: Flows, clock: SetClock) -> None:
    first = intake(stored, call_id="a", called_at="2026-11-12T09:00:00+08:00")
    main = intake(stored, call_id="b", caller_number="13900000001")
    joined = stored.merges.merge(first.ticket_number, main.ticket_number, by=OPERATOR, expected_version=None)
    assert joined.status is TicketStatus.MERGED
    assert joined.citizen.phone == "13900000000"
    held = stored.tickets.get(main.ticket_number, by=ADMIN)
    assert held.members == (first.ticket_number,)
    assert held.deadline is not None
    assert first.deadline is not None
    assert held.deadline.resolve_by == first.deadline.resolve_by
    take(stored, first, Step.FOLLOW_UP, OPERATOR, text="今天又来催问")
    names = [e.name for e in stored.tickets.history(main.ticket_number, by=ADMIN)]
    assert names[-1] == "citizen_followed_up"
    take(stored, main, Step.DIRECT_ANSWER, OPERATOR, text="路灯已修好")
    told = stored.tickets.get(first.ticket_number, by=ADMIN)
    assert told.reply == "路灯已修好"
    with stored.tickets._store(reading=True) as uow:
        events = uow.events.of(first.ticket_number)
    assert events[-1].name == "reply_shared"


def test_who_joins_late_is_told_the_answer_once(stored: Flows) -> None:
    main, late = intake(stored, f"俺叫张三丰，{LAMP}", call_id="a"), intake(stored, call_id="b")
    take(stored, main, Step.DIRECT_ANSWER, OPERATOR, text="张三丰您好，路灯已修好")
    joined = stored.merges.merge(late.ticket_number, main.ticket_number, by=OPERATOR, expected_version=None)
    assert (joined.status, joined.reply) == (TicketStatus.MERGED, "张某您好，路灯已修好")
    take(stored, main, Step.EVALUATE, OPERATOR, solved=True, satisfied=True)
    take(stored, main, Step.ARCHIVE, OPERATOR)
    names = [event.name for event in stored.tickets.history(late.ticket_number, by=ADMIN)]
    assert names == ["ticket_received", "ticket_merged", "reply_shared", "member_archived"]
    assert not list(stored.audit.faults())


def test_a_declined_main_ticket_leaves_nobody_waiting(stored: Flows) -> None:
    main, member = intake(stored, call_id="a"), intake(stored, call_id="b")
    stored.merges.merge(member.ticket_number, main.ticket_number, by=OPERATOR, expected_version=None)
    take(stored, main, Step.DECLINE, OPERATOR, reason="已进入诉讼程序")
    assert stored.tickets.get(member.ticket_number, by=ADMIN).status is TicketStatus.DECLINED
    event = stored.tickets.history(member.ticket_number, by=ADMIN)[-1]
    assert (event.actor, event.data) == ("operator", {"main": main.ticket_number, "reason": "已进入诉讼程序"})


def test_what_is_said_of_a_joined_ticket_does_not_tell_the_unit_who_spoke(stored: Flows) -> None:
    main, member = intake(stored, call_id="a"), intake(stored, f"俺叫张三丰，{LAMP}，给我保密", call_id="b")
    unit = assigned(stored, main)
    stored.merges.merge(member.ticket_number, main.ticket_number, by=OPERATOR, expected_version=None)
    take(stored, member, Step.FOLLOW_UP, OPERATOR, text="张三丰来电催问，请回电13900000000")
    event = stored.tickets.history(main.ticket_number, by=unit)[-1]
    assert event.data == {"text": "张某来电催问，请回电139****0000"}
    stored.referrals.propose(
        member.ticket_number, Receiver.DISCIPLINE_INSPECTION, "路灯全都不亮", severity=Severity.HIGH, by=OFFICER
    )
    take(stored, member, Step.FOLLOW_UP, OPERATOR, text="又说王主任收了钱")
    assert stored.tickets.history(main.ticket_number, by=unit)[-1].data == {}


def test_a_reply_does_not_tell_the_unit_who_is_confidential(stored: Flows) -> None:
    ticket = intake(stored, f"俺叫张三丰，{LAMP}，给我保密")
    unit = assigned(stored, ticket)
    for step, by in ((Step.ACKNOWLEDGE, unit), (Step.FEED_BACK, unit), (Step.APPROVE, REVIEWER)):
        take(stored, ticket, step, by, **({"text": "已修"} if step is Step.FEED_BACK else {}))
    take(stored, ticket, Step.REPLY, OPERATOR, text="张三丰您好，路灯已修好，已致电13900000000")
    told = "张某您好，路灯已修好，已致电139****0000"
    assert stored.tickets.get(ticket.ticket_number, by=unit).reply == told
    stored.relay.subscribe("http://127.0.0.1:9/", ["ticket."])
    assert waiting_messages(stored)[-1].payload["reply"] == told


def test_an_undone_merge_leaves_no_trace_on_either_deadline(stored: Flows) -> None:
    first = intake(stored, call_id="a", called_at="2026-11-12T09:00:00+08:00")
    main = intake(stored, call_id="b")
    take(stored, first, Step.ACCEPT)
    stored.merges.merge(first.ticket_number, main.ticket_number, by=OPERATOR, expected_version=None)
    with pytest.raises(InvalidTransition):
        stored.merges.merge(first.ticket_number, main.ticket_number, by=OPERATOR, expected_version=None)
    alone = stored.merges.unmerge(first.ticket_number, "不是同一处", by=OPERATOR, expected_version=None)
    assert (alone.status, alone.merged_into, alone.deadline) == (TicketStatus.ACCEPTED, None, first.deadline)
    again = stored.tickets.get(main.ticket_number, by=ADMIN)
    assert (again.members, again.deadline) == ((), main.deadline)
    assert not list(stored.audit.faults())


def test_the_answer_to_another_matter_leaves_with_the_merge(stored: Flows) -> None:
    main, wrong, answered = (intake(stored, call_id=name) for name in "abc")
    take(stored, answered, Step.DIRECT_ANSWER, OPERATOR, text="已安排巡查")
    for member in (wrong, answered):
        stored.merges.merge(member.ticket_number, main.ticket_number, by=OPERATOR, expected_version=None)
    take(stored, main, Step.DIRECT_ANSWER, OPERATOR, text="路灯已修好")
    alone, before = (
        stored.merges.unmerge(member.ticket_number, "不是同一处", by=OPERATOR, expected_version=None)
        for member in (wrong, answered)
    )
    assert (alone.status, alone.reply) == (TicketStatus.RECEIVED, None)
    assert (before.status, before.reply) == (TicketStatus.REPLIED, "已安排巡查")
    stored.analytics.follow()
    city = Scope(start="2026-11-01", end="2026-11-30")
    standing = stored.analytics.indicators(Dimension.DEADLINE, city, by=ADMIN)
    assert {group.key: group.measures.tickets for group in standing.groups} == {"in_time": 2, "running": 1}
    assert standing.total.responded == 2


def test_whoever_joins_a_joined_ticket_is_told_the_main_one(stored: Flows) -> None:
    main, member, third = (intake(stored, call_id=name).ticket_number for name in "abc")
    stored.merges.merge(member, main, by=OPERATOR, expected_version=None)
    with pytest.raises(Conflict, match="请并入该主单") as refused:
        stored.merges.merge(third, member, by=OPERATOR, expected_version=None)
    assert main in refused.value.message_zh


def test_what_must_not_be_joined_is_refused(stored: Flows) -> None:
    blame = intake(stored, "我要投诉滕州市荆河街道善国路的路灯，坏了没人管", call_id="a")
    praise = intake(stored, "我想表扬修路灯的师傅，服务态度特别好，谢谢他们", call_id="b")
    assert (blame.request_kind, praise.request_kind) == ("complaint", "praise")
    with pytest.raises(InvalidInput, match="表扬"):
        stored.merges.merge(praise.ticket_number, blame.ticket_number, by=OPERATOR, expected_version=None)
    with pytest.raises(InvalidInput, match="自身"):
        stored.merges.merge(blame.ticket_number, blame.ticket_number, by=OPERATOR, expected_version=None)
    third = intake(stored, call_id="c")
    stored.merges.merge(third.ticket_number, blame.ticket_number, by=OPERATOR, expected_version=None)
    with pytest.raises(Conflict, match="主单"):
        stored.merges.merge(
            blame.ticket_number, intake(stored, call_id="d").ticket_number, by=OPERATOR, expected_version=None
        )


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


def test_tickets_are_found_by_words_caller_time_and_delay(stored: Flows, clock: SetClock) -> None:
    lamp = intake(stored, call_id="a")
    water = stored.intake.run(
        message("薛城区临城街道自来水发黄有异味，请检测", "b", called_at=MONDAY.isoformat())
    ).tickets[0]

    def found(**filters: str) -> list[str]:
        return [t.ticket_number for t in stored.tickets.page(after=None, limit=9, filters=filters, by=ADMIN)]

    assert found(q="路灯") == [lamp.ticket_number]
    assert found(q="自来水 异味") == [water.ticket_number]
    assert found(q="路灯 异味") == []
    assert found(caller="139-0000-0000") == [lamp.ticket_number]
    assert found(created_before=MONDAY.isoformat()) == []
    assert len(found(created_from=MONDAY.isoformat())) == 2
    assert found(overdue="true") == []
    clock.move(days=30)
    assert len(found(overdue="true")) == 2
    with pytest.raises(InvalidInput, match="检索词"):
        found(q="路")
    with pytest.raises(InvalidInput, match="created_from"):
        found(created_from="昨天")
    changed = stored.tickets.correct(lamp.ticket_number, {"title": "井盖丢失"}, by=ADMIN, expected_version=1)
    assert found(q="井盖") == [changed.ticket_number]


def test_exports_open_as_tables_and_mask_the_citizen(stored: Flows) -> None:
    intake(stored, f"俺叫张三丰，{LAMP}")
    rows = list(stored.exports.ticket_rows({}, by=REVIEWER))
    table = list(csv.DictReader(io.StringIO("".join(csv_lines(COLUMNS, rows)).removeprefix("\ufeff"))))
    assert (table[0]["诉求人"], table[0]["联系电话"]) == ("张某", "139****0000")
    assert (table[0]["状态"], table[0]["诉求主体"], table[0]["紧急程度"]) == ("待受理", "自然人", "一般")
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(COLUMNS, rows))).worksheets[0]
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)
    assert sheet.max_row == 2
    stored.tickets.correct(rows[0][0], {"title": "=HYPERLINK(1)"}, by=ADMIN, expected_version=1)
    assert next(iter(stored.exports.ticket_rows({}, by=ADMIN)))[4] == "'=HYPERLINK(1)"


def test_exports_mask_a_landline_too(stored: Flows) -> None:
    ticket = intake(stored, LAMP)
    for phone, shown in (("0632-5551234", "063****1234"), ("5551234", "****34")):
        ticket = corrected(stored, ticket, citizen__phone=phone, wants=f"请回电{phone}")
        row = dict(zip(COLUMNS, next(iter(stored.exports.ticket_rows({}, by=REVIEWER))), strict=True))
        assert row["联系电话"] == shown
    ticket = corrected(stored, ticket, wants="请回电0632-5551234")
    assert dict(zip(COLUMNS, next(iter(stored.exports.ticket_rows({}, by=REVIEWER))), strict=True))["诉求"] == (
        "请回电063****1234"
    )


def corrected(stored: Flows, ticket: Ticket, **changes: Any) -> Ticket:
    changes = {path.replace("__", "."): value for path, value in changes.items()}
    return stored.tickets.correct(ticket.ticket_number, changes, by=OPERATOR, expected_version=ticket.version)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("title", " "),
        ("title", "两\n行"),
        ("title", "长" * 201),
        ("content", None),
        ("place__district", "火星区"),
        ("place__town", "不存在镇"),
        ("event_time", "昨天"),
        ("event_time", "2026-13"),
        ("citizen__phone", "不知道"),
        ("citizen__confidential", "yes"),
        ("category", "999999"),
        ("emotion", "sad"),
        ("status", "archived"),
    ],
)
def test_a_value_that_cannot_be_is_no_correction(stored: Flows, path: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as error:
        corrected(stored, intake(stored), **{path: value})
    assert error.value.field == path.replace("__", ".")


def test_a_corrected_place_holds_together_and_moves_the_proposed_unit(stored: Flows) -> None:
    ticket = intake(stored)
    moved = corrected(stored, ticket, place__town="榴园镇")
    assert (moved.place.district, moved.place.town) == ("峄城区", "榴园镇")
    assert moved.unit.lead
    assert moved.unit.lead.name.startswith("峄城区")
    back = corrected(stored, moved, place__district="滕州市")
    assert (back.place.district, back.place.town) == ("滕州市", None)
    with pytest.raises(InvalidInput, match="不在"):
        corrected(stored, back, place__district="滕州市", place__town="榴园镇")


def test_a_corrected_category_is_named_in_full(stored: Flows) -> None:
    changed = corrected(stored, intake(stored), category="010301", emotion="angry")
    assert changed.category
    assert (changed.category.path[0], changed.emotion) == ("城乡建设", "angry")
    event = stored.tickets.history(changed.ticket_number, by=OPERATOR)[-1]
    assert event.data["new"]["category"].startswith("城乡建设/")


def test_a_corrected_kind_or_subject_brings_its_time_limit(stored: Flows) -> None:
    ticket = intake(stored)
    company = corrected(stored, ticket, subject="market_entity")
    assert company.deadline
    assert ticket.deadline
    assert company.deadline.rule_id == "deadline.market_entity"
    assert company.deadline.resolve_by > ticket.deadline.resolve_by
    asked = corrected(stored, company, request_kind="consultation")
    assert asked.deadline
    assert asked.deadline.rule_id == "deadline.consultation"
    again = corrected(stored, asked, request_kind="help", subject="citizen")
    assert again.deadline == ticket.deadline
    assert list(stored.audit.faults()) == []


def test_an_extension_outlives_a_correction(stored: Flows) -> None:
    ticket = intake(stored)
    unit = assigned(stored, ticket)
    take(stored, ticket, Step.ACKNOWLEDGE, unit)
    longer = take(stored, ticket, Step.EXTEND, REVIEWER, days=3, reason="情况属实")
    company = corrected(stored, longer, subject="market_entity")
    assert company.deadline
    assert company.handler == longer.handler
    assert company.deadline.resolve_by == MONDAY.replace(day=3, month=12, hour=17, minute=30)
    assert list(stored.audit.faults()) == []


def test_corrections_come_out_as_examples(stored: Flows) -> None:
    ticket = intake(stored)
    stored.tickets.correct(ticket.ticket_number, {"wants": "更换路灯"}, by=ADMIN, expected_version=1)
    examples = list(stored.exports.corrections(("wants",)))
    assert [(e["label"], e["verdict"]) for e in examples] == [("更换路灯", "corrected")]
    assert "路灯" in examples[0]["text"]
    named = {"title": "张三丰反映13号楼2单元路灯不亮，电话13900000000", "citizen.name": "张三丰"}
    stored.tickets.correct(ticket.ticket_number, named, by=ADMIN, expected_version=2)
    told = list(stored.exports.corrections(("title", "citizen.name")))
    assert [(e["field"], e["label"]) for e in told] == [("title", "张某反映【门牌】路灯不亮，电话【电话】")]


def test_what_is_unclear_goes_on_the_monthly_list(stored: Flows) -> None:
    ticket = intake(stored)
    take(stored, ticket, Step.ACCEPT)
    take(stored, ticket, Step.PUT_ON_MEETING, SUPERVISOR, meeting="unclear_duty", reason="两家都说不归自己管")
    listed = stored.tickets.page(after=None, limit=9, filters={"meeting": "unclear_duty"}, by=SUPERVISOR)
    assert [t.ticket_number for t in listed] == [ticket.ticket_number]
    with pytest.raises(InvalidInput, match="会商缘由"):
        take(stored, ticket, Step.PUT_ON_MEETING, SUPERVISOR, meeting="随便", reason="x")


def test_a_unit_that_helps_has_a_deadline_of_its_own(stored: Flows) -> None:
    ticket = intake(stored)
    assigned(stored, ticket)
    helped = take(stored, ticket, Step.CO_ASSIGN, OPERATOR, unit="国网枣庄供电公司", days=2)
    assert [a.unit.name for a in helped.assisting] == ["国网枣庄供电公司"]
    assert helped.assisting[0].resolve_by.isoformat() == "2026-11-18T17:30:00+08:00"
    helper = somebody(Role.UNIT, unit_code=helped.assisting[0].unit.unit_code)
    done = take(stored, ticket, Step.CO_FEED_BACK, helper, unit="国网枣庄供电公司", text="线路正常")
    assert done.assisting[0].feedback == "线路正常"
    with pytest.raises(InvalidInput, match="协办"):
        take(stored, ticket, Step.CO_FEED_BACK, helper, unit="国网枣庄供电公司", text="再报一次")


def helped(stored: Flows, ticket: Ticket) -> tuple[Any, Any]:
    """Give a ticket to the unit and have another help; return who works at each."""
    lead = assigned(stored, ticket)
    asked = take(stored, ticket, Step.CO_ASSIGN, OPERATOR, unit=HELPER, days=2)
    return lead, somebody(Role.UNIT, unit_code=asked.assisting[0].unit.unit_code)


@pytest.mark.parametrize("until", range(7))
def test_what_a_helping_unit_found_is_kept_however_far_the_ticket_is(stored: Flows, until: int) -> None:
    ticket = intake(stored)
    lead, helper = helped(stored, ticket)
    way: list[tuple[Step, Any, dict[str, Any]]] = [
        (Step.ACKNOWLEDGE, lead, {}),
        (Step.FEED_BACK, lead, {"text": "已更换灯泡"}),
        (Step.APPROVE, REVIEWER, {}),
        (Step.REPLY, OPERATOR, {"text": "路灯已修好"}),
        (Step.EVALUATE, OPERATOR, {"solved": True, "satisfied": True}),
        (Step.ARCHIVE, OPERATOR, {}),
    ]
    for step, by, details in way[:until]:
        take(stored, ticket, step, by, **details)
    before = stored.tickets.get(ticket.ticket_number, by=ADMIN)
    if before.status is TicketStatus.ARCHIVED:
        with pytest.raises(InvalidTransition, match="已归档，不能协办反馈"):
            take(stored, ticket, Step.CO_FEED_BACK, helper, unit=HELPER, text="线路正常")
        return
    after = take(stored, ticket, Step.CO_FEED_BACK, helper, unit=HELPER, text="线路正常")
    assert (after.status, after.deadline, after.reply) == (before.status, before.deadline, before.reply)
    assert after.assisting[0].feedback == "线路正常"
    assert stored.tickets.history(ticket.ticket_number, by=helper)[-1].data["text"] == "线路正常"


def test_a_helping_unit_waits_for_no_return_and_no_pause(stored: Flows) -> None:
    paused, returned = intake(stored, call_id="a"), intake(stored, call_id="b")
    _, helper = helped(stored, paused)
    take(stored, paused, Step.SUSPEND, REVIEWER, reason="道路施工")
    take(stored, paused, Step.CO_FEED_BACK, helper, unit=HELPER, text="线路正常")
    lead, helper = helped(stored, returned)
    take(stored, returned, Step.RETURN, lead, reason="不归我管")
    take(stored, returned, Step.APPROVE_RETURN, REVIEWER, reason="情况属实")
    assert take(stored, returned, Step.CO_FEED_BACK, helper, unit=HELPER, text="线路正常").assisting[0].feedback


def test_the_lead_handles_and_the_helper_helps(stored: Flows) -> None:
    ticket = intake(stored)
    lead, helper = helped(stored, ticket)
    assert stored.tickets.steps(ticket.ticket_number, by=helper) == (Step.CO_FEED_BACK,)
    assert Step.CO_FEED_BACK not in stored.tickets.steps(ticket.ticket_number, by=lead)
    for step, details in ((Step.ACKNOWLEDGE, {}), (Step.RETURN, {"reason": "不归我管"})):
        with pytest.raises(Forbidden, match="主办单位"):
            take(stored, ticket, step, helper, **details)
    with pytest.raises(Forbidden, match="本单位"):
        take(stored, ticket, Step.CO_FEED_BACK, lead, unit=HELPER, text="线路正常")
    take(stored, ticket, Step.ACKNOWLEDGE, lead)
    with pytest.raises(Forbidden, match="主办单位"):
        take(stored, ticket, Step.FEED_BACK, helper, text="线路正常")
    take(stored, ticket, Step.CO_FEED_BACK, helper, unit=HELPER, text="线路正常")
    assert stored.tickets.steps(ticket.ticket_number, by=helper) == ()


def test_a_helper_that_takes_the_lead_helps_no_more(stored: Flows) -> None:
    ticket = intake(stored)
    helped(stored, ticket)
    moved = take(stored, ticket, Step.REDISPATCH, REVIEWER, unit=HELPER, reason="供电企业管护")
    assert (moved.handler and moved.handler.name, moved.assisting) == (HELPER, ())
