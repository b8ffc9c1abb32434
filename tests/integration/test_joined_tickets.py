"""Tickets that are joined, and part again: on both databases."""

import pytest

from app.domain.analytics import Dimension, Scope
from app.domain.errors import Conflict, InvalidInput, InvalidTransition
from app.domain.referral import Receiver
from app.domain.risk import Severity
from app.domain.workflow import Step, TicketStatus
from app.flows.open311 import public_state
from app.flows.registry import Flows
from tests.factories import ADMIN, waiting_messages
from tests.integration.conftest import SetClock
from tests.integration.record_steps import LAMP, OFFICER, OPERATOR, REVIEWER, assigned, intake, take


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
    for ticket in (main, member):
        assert stored.tickets.get(ticket.ticket_number, by=ADMIN).reply == "已进入诉讼程序"
    stored.relay.subscribe("http://127.0.0.1:9/", ["ticket."], by="desk")
    told = [m.payload.get("reply") for m in waiting_messages(stored) if "declined" in m.topic]
    assert told == ["已进入诉讼程序"] * 2


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
    stored.relay.subscribe("http://127.0.0.1:9/", ["ticket."], by="desk")
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


def test_what_moves_the_main_deadline_moves_whoever_is_joined(stored: Flows, clock: SetClock) -> None:
    main, member, late = (intake(stored, call_id=name) for name in "abc")
    assigned(stored, main)
    stored.merges.merge(member.ticket_number, main.ticket_number, by=OPERATOR, expected_version=None)
    take(stored, main, Step.EXTEND, REVIEWER, days=3, reason="配件未到")
    take(stored, main, Step.SUSPEND, REVIEWER, reason="等待材料")
    clock.move(days=1)
    stored.merges.merge(late.ticket_number, main.ticket_number, by=OPERATOR, expected_version=None)
    clock.move(days=1)
    take(stored, main, Step.RESUME, REVIEWER)
    limits = {
        number: held.deadline.resolve_by.day
        for number in (main.ticket_number, member.ticket_number, late.ticket_number)
        if (held := stored.tickets.get(number, by=ADMIN)).deadline
    }
    assert list(limits.values()) == [23, 27, 23]
    assert not list(stored.audit.faults())
    alone = stored.merges.unmerge(member.ticket_number, "不是同一处", by=OPERATOR, expected_version=None)
    assert alone.deadline == member.deadline
    assert not list(stored.audit.faults())


def test_what_was_declined_by_mistake_is_accepted_with_whoever_was_joined(stored: Flows, clock: SetClock) -> None:
    main, member = intake(stored, call_id="a"), intake(stored, call_id="b")
    stored.merges.merge(member.ticket_number, main.ticket_number, by=OPERATOR, expected_version=None)
    take(stored, main, Step.DECLINE, OPERATOR, reason="不属于受理范围")
    with pytest.raises(InvalidTransition, match="撤销并单"):
        take(stored, member, Step.ACCEPT, OPERATOR)
    clock.move(hours=1)
    accepted = take(stored, main, Step.ACCEPT, OPERATOR)
    again = stored.tickets.get(member.ticket_number, by=ADMIN)
    assert (accepted.status, accepted.reply, accepted.deadline) == (TicketStatus.ACCEPTED, None, main.deadline)
    assert (again.status, again.reply) == (TicketStatus.MERGED, None)
    stored.analytics.follow()
    period = Scope(start="2026-11-01", end="2026-11-30")
    groups = stored.analytics.indicators(Dimension.DEADLINE, period, by=ADMIN).groups
    assert [(group.key, group.measures.tickets) for group in groups] == [("running", 2)]
    unit = assigned(stored, main, accepted=True)
    take(stored, main, Step.ACKNOWLEDGE, unit)
    assert not list(stored.audit.faults())


def to_evaluate(stored: Flows) -> set[str]:
    found = stored.tickets.page(after=None, limit=9, filters={"to_evaluate": "true"}, by=OPERATOR)
    return {ticket.ticket_number for ticket in found}


def test_every_caller_of_a_joined_ticket_says_for_himself_whether_it_was_solved(stored: Flows) -> None:
    main, content, unhappy = (intake(stored, call_id=name) for name in "abc")
    unit = assigned(stored, main)
    for member in (content, unhappy):
        stored.merges.merge(member.ticket_number, main.ticket_number, by=OPERATOR, expected_version=None)
    assert Step.EVALUATE not in stored.tickets.steps(content.ticket_number, by=OPERATOR)
    assert to_evaluate(stored) == set()
    with pytest.raises(InvalidTransition, match="尚未回复"):
        take(stored, content, Step.EVALUATE, OPERATOR, solved=True, satisfied=True)
    take(stored, main, Step.ACKNOWLEDGE, unit)
    take(stored, main, Step.FEED_BACK, unit, text="已修")
    take(stored, main, Step.APPROVE, REVIEWER)
    take(stored, main, Step.REPLY, OPERATOR, text="路灯已修好")
    assert Step.EVALUATE in stored.tickets.steps(content.ticket_number, by=OPERATOR)
    assert to_evaluate(stored) == {main.ticket_number, content.ticket_number, unhappy.ticket_number}
    take(stored, main, Step.EVALUATE, OPERATOR, solved=True, satisfied=True)
    take(stored, content, Step.EVALUATE, OPERATOR, solved=True, satisfied=True)
    assert to_evaluate(stored) == {unhappy.ticket_number}
    said = take(stored, unhappy, Step.EVALUATE, OPERATOR, solved=False, satisfied=True)
    assert (said.status, said.solved, said.satisfied) == (TicketStatus.MERGED, False, True)
    with pytest.raises(InvalidTransition, match=f"{unhappy.ticket_number}.*再次核查"):
        take(stored, main, Step.ARCHIVE, OPERATOR)
    stored.analytics.follow()
    total = stored.analytics.indicators(Dimension.DEADLINE, Scope(start="2026-11-01", end="2026-11-30"), by=ADMIN).total
    assert (total.rated, total.resolved, total.satisfied) == (3, 2, 3)
    take(stored, main, Step.REOPEN, OPERATOR, reason="还有一盏不亮")
    again = stored.tickets.get(unhappy.ticket_number, by=ADMIN)
    assert (again.reply, again.solved, public_state(again)["status"]) == (None, None, "open")
    assert Step.EVALUATE not in stored.tickets.steps(unhappy.ticket_number, by=OPERATOR)
    take(stored, main, Step.FEED_BACK, unit, text="全部修好", outcome="solved")
    take(stored, main, Step.APPROVE, REVIEWER)
    take(stored, main, Step.REPLY, OPERATOR, text="全部修好")
    assert to_evaluate(stored) == {main.ticket_number, content.ticket_number, unhappy.ticket_number}
    assert take(stored, unhappy, Step.EVALUATE, OPERATOR, solved=True, satisfied=True).reply == "全部修好"
    take(stored, main, Step.ARCHIVE, OPERATOR)
    assert not list(stored.audit.faults())


def test_what_was_said_of_another_matters_answer_leaves_with_the_merge(stored: Flows) -> None:
    main, member = intake(stored, call_id="a"), intake(stored, call_id="b")
    take(stored, member, Step.DIRECT_ANSWER, OPERATOR, text="已安排巡查")
    take(stored, member, Step.EVALUATE, OPERATOR, solved=True, satisfied=True)
    stored.merges.merge(member.ticket_number, main.ticket_number, by=OPERATOR, expected_version=None)
    take(stored, main, Step.DIRECT_ANSWER, OPERATOR, text="路灯已修好")
    take(stored, member, Step.EVALUATE, OPERATOR, solved=False, satisfied=False)
    alone = stored.merges.unmerge(member.ticket_number, "不是同一处", by=OPERATOR, expected_version=None)
    assert (alone.reply, alone.solved, alone.satisfied) == ("已安排巡查", True, True)


def test_a_slip_in_an_evaluation_is_put_right(stored: Flows) -> None:
    ticket = intake(stored)
    take(stored, ticket, Step.DIRECT_ANSWER, OPERATOR, text="已修好")
    take(stored, ticket, Step.EVALUATE, OPERATOR, solved=False, satisfied=True)
    said = take(stored, ticket, Step.EVALUATE, OPERATOR, solved=True, satisfied=True)
    assert (said.status, said.solved) == (TicketStatus.EVALUATED, True)


@pytest.mark.parametrize(
    ("end", "details"), [(Step.ARCHIVE, {}), (Step.DECLINE, {"reason": "已进入诉讼程序"})], ids=["archived", "declined"]
)
def test_whoever_was_joined_to_the_wrong_ticket_is_found_again_after_its_end(
    stored: Flows, end: Step, details: dict[str, str]
) -> None:
    main, wrong = intake(stored, call_id="a"), intake(stored, call_id="b")
    take(stored, wrong, Step.ACCEPT)
    stored.merges.merge(wrong.ticket_number, main.ticket_number, by=OPERATOR, expected_version=None)
    if end is Step.ARCHIVE:
        take(stored, main, Step.DIRECT_ANSWER, OPERATOR, text="路灯已修好")
    take(stored, main, end, OPERATOR, **details)
    assert stored.tickets.steps(wrong.ticket_number, by=OPERATOR) == (Step.UNMERGE,)
    assert stored.tickets.steps(main.ticket_number, by=OPERATOR) == ((Step.ACCEPT,) if end is Step.DECLINE else ())
    with pytest.raises(InvalidTransition, match="可执行：撤销并单"):
        take(stored, wrong, Step.REOPEN, OPERATOR, reason="不是同一处")
    alone = stored.merges.unmerge(wrong.ticket_number, "不是同一处", by=OPERATOR, expected_version=None)
    assert (alone.status, alone.reply, alone.deadline) == (TicketStatus.ACCEPTED, None, wrong.deadline)
    assert stored.tickets.get(main.ticket_number, by=ADMIN).members == ()
    with pytest.raises(InvalidTransition, match="不能撤销并单"):
        stored.merges.unmerge(main.ticket_number, "不是同一处", by=OPERATOR, expected_version=None)
    assert not list(stored.audit.faults())
