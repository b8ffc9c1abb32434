"""What an evaluation task is: rows from a file in, a measurement out."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Measurement:
    """Figures of one run. `intervals` hold 95 % bootstrap intervals over rows."""

    n: int
    metrics: dict[str, float]
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Break-downs to read: per scenario, confusions, faults."""


Aggregate = Callable[[Sequence[Any]], dict[str, float]]


def with_intervals(
    per_row: Sequence[Any], aggregate: Aggregate, *, samples: int = 500, seed: int = 7
) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """Aggregate per-row counts and give 95 % percentile-bootstrap intervals over rows."""
    metrics = aggregate(per_row)
    generator = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {name: [] for name in metrics}
    for _ in range(samples):
        picked = generator.integers(0, len(per_row), len(per_row))
        for name, value in aggregate([per_row[i] for i in picked]).items():
            if name in drawn:
                drawn[name].append(value)
    intervals = {
        name: (float(np.percentile(values, 2.5)), float(np.percentile(values, 97.5)))
        for name, values in drawn.items()
        if values
    }
    return metrics, intervals


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Read a JSONL file; a bad line is an error naming file and line."""
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise ValueError(f"{path}:{number}: {error}") from error
    return rows


def payload_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row's call as a channel would deliver it, without its gold and scenario."""
    return {key: value for key, value in row.items() if key not in ("gold", "scenario")}


def sha256_of(path: Path) -> str:
    """Return the digest of a file, or of a folder's files in name order."""
    digest = hashlib.sha256()
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
