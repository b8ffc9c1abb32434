"""Fills the gold units of an evaluation file from the written rules: `python -m eval.gold_units FILE`.

Reads the unit tables as plain YAML and restates the city's routing in one short table, on purpose apart from the
production code that it judges. A row needs `label` (a function) and `district`/`town` (null = not said); with `kind`
and `subject` it gets a receiver too.
"""

import json
from pathlib import Path
from typing import Any

import typer
import yaml

from eval.base import read_jsonl

UNITS = Path("knowledge_base/units")
UNIT_FILES = ("city.yaml", "districts.yaml", "towns.yaml", "utilities.yaml")
PLACES = Path("knowledge_base/places")
CITY = "370400"
CITY_CENTRE = f"{CITY}.hotline_centre"
ANSWERED_BY_CENTRE = ("consultation", "praise")
"""Consultations are the city centre's own; praise is registered there and passed on."""
OTHER_ROUTE = ("discipline_inspection", "court", "procuratorate")
"""Matters of another statutory route: the city centre tells the citizen of it."""
NEVER_PUSHED_DOWN = """
power_supply water_supply gas_supply heating_supply telecom_mobile telecom_unicom telecom_telecom cable_tv bus_company
postal_service postal_regulation railway traffic_police human_resources medical_insurance housing_fund tax tobacco
meteorology central_bank financial_regulation
""".split()
"""Utilities and departments of which no town has a part: they receive what they answer for."""


class Jurisdiction:
    """Who finally acts and who receives, looked up in the tables."""

    def __init__(self) -> None:
        units: list[dict[str, Any]] = [unit for file in UNIT_FILES for unit in _rows(UNITS / file, "units")]
        self._acting: dict[tuple[str, str], str] = {}
        for main in (True, False):
            for unit in units:
                for function in unit["functions"][:1] if main else unit["functions"][1:]:
                    self._acting.setdefault((unit["area_code"], function), unit["unit_code"])
        self._centres: dict[str, str] = {
            unit["area_code"]: unit["unit_code"] for unit in units if unit["kind"] == "district_centre"
        }
        self._areas: dict[str, str] = {
            area["name"]: area["area_code"] for area in _rows(PLACES / "districts.yaml", "districts")
        }
        self._towns: dict[str, str] = {
            town["name"]: f"{town['code']}.town" for town in _rows(PLACES / "towns.yaml", "towns")
        }

    def final(self, function: str, district: str | None, town: str | None) -> str:
        """Return the unit that acts: a town's matter in the town, else the area's unit, else the city's."""
        area = self._areas.get(district or "", CITY)
        if function == "hotline_centre":
            return CITY_CENTRE
        if function == "town_government":
            return self._towns[town] if town else self._centres.get(area, CITY_CENTRE)
        return self._acting.get((area, function), self._acting[CITY, function])

    def receiver(self, row: dict[str, Any]) -> str:
        """Return the unit that the ticket is handed to first."""
        function, district, town = row["label"], row["district"], row["town"]
        if row["kind"] in ANSWERED_BY_CENTRE or function in OTHER_ROUTE or row.get("statutory") or row.get("emergency"):
            return CITY_CENTRE
        if function in NEVER_PUSHED_DOWN:
            return self.final(function, district, town)
        if not district:
            return CITY_CENTRE
        if row["subject"] == "market_entity" or not town:
            return self._centres[self._areas[district]]
        return self._towns[town]


def main(file: Path) -> None:
    """Write `final` (and `receiver`) into every row that says where it is."""
    tables, rows = Jurisdiction(), read_jsonl(file)
    for row in rows:
        if "district" in row:
            row["final"] = tables.final(row["label"], row["district"], row["town"])
            if "kind" in row:
                row["receiver"] = tables.receiver(row)
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def _rows(file: Path, key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(file.read_text("utf-8"))[key]
    return found


if __name__ == "__main__":
    typer.run(main)
