"""The production flows under evaluation: files with gold in, measurements out. Nothing is stored for long."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np

from app.bootstrap import build_flows, build_reader
from app.config import Settings
from app.domain.reference import ReferenceData
from app.flows.registry import Flows
from app.store.reference.load import load_reference_data
from eval.base import Measurement, read_jsonl, with_intervals
from eval.examples import Example, read_examples
from eval.metrics import f1
from eval.tasks.labels import measure_labels
from eval.tasks.ticket import measure_ticket

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=timezone(timedelta(hours=8)))
LANES = ("political_legal", "discipline_inspection", "judicial")


@contextmanager
def fresh_flows() -> Iterator[Flows]:
    """Wire the service on an empty store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        flows = build_flows(Settings(data_dir=Path(folder)))
        yield flows
        flows.close()


def ticket_rows(data: Path) -> Measurement:
    """Measure tickets from transcripts with gold."""
    with fresh_flows() as flows:
        return measure_ticket(flows.intake.run, read_jsonl(data))


def unit_rows(data: Path) -> Measurement:
    """Measure the leading unit of labelled texts; labels are a unit's code or any of its names, or all functions."""
    examples = read_examples(data)
    with fresh_flows() as flows:
        reference = flows.reference
        if all(example.label in reference.function_by_id for example in examples):
            return function_rows(examples, reference)
        codes = [unit.unit_code for unit in reference.units]
        column = {code: i for i, code in enumerate(codes)}
        scores = np.zeros((len(examples), len(codes)), dtype=np.float32)
        for i, example in enumerate(examples):
            payload = {"id": example.id, "text": example.text}
            for candidate in flows.capabilities.units(payload, received_at=NOW).unit.candidates:
                scores[i, column[candidate.unit_code]] = candidate.score
        gold = [unit_code_of(example.label, reference) for example in examples]
    return measure_labels(gold, scores, codes)


def function_rows(examples: Sequence[Example], reference: ReferenceData) -> Measurement:
    """Measure the field of duty alone, without the jurisdiction that makes a unit of it."""
    reader = build_reader(Settings(), reference)
    functions = [function.function for function in reference.functions]
    column = {function: i for i, function in enumerate(functions)}
    scores = np.zeros((len(examples), len(functions)), dtype=np.float32)
    for i, example in enumerate(examples):
        for scored in reader.units_of(example.text).functions:
            scores[i, column[scored.label]] = scored.score
    return measure_labels([example.label for example in examples], scores, functions)


def unit_code_of(label: str, reference: ReferenceData) -> str:
    """Return the unit code a label names; an unknown label is left as it is and counts as missed."""
    if label in reference.unit_by_name:
        return reference.unit_by_name[label].unit_code
    return label


def category_rows(data: Path) -> Measurement:
    """Measure categories at the level the labels have: leaf codes, or names of the first level."""
    examples = read_examples(data)
    reference = load_reference_data(Settings().knowledge_dir)
    reader = build_reader(Settings(), reference)
    by_name = {top.name: top.code for top in reference.categories.categories}
    gold = [by_name.get(example.label, example.label) for example in examples]
    width = max(len(code) for code in gold)
    codes = sorted({code[:width] for code in reference.categories.by_code if len(code) >= width})
    column = {code: i for i, code in enumerate(codes)}
    scores = np.zeros((len(examples), len(codes)), dtype=np.float32)
    for i, example in enumerate(examples):
        for scored in reader.units_of(example.text).categories:
            scores[i, column[scored.label[:width]]] += scored.score
    return measure_labels(gold, scores, codes)


def risk_rows(data: Path) -> Measurement:
    """Measure the referral lanes on windows with gold."""
    rows = read_jsonl(data)
    with fresh_flows() as flows:
        proposed = [
            {
                str(r.receiver)
                for r in flows.capabilities.risk({"id": row["id"], "turns": row["turns"]}, received_at=NOW).referrals
            }
            for row in rows
        ]
    counted = [(row, lanes) for row, lanes in zip(rows, proposed, strict=True)]
    metrics, intervals = with_intervals(counted, lane_metrics)
    return Measurement(len(rows), metrics, intervals)


def lane_metrics(counted: Sequence[tuple[dict[str, Any], set[str]]]) -> dict[str, float]:
    """Return recall, precision and F1 of each lane, and the share of windows that raise an alert."""
    metrics: dict[str, float] = {}
    for lane in LANES:
        hits = sum(bool(row.get(lane)) and lane in lanes for row, lanes in counted)
        false = sum(not row.get(lane) and lane in lanes for row, lanes in counted)
        missed = sum(bool(row.get(lane)) and lane not in lanes for row, lanes in counted)
        metrics[f"{lane}.recall"] = hits / (hits + missed) if hits + missed else 1.0
        metrics[f"{lane}.precision"] = hits / (hits + false) if hits + false else 1.0
        metrics[f"{lane}.f1"] = f1(hits, false, missed)
    return metrics | {"alert_rate": sum(bool(lanes) for _, lanes in counted) / len(counted)}
