"""The risk of a return is a number with reasons that move it."""

import pytest

from app.decide.return_risk import return_risk
from app.domain.reference import ReferenceData
from app.domain.ticket import Place
from app.domain.unit import Precedent

KNOWN = Place(district="滕州市", town="荆河街道")
GIVEN_BACK = Precedent(ticket_number="20261118000001", text="", functions=("housing",), good=False, likeness=0.9)


def risk(reference: ReferenceData, **changes: object) -> tuple[float, tuple[str, ...]]:
    given: dict[str, object] = {"score": 0.95, "rivals": (), "place": KNOWN, "returned": ()}
    found = return_risk(**(given | changes), weights=reference.thresholds.unit.return_risk)  # type: ignore[arg-type]
    return found.score, found.reasons


def test_a_clear_matter_at_a_known_place_is_seldom_returned(reference: ReferenceData) -> None:
    score, reasons = risk(reference)
    assert score < 0.15
    assert reasons == ("职责和属地明确",)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"score": 0.4}, "把握只有40%"),
        ({"rivals": ("市城管局", "市住建局")}, "另有2个单位"),
        ({"place": Place(district="滕州市")}, "未说明镇（街道）"),
        ({"place": Place()}, "未说明区（市）"),
        ({"returned": (GIVEN_BACK,)}, "20261118000001"),
    ],
)
def test_each_circumstance_raises_the_risk_and_is_told(
    reference: ReferenceData, changes: dict[str, object], told: str
) -> None:
    score, reasons = risk(reference, **changes)
    assert score > risk(reference)[0]
    assert any(told in reason for reason in reasons)
