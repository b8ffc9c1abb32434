"""What an evaluation task is: rows from a file in, a measurement out."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from app.domain.errors import InvalidInput


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
    """Aggregate per-row counts and give 95 % percentile-bootstrap intervals over rows.

    Raises:
        BadData: there is no row.
    """
    if not per_row:
        raise BadData("评测文件里没有数据")
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


class BadData(InvalidInput, ValueError):
    """A data file that cannot be used; the message names file, line and reason."""


def read_jsonl(path: Path, *needed: str) -> list[dict[str, Any]]:
    """Read a JSONL file whose rows hold what is `needed` (`gold.demands`: within another).

    Raises:
        BadData: the file is no UTF-8, or a line is no JSON object or lacks something.
    """
    rows: list[dict[str, Any]] = []
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadData(f"{path}：不是 UTF-8 文本") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise BadData(f"{path} 第 {number} 行：不是完整的 JSON") from error
        if not isinstance(row, dict):
            raise BadData(f"{path} 第 {number} 行：不是 JSON 对象")
        if lacking := [name for name in needed if not _holds(row, name)]:
            raise BadData(f"{path} 第 {number} 行：缺少 {'、'.join(lacking)}")
        rows.append(row)
    return rows


def _holds(row: Any, name: str) -> bool:
    head, _, tail = name.partition(".")
    return isinstance(row, dict) and head in row and (not tail or _holds(row[head], tail))


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
