"""A tenth of the units renamed and merged, no training: `python -m eval.bench.reorganisation`.

The acting unit is measured before and after on rows with gold units; a merged unit's gold moves with its functions.
"""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console

from app.bootstrap import build_reader
from app.config import Settings
from app.decide.receiving import unit_of
from app.domain.reference import ReferenceData
from app.domain.ticket import Place
from app.domain.unit import Unit, UnitKind
from app.store.reference.load import load_reference_data
from eval.examples import table_rows

SHARE = 0.1
DATA = Path("eval/datasets/unit_test.jsonl")
_KINDS = (UnitKind.CITY_DEPARTMENT, UnitKind.DISTRICT_DEPARTMENT)


def main(data: Annotated[Path, typer.Option(exists=True)] = DATA, seed: int = 7) -> None:
    """Print the accuracy of the acting unit before and after."""
    settings = Settings()
    reference = load_reference_data(settings.knowledge_dir)
    changed, moved = reorganised(reference, seed)
    reader = build_reader(settings, changed)
    rows = [row for row in table_rows(data) if row.get("final")]
    functions = [reader.units_of(row["text"]).functions[0].label for row in rows]
    before = [acting(f, row, reference) == row["final"] for f, row in zip(functions, rows, strict=True)]
    after = [
        acting(f, row, changed) == moved.get(row["final"], row["final"]) for f, row in zip(functions, rows, strict=True)
    ]
    console = Console()
    console.print(f"units renamed or merged: {len(moved)} of {len(reference.units)}")
    console.print(f"acting unit right: before {np.mean(before):.4f}, after {np.mean(after):.4f} ({len(rows)} rows)")


def acting(function: str, row: dict[str, Any], reference: ReferenceData) -> str | None:
    """Return the code of the unit that carries a function at a row's place."""
    unit = unit_of(function, Place(district=row["district"], town=row["town"]), reference)
    return unit.unit_code if unit else None


def reorganised(reference: ReferenceData, seed: int) -> tuple[ReferenceData, dict[str, str]]:
    """Return the city with a tenth of its units changed by table alone, and each changed unit's new code.

    Of every three units of one area that are picked, the first takes over the second's functions under a new name,
    and the third is renamed.
    """
    generator = np.random.default_rng(seed)
    units = {unit.unit_code: unit for unit in reference.units}
    moved: dict[str, str] = {}
    wanted = round(SHARE * len(units))
    departments = [unit for unit in reference.units if unit.kind in _KINDS]
    for area in sorted({unit.area_code for unit in departments}):
        own = [unit for unit in departments if unit.area_code == area]
        count = -(-wanted * len(own) // len(departments) // 3) * 3
        picked = [own[i] for i in generator.choice(len(own), size=min(count, len(own) // 3 * 3), replace=False)]
        for first, second, third in zip(picked[::3], picked[1::3], picked[2::3], strict=True):
            joined = _renamed(first, functions=(*first.functions, *second.functions))
            other = _renamed(third, functions=third.functions)
            for old in (first, second, third):
                del units[old.unit_code]
            units |= {joined.unit_code: joined, other.unit_code: other}
            moved |= {first.unit_code: joined.unit_code, second.unit_code: joined.unit_code}
            moved[third.unit_code] = other.unit_code
    # Made anew: a copy would keep the look-ups that the old tables already answered.
    fields = {name: getattr(reference, name) for name in ReferenceData.model_fields}
    return ReferenceData(**{**fields, "units": tuple(units.values())}), moved


def _renamed(unit: Unit, *, functions: tuple[str, ...]) -> Unit:
    changes = {
        "unit_code": f"{unit.unit_code}.new",
        "name": f"{unit.name}（新设）",
        "former_names": (*unit.former_names, unit.name),
        "functions": functions,
    }
    return unit.model_copy(update=changes)


if __name__ == "__main__":
    typer.run(main)
