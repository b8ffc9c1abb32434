"""A district's centre triages what was given to it, within its district: on both databases."""

import pytest

from app.domain.access import Role
from app.domain.errors import Forbidden, NotFound
from app.domain.workflow import Step
from app.flows.registry import Flows
from tests.factories import ADMIN, somebody
from tests.integration.record_steps import OPERATOR, assigned, intake, take

COMPANY = "我是滕州市荆河街道一家餐饮公司的负责人，我们公司办理食品经营许可证卡了两个月没人管，希望尽快办理"
CENTRE = "370481.hotline_centre"
TENGZHOU = somebody(Role.UNIT, unit_code=CENTRE)
DEPARTMENT = "滕州市行政审批服务局"


def test_a_centre_passes_on_what_it_was_given(stored: Flows) -> None:
    ticket = intake(stored, COMPANY)
    assert ticket.unit.receiver is not None
    assert ticket.unit.receiver.unit_code == CENTRE
    take(stored, ticket, Step.ACCEPT, OPERATOR)
    take(stored, ticket, Step.ASSIGN, OPERATOR, unit=CENTRE)
    assert {Step.REDISPATCH, Step.CO_ASSIGN} < set(stored.tickets.steps(ticket.ticket_number, by=TENGZHOU))
    with pytest.raises(Forbidden, match="请说明理由退单"):
        take(stored, ticket, Step.REDISPATCH, TENGZHOU, unit="薛城区市场监督管理局", reason="职责范围")
    take(stored, ticket, Step.CO_ASSIGN, TENGZHOU, unit="滕州市市场监督管理局", days=2)
    moved = take(stored, ticket, Step.REDISPATCH, TENGZHOU, unit=DEPARTMENT, reason="职责范围")
    assert moved.handler is not None
    assert (moved.handler.name, moved.status, moved.deadline) == (DEPARTMENT, "assigned", ticket.deadline)
    with pytest.raises(NotFound):
        stored.tickets.get(ticket.ticket_number, by=TENGZHOU)
    department = somebody(Role.UNIT, unit_code=moved.handler.unit_code)
    assert Step.RETURN in stored.tickets.steps(ticket.ticket_number, by=department)
    assert stored.tickets.history(ticket.ticket_number, by=ADMIN)[-1].actor == TENGZHOU.name


def test_no_other_unit_passes_a_ticket_on_nor_a_centre_what_it_helps_with(stored: Flows) -> None:
    ticket = intake(stored)
    unit = assigned(stored, ticket)
    with pytest.raises(Forbidden, match="改派须由审核员、承办的区（市）中心执行"):
        take(stored, ticket, Step.REDISPATCH, unit, unit=CENTRE, reason="职责范围")
    take(stored, ticket, Step.CO_ASSIGN, OPERATOR, unit=CENTRE, days=2)
    assert stored.tickets.steps(ticket.ticket_number, by=TENGZHOU) == (Step.CO_FEED_BACK,)
    with pytest.raises(Forbidden, match="主办单位"):
        take(stored, ticket, Step.REDISPATCH, TENGZHOU, unit=DEPARTMENT, reason="职责范围")
