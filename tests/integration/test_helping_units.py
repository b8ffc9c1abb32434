"""Units that help the one in charge: on both databases."""

from typing import Any

import pytest

from app.domain.access import Role
from app.domain.errors import Forbidden, InvalidInput, InvalidTransition
from app.domain.ticket import Ticket
from app.domain.workflow import Step, TicketStatus
from app.flows.registry import Flows
from app.flows.tickets import needs_of
from tests.factories import ADMIN, somebody
from tests.integration.record_steps import HELPER, OPERATOR, REVIEWER, assigned, intake, take


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


def test_a_unit_that_helps_need_not_say_who_it_is_and_may_have_a_new_name(stored: Flows) -> None:
    ticket = intake(stored)
    lead, helper = helped(stored, ticket)
    with stored.tickets._store() as uow:
        held = uow.tickets.get(ticket.ticket_number)
        (one,) = held.assisting
        before = one.model_copy(update={"unit": one.unit.model_copy(update={"name": "枣庄供电公司（旧称）"})})
        uow.tickets.save(held.model_copy(update={"assisting": (before,)}), expected_version=held.version)
        uow.commit()
    assert (needs_of(Step.CO_FEED_BACK, helper), needs_of(Step.RETURN, lead)) == (("text",), ("reason",))
    with pytest.raises(InvalidInput, match="已是主办或者协办单位"):
        take(stored, ticket, Step.CO_ASSIGN, OPERATOR, unit=HELPER, days=2)
    assert take(stored, ticket, Step.CO_FEED_BACK, helper, text="线路正常").assisting[0].feedback == "线路正常"


def test_a_refused_step_names_what_is_for_whoever_asked(stored: Flows) -> None:
    ticket = intake(stored)
    lead, helper = helped(stored, ticket)
    for by, said in (
        (lead, "签收（acknowledge）、退单（return）、申请延期（request_extension）"),
        (helper, "协办反馈（co_feed_back）"),
    ):
        with pytest.raises(InvalidTransition) as refused:
            take(stored, ticket, Step.FEED_BACK, by, text="已更换灯泡")
        assert refused.value.message_zh == f"工单已交办，不能反馈办结；可执行：{said}"


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
