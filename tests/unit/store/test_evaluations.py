"""Results of a city's own runs stand beside each other; what is no result does not hide them."""

import json
from pathlib import Path

from app.store.evaluations import published_evaluations

RUN = {"task": "category", "data": "a.csv", "n": 9, "engine": "embedded", "measured_at": "2026-11-27", "metrics": {}}


def test_files_of_something_else_are_left_out_and_models_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(RUN | {"model": "var/models/category", "tables": {}}), "utf-8")
    (tmp_path / "b.json").write_text(json.dumps(RUN), "utf-8")
    for name, content in (("cut", '{"task": "unit", '), ("other", '{"metrics": {}}'), ("list", "[]")):
        (tmp_path / f"{name}.json").write_text(content, "utf-8")
    found = published_evaluations(tmp_path)
    assert [run["model"] for run in found] == ["var/models/category", "default"]
    assert all(run["intervals"] == {} and "tables" not in run for run in found)
