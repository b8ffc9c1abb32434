"""Thousands of random steps on both databases, beside a model of a few lines that knows what must come out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.domain.deadline_rules import Span
from app.domain.errors import Conflict, InvalidInput, InvalidTransition
from app.domain.workflow import Step
from app.flows.registry import Flows
from tests.factories import ADMIN, message
from tests.integration.conftest import MONDAY, SetClock

EXAMPLES, STEPS_EACH = 32, 80
SPAN = Span(amount=2, unit="working_day")
UNITS = ("滕州市综合行政执法局", "国网枣庄供电公司", "枣庄市城市供水企业")
# step: from>to …; written down here apart from the product's own table.
LIFE = """
accept received>accepted
decline received>declined
direct_answer received>replied accepted>replied
assign accepted>assigned
acknowledge assigned>in_progress
return assigned>return_requested in_progress>return_requested
approve_return return_requested>accepted
refuse_return return_requested>assigned
redispatch assigned>assigned in_progress>assigned return_requested>assigned
handle in_progress>in_progress
feed_back in_progress>completed
approve completed>reviewed
send_back completed>in_progress
reply reviewed>replied
evaluate replied>evaluated evaluated>evaluated merged>merged
reopen replied>in_progress evaluated>in_progress
archive replied>archived evaluated>archived
suspend assigned>suspended in_progress>suspended
resume suspended>in_progress
escalate accepted>accepted assigned>assigned in_progress>in_progress
"""
MOVES = {line.split()[0]: dict(move.split(">") for move in line.split()[1:]) for line in LIFE.strip().splitlines()}
ENDED = {"archive": "archived", "decline": "declined"}
SHARED = ("reply", "direct_answer", "archive", "decline", "suspend", "resume")
ENDING = ("replied", "evaluated")
CLOSED = ("declined", "archived", "merged")
DETAILS: dict[str, Any] = {
    "reason": "情况属实", "text": "已处理", "solved": True, "satisfied": False, "outcome": "solved",
}  # fmt: skip


@dataclass
class Known:
    """What the model knows of a ticket."""

    status: str = "received"
    version: int = 1
    main: str | None = None
    members: list[str] = field(default_factory=list)
    told: bool = False
    before: tuple[str, bool, bool] = ("", False, False)
    returned: set[str] = field(default_factory=set)
    handler: str | None = None
    given_at: Any = None
    unhappy: bool = False
    looked_at_again: bool = False


class Life(RuleBasedStateMachine):
    """Any steps in any order; the store and the model must agree after each."""

    flows: Flows
    clock: SetClock
    numbers = Bundle("numbers")
    taken = 0

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Known] = {}
        self.touched: set[str] = set()
        self.clock.moment = MONDAY

    @rule(target=numbers, unit=st.sampled_from(["路灯不亮", "路面有坑", "井盖丢失"]))
    def arrives(self, unit: str) -> Any:
        type(self).taken += 1
        text = f"滕州市荆河街道善国路{unit}，希望尽快维修"
        ticket = self.flows.intake.run(message(text, f"m-{self.taken}", called_at=MONDAY.isoformat())).tickets[0]
        self.known[ticket.ticket_number] = Known()
        self.touched = {ticket.ticket_number}
        return multiple(ticket.ticket_number)

    @rule(number=numbers, step=st.sampled_from(sorted(MOVES)), unit=st.sampled_from(UNITS))
    def steps(self, number: str, step: str, unit: str) -> None:
        type(self).taken += 1
        known = self.known[number]
        self.touched = {number, *known.members}
        after = MOVES[step].get(known.status)
        if step == "reopen" and after and not known.handler:
            after = "accepted"
        refused = self._refused(known, step, unit, after)
        details = {**DETAILS, "unit": unit}
        try:
            ticket = self.flows.tickets.step(
                number, Step(step), by=ADMIN, details=details, expected_version=known.version
            )
        except (InvalidTransition, InvalidInput):
            assert refused, (known, step, unit)
            return
        assert not refused, (known, step, unit)
        assert (ticket.status, ticket.version) == (after, known.version + 1)
        self._moved(number, known, step, unit, str(after))

    @rule(first=numbers, second=numbers)
    def joins(self, first: str, second: str) -> None:
        type(self).taken += 1
        member, main = self.known[first], self.known[second]
        self.touched = {first, second}
        wrong = first == second or member.status in CLOSED or main.status in CLOSED or bool(member.members)
        try:
            self.flows.merges.merge(first, second, by=ADMIN, expected_version=member.version)
        except (InvalidTransition, InvalidInput, Conflict):
            assert wrong, (member, main)
            return
        assert not wrong, (member, main)
        member.before, member.status, member.main = (member.status, member.told, member.unhappy), "merged", second
        shared = main.status in (*ENDING, "suspended")
        member.version, main.version = member.version + (2 if shared else 1), main.version + 1
        member.told = member.told or main.status in ENDING
        main.members.append(first)

    @rule(number=numbers)
    def parts(self, number: str) -> None:
        type(self).taken += 1
        known = self.known[number]
        self.touched = {number, known.main or number}
        try:
            self.flows.merges.unmerge(number, "不是同一事项", by=ADMIN, expected_version=known.version)
        except InvalidTransition:
            assert known.main is None
            return
        assert known.main is not None
        main = self.known[known.main]
        main.members.remove(number)
        (known.status, known.told, known.unhappy), known.main = known.before, None
        known.version, main.version = known.version + 1, main.version + 1

    @rule(number=numbers, wants=st.sampled_from(["更换", "修复"]))
    def is_corrected(self, number: str, wants: str) -> None:
        type(self).taken += 1
        known = self.known[number]
        self.touched = {number}
        change: dict[str, Any] = {"changes": {"wants": wants}, "by": ADMIN}
        with pytest.raises(Conflict):
            self.flows.tickets.correct(number, **change, expected_version=known.version + 1)
        try:
            self.flows.tickets.correct(number, **change, expected_version=known.version)
        except InvalidTransition:
            assert known.status in ("declined", "archived")
            return
        known.version += 1

    @precondition(lambda self: bool(self.known))
    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.clock.move(hours=hours)

    @invariant()
    def store_and_model_agree(self) -> None:
        self._agree(self.touched)
        self.touched = set()

    def _agree(self, numbers: Iterable[str]) -> None:
        for number in numbers:
            known = self.known[number]
            ticket = self.flows.tickets.get(number, by=ADMIN)
            assert (str(ticket.status), ticket.version) == (known.status, known.version)
            assert (ticket.merged_into, sorted(ticket.members)) == (known.main, sorted(known.members))
            assert (ticket.handler.name if ticket.handler else None) == known.handler

    def teardown(self) -> None:
        self._agree(self.known)
        for number, known in self.known.items():
            events = self.flows.tickets.history(number, by=ADMIN)
            assert [event.sequence for event in events] == list(range(1, known.version + 1))

    def _refused(self, known: Known, step: str, unit: str, after: str | None) -> bool:
        if after is None:
            return True
        if step in ("assign", "redispatch"):
            return unit in known.returned
        if step == "archive":
            everybody = (known, *(self.known[member] for member in known.members))
            return any(one.unhappy for one in everybody) and not known.looked_at_again
        if step == "evaluate":
            return not known.told
        late = self.flows.supervision._working.add(known.given_at, SPAN) if known.given_at else None
        return step == "return" and late is not None and self.clock.now() > late

    def _moved(self, number: str, known: Known, step: str, unit: str, after: str) -> None:
        known.status, known.version = after, known.version + 1
        if step in ("assign", "redispatch"):
            known.handler, known.given_at = unit, self.clock.now()
        if step in ("evaluate", "reopen"):
            known.unhappy, known.looked_at_again = step == "evaluate", known.looked_at_again or step == "reopen"
        if step == "approve_return":
            known.returned.add(known.handler or "")
            known.handler = None
        known.told = known.told or step in ("reply", "direct_answer")
        for member in (self.known[number] for number in known.members if step in SHARED):
            member.version += 1
            member.status = ENDED.get(step, member.status)
            member.told = member.told or (known.told and step not in ("suspend", "resume"))


@pytest.fixture
def machine(stored: Flows, clock: SetClock) -> type[Life]:
    return type("Life", (Life,), {"flows": stored, "clock": clock, "taken": 0})


@pytest.mark.slow
def test_any_life_of_any_tickets_agrees_with_the_model(machine: type[Life]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS_EACH,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
    print(f"{machine.taken} steps")  # noqa: T201  the figure in README
    assert machine.taken > EXAMPLES * STEPS_EACH / 2
    assert not list(machine.flows.audit.faults())
