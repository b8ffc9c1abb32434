"""What a person corrects, and what follows from it: on both databases."""

from typing import Any

import pytest

from app.domain.errors import InvalidInput
from app.domain.events import Feedback, Verdict
from app.domain.workflow import Step
from app.flows.registry import Flows
from tests.factories import ADMIN
from tests.integration.conftest import MONDAY
from tests.integration.record_steps import OPERATOR, REVIEWER, assigned, corrected, intake, take


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("title", " "),
        ("title", "两\n行"),
        ("title", "长" * 201),
        ("content", None),
        ("place__district", "火星区"),
        ("place__town", "不存在镇"),
        ("event_time", "昨天"),
        ("event_time", "2026-13"),
        ("citizen__phone", "不知道"),
        ("citizen__confidential", "yes"),
        ("category", "999999"),
        ("emotion", "sad"),
        ("status", "archived"),
    ],
)
def test_a_value_that_cannot_be_is_no_correction(stored: Flows, path: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as error:
        corrected(stored, intake(stored), **{path: value})
    assert error.value.field == path.replace("__", ".")


def test_a_corrected_place_holds_together_and_moves_the_proposed_unit(stored: Flows) -> None:
    ticket = intake(stored)
    moved = corrected(stored, ticket, place__town="榴园镇")
    assert (moved.place.district, moved.place.town) == ("峄城区", "榴园镇")
    assert moved.unit.lead
    assert moved.unit.lead.name.startswith("峄城区")
    back = corrected(stored, moved, place__district="滕州市")
    assert (back.place.district, back.place.town) == ("滕州市", None)
    with pytest.raises(InvalidInput, match="不在"):
        corrected(stored, back, place__district="滕州市", place__town="榴园镇")


def test_what_was_asked_and_filled_in_is_asked_no_more(stored: Flows) -> None:
    ticket = intake(stored, "市中区光明路街道路灯坏了一个多星期了，希望尽快修好")
    named, placed = (next(q for q in ticket.follow_up_questions if word in q) for word in ("贵姓", "具体地点"))
    ticket = corrected(stored, ticket, citizen__name="王某")
    assert named not in ticket.follow_up_questions
    assert placed in ticket.follow_up_questions
    assert corrected(stored, ticket, title="路灯不亮").follow_up_questions == ticket.follow_up_questions


def test_a_corrected_category_is_named_in_full(stored: Flows) -> None:
    changed = corrected(stored, intake(stored), category="010301", emotion="angry")
    assert changed.category
    assert (changed.category.path[0], changed.emotion) == ("城乡建设", "angry")
    event = stored.tickets.history(changed.ticket_number, by=OPERATOR)[-1]
    assert event.data["new"]["category"].startswith("城乡建设/")


def test_a_corrected_kind_or_subject_brings_its_time_limit(stored: Flows) -> None:
    ticket = intake(stored)
    company = corrected(stored, ticket, subject="market_entity")
    assert company.deadline
    assert ticket.deadline
    assert company.deadline.rule_id == "deadline.market_entity"
    assert company.deadline.resolve_by > ticket.deadline.resolve_by
    asked = corrected(stored, company, request_kind="consultation")
    assert asked.deadline
    assert asked.deadline.rule_id == "deadline.consultation"
    again = corrected(stored, asked, request_kind="help", subject="citizen")
    assert again.deadline == ticket.deadline
    assert list(stored.audit.faults()) == []


def test_an_extension_outlives_a_correction(stored: Flows) -> None:
    ticket = intake(stored)
    unit = assigned(stored, ticket)
    take(stored, ticket, Step.ACKNOWLEDGE, unit)
    longer = take(stored, ticket, Step.EXTEND, REVIEWER, days=3, reason="情况属实")
    company = corrected(stored, longer, subject="market_entity")
    assert company.deadline
    assert company.handler == longer.handler
    assert company.deadline.resolve_by == MONDAY.replace(day=3, month=12, hour=17, minute=30)
    assert list(stored.audit.faults()) == []


def test_corrections_come_out_as_examples(stored: Flows) -> None:
    ticket = intake(stored)
    stored.tickets.correct(ticket.ticket_number, {"wants": "更换路灯"}, by=ADMIN, expected_version=1)
    examples = list(stored.exports.corrections(("wants",)))
    assert [(e["label"], e["verdict"]) for e in examples] == [("更换路灯", "corrected")]
    assert "路灯" in examples[0]["text"]
    named = {"title": "张三丰反映13号楼2单元路灯不亮，电话13900000000", "citizen.name": "张三丰"}
    stored.tickets.correct(ticket.ticket_number, named, by=ADMIN, expected_version=2)
    told = list(stored.exports.corrections(("title", "citizen.name")))
    assert [(e["field"], e["label"]) for e in told] == [("title", "张某反映【门牌】路灯不亮，电话【电话】")]


def test_what_was_accepted_is_an_example_of_its_value(stored: Flows) -> None:
    ticket = intake(stored)
    assert ticket.category
    assert ticket.unit.lead
    right = {"category": ticket.category.code, "unit": ticket.unit.lead.unit_code, "request_kind": "help"}
    for field in right:
        verdict = Feedback(
            ticket_number=ticket.ticket_number, field=field, verdict=Verdict.ACCEPTED, actor="desk", created_at=MONDAY
        )
        stored.tickets.feedback(verdict, by=OPERATOR)
    assert {one["field"]: one["label"] for one in stored.exports.corrections(tuple(right))} == right
