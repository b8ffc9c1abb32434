"""Trains the classifier of asides, clauses that have no place on a ticket: `python -m training.aside_classifier`.

Asides are written for this (similes, outbursts, the household, memories, hearsay, talk about names and numbers); what
they are told from are the clauses of the written demands. Cross-validation keeps a demand's clauses together.
"""

import re
from pathlib import Path

import numpy as np
import typer
from rich.console import Console

from eval.base import read_jsonl
from eval.examples import Example, read_examples
from training.linear_classifier import LinearSettings, cross_validated_logits, fit_and_write, fit_temperature
from training.manifest import write_manifest

ASIDES = Path("training/datasets/asides.jsonl")
DEMANDS = Path("training/datasets/demands.jsonl")
OUT = Path("models/weights/aside")
LABELS = ("aside", "matter")
MOST_LOST = 0.009
"""Share of the demands' clauses that may be taken for asides."""
_BREAK = re.compile(r"[，。？！；、,\s]+")


def main(asides: Path = ASIDES, demands: Path = DEMANDS, out: Path = OUT) -> None:
    """Cross-validate, fit, write weights and manifest; print the score from which a clause is an aside."""
    examples = [*read_examples(asides), *matter_clauses(demands)]
    settings = LinearSettings(min_documents=1, inverse_regularisation=10.0)
    gold = np.array([LABELS.index(example.label) for example in examples])
    held_out = cross_validated_logits(examples, LABELS, settings, ())
    temperature = fit_temperature(held_out, gold)
    scores = 1 / (1 + np.exp((held_out[:, 1] - held_out[:, 0]) / temperature))
    least = float(np.quantile(scores[gold == 1], 1 - MOST_LOST))
    fit_and_write(examples, settings, temperature, out)
    facts = {
        "seed": settings.seed,
        "settings": settings.__dict__,
        "examples": len(examples),
        "least": round(least, 3),
        "recall": round(float((scores[gold == 0] >= least).mean()), 3),
        "matter_lost": MOST_LOST,
        "temperature": round(temperature, 4),
        "base_revision": None,
    }
    Console().print(write_manifest(out, name="own-aside", task="aside", data=asides, facts=facts))


def matter_clauses(demands: Path) -> list[Example]:
    """Return the clauses of the written demands."""
    return [
        Example(f"{row['id']}-{i}", clause, "matter", row["scenario"])
        for row in read_jsonl(demands)
        for i, clause in enumerate(_BREAK.split(row["text"]))
        if len(clause) > 1
    ]


if __name__ == "__main__":
    typer.run(main)
