import json

from app.config import Settings
from app.domain.reference import ReferenceData


def test_the_risk_of_return_is_what_the_ranker_found(reference: ReferenceData) -> None:
    """Its two fitted numbers stand in the thresholds as the last training wrote them into the manifest."""
    manifest = json.loads((Settings().weights_dir / "ranker" / "manifest.json").read_text("utf-8"))
    in_force = reference.thresholds.unit.return_risk
    assert {name: round(value, 2) for name, value in manifest["return_risk"].items()} == {
        "doubt": in_force.doubt,
        "bias": in_force.bias,
    }
