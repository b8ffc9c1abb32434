"""Units and categories by the production code: function, acting unit, receiving unit; and category leaves.

A row's `label` is a function, or a unit's code or any of its names. A row that says where it is (`district`, `town`)
and has gold units (`final`, `receiver`: see `eval.gold_units`) goes through the whole decision as well.
"""

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.bootstrap import build_reader
from app.config import Settings
from app.domain.decision import Decision, UnitDecision
from app.domain.reference import ReferenceData
from app.domain.unit import ScoredLabel
from app.flows.reading import CallReader
from app.flows.registry import Flows
from app.store.reference.load import load_reference_data
from eval.base import BadData, Measurement
from eval.examples import examples_in, read_examples, rows_for, with_zeros, words_of
from eval.tasks.intake import NOW, Counted, capabilities_of, fresh_flows
from eval.tasks.labels import accuracy_by, measure_labels

Floats = NDArray[np.float32]


def unit_rows(data: Path, engine: str = "embedded") -> Measurement:
    """Measure functions where the labels are functions, else leading units; and units where rows have gold units."""
    rows = rows_for("unit", data)
    examples = examples_in(rows, data, task="unit")
    labels = [example.label for example in examples]
    with fresh_flows(engine) as flows:
        reference = flows.reference
        functions = frozenset(reference.function_by_id)
        flows.intake.reader = counted = Counted(flows.intake.reader)
        if 2 * sum(label in functions for label in labels) < len(labels):
            gold = [unit_code_of(label, reference) for label in labels]
            measured = measured_units(gold, [decided(flows, row) for row in rows], reference)
            return with_answered(with_unknown(measured, gold, reference.unit_by_code), counted, engine)
        measured = function_rows(labels, [example.text for example in examples], reference)
        placed = [row for row in rows if row.get("final")]
        decisions = [decided(flows, row) for row in placed]
    measured = with_answered(with_unknown(measured, labels, functions), counted, engine)
    return with_units(measured, placed, decisions, reference) if placed else measured


def with_answered(measured: Measurement, counted: Counted, engine: str) -> Measurement:
    """Add who answered, where a language model was asked."""
    return replace(measured, tables={**counted.table, **measured.tables}) if engine == "llm" else measured


def with_unknown(measured: Measurement, labels: Sequence[str], known: Container[str]) -> Measurement:
    """Add which labels nobody could have found, since they are none of the known: their rows count as missed."""
    strange = Counter(label for label in labels if label not in known)
    if not strange:
        return measured
    rows = [{"label": label, "rows": n} for label, n in strange.most_common()]
    return replace(measured, tables={"unknown labels, counted as missed": rows, **measured.tables})


def decided(flows: Flows, row: dict[str, Any]) -> UnitDecision:
    """Return the service's decision on a row's text."""
    payload = {"id": str(row.get("id", "-")), "text": words_of(row)}
    return capabilities_of(flows).units(payload, received_at=NOW).unit


def measured_units(gold: Sequence[str], decisions: Sequence[UnitDecision], reference: ReferenceData) -> Measurement:
    """Compare the candidates' scores with gold unit codes."""
    codes = [unit.unit_code for unit in reference.units]
    column = {code: i for i, code in enumerate(codes)}
    scores = np.zeros((len(decisions), len(codes)), dtype=np.float32)
    for row, decision in zip(scores, decisions, strict=True):
        for candidate in decision.candidates:
            row[column[candidate.unit_code]] = candidate.score
    return measure_labels(gold, scores, codes)


def with_units(
    measured: Measurement, rows: Sequence[dict[str, Any]], decisions: Sequence[UnitDecision], reference: ReferenceData
) -> Measurement:
    """Add the figures of the acting and the receiving unit, of the three-way decision, and by area and channel."""
    final = measured_units([row["final"] for row in rows], decisions, reference)
    metrics = dict(measured.metrics)
    intervals = dict(measured.intervals)
    metrics |= {f"final.{name}": value for name, value in final.metrics.items()}
    intervals |= {f"final.{name}": value for name, value in final.intervals.items()}
    right = [d.lead is not None and d.lead.unit_code == row["final"] for row, d in zip(rows, decisions, strict=True)]
    alone = [hit for d, hit in zip(decisions, right, strict=True) if d.decision is Decision.AUTO]
    metrics["auto.share"] = len(alone) / len(decisions)
    metrics["auto.right"] = float(np.mean(alone)) if alone else 1.0
    tables = dict(measured.tables)
    received = [(row, d) for row, d in zip(rows, decisions, strict=True) if row.get("receiver")]
    if received:
        hits = [d.receiver is not None and d.receiver.unit_code == row["receiver"] for row, d in received]
        metrics["receiving.accuracy"] = float(np.mean(hits))
        for field in ("kind", "subject", "emergency", "statutory"):
            tables[f"receiving unit by {field}"] = accuracy_by([str(row.get(field)) for row, _ in received], hits)
    tables["acting unit, wrong"] = final.tables["confusions"]
    tables["decision"] = decision_table(decisions, right)
    for field in ("district", "channel", "kind"):
        if any(field in row for row in rows):
            tables[f"acting unit by {field}"] = accuracy_by([str(row.get(field)) for row in rows], right)
    return Measurement(measured.n, metrics, intervals, tables)


def decision_table(decisions: Sequence[UnitDecision], right: Sequence[bool]) -> list[dict[str, Any]]:
    """Return how often each way is taken and how often its acting unit is right."""
    counted = Counter(decision.decision for decision in decisions)
    hits = Counter(d.decision for d, hit in zip(decisions, right, strict=True) if hit)
    return [
        {"decision": str(way), "share": round(n / len(decisions), 3), "right": round(hits[way] / n, 3)}
        for way, n in counted.most_common()
    ]


def function_rows(labels: Sequence[str], texts: Sequence[str], reference: ReferenceData) -> Measurement:
    """Measure the field of duty alone, without the jurisdiction that makes a unit of it."""
    reader = build_reader(Settings(), reference)
    functions = [function.function for function in reference.functions]
    return measure_labels(labels, scored(reader, texts, "functions", functions), functions)


def scored(reader: CallReader, texts: Sequence[str], field: str, labels: Sequence[str]) -> Floats:
    """Return the reader's scores; a label it names at a finer level counts for the coarser one."""
    column = {label: i for i, label in enumerate(labels)}
    width = len(labels[0]) if field == "categories" else None
    scores = np.zeros((len(texts), len(labels)), dtype=np.float32)
    for row, text in zip(scores, texts, strict=True):
        found: Sequence[ScoredLabel] = getattr(reader.units_of(text), field)
        for one in found:
            row[column[one.label[:width]]] += one.score
    return scores


def unit_code_of(label: str, reference: ReferenceData) -> str:
    """Return the unit code a label names; an unknown label is left as it is and counts as missed."""
    if label in reference.unit_by_name:
        return reference.unit_by_name[label].unit_code
    return label


def category_rows(data: Path) -> Measurement:
    """Measure categories at the level the labels have: codes, or names of the first level; the coarsest if mixed.

    Raises:
        BadData: no label is one of these.
    """
    reference = load_reference_data(Settings().knowledge_dir)
    reader = build_reader(Settings(), reference)
    by_name = {top.name: top.code for top in reference.categories.categories}
    examples = with_zeros(read_examples(data, task="category"), reference.categories.by_code)
    labels = [by_name.get(example.label, example.label) for example in examples]
    widths = [len(label) for label in labels if label in reference.categories.by_code]
    if not widths:
        raise BadData(f"{data} 的标签都不是分类代码或一级分类名称：{'、'.join(dict.fromkeys(labels[:5]))}…")
    width = min(widths)
    gold = [label[:width] if label in reference.categories.by_code else label for label in labels]
    codes = sorted({code[:width] for code in reference.categories.by_code if len(code) >= width})
    measured = measure_labels(gold, scored(reader, [e.text for e in examples], "categories", codes), codes)
    return with_unknown(measured, gold, codes)
