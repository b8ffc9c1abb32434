"""Returns in time, extensions within ten working days, suspensions that cost the unit nothing."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import ROOT
from app.decide.step import check_return, checked_details, extended, resumed
from app.decide.work_clock import WorkClock
from app.domain.decision import Deadline
from app.domain.errors import InvalidInput, InvalidTransition
from app.domain.events import TicketEvent
from app.domain.workflow import STEPS, Step, TicketStatus, possible_steps, transition
from app.store.reference.load import load_reference_data

ZONE = ZoneInfo("Asia/Shanghai")
CLOCK = WorkClock(load_reference_data(ROOT / "knowledge_base").calendar)
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=ZONE)
DEADLINE = Deadline(respond_by=MONDAY, resolve_by=datetime(2026, 11, 20, 17, 30, tzinfo=ZONE), rule_id="r")


def event(name: str, at: datetime, **data: object) -> TicketEvent:
    return TicketEvent(ticket_number="1", sequence=1, name=name, occurred_at=at, actor="a", data=data)


def test_a_unit_may_return_within_two_working_days() -> None:
    given_on_friday = [event("ticket_assigned", MONDAY + timedelta(days=4))]
    check_return(given_on_friday, datetime(2026, 11, 24, 17, 0, tzinfo=ZONE), CLOCK)
    with pytest.raises(InvalidTransition, match="2个工作日"):
        check_return(given_on_friday, datetime(2026, 11, 25, 9, 0, tzinfo=ZONE), CLOCK)


def test_the_clock_of_a_return_starts_again_after_a_redispatch() -> None:
    history = [event("ticket_assigned", MONDAY), event("ticket_redispatched", MONDAY + timedelta(days=7))]
    check_return(history, MONDAY + timedelta(days=8), CLOCK)


def test_extensions_add_up_to_ten_working_days_at_most() -> None:
    later = extended(DEADLINE, [], 3, CLOCK)
    assert later.resolve_by == datetime(2026, 11, 25, 17, 30, tzinfo=ZONE)
    granted = [event("deadline_extended", MONDAY, days=8)]
    assert extended(DEADLINE, granted, 2, CLOCK).resolve_by > DEADLINE.resolve_by
    for days in (0, 3, -1):
        with pytest.raises(InvalidInput, match="10个工作日"):
            extended(DEADLINE, granted, days, CLOCK)


def test_a_suspension_gives_its_working_days_back() -> None:
    history = [event("ticket_suspended", MONDAY)]
    back = resumed(DEADLINE, history, MONDAY + timedelta(days=7), CLOCK)
    assert back.resolve_by == datetime(2026, 11, 27, 17, 30, tzinfo=ZONE)
    assert resumed(DEADLINE, history, MONDAY + timedelta(hours=3), CLOCK) == DEADLINE


@pytest.mark.parametrize(
    ("step", "details", "field"),
    [
        (Step.DECLINE, {}, "reason"),
        (Step.DECLINE, {"reason": "  "}, "reason"),
        (Step.EXTEND, {"days": True, "reason": "x"}, "days"),
        (Step.EVALUATE, {"solved": "yes", "satisfied": True}, "solved"),
        (Step.ASSIGN, {"unit": 3}, "unit"),
    ],
)
def test_what_a_step_needs_is_named(step: Step, details: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_details(step, details)
    assert refused.value.field == field


@given(st.lists(st.sampled_from(list(Step)), max_size=40))
def test_any_walk_stays_in_the_table(steps: list[Step]) -> None:
    status = TicketStatus.RECEIVED
    for step in steps:
        if step in possible_steps(status):
            status = transition(status, step)
        else:
            with pytest.raises(InvalidTransition, match="可执行"):
                transition(status, step)


def test_every_status_is_reached_and_only_the_last_ones_end() -> None:
    reached = {after for rule in STEPS.values() for after in rule.moves.values()} | {TicketStatus.RECEIVED}
    assert reached == set(TicketStatus)
    assert {s for s in TicketStatus if not possible_steps(s)} == {TicketStatus.DECLINED, TicketStatus.ARCHIVED}
