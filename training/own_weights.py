"""Makes the embedded engine's own weights again: `python -m training.own_weights`.

Learns from the demand texts the project wrote, from development calls and dispatch texts, and from the catalogue's
own words (`training.demand_examples`). Cross-validation scores the demand texts only.
"""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from app.domain.reference import ReferenceData
from app.receive.spoken import Normaliser
from app.store.reference.load import load_reference_data
from training.demand_examples import CALLS, DISPATCH, beside_examples, demands_of, written_examples
from training.function_ranker import train_ranker
from training.linear_classifier import LinearSettings, train_linear
from training.risk_classifier import train_risk
from training.risk_windows import WINDOWS, own_windows

DATA = Path("training/datasets/demands.jsonl")
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
FEATURES = {"function": 40_000, "category": 40_000, "kind": 30_000, "asked": 30_000, "subject": 30_000}
ANALYSERS = {"kind": "requesting", "asked": "asking", "subject": "speaking"}
"""By cross-validation; the others read `chars`."""


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
    as_served, settings = Normaliser(reference.gazetteer).text, svm_settings(label)
    examples = written_examples(label, data, as_served)
    beside = beside_examples(reference, label, examples, settings, as_served)
    return train_linear(
        examples, out, name=f"own-{label}", task=TASKS[label], data=data, settings=settings, beside=beside
    )


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
    as_served = Normaliser(reference.gazetteer).text
    settings = {label: svm_settings(label) for label in ("function", "category")}
    examples = {label: written_examples(label, data, as_served) for label in settings}
    beside = {
        label: beside_examples(reference, label, examples[label], settings[label], as_served) for label in settings
    }
    unseen = (demands_of(CALLS, as_served), demands_of(DISPATCH, as_served))
    return train_ranker(
        examples["function"], examples["category"], unseen, reference, out, settings=settings, beside=beside, data=data
    )


if __name__ == "__main__":
    typer.run(main)
