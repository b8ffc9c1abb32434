"""Returns in time, extensions within ten working days, suspensions that cost the unit nothing."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.decide.deadline import replay
from app.decide.step import RULED, Taken, checked_details, effect, offered
from app.decide.work_clock import WorkClock
from app.domain.errors import InvalidInput, InvalidTransition
from app.domain.events import TicketEvent
from app.domain.ticket import Ticket
from app.domain.unit import UnitName
from app.domain.workflow import STEPS, Step, TicketStatus, possible_steps, transition
from tests.conftest import embedded

ZONE = ZoneInfo("Asia/Shanghai")
REFERENCE = embedded().reference
CLOCK = WorkClock(REFERENCE.calendar)
RULES = REFERENCE.deadline
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=ZONE)
FRIDAY_EVENING = datetime(2026, 11, 20, 17, 30, tzinfo=ZONE)


def event(name: str, at: datetime, **data: object) -> TicketEvent:
    return TicketEvent(ticket_number="1", sequence=1, name=name, occurred_at=at, actor="a", data=data)


def received(rule: str = "deadline.citizen") -> TicketEvent:
    return event("ticket_received", MONDAY, clock_start=MONDAY.isoformat(), deadline_rule=rule)


def resolve_by(*later: TicketEvent) -> datetime:
    deadline = replay([received(), *later], RULES, CLOCK)
    assert deadline is not None
    return deadline.resolve_by


def take(step: Step, history: list[TicketEvent], now: datetime = MONDAY, **details: object) -> dict[str, object]:
    ticket = Ticket.model_construct(handler=None, assisting=())
    return effect(step, Taken(ticket, details, None, history, now, CLOCK, RULES))


def test_a_unit_may_return_within_two_working_days() -> None:
    given_on_friday = [event("ticket_assigned", MONDAY + timedelta(days=4))]
    take(Step.RETURN, given_on_friday, datetime(2026, 11, 24, 17, 0, tzinfo=ZONE))
    with pytest.raises(InvalidTransition, match="2个工作日"):
        take(Step.RETURN, given_on_friday, datetime(2026, 11, 25, 9, 0, tzinfo=ZONE))


def test_the_clock_of_a_return_starts_again_after_a_redispatch() -> None:
    history = [event("ticket_assigned", MONDAY), event("ticket_redispatched", MONDAY + timedelta(days=7))]
    assert take(Step.RETURN, history, MONDAY + timedelta(days=8)) == {}


def test_only_a_meeting_gives_a_ticket_back_to_a_unit_that_was_let_go() -> None:
    unit = UnitName(unit_code="u", name="某局")
    ticket = Ticket.model_construct(handler=None, assisting=(), referrals=())
    let_go, met = event("return_approved", MONDAY, unit="u"), event("put_on_meeting", MONDAY, meeting="unclear_duty")

    def give(*history: TicketEvent) -> dict[str, object]:
        return effect(Step.ASSIGN, Taken(ticket, {}, unit, history, MONDAY, CLOCK, RULES))

    assert give(let_go, met)["handler"] == give(event("return_approved", MONDAY, unit="v"))["handler"] == unit
    for history in ((let_go,), (met, let_go), (let_go, met, let_go)):
        with pytest.raises(InvalidInput, match="会商"):
            give(*history)


def test_an_extension_that_nobody_asked_for_cannot_be_refused() -> None:
    with pytest.raises(InvalidTransition, match="延期申请"):
        take(Step.REFUSE_EXTENSION, [])
    assert not offered(Step.REFUSE_EXTENSION, Ticket.model_construct(), None)


@pytest.mark.parametrize("step", RULED)
def test_a_request_waits_until_it_is_ruled_on_or_the_unit_has_the_ticket_no_more(step: Step) -> None:
    assert take(Step.REQUEST_EXTENSION, [], days=2) == {"extension_requested": 2}
    asked = Ticket.model_construct(extension_requested=2, assisting=())
    assert offered(Step.REFUSE_EXTENSION, asked, None)
    assert effect(step, Taken(asked, {"days": 2}, None, [], MONDAY, CLOCK, RULES))["extension_requested"] is None


def test_extensions_add_up_to_ten_working_days_at_most() -> None:
    granted = [event("deadline_extended", MONDAY, days=8)]
    assert take(Step.EXTEND, granted, days=2) == {}
    for step in (Step.EXTEND, Step.REQUEST_EXTENSION):
        with pytest.raises(InvalidInput, match="10个工作日"):
            take(step, granted, days=3)


def test_the_third_approved_return_goes_to_the_meeting() -> None:
    returns = [event("return_approved", MONDAY, unit=f"u{i}") for i in range(2)]
    assert "meeting" not in take(Step.APPROVE_RETURN, returns[:1])
    assert take(Step.APPROVE_RETURN, returns)["meeting"] == "third_return"


def test_a_second_look_must_say_what_it_came_to() -> None:
    reopened = [event("ticket_reopened", MONDAY)]
    with pytest.raises(InvalidInput, match="outcome"):
        take(Step.FEED_BACK, reopened, text="已处理")
    assert take(Step.FEED_BACK, reopened, text="已处理", outcome="explained") == {}


@pytest.mark.parametrize(("solved", "satisfied"), [(False, True), (True, False)])
def test_who_is_not_satisfied_is_looked_at_again_before_the_archive(solved: bool, satisfied: bool) -> None:
    ticket = Ticket.model_construct(ticket_number="1", solved=solved, satisfied=satisfied)
    again = [event("ticket_reopened", MONDAY)]
    with pytest.raises(InvalidTransition, match="再次核查"):
        effect(Step.ARCHIVE, Taken(ticket, {}, None, [], MONDAY, CLOCK, RULES))
    assert effect(Step.ARCHIVE, Taken(ticket, {}, None, again, MONDAY, CLOCK, RULES)) == {}
    content = Ticket.model_construct(ticket_number="1", solved=None, satisfied=None)
    assert effect(Step.ARCHIVE, Taken(content, {}, None, [], MONDAY, CLOCK, RULES)) == {}


def test_a_deadline_is_worked_out_again_from_the_events() -> None:
    assert resolve_by() == FRIDAY_EVENING
    extended = event("deadline_extended", MONDAY, days=3)
    assert resolve_by(extended) == datetime(2026, 11, 25, 17, 30, tzinfo=ZONE)
    week = event("ticket_suspended", MONDAY), event("ticket_resumed", MONDAY + timedelta(days=7))
    assert resolve_by(*week) == datetime(2026, 11, 27, 17, 30, tzinfo=ZONE)
    hours = event("ticket_suspended", MONDAY), event("ticket_resumed", MONDAY + timedelta(hours=3))
    assert resolve_by(*hours) == FRIDAY_EVENING
    earlier = (MONDAY + timedelta(days=1)).isoformat()
    joined = event("member_joined", MONDAY, member="2", resolve_by=earlier)
    assert resolve_by(joined) == MONDAY + timedelta(days=1)
    assert resolve_by(joined, event("member_left", MONDAY, member="2")) == FRIDAY_EVENING


def test_who_joins_a_ticket_that_stands_still_stands_still_from_then_on() -> None:
    stopped, on = event("ticket_suspended", MONDAY), event("ticket_resumed", MONDAY + timedelta(days=8))
    limit = datetime(2026, 11, 25, 17, 30, tzinfo=ZONE)
    joined = event("member_joined", MONDAY + timedelta(days=7), member="2", resolve_by=limit.isoformat())
    assert resolve_by(stopped, joined, on) == limit + timedelta(days=1)
    assert resolve_by(stopped, on) == datetime(2026, 11, 30, 17, 30, tzinfo=ZONE)


def test_a_reopened_ticket_is_counted_from_its_reopening() -> None:
    later = MONDAY + timedelta(days=14)
    again = event("ticket_reopened", later, reason="又坏了", clock_start=later.isoformat())
    early = event("member_joined", MONDAY, member="2", resolve_by=MONDAY.isoformat())
    extended = event("deadline_extended", MONDAY, days=3)
    assert resolve_by(early, extended, again) == datetime(2026, 12, 4, 17, 30, tzinfo=ZONE)
    assert resolve_by(again, extended) == datetime(2026, 12, 9, 17, 30, tzinfo=ZONE)
    company = event("field_corrected", later, deadline_rule="deadline.market_entity")
    assert resolve_by(again, company) == datetime(2026, 12, 14, 17, 30, tzinfo=ZONE)
    assert resolve_by(event("ticket_reopened", later, reason="又坏了")) == FRIDAY_EVENING  # as it was written then


def test_the_clock_may_start_at_acceptance() -> None:
    later = RULES.model_copy(update={"clock_starts": "accepted"})
    accepted = event("ticket_accepted", MONDAY + timedelta(days=1))
    deadline = replay([received(), accepted], later, CLOCK)
    assert deadline is not None
    assert deadline.resolve_by == datetime(2026, 11, 23, 17, 30, tzinfo=ZONE)


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
    assert {s for s in TicketStatus if not possible_steps(s)} == {TicketStatus.ARCHIVED}
