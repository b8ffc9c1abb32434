"""A reorganised department is a change in a table: no training, no loss."""

from app.domain.reference import ReferenceData
from app.domain.unit import UnitKind
from eval.bench.reorganisation import SHARE, acting, reorganised


def test_merged_and_renamed_units_take_over_their_matters_at_once(reference: ReferenceData) -> None:
    changed, moved = reorganised(reference, seed=3)
    assert len(moved) >= SHARE * len(reference.units)
    area_of = {area.area_code: area.name for area in reference.gazetteer.districts}
    for unit in reference.units:
        if unit.kind is not UnitKind.DISTRICT_DEPARTMENT:
            continue
        row = {"district": area_of[unit.area_code], "town": None}
        before = acting(unit.functions[0], row, reference)
        assert acting(unit.functions[0], row, changed) == moved.get(str(before), before)
