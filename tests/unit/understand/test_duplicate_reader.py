"""Earlier tickets of the same matter come first, whatever the words."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from app.bootstrap import build_duplicates
from app.config import Settings
from app.domain.duplicate import TicketFacts
from app.domain.reference import ReferenceData
from app.understand.duplicate.pairs import FEATURES
from app.understand.duplicate.reader import DuplicateReader
from app.understand.duplicate.rows import areas_of, told_of
from models.embedding.rare import RareGrams

NOW = datetime.fromisoformat("2026-11-18T09:42:00+08:00")


def facts(number: str, text: str, **changes: Any) -> TicketFacts:
    known = {"request_kind": "help", "district": "滕州市", "town": "荆河街道", "created_at": NOW} | changes
    return TicketFacts(ticket_number=number, text=text, **known)


@pytest.fixture(scope="module")
def empty(reference: ReferenceData) -> DuplicateReader:
    return build_duplicates(Settings(), reference)


def test_the_model_was_trained_on_these_features(empty: DuplicateReader) -> None:
    assert empty._scorer.features == FEATURES  # type: ignore[attr-defined]


def test_the_same_estate_and_fault_scores_above_another_fault_and_another_month(reference: ReferenceData) -> None:
    reader = build_duplicates(Settings(), reference)
    heat = {"detail": "翠竹苑", "function": "heating_supply", "category": "010101"}
    reader.fill(
        [
            facts("same", "翠竹苑3号楼暖气不热，屋里只有15度", **heat),
            facts("fault", "翠竹苑门口路灯不亮", detail="翠竹苑", function="urban_management"),
            facts("month", "翠竹苑暖气不热", **heat, created_at=NOW - timedelta(days=300)),
            facts("estate", "松涛花园暖气不热，屋里15度", **(heat | {"detail": "松涛花园"})),
        ]
    )
    found = reader.similar(facts("new", "翠竹苑暖气不热，才15度，冻得慌", **heat))
    scores = {one.facts.ticket_number: one.score for one in found}
    assert max(scores, key=scores.__getitem__) == "same"


def test_forgotten_tickets_stay_away(reference: ReferenceData) -> None:
    reader = build_duplicates(Settings(), reference)
    reader.add(facts("a", "翠竹苑停水"))
    reader.forget(["a"])
    assert reader.similar(facts("b", "翠竹苑停水")) == ()


def test_rare_pairs_are_the_same_one_by_one_and_together() -> None:
    grams = RareGrams(np.ones(1 << 17, np.float32))
    texts = ["翠竹苑3号楼停水", "", "路灯不亮 abc"]
    codes, vectors = grams.encode(texts)
    for i, text in enumerate(texts):
        alone, vector = grams.encode([text])
        assert (alone[0] == codes[i]).all()
        assert np.allclose(vector[0], vectors[i])
    assert (codes[1] == 0).all()


def test_what_is_embedded_does_not_say_where(reference: ReferenceData) -> None:
    text, detail = "荆河街道幸福家园13号楼暖气不热，幸福家园好几户都冷", "幸福家园13号楼"
    assert "".join(told_of(text, detail, areas_of(reference.gazetteer)).split()) == "暖气不热，好几户都冷"
