"""A model that a city trained, in the place of the one that the service came with."""

from pathlib import Path

import pytest

from app.bootstrap import build_flows, load_embedded
from app.bootstrap.reader import ticket_encoder
from app.config import Settings
from app.domain.reference import ReferenceData
from eval.examples import Example
from eval.tasks.intake import weights_with
from models.embedding.rare import RareGrams
from tests.factories import WATER, call
from training.linear_classifier import LinearSettings, train_linear

TOLD = {"010101": "暖气不热屋里冷", "010301": "停水三天没人修", "130101": "拖欠工资不给"}
"""Fewer categories than the service keeps of a ticket."""


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    rows = [
        Example(f"{leaf}{i}", f"{i}号楼{text}", leaf, f"{leaf}{i}") for leaf, text in TOLD.items() for i in range(8)
    ]
    data = tmp_path / "history.csv"
    data.write_text("", "utf-8")
    settings = LinearSettings(min_documents=1, folds=2)
    train_linear(rows, tmp_path / "city", name="city", task="category", data=data, settings=settings)
    return weights_with(tmp_path / "city", Settings().weights_dir, tmp_path / "weights")


def test_the_service_takes_calls_with_it_and_goes_back(tmp_path: Path, weights: Path, reference: ReferenceData) -> None:
    city = Settings(data_dir=tmp_path / "var", weights_dir=weights)
    flows = build_flows(city, embedded=load_embedded(city))
    first = flows.intake.run(WATER)
    flows.close()
    assert "city@" in first.model
    flows = build_flows(Settings(data_dir=tmp_path / "var"))
    again = flows.intake.run(call("您好", WATER["turns"][-1]["text"], call_id="again"))
    flows.close()
    assert "city@" not in again.model
    assert first.tickets[0].ticket_number in [found.ticket_number for found in again.tickets[0].duplicates]


def test_what_is_kept_to_compare_tickets_is_made_again_with_it(weights: Path, reference: ReferenceData) -> None:
    """The likeliest categories are kept as numbers of that model's labels: another's would mean something else."""
    rare = RareGrams.load(weights / "duplicate")
    city, own = (
        ticket_encoder(Settings(weights_dir=folder), reference, rare) for folder in (weights, Settings().weights_dir)
    )
    assert city.revision != own.revision
