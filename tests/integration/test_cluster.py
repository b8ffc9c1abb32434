"""A back-fill over Ray's workers gives what this machine's own processes give."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.config import ROOT
from eval.base import read_jsonl

pytestmark = pytest.mark.slow


def hotline(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "DATA_DIR": str(folder / "var"), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def said(out: Path) -> list[list[tuple[Any, ...]]]:
    fields = ("title", "content", "wants", "category", "citizen", "place", "event_time", "emotion", "evidence")
    rows = read_jsonl(out)
    return [[tuple(json.dumps(ticket[field]) for field in fields) for ticket in row["tickets"]] for row in rows]


def test_a_batch_over_ray_is_the_batch_of_this_machine(tmp_path: Path) -> None:
    rows = [
        {k: v for k, v in row.items() if k != "gold"} for row in read_jsonl(ROOT / "eval/datasets/ticket_dev.jsonl")
    ]
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows[:12]), "utf-8")
    results = {}
    for place in ("here", "ray"):
        folder = tmp_path / place
        folder.mkdir()
        cluster = ("--cluster", "local") if place == "ray" else ()
        hotline(folder, "batch", str(source), str(folder / "out.jsonl"), "--workers", "2", *cluster)
        results[place] = said(folder / "out.jsonl")
    assert len(results["ray"]) == 12
    assert results["ray"] == results["here"]


def test_grouping_over_ray_is_the_grouping_of_this_machine(tmp_path: Path) -> None:
    rows = [
        {k: row[k] for k in ("id", "created_at", "text", "district", "town") if row.get(k)}
        for row in read_jsonl(ROOT / "eval/datasets/duplicate_dev.jsonl")
    ]
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    results = {}
    for place in ("here", "ray"):
        out = tmp_path / f"{place}.jsonl"
        cluster = ("--cluster", "local") if place == "ray" else ()
        hotline(tmp_path, "group", str(source), str(out), "--workers", "2", *cluster)
        results[place] = read_jsonl(out)
    assert len(results["ray"]) == len(rows)
    assert results["ray"] == results["here"]
