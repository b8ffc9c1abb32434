"""Dispatch: who leads, who receives, when a person decides, and what earlier verdicts change."""

import pytest

from app.decide.unit import decide_unit, weighed
from app.domain.decision import Decision
from app.domain.reference import ReferenceData
from app.domain.reference_rules import RouteFacts
from app.domain.referral import Receiver
from app.domain.ticket import Place, RequestKind, Subject, Urgency
from app.domain.unit import Precedent, ScoredLabel, UnitReading

TENGZHOU = Place(district="滕州市", town="荆河街道")


def reading(**scores: float) -> UnitReading:
    functions = tuple(ScoredLabel(label=name, score=score) for name, score in scores.items())
    return UnitReading(functions=functions, categories=())


def facts(**changes: object) -> RouteFacts:
    base: dict[str, object] = {
        "request_kind": RequestKind.HELP,
        "subject": Subject.CITIZEN,
        "urgency": Urgency.NORMAL,
        "functions": (),
        "has_town": True,
        "has_district": True,
        "statutory_route": False,
    }
    return RouteFacts(**(base | changes))  # type: ignore[arg-type]


def precedent(function: str, *, good: bool, likeness: float = 0.9) -> Precedent:
    return Precedent(ticket_number="20261118000001", text="", functions=(function,), good=good, likeness=likeness)


def test_the_unit_of_the_area_leads_and_the_town_receives(reference: ReferenceData) -> None:
    decided = decide_unit(reading(urban_management=0.95), TENGZHOU, facts(), reference)
    assert decided.lead is not None
    assert decided.lead.name == "滕州市综合行政执法局"
    assert decided.receiver is not None
    assert decided.receiver.name == "滕州市荆河街道办事处"
    assert decided.decision is Decision.AUTO


def test_functions_in_doubt_that_go_to_one_town_outweigh_a_utility(reference: ReferenceData) -> None:
    decided = decide_unit(reading(water_supply=0.4, water=0.3, town_government=0.25), TENGZHOU, facts(), reference)
    assert decided.lead is not None
    assert decided.lead.unit_code == "370400.water_supply"
    assert decided.receiver is not None
    assert decided.receiver.name == "滕州市荆河街道办事处"


@pytest.mark.parametrize(
    ("scores", "place", "changes"),
    [
        ({"urban_management": 0.2}, TENGZHOU, {}),
        ({"urban_management": 0.95}, TENGZHOU, {"urgency": Urgency.EMERGENCY}),
    ],
)
def test_a_person_decides_what_is_unsure_or_an_emergency(
    reference: ReferenceData, scores: dict[str, float], place: Place, changes: dict[str, object]
) -> None:
    assert decide_unit(reading(**scores), place, facts(**changes), reference).decision is Decision.HUMAN


@pytest.mark.parametrize(
    ("scores", "place", "referred"),
    [
        ({"urban_management": 0.6, "housing": 0.35}, TENGZHOU, ()),
        ({"urban_management": 0.95}, Place(), ()),
        ({"urban_management": 0.95}, TENGZHOU, (Receiver.POLITICAL_LEGAL,)),
        ({"discipline_inspection": 0.99}, TENGZHOU, ()),
    ],
)
def test_close_placeless_and_sensitive_matters_are_only_suggested(
    reference: ReferenceData, scores: dict[str, float], place: Place, referred: tuple[Receiver, ...]
) -> None:
    decided = decide_unit(reading(**scores), place, facts(has_town=bool(place.town)), reference, referred=referred)
    assert decided.decision is not Decision.AUTO


def test_conduct_that_is_read_as_such_belongs_to_discipline_inspection(reference: ReferenceData) -> None:
    """The houses went to the secretary's kin: a matter of conduct, whatever it is about."""
    scores = {"housing": 0.5, "discipline_inspection": 0.3}
    plain = decide_unit(reading(**scores), TENGZHOU, facts(), reference)
    conduct = decide_unit(reading(**scores), TENGZHOU, facts(), reference, referred=[Receiver.DISCIPLINE_INSPECTION])
    assert plain.rule_id == "routing.department_matter_with_town"
    assert conduct.rule_id == "routing.conduct"
    assert conduct.decision is Decision.SUGGEST
    assert sum(candidate.score for candidate in conduct.candidates) == pytest.approx(0.8, abs=0.001)


def test_a_rejected_dispatch_is_not_repeated(reference: ReferenceData) -> None:
    said = [precedent("housing", good=False), precedent("urban_management", good=True)]
    decided = decide_unit(reading(housing=0.7, urban_management=0.2), TENGZHOU, facts(), reference, precedents=said)
    assert decided.lead is not None
    assert decided.lead.name == "滕州市综合行政执法局"
    assert "ticket:20261118000001" in decided.candidates[0].basis


def test_a_function_the_model_never_thought_of_can_be_taught() -> None:
    found = weighed((ScoredLabel(label="housing", score=0.9),), [precedent("parks_greening", good=True)], 0.8)
    assert found[0].label == "parks_greening"
    assert sum(scored.score for scored in found) <= 1.0


def test_an_unlike_precedent_moves_little() -> None:
    found = weighed(
        (ScoredLabel(label="housing", score=0.9),), [precedent("parks_greening", good=True, likeness=0.1)], 0.8
    )
    assert found[0].label == "housing"


def test_what_is_asked_is_answered_and_carries_no_risk_of_return(reference: ReferenceData) -> None:
    asked = decide_unit(
        reading(urban_management=0.95), Place(), facts(request_kind=RequestKind.CONSULTATION), reference
    )
    handed_out = decide_unit(reading(urban_management=0.95), Place(), facts(), reference)
    assert asked.return_risk is None
    assert "请核实地点" not in asked.candidates[0].reason
    assert handed_out.return_risk is not None
    assert "请核实地点" in handed_out.candidates[0].reason
