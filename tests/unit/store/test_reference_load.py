"""A fault in the knowledge base stops the start and names file, line and key."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.config import ROOT
from app.domain.errors import ReferenceDataError
from app.domain.reference import ReferenceData
from app.store.reference.load import load_reference_data


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, str, str], Path]:
    folder = tmp_path / "knowledge_base"
    shutil.copytree(ROOT / "knowledge_base", folder)

    def edit(name: str, old: str, new: str) -> Path:
        path = folder / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        return folder

    return edit


def test_the_city_is_complete(reference: ReferenceData) -> None:
    kinds = [unit.kind for unit in reference.units]
    assert len(reference.units) >= 180
    assert kinds.count("town") == len(reference.gazetteer.towns) == 66
    assert len(reference.categories.categories) == 15


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("rules/deadline.yaml", "amount: 2, unit: hour", "amount: 2, unit: fortnight", "unit"),
        ("rules/deadline.yaml", "max: {amount: 10, unit: working_day}", "max: {amount: 80, unit: working_hour}", "max"),
        (
            "rules/supervision.yaml",
            "before: {amount: 8, unit: hour}",
            "before: {amount: 1, unit: working_day}",
            "before",
        ),
        ("rules/deadline.yaml", "basis: 国办发", "basic: 国办发", "basic"),
        ("rules/deadline.yaml", "id: deadline.consultation", "id: deadline.emergency", "deadline.emergency"),
        ("rules/thresholds.yaml", "suggest: 0.25", "sugest: 0.25", "sugest"),
        ("rules/thresholds.yaml", "answer:\n", "answer:\n  sure_enough: 0.5\n", "sure_enough"),
        ("categories.yaml", "function: heating_supply", "function: heating", "heating"),
        ("categories.yaml", 'code: "010102"', 'code: "010101"', "010101"),
        ("rules/routing.yaml", "tells: statutory.discipline", "tells: statutory.nowhere", "statutory.nowhere"),
        ("rules/lanes.yaml", "cadre_conduct]", "cadre_manners]", "cadre_manners"),
        ("rules/lanes.yaml", "persons: {high: 1, extreme: 2}", "persons: {high: 1, extreme: 1}", "两人"),
        (
            "rules/lanes.yaml",
            "statutory_route: statutory.discipline",
            "statutory_route: statutory.none",
            "statutory.none",
        ),
        ("rules/lanes.yaml", "receiver: judicial", "receiver: political_legal", "各有一条"),
        ("calendars/office_hours.yaml", 'end: "12:00"', 'end: "14:00"', "office_hours"),
        ("calendars/overrides.yaml", '"2027-02-06"', '"2027-02-05"', "2027-02-05"),
    ],
)
def test_a_fault_is_named_with_its_file_and_line(
    edited: Callable[[str, str, str], Path], name: str, old: str, new: str, told: str
) -> None:
    with pytest.raises(ReferenceDataError) as stopped:
        load_reference_data(edited(name, old, new))
    message = stopped.value.message_zh
    assert Path(name).name in message
    assert told in message
    assert any(character.isdigit() for character in message)


def test_every_fault_is_told_at_once(edited: Callable[[str, str, str], Path]) -> None:
    edited("rules/deadline.yaml", "amount: 2, unit: hour", "amount: 2, unit: fortnight")
    folder = edited("rules/emotion.yaml", "window: 16", "windows: 16")
    with pytest.raises(ReferenceDataError) as stopped:
        load_reference_data(folder)
    assert "deadline.yaml" in stopped.value.message_zh
    assert "emotion.yaml" in stopped.value.message_zh
