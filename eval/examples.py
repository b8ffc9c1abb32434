"""Labelled texts from a city's own CSV or JSONL."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.base import BadData, read_jsonl, text_of

csv.field_size_limit(10_000_000)


@dataclass(frozen=True)
class Example:
    """One labelled text. `group` keeps what must not be split apart (a scenario, an event)."""

    id: str
    text: str
    label: str
    group: str
    created_at: str | None = None


def read_examples(path: Path, *, label: str = "label", partial: bool = False) -> list[Example]:
    """Read `id,title,text,label[,created_at][,group|scenario]` from CSV or JSONL; `partial` skips unlabelled rows.

    Raises:
        BadData: a row lacks its label or text; names file and row.
    """
    examples = []
    for number, row in enumerate(table_rows(path), start=1):
        text = " ".join(part for part in (row.get("title"), row.get("text")) if part)
        if partial and not row.get(label):
            continue
        if not text.strip() or not row.get(label):
            raise BadData(f"{path} 第 {number} 条：缺少 text 或 {label}")
        group = str(row.get("group") or row.get("scenario") or row.get("id") or number)
        examples.append(Example(str(row.get("id", number)), text, str(row[label]), group, row.get("created_at")))
    return examples


def read_texts(path: Path) -> list[Example]:
    """Read texts whatever their labels are called."""
    return [
        Example(str(row.get("id", i)), " ".join(part for part in (row.get("title"), row.get("text")) if part), "", "")
        for i, row in enumerate(table_rows(path), start=1)
    ]


def table_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a CSV or JSONL file."""
    if path.suffix == ".jsonl":
        return read_jsonl(path)
    return [dict(row) for row in csv.DictReader(io.StringIO(text_of(path), newline=""))]
