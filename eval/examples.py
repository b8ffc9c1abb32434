"""Labelled texts from a city's own table (CSV, XLSX) or JSONL."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from app.domain.city_time import CITY_TIME
from app.receive.table import moment_in, rows_of
from eval.base import BadData, read_jsonl

CORRECTED_AS = {"category": ("category",), "unit": ("unit", "unit.lead")}
"""The fields of a correction that label a text for a task."""
_NAMED = 10
"""Bad rows that are named one by one."""


@dataclass(frozen=True)
class Example:
    """One labelled text. `group` keeps what must not be split apart (a scenario, an event)."""

    id: str
    text: str
    label: str
    group: str
    created_at: str | None = None


def read_examples(path: Path, *, label: str = "label", partial: bool = False, task: str | None = None) -> list[Example]:
    """Read `id,title,text,label[,created_at][,group|scenario]` from a table or JSONL; `partial` skips unlabelled rows.

    Of exported corrections those of the `task` are taken.

    Raises:
        BadData: there is no row, a column is missing, or a row lacks its label or text; names file and row.
    """
    rows = rows_for(task, path) if task else table_rows(path)
    return examples_in(rows, path, label=label, partial=partial, task=task)


def examples_in(
    rows: Sequence[Mapping[str, Any]],
    path: Path,
    *,
    label: str = "label",
    partial: bool = False,
    task: str | None = None,
) -> list[Example]:
    """Return the examples of rows that were read from `path`; raises BadData as `read_examples` does."""
    if not rows:
        raise BadData(f"{path} 中没有数据" + (f"，或没有 {task} 的更正" if task else ""))
    columns = frozenset[str]().union(*rows)
    if not columns & {"text", "title"} or not (partial or label in columns):
        raise BadData(f"{path} 须有 text 和 {label} 两列；现有 {'、'.join(rows[0])}")
    examples, bad = [], []
    for number, row in enumerate(rows, start=1):
        text, known = words_of(row), str(row.get(label) or "").strip()
        group = str(row.get("group") or row.get("scenario") or row.get("id") or number)
        if text and known:
            examples.append(Example(str(row.get("id", number)), text, known, group, row.get("created_at")))
        elif known or not partial:
            bad.append(str(number))
    if bad:
        which = "、".join(bad[:_NAMED]) + (f" 等共 {len(bad)} " if len(bad) > _NAMED else " ")
        raise BadData(f"{path} 第 {which}条：缺少 text 或 {label}")
    return examples


def rows_for(task: str, path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file; of exported corrections those that say what is right for a task."""
    rows = []
    for row in table_rows(path):
        if not row.keys() >= {"field", "verdict"}:
            rows.append(row)
        elif row["field"] in CORRECTED_AS.get(task, ()) and row.get("label"):
            known = row["label"]
            rows.append({**row, "label": known["code"] if isinstance(known, dict) else known})
    return rows


def words_of(row: Mapping[str, Any]) -> str:
    """Return a row's title and text."""
    return " ".join(str(part) for part in (row.get("title"), row.get("text")) if part).strip()


def with_zeros(examples: Sequence[Example], known: Container[str]) -> list[Example]:
    """Return the examples with the leading zeros that a spreadsheet dropped from known labels."""
    lost = {e.label: f"0{e.label}" for e in examples if e.label not in known and f"0{e.label}" in known}
    return [replace(example, label=lost.get(example.label, example.label)) for example in examples]


def read_texts(path: Path) -> list[Example]:
    """Read texts whatever their labels are called."""
    return [Example(str(row.get("id", i)), words_of(row), "", "") for i, row in enumerate(table_rows(path), start=1)]


def table_rows(path: Path, *needed: str) -> list[dict[str, Any]]:
    """Return the rows of a table or JSONL file, which hold what is `needed`.

    Raises:
        BadData: a row lacks some of it.
    """
    if path.suffix.lower() == ".jsonl":
        return read_jsonl(path, *needed)
    rows = [(number, dict(row)) for number, row in rows_of(path)]
    for number, row in rows:
        if lacking := [name for name in needed if not row.get(name, "").strip()]:
            raise BadData(f"{path} 第 {number} 行：缺少 {'、'.join(lacking)}")
    return [row for _, row in rows]


def moment_of(created_at: object) -> datetime | None:
    """Return the moment a row gives, in ISO 8601 or as spreadsheets write it; none where it gives none."""
    try:
        at = datetime.fromisoformat(moment_in(str(created_at or "")))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=CITY_TIME)
