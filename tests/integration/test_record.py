"""Who may see and do what: on both databases."""

import pytest

from app.domain.access import Role
from app.domain.errors import Forbidden, InvalidTransition, NotFound
from app.domain.events import Feedback, Verdict
from app.domain.referral import Receiver
from app.domain.risk import Severity
from app.domain.workflow import Step, TicketStatus
from app.flows.registry import Flows
from tests.factories import ADMIN, somebody
from tests.integration.conftest import SetClock
from tests.integration.record_steps import (
    CONDUCT,
    LAMP,
    OFFICER,
    OPERATOR,
    REVIEWER,
    SUPERVISOR,
    assigned,
    forced_on,
    intake,
    take,
)


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
    told = {"content": "张三丰（13812345678）反映路灯不亮", "citizen.name": "张三丰"}
    version = stored.tickets.get(secret.ticket_number, by=ADMIN).version
    stored.tickets.correct(secret.ticket_number, told, by=ADMIN, expected_version=version)
    for filters in (
        {"caller": "13900000000"},
        {"call_id": "t-1"},
        {"q": "张三丰"},
        {"q": "三丰"},
        {"q": "13812345678"},
        {"q": "路灯 1234"},
    ):
        assert len(stored.tickets.page(after=None, limit=9, filters=filters, by=ADMIN)) == 1
        assert not stored.tickets.page(after=None, limit=9, filters=filters, by=unit)
        assert not list(stored.exports.ticket_rows(filters, by=unit))
    for words in ("路灯不亮", f" {secret.ticket_number} ", "138 5678"):
        assert stored.tickets.page(after=None, limit=9, filters={"q": words}, by=unit)
    plain = intake(stored, LAMP, call_id="plain")
    assigned(stored, plain)
    for filters in ({"caller": "13900000000"}, {"call_id": "plain"}):
        (found,) = stored.tickets.page(after=None, limit=9, filters=filters, by=unit)
        assert found.ticket_number == plain.ticket_number


def test_a_page_goes_past_the_tickets_that_a_search_may_not_end_at(stored: Flows) -> None:
    plain = intake(stored, LAMP, call_id="plain")
    unit = assigned(stored, plain)
    assigned(stored, intake(stored, f"我叫张三丰，{LAMP}，给我保密", call_id="secret"))
    (found,) = stored.tickets.page(after=None, limit=1, filters={"caller": "13900000000"}, by=unit)
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
    assert [reader for _, reader, _ in stored.audit.readings(ticket.ticket_number)] == ["operator"]


def test_lists_exports_and_histories_of_sensitive_tickets_are_readings_too(stored: Flows, clock: SetClock) -> None:
    secret = intake(stored, f"{LAMP}，给我保密").ticket_number
    plain = intake(stored, LAMP, call_id="plain").ticket_number
    stored.tickets.page(after=None, limit=9, filters={}, by=OPERATOR)
    list(stored.exports.ticket_rows({}, by=SUPERVISOR))
    stored.tickets.history(secret, by=ADMIN)
    assert [reader for _, reader, _ in stored.audit.readings(secret)] == ["operator", "supervisor", "desk"]
    assert stored.audit.readings(plain) == []
    clock.move(minutes=4)
    stored.tickets.get(secret, by=ADMIN)  # as an open page does every few seconds
    assert len(stored.audit.readings(secret)) == 3
    clock.move(minutes=20)
    stored.tickets.get(secret, by=ADMIN)
    assert [reader for _, reader, _ in stored.audit.readings(secret)][3:] == ["desk"]
    clock.move(days=20)
    assert stored.supervision.due(limit=9, by=SUPERVISOR).overdue == 2
    read_by = [number for number, _, _ in stored.audit.readings(reader="supervisor")]
    assert read_by == [secret, secret], "the list of what is due is read as others are"
    with pytest.raises(NotFound):
        stored.audit.readings("nothing")
