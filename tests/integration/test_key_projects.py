"""What a business says of a key project goes a level up; who lives beside one does not."""

import pytest

from app.flows.registry import Flows
from tests.integration.record_steps import corrected, intake

BUSINESS = "我们公司承建的市重点项目在滕州市北辛街道，临时用电一直批不下来，请协调"


def test_a_key_projects_difficulty_is_escalated_a_level(stored: Flows) -> None:
    ticket = intake(stored, BUSINESS)
    assert (ticket.subject, ticket.unit.rule_id) == ("market_entity", "routing.key_project")
    assert ticket.unit.decision != "auto"
    assert ticket.unit.receiver is not None
    assert ticket.unit.receiver.name == "枣庄市市民诉求办理服务中心"
    assert ticket.deadline is not None
    assert ticket.deadline.rule_id == "deadline.key_project"
    assert not list(stored.audit.faults())


def test_the_rule_stays_when_something_else_is_corrected(stored: Flows) -> None:
    ticket = corrected(stored, intake(stored, BUSINESS), urgency="urgent", place__town="荆河街道")
    assert ticket.unit.rule_id == "routing.key_project"
    assert ticket.deadline is not None
    assert ticket.deadline.rule_id == "deadline.key_project"
    citizen = corrected(stored, ticket, subject="citizen")
    assert citizen.deadline is not None
    assert citizen.deadline.rule_id == "deadline.citizen"


@pytest.mark.parametrize("text", ["我家旁边市重点项目工地夜里施工，吵得睡不着", "我们公司办营业执照一直没批"])
def test_nobody_elses_matter_is(stored: Flows, text: str) -> None:
    ticket = intake(stored, text)
    assert ticket.unit.rule_id != "routing.key_project"
