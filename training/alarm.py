"""Trains what sees an emergency under way: `python -m training.alarm`, after the risk model.

A label for each number that helps: 110, 119, 120. They read the features that the risk model counts, so that a passage
is taken apart once. Learnt from emergencies and their look-alikes, written for this by two people, and from ordinary
texts and calls in which the patterns see none.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from app.domain.reference_rules import RoutingRules
from app.store.reference.load import load_reference_data
from app.understand.alarm import LONGEST_WINDOW, NUMBERS, AlarmReader
from eval.base import read_jsonl
from eval.examples import Example
from models.classifier.features import analyser
from models.classifier.known import counter
from models.model_folder import read_vocabulary
from training.data import group_folds
from training.linear_classifier import quantised
from training.manifest import write_manifest, write_vocabulary
from training.risk_windows import CALLS, DEMANDS, EMERGENCIES, ORDINARY, as_spoken, passages_of

OF_CALLS = Path("training/datasets/emergency_of_calls.csv")
"""Development calls that tell of an emergency, read by eye; without a number where it can be argued."""
RISK, OUT = Path("models/weights/risk"), Path("models/weights/alarm")
SEED, FOLDS, COST = 7, 5, 0.3
"""Cost of the support vector machine, by cross-validation."""
SHARES = (0.001, 0.002, 0.005, 0.01)
"""Shares of ordinary texts and calls that may raise a false alarm, for which recall is reported."""
_NONE = dict.fromkeys(NUMBERS, False)


@dataclass(frozen=True)
class Passage:
    """A passage, and which numbers are known to help or not to: in a fire nobody knows whether 120 would."""

    text: str
    told: str
    """The text or call it is cut from."""
    scenario: str
    known: Mapping[str, bool]
    ordinary: bool = False
    """Of everyday talk: no emergency, and not written to look like one."""


def main(risk: Path = RISK, out: Path = OUT) -> None:
    """Cross-validate, calibrate, fit on everything, write weights and manifest."""
    rules = load_reference_data(Path("knowledge_base")).routing
    passages = [*written(rules), *everyday(rules)]
    matrix = features_of(risk, [passage.text for passage in passages])
    folds = group_folds([Example(p.scenario, "", "", p.scenario) for p in passages], FOLDS, SEED)
    held, fitted = np.zeros((len(passages), len(NUMBERS))), []
    for i, number in enumerate(NUMBERS):
        rows = np.array([number in passage.known for passage in passages])
        gold = np.array([passage.known.get(number, False) for passage in passages])
        scores = _held_out(matrix, rows, gold, folds)
        scale = LogisticRegression(C=1e6).fit(scores[rows][:, None], gold[rows])
        slope, offset = float(scale.coef_[0, 0]), float(scale.intercept_[0])
        held[:, i] = 1 / (1 + np.exp(-(slope * scores + offset)))
        fitted.append((_svm().fit(matrix[rows], gold[rows]), slope, offset))
    _write(fitted, out)
    base = json.loads((risk / "manifest.json").read_text("utf-8"))["revision"]
    facts: dict[str, Any] = {"seed": SEED, "base_revision": base, "cost": COST, **_figures(passages, held)}
    write_manifest(out, name="own-alarm", task="alarm", data=EMERGENCIES, facts=facts)
    Console().print(facts)


def written(rules: RoutingRules) -> Iterator[Passage]:
    """Yield written emergencies and their look-alikes, and the examples of the patterns."""
    for row in read_jsonl(EMERGENCIES):
        yield Passage(as_spoken(row["text"]), row["id"], row["scenario"], _known(row["number"]))
    for route in rules.emergency_routes:
        for text in route.examples.match:
            yield Passage(as_spoken(text), text, text, _known(route.number))
        for text in route.examples.no_match:
            yield Passage(as_spoken(text), text, text, {route.number: False})


def _known(number: str | None) -> dict[str, bool]:
    return _NONE if number is None else {number: True}


def everyday(rules: RoutingRules) -> Iterator[Passage]:
    """Yield the passages of ordinary texts and of the development calls in which the patterns see no emergency."""
    patterns = AlarmReader(rules)
    texts = [row for path in (DEMANDS, ORDINARY) for row in read_jsonl(path)]
    told = [{**row, "turns": [{"speaker": "citizen", "text": row["text"]}]} for row in texts]
    grave = {row["id"] for row in csv.DictReader(OF_CALLS.open(encoding="utf-8"))}
    for row in (*told, *(call for call in read_jsonl(CALLS) if call["id"] not in grave)):
        passages = passages_of(row, LONGEST_WINDOW)
        if not any(patterns.named(text) for text in passages):
            for text in passages:
                yield Passage(text, row["id"], row["scenario"], _NONE, ordinary=True)


def features_of(risk: Path, texts: Sequence[str]) -> csr_matrix:
    """Return the risk model's own features of texts, each row of length 1."""
    stored = read_vocabulary(risk)
    with np.load(risk / "weights.npz") as arrays:
        idf = arrays["idf"]
    count = counter(analyser(stored["analyser"], stored["families"], stored["classes"]), stored["features"])
    owners, grams, counts = count(texts)
    values = (1 + np.log(counts)) * idf[grams]
    lengths = np.sqrt(np.bincount(owners, values**2, len(texts)))
    return csr_matrix((values / lengths[owners], (owners, grams)), shape=(len(texts), len(idf)))


def _held_out(
    matrix: csr_matrix, rows: NDArray[np.bool_], gold: NDArray[np.bool_], folds: NDArray[np.int64]
) -> NDArray[np.float64]:
    scores = np.zeros(len(gold))
    for fold in range(FOLDS):
        seen = rows & (folds != fold)
        scores[folds == fold] = _svm().fit(matrix[seen], gold[seen]).decision_function(matrix[folds == fold])
    return scores


def _svm() -> LinearSVC:
    return LinearSVC(C=COST, class_weight="balanced")


def _figures(passages: Sequence[Passage], held: NDArray[np.float64]) -> dict[str, Any]:
    """Return, for each share of ordinary texts and calls that alarm, threshold, recall, and alarming look-alikes."""
    alarm = held.max(axis=1)
    most: dict[str, float] = {}
    for passage, score in zip(passages, alarm.tolist(), strict=True):
        if passage.ordinary:
            most[passage.told] = max(score, most.get(passage.told, 0.0))
    ordinary = np.array(list(most.values()))
    gold = np.array([any(passage.known.values()) for passage in passages])
    alike = np.array([not passage.ordinary for passage in passages]) & ~gold
    found = {}
    for share in SHARES:
        threshold = float(np.quantile(ordinary, 1 - share))
        recall, false = (float((alarm[rows] > threshold).mean()) for rows in (gold, alike))
        found[str(share)] = {
            "threshold": round(threshold, 4),
            "recall": round(recall, 4),
            "look_alikes": round(false, 4),
        }
    return {"emergencies": int(gold.sum()), "look_alikes": int(alike.sum()), "ordinary": len(most), "alarms": found}


def _write(fitted: Sequence[tuple[LinearSVC, float, float]], out: Path) -> None:
    dense = np.stack([slope * model.coef_[0] for model, slope, _ in fitted], axis=1)
    out.mkdir(parents=True, exist_ok=True)
    weights, scale = quantised(dense)
    np.savez_compressed(
        out / "weights.npz",
        weights=weights,
        scale=scale,
        bias=np.array([slope * model.intercept_[0] + offset for model, slope, offset in fitted], np.float32),
    )
    write_vocabulary(out, {"labels": NUMBERS})


if __name__ == "__main__":
    typer.run(main)
