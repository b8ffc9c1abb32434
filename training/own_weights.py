"""Makes the embedded engine's own weights again: `python -m training.own_weights`.

Learns from the demand texts the project wrote and from the catalogue's own words (each keyword of a category
leaf is a short example of the leaf and its function). Cross-validation scores the demand texts only.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from app.domain.reference import ReferenceData
from app.domain.ticket import RequestKind
from app.store.reference.load import load_reference_data
from eval.base import read_jsonl
from eval.examples import Example, read_examples
from training.function_ranker import train_ranker
from training.linear_classifier import LinearSettings, fit, train_linear
from training.risk_classifier import WINDOWS, own_windows, train_risk

DATA = Path("training/datasets/demands.jsonl")
CALLS = Path("training/datasets/call_matters.jsonl")
"""Demands of the development calls, for kind and category (`python -m training.call_matters`)."""
WISHES = Path("training/datasets/wishes.jsonl")
"""Demands for kind and subject alone: questions that are wishes, wishes that are questions, workers and customers who
speak of firms."""
BLIND = Path("eval/datasets/dispatch_dev.jsonl")
"""Demands that no model learns: they tell how sure the ranker may be."""
WEIGHTS = Path("models/weights")
TASKS = {
    "function": "unit",
    "category": "category",
    "kind": "request_kind",
    "asked": "request_kind",
    "subject": "subject",
}
COSTS = {"function": 1.0, "category": 0.5, "kind": 1.0, "asked": 1.0, "subject": 1.0}
"""Cost of the support vector machine, by cross-validation on the demand texts."""
OWN_FUNCTION = 0.3
"""Margin that a leaf of the right unit's functions gains."""
FEATURES = {"function": 40_000, "category": 40_000, "kind": 30_000, "asked": 30_000, "subject": 30_000}
ANALYSERS = {"kind": "requesting", "asked": "asking", "subject": "speaking"}
"""By cross-validation; the others read `chars`."""
COPIES = {"kind": 3}
"""How often a development call counts, by cross-validation over calls: they are few, long, and read unlike written
demands."""
OF_CALLS = ("kind", "asked", "subject")
"""Labels that the development calls' demands and the wishes have as well."""


def main(data: Path = DATA, out: Path = WEIGHTS, only: Annotated[list[str] | None, typer.Option()] = None) -> None:
    """Train one classifier a label, or `only` some, and print what cross-validation by scenario says."""
    table = Table("model", "examples", "labels", "accuracy (5-fold, by scenario)", "temperature")
    reference = load_reference_data(Path("knowledge_base"))
    wanted = [name for name in (*TASKS, "ranker", "risk") if not only or name in only]
    for name in wanted:
        if name == "risk":
            risk = train_risk(own_windows(), out / name, name="own-risk", data=WINDOWS)
            Console().print("risk", risk["thresholds"])
            continue
        train = own_ranker if name == "ranker" else own_classifier
        facts = train(reference, data, out / name)
        columns = ("examples", "labels", "cross_validated_accuracy", "temperature")
        table.add_row(name, *(str(facts.get(column, "")) for column in columns))
    Console().print(table)


def own_classifier(reference: ReferenceData, data: Path, out: Path) -> dict[str, Any]:
    """Train the classifier of the label that the folder is named after."""
    label = out.name
    examples, settings = written_examples(label, data), svm_settings(label)
    beside = beside_examples(reference, label, examples)
    return train_linear(
        examples, out, name=f"own-{label}", task=TASKS[label], data=data, settings=settings, beside=beside
    )


def beside_examples(reference: ReferenceData, label: str, written: Sequence[Example]) -> list[Example]:
    """Return what a model learns beside the written demands: the catalogue, and for categories the calls' demands."""
    catalogue = catalogue_examples(reference, label)
    if label != "category":
        return catalogue
    return catalogue + call_leaves(reference, [*written, *catalogue], svm_settings(label))


def written_examples(label: str, data: Path) -> list[Example]:
    """Return the written demands that have a label, and the wishes and development calls' where they have it too.

    `asked` is consultation or other; a row that has a kind says it by that.
    """
    named = "kind" if label == "asked" else label
    found = read_examples(data, label=named, partial=named == "kind")
    if label in OF_CALLS:
        found += COPIES.get(label, 1) * read_examples(CALLS, label=named)
        found += read_examples(WISHES, label=named, partial=True)
    if label == "asked":
        asked = RequestKind.CONSULTATION
        found = [replace(e, label=e.label if e.label == asked else "other") for e in found]
        found += read_examples(data, label=label, partial=True)
    return found


def svm_settings(label: str) -> LinearSettings:
    """Return the settings of one classifier."""
    return LinearSettings(
        min_documents=1,
        features=FEATURES[label],
        analyser=ANALYSERS.get(label, "chars"),
        kind="svm",
        inverse_regularisation=COSTS[label],
    )


def own_ranker(reference: ReferenceData, data: Path, out: Path) -> dict[str, Any]:
    """Train what makes one view of functions out of text, leaves, words and duties."""
    examples = {label: read_examples(data, label=label) for label in ("function", "category")}
    return train_ranker(
        examples["function"],
        examples["category"],
        (CALLS, BLIND),
        reference,
        out,
        settings={label: svm_settings(label) for label in examples},
        beside={label: beside_examples(reference, label, written) for label, written in examples.items()},
        data=data,
    )


def call_leaves(
    reference: ReferenceData, written: Sequence[Example], settings: LinearSettings, calls: Path = CALLS
) -> list[Example]:
    """Return the calls' demands, each under the leaf of its field that a model of the written texts finds likeliest.

    The gold names the field only. A leaf of a function that the right unit has is a little likelier.
    """
    rows = read_jsonl(calls)
    fitted = fit([e.text for e in written], [e.label for e in written], settings)
    fields = {field.code: field.name for field in reference.categories.categories}
    functions = {leaf.code: leaf.function for leaf in reference.categories.leaves}
    codes = [str(code) for code in fitted.model.classes_]
    found = []
    for row, scores in zip(rows, fitted.logits([row["text"] for row in rows]), strict=True):
        likely = {
            code: score + OWN_FUNCTION * (functions[code] in row["functions"])
            for code, score in zip(codes, scores, strict=True)
            if fields[code[:2]] == row["field"]
        }
        found.append(Example(row["id"], row["text"], max(likely, key=lambda code: likely[code]), row["scenario"]))
    return found


def catalogue_examples(reference: ReferenceData, label: str) -> list[Example]:
    """Return the keywords of the category tree as examples of leaves or functions."""
    if label in OF_CALLS:
        return []
    return [
        Example(f"{leaf.code}-{i}", word, leaf.code if label == "category" else str(leaf.function), "catalogue")
        for leaf in reference.categories.leaves
        for i, word in enumerate((*leaf.keywords, leaf.name))
    ]


if __name__ == "__main__":
    typer.run(main)
