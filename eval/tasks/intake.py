"""The production flows under evaluation: files with gold in, measurements out. Nothing is stored for long."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np

from app.bootstrap import build_flows, build_reader
from app.config import ChatSettings, Settings
from app.domain.reference import ReferenceData
from app.domain.ticket import IntakeResult
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
def fresh_flows(engine: str = "embedded") -> Iterator[Flows]:
    """Wire the service on an empty store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        chat = ChatSettings.model_validate({**settings.chat.model_dump(), "engine": engine})
        flows = build_flows(settings.model_copy(update={"chat": chat}))
        yield flows
        flows.close()


def ticket_rows(data: Path, engine: str = "embedded") -> Measurement:
    """Measure tickets from transcripts with gold; who answered, and what it cost, goes into a table of its own."""
    results: list[IntakeResult] = []
    with fresh_flows(engine) as flows:

        def intake(payload: dict[str, Any]) -> IntakeResult:
            results.append(flows.intake.run(payload))
            return results[-1]

        measured = measure_ticket(intake, read_jsonl(data))
    return replace(measured, tables={**answered_by(results), **measured.tables}) if engine == "llm" else measured


def answered_by(results: Sequence[IntakeResult]) -> dict[str, list[dict[str, Any]]]:
    """Return who answered how many calls and why, and which fields the language model got wrong."""
    reasons = Counter((result.engine, result.degraded_reason or "") for result in results)
    wrong = Counter(name.split(".", 1)[1] for result in results for name in result.embedded_fields)
    taken = [result.latency_ms for result in results]
    p50, p99 = np.percentile(taken, [50, 99]) if taken else (0.0, 0.0)
    rows = [{"engine": e, "reason": why, "calls": n} for (e, why), n in reasons.most_common()]
    return {
        "answered by": rows,
        "fields left to the embedded engine": [{"field": f, "calls": n} for f, n in wrong.most_common()],
        "latency": [{"p50_ms": round(float(p50), 1), "p99_ms": round(float(p99), 1)}],
    }


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
