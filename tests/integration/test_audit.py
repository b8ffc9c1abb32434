"""The record guards itself: a chain that shows tampering, deadlines that its events give again."""

import pytest

from app.decide.work_clock import WorkClock
from app.domain.access import Role
from app.domain.deadline_rules import Span
from app.domain.reference import CalendarDay
from app.domain.workflow import Step
from app.flows.registry import Flows
from app.store.engine import make_engine
from tests.factories import ADMIN
from tests.integration.conftest import SetClock
from tests.integration.record_steps import NAMED, intake, take


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        ("UPDATE ticket_events SET actor = 'nobody' WHERE sequence = 2", "第 2 条经过被改动"),
        ("UPDATE ticket_events SET data = '{}' WHERE sequence = 1", "第 1 条经过被改动"),
        ("DELETE FROM ticket_events WHERE sequence = 2", "第 2 条经过缺失"),
        ("DELETE FROM ticket_events WHERE sequence = 4", "不符"),
        ("DELETE FROM tickets", "缺失，只剩经过"),
        ("DELETE FROM ticket_events", "封存的经过缺失"),
        ("UPDATE tickets SET version = 9", "版本 9"),
        ("UPDATE ticket_events SET words = NULL WHERE sequence = 4", "第 4 条经过的文字被改动"),
        ("UPDATE ticket_events SET words = words || 'A' WHERE sequence = 4", "第 4 条经过的文字被改动"),
    ],
)
def test_tampering_is_found(stored: Flows, clock: SetClock, database_url: str, tampering: str, told: str) -> None:
    ticket = intake(stored, NAMED)
    take(stored, ticket, Step.ACCEPT)
    take(stored, ticket, Step.ASSIGN, unit="滕州市综合行政执法局")
    take(stored, ticket, Step.FOLLOW_UP, text="又来电催了一次")
    clock.move(hours=1)
    assert stored.audit.seal() == 4
    assert stored.audit.seal() == 0
    assert not list(stored.audit.faults())
    with make_engine(database_url).begin() as connection:
        connection.exec_driver_sql(tampering)
    assert any(told in fault for fault in stored.audit.faults())


def test_a_changed_calendar_moves_deadlines_when_it_is_told_to(stored: Flows) -> None:
    number = intake(stored, NAMED).ticket_number
    policy, first = stored.audit._policy, stored.tickets.get(number, by=ADMIN).deadline
    storm = CalendarDay(date="2026-11-18", working=False, reason="暴雪", basis="通知")
    calendar = stored.reference.calendar
    policy.clock = WorkClock(calendar.model_copy(update={"days": (*calendar.days, storm)}))
    assert [number in fault for fault in stored.audit.faults()] == [True]
    assert (stored.audit.recount(), stored.audit.recount()) == (1, 0)
    later = stored.tickets.get(number, by=ADMIN).deadline
    assert first is not None
    assert later is not None
    assert (first.resolve_by.day, later.resolve_by.day) == (20, 23)
    assert stored.tickets.history(number, by=ADMIN)[-1].name == "deadline_recounted"
    assert list(stored.audit.faults()) == []


def test_what_is_left_with_an_abolished_unit_is_told(stored: Flows) -> None:
    ticket = intake(stored, NAMED)
    take(stored, ticket, Step.ACCEPT)
    take(stored, ticket, Step.ASSIGN, unit="滕州市综合行政执法局")
    code = "370481.urban_management"
    stored.access.create("old", roles=[Role.UNIT], unit_code=code)
    assert list(stored.audit.left_behind(stored.reference.unit_by_code)) == []
    tickets, key = stored.audit.left_behind({"370400.housing"})
    assert "未办结工单 1 件" in tickets
    assert f"handler_code={code}" in tickets
    assert "keys revoke old" in key


def test_a_changed_time_limit_is_for_later_tickets(stored: Flows) -> None:
    ticket = intake(stored, NAMED)
    number = ticket.ticket_number
    first = stored.tickets.get(number, by=ADMIN).deadline
    policy = stored.audit._policy
    rules = policy.deadline_rules
    longer = Span(amount=30, unit="working_day")
    changed = tuple(rule.model_copy(update={"resolve": longer}) for rule in rules.rules)
    policy.deadline_rules = rules.model_copy(update={"rules": changed, "clock_starts": "accepted"})
    assert list(stored.audit.faults()) == []
    take(stored, ticket, Step.ACCEPT)
    assert stored.tickets.get(number, by=ADMIN).deadline == first
    policy.deadline_rules = rules.model_copy(update={"rules": changed[-1:]})
    take(stored, ticket, Step.ASSIGN, unit="滕州市综合行政执法局")
    assert stored.tickets.get(number, by=ADMIN).deadline == first
    assert list(stored.audit.faults()) == []
