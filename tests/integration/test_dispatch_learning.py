"""What is handed back is not repeated: neither for the ticket itself, nor for the next one, nor in another process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import Settings
from app.domain.access import Role
from app.domain.decision import Decision
from app.domain.errors import Forbidden
from app.domain.events import Feedback, Verdict
from app.domain.ticket import Ticket
from app.domain.workflow import Step
from app.flows.judgement import UNIT_FIELDS
from app.flows.registry import Flows
from tests.conftest import service as started
from tests.conftest import settings_for
from tests.factories import ADMIN, call, somebody

SIGN = "滕州市荆河街道善国路上一家店的招牌灯箱半夜还亮着，晃得睡不着，希望处理"
ALIKE = "滕州市荆河街道善国路那家店的招牌灯箱半夜还亮着，晃得人睡不着，盼处理"
CHOSEN = "滕州市市场监督管理局"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'hotline.db'}"


@pytest.fixture
def service(tmp_path: Path, url: str) -> Iterator[Flows]:
    flows = started(settings_for(tmp_path, url))
    yield flows
    flows.close()


def beside(folder: Path, name: str, url: str) -> Settings:
    """Another process's settings: the same database and key, files of its own."""
    settings = settings_for(folder / name, url)
    settings.database.key_file = folder / "keys" / "store.key"
    return settings


def step(flows: Flows, ticket: Ticket, name: Step, **details: object) -> Ticket:
    return flows.tickets.step(ticket.ticket_number, name, by=ADMIN, details=details, expected_version=None)


def returned(flows: Flows, ticket: Ticket, unit: str) -> Ticket:
    step(flows, ticket, Step.RETURN, reason="不属于本单位职责")
    return step(flows, ticket, Step.APPROVE_RETURN, reason="情况属实")


def assigned(flows: Flows, text: str) -> tuple[Ticket, str]:
    ticket = flows.intake.run(call("您好", text)).tickets[0]
    assert ticket.unit.lead is not None
    step(flows, ticket, Step.ACCEPT)
    step(flows, ticket, Step.ASSIGN, unit=ticket.unit.lead.unit_code)
    return ticket, ticket.unit.lead.unit_code


def lead_of(flows: Flows, text: str) -> str | None:
    received = flows.clock.now()
    lead = flows.capabilities.units({"text": text}, received_at=received).unit.lead
    return lead.unit_code if lead else None


def test_the_unit_that_hands_a_ticket_back_is_not_proposed_for_it_again(service: Flows) -> None:
    ticket, unit = assigned(service, SIGN)
    after = returned(service, ticket, unit)
    assert after.unit.excluded == (unit,)
    assert unit not in [candidate.unit_code for candidate in after.unit.candidates]
    assert after.unit.decision is not Decision.AUTO


def test_the_second_return_calls_the_units_together(service: Flows) -> None:
    ticket, first = assigned(service, SIGN)
    returned(service, ticket, first)
    second = step(service, ticket, Step.ASSIGN, unit=CHOSEN).handler
    assert second is not None
    after = returned(service, ticket, second.unit_code)
    assert after.unit.excluded == (first, second.unit_code)
    assert {first, second.unit_code} <= {unit.unit_code for unit in after.unit.consult}


def test_a_returned_pattern_is_not_repeated_in_any_process(service: Flows, tmp_path: Path, url: str) -> None:
    other = started(beside(tmp_path, "other", url))
    ticket, unit = assigned(service, SIGN)
    assert lead_of(other, ALIKE) == unit
    returned(service, ticket, unit)
    step(service, ticket, Step.ASSIGN, unit=CHOSEN)
    assert lead_of(service, ALIKE) == "370481.market_supervision"
    assert other.verdicts.follow() == 2
    assert lead_of(other, ALIKE) == "370481.market_supervision"
    other.close()


def test_returns_still_count_after_a_restart(service: Flows, tmp_path: Path, url: str) -> None:
    ticket, unit = assigned(service, SIGN)
    returned(service, ticket, unit)
    step(service, ticket, Step.ASSIGN, unit=CHOSEN)
    again = started(beside(tmp_path, "again", url))
    assert lead_of(again, ALIKE) == "370481.market_supervision"
    again.close()


@pytest.mark.parametrize("field", UNIT_FIELDS)
def test_a_unit_moves_no_later_ticket_away_from_itself(service: Flows, field: str) -> None:
    ticket, unit = assigned(service, SIGN)
    key = somebody(Role.UNIT, unit_code=unit)
    verdict = Feedback(
        ticket_number=ticket.ticket_number,
        field=field,
        verdict=Verdict.CORRECTED,
        right_value=CHOSEN,
        actor=key.name,
        created_at=service.clock.now(),
    )
    with pytest.raises(Forbidden, match="请说明理由退单"):
        service.tickets.feedback(verdict, by=key)
    assert lead_of(service, ALIKE) == unit
