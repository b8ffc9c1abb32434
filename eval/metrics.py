"""Figures used by several tasks. Every function takes plain arrays and says what it returns."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def f1(true_positive: float, false_positive: float, false_negative: float) -> float:
    """Return F1 from counts; 1.0 when there was nothing to find and nothing was found."""
    total = 2 * true_positive + false_positive + false_negative
    return 2 * true_positive / total if total else 1.0


def macro_f1(gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str] | None = None) -> float:
    """Return the unweighted mean F1 over `labels` (default: those that occur in gold)."""
    chosen = sorted(set(gold)) if labels is None else list(labels)
    scores = []
    for label in chosen:
        hits = sum(g == p == label for g, p in zip(gold, predicted, strict=True))
        false = sum(p == label != g for g, p in zip(gold, predicted, strict=True))
        missed = sum(g == label != p for g, p in zip(gold, predicted, strict=True))
        scores.append(f1(hits, false, missed))
    return float(np.mean(scores)) if scores else 0.0


def tail_labels(gold: Sequence[str], share: float = 0.2) -> list[str]:
    """Return the rarest labels that together hold up to `share` of the rows."""
    limit, taken, tail = share * len(gold), 0, []
    for label, count in sorted(Counter(gold).items(), key=lambda item: (item[1], item[0])):
        if taken + count > limit:
            break
        tail.append(label)
        taken += count
    return tail


def expected_calibration_error(confidence: Floats, correct: Floats, bins: int = 15) -> float:
    """Return ECE over equal-width bins (Guo et al. 2017)."""
    edges = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for b in range(bins):
        inside = edges == b
        if inside.any():
            error += inside.mean() * abs(correct[inside].mean() - confidence[inside].mean())
    return float(error)


def calibration_floor(confidence: Floats, *, draws: int = 200, seed: int = 7) -> float:
    """Return the mean ECE that these rows would show if every confidence were exactly right: chance alone."""
    lots = np.random.default_rng(seed).random((draws, len(confidence)))
    return float(np.mean([expected_calibration_error(confidence, (row < confidence).astype(float)) for row in lots]))


def coverage_at_precision(confidence: Floats, correct: Floats, precision: float) -> float:
    """Return the largest share of rows, most confident first, whose accuracy is at least `precision`.

    Rows with equal confidence are taken together, so the figure is one a threshold can reach.
    """
    order = np.argsort(-confidence, kind="stable")
    sorted_confidence, hits = confidence[order], correct[order].cumsum()
    last_of_tie = np.append(sorted_confidence[1:] != sorted_confidence[:-1], True)
    counts = np.arange(1, len(hits) + 1)
    good = np.flatnonzero(last_of_tie & (hits / counts >= precision))
    return float(counts[good[-1]] / len(hits)) if good.size else 0.0


def b_cubed_f1(gold: Sequence[str], predicted: Sequence[str]) -> float:
    """Return B³-F1 of a grouping (Bagga & Baldwin 1998)."""
    pairs = Counter(zip(gold, predicted, strict=True))
    golds, groups = Counter(gold), Counter(predicted)
    n = len(gold)
    precision = sum(c * c / groups[p] for (_, p), c in pairs.items()) / n
    recall = sum(c * c / golds[g] for (g, _), c in pairs.items()) / n
    return 2 * precision * recall / (precision + recall)


def adjusted_rand_index(gold: Sequence[str], predicted: Sequence[str]) -> float:
    """Return ARI of a grouping (Hubert & Arabie 1985)."""

    def pairs_in(counts: Counter[str] | Counter[tuple[str, str]]) -> float:
        return float(sum(c * (c - 1) / 2 for c in counts.values()))

    both = pairs_in(Counter(zip(gold, predicted, strict=True)))
    in_gold, in_predicted = pairs_in(Counter(gold)), pairs_in(Counter(predicted))
    expected = in_gold * in_predicted / (len(gold) * (len(gold) - 1) / 2)
    largest = (in_gold + in_predicted) / 2
    return (both - expected) / (largest - expected) if largest != expected else 1.0
