"""Labelled texts from a city's own CSV or JSONL, and splits that do not leak."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

csv.field_size_limit(10_000_000)

NEAR_DUPLICATE = 0.8
"""Jaccard similarity of character 4-gram sets from which two texts count as the same."""


@dataclass(frozen=True)
class Example:
    """One labelled text. `group` keeps what must not be split apart (a scenario, an event)."""

    id: str
    text: str
    label: str
    group: str
    created_at: str | None = None


def read_examples(path: Path, *, label: str = "label") -> list[Example]:
    """Read `id,title,text,label[,created_at][,group|scenario]` from CSV or JSONL.

    Raises:
        ValueError: a row lacks its label or text; names file and line.
    """
    examples = []
    for number, row in enumerate(_rows(path), start=1):
        text = " ".join(part for part in (row.get("title"), row.get("text")) if part)
        if not text.strip() or not row.get(label):
            raise ValueError(f"{path}: row {number}: needs text and {label}")
        group = str(row.get("group") or row.get("scenario") or row.get("id") or number)
        examples.append(Example(str(row.get("id", number)), text, str(row[label]), group, row.get("created_at")))
    return examples


def _rows(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [dict(row) for row in csv.DictReader(file)]


def group_folds(examples: Sequence[Example], folds: int, seed: int) -> NDArray[np.int64]:
    """Return a fold number per example; a group never spans two folds, labels are spread evenly."""
    generator = np.random.default_rng(seed)
    by_label: dict[str, list[str]] = {}
    label_of = {example.group: example.label for example in examples}
    for group, name in label_of.items():
        by_label.setdefault(name, []).append(group)
    fold_of: dict[str, int] = {}
    for name in sorted(by_label):
        groups = list(by_label[name])
        generator.shuffle(groups)
        start = int(generator.integers(folds))
        fold_of |= {group: (start + i) % folds for i, group in enumerate(groups)}
    return np.array([fold_of[example.group] for example in examples])


def near_duplicates_across(train: Sequence[Example], test: Sequence[Example]) -> list[tuple[str, str]]:
    """Return (train id, test id) pairs of nearly the same text: these make a test figure too good."""
    grams = {i: _four_grams(example.text) for i, example in enumerate(train)}
    holders: dict[str, list[int]] = {}
    for i, found in grams.items():
        for gram in found:
            holders.setdefault(gram, []).append(i)
    pairs = []
    for example in test:
        wanted = _four_grams(example.text)
        shared: dict[int, int] = {}
        for gram in wanted:
            for i in holders.get(gram, ()):
                shared[i] = shared.get(i, 0) + 1
        pairs += [
            (train[i].id, example.id)
            for i, n in shared.items()
            if n / (len(wanted) + len(grams[i]) - n) >= NEAR_DUPLICATE
        ]
    return pairs


def _four_grams(text: str) -> set[str]:
    folded = "".join(text.split())
    return {folded[i : i + 4] for i in range(max(1, len(folded) - 3))}
