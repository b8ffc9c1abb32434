"""Unit and category classification: texts with one label each in, accuracy and its honest company out.

Dangerous error: a confident wrong unit, since it may be dispatched without a person (`coverage_at_98`).
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.base import Measurement, with_intervals
from eval.metrics import calibration_floor, coverage_at_precision, expected_calibration_error, macro_f1, tail_labels


def measure_labels(
    gold: Sequence[str], scores: NDArray[np.float32], labels: Sequence[str], *, most_confused: int = 20
) -> Measurement:
    """Compare gold labels with a score matrix of shape (rows, labels)."""
    order = np.argsort(-scores, axis=1)
    names = np.array(labels, dtype=object)
    predicted = [str(label) for label in names[order[:, 0]]]
    top3 = [g in names[row[:3]] for g, row in zip(gold, order, strict=True)]
    confidence = scores.max(axis=1).astype(float)
    tail = tail_labels(gold)
    rows = list(zip(gold, predicted, confidence, top3, strict=True))

    def aggregate(picked: Sequence[tuple[str, str, float, bool]]) -> dict[str, float]:
        golds, guesses, sure, in_three = zip(*picked, strict=True)
        correct = np.array([g == p for g, p in zip(golds, guesses, strict=True)], dtype=float)
        return {
            "accuracy": float(correct.mean()),
            "macro_f1": macro_f1(golds, guesses),
            "tail_macro_f1": macro_f1(golds, guesses, [label for label in tail if label in golds]),
            "top3": float(np.mean(in_three)),
            "coverage_at_98": coverage_at_precision(np.array(sure), correct, 0.98),
            "ece": expected_calibration_error(np.array(sure), correct),
        }

    metrics, intervals = with_intervals(rows, aggregate, samples=200)
    metrics["ece_floor"] = calibration_floor(confidence)
    wrong = Counter((g, p) for g, p, _, _ in rows if g != p)
    confusions = [{"gold": g, "predicted": p, "rows": n} for (g, p), n in wrong.most_common(most_confused)]
    return Measurement(len(rows), metrics, intervals, {"confusions": confusions})


def accuracy_by(groups: Sequence[str], right: Sequence[bool]) -> list[dict[str, Any]]:
    """Return rows and accuracy of each group, largest first."""
    hits = Counter(group for group, hit in zip(groups, right, strict=True) if hit)
    return [{"group": g, "rows": n, "accuracy": round(hits[g] / n, 3)} for g, n in Counter(groups).most_common()]
