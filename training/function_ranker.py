"""Trains what makes one calibrated view of functions out of several; see `models.ranker`.

Every view of a text comes from models that never saw its scenario. The weights are those of a conditional logit:
few, shared by all labels, so that a renamed or a new function needs no training. How sure they are depends on the
length of the text, learnt from the written demands and, for long ones, from the demands of the development calls.
How sure the best label may be is told by demands written blind, their writer unknown to the models: the training
texts are written to mislead.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from app.domain.reference import ReferenceData
from app.understand.duties import DutyIndex
from app.understand.unit import Lexicon, function_words
from eval.examples import Example
from eval.metrics import expected_calibration_error
from models.ranker import FLOOR, LENGTHS, ahead, calibrated, knots, ranked
from training.data import group_folds
from training.demand_examples import Demand
from training.linear_classifier import LinearSettings, cross_validated_logits, fit, fit_temperature
from training.manifest import write_manifest, write_vocabulary

Floats = NDArray[np.float64]
VIEWS = ("text", "leaves", "words", "duties")
MISCOVERAGE = 0.1
"""Share of a function's own matters that its conformal set may miss."""
OWN_LEAF = 2.0
"""Examples that a leaf's own function counts for beside the written ones."""
FEW = 25
"""A function with fewer examples shares its conformal limit with the other small ones (Mondrian groups)."""


@dataclass(frozen=True)
class Learnt:
    """What the base models learn from; functions and leaves stand in one order in every array."""

    functions: Sequence[Example]
    categories: Sequence[Example]
    beside: Mapping[str, Sequence[Example]]
    settings: Mapping[str, LinearSettings]
    reference: ReferenceData

    @cached_property
    def labels(self) -> list[str]:
        """Functions."""
        return [f.function for f in self.reference.functions]

    @cached_property
    def leaves(self) -> list[str]:
        """Codes of the category tree's leaves."""
        return [leaf.code for leaf in self.reference.categories.leaves]

    @cached_property
    def gold(self) -> NDArray[np.int64]:
        """Place of each text's function."""
        return np.array([self.labels.index(e.label) for e in self.functions])

    @cached_property
    def leaf_gold(self) -> NDArray[np.int64]:
        """Place of each text's leaf."""
        return np.array([self.leaves.index(e.label) for e in self.categories])

    def link(self, rows: NDArray[np.bool_]) -> Floats:
        """Return how the matters of each leaf spread over functions, told by some of the texts."""
        own = np.array([self.labels.index(str(leaf.function)) for leaf in self.reference.categories.leaves])
        return _link(self.leaf_gold[rows], self.gold[rows], own, len(self.labels))


def train_ranker(
    functions: Sequence[Example],
    categories: Sequence[Example],
    unseen: Sequence[Sequence[Demand]],
    reference: ReferenceData,
    out: Path,
    *,
    settings: Mapping[str, LinearSettings],
    beside: Mapping[str, Sequence[Example]],
    data: Path,
) -> dict[str, Any]:
    """Write the folder the ranker is served from; return its manifest.

    `unseen` are the development calls' demands, then written ones; models without their writers score them.
    """
    learnt = Learnt(functions, categories, beside, settings, reference)
    calls, written = unseen
    demands = [*calls, *written]
    views, sharp = _held_out_views(learnt)
    link = learnt.link(np.ones(len(functions), np.bool_))
    every = np.concatenate([views, _fresh_views(learnt, demands, sharp, link)], axis=1)
    lengths = np.array([len(text) for text in (*(e.text for e in functions), *(d.text for d in demands))])
    right = np.array([[label in demand.functions for label in learnt.labels] for demand in demands])
    may = np.concatenate([np.eye(len(learnt.labels), dtype=bool)[learnt.gold], right])
    weights, sureness = _fit_weights(every, lengths, may)
    scores = ranked(every, weights[:, None] * (knots(lengths) @ sureness))
    lead = _fit_lead(scores[-len(written) :], right[-len(written) :])
    scores = calibrated(scores, lead)
    own, called = scores[: len(functions)], scores[len(functions) :][: len(calls)]
    out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        out / "weights.npz",
        weights=weights,
        sureness=sureness,
        lead=lead,
        link=link.astype(np.float16),
        least=_least(own, learnt.gold, len(learnt.labels)).astype(np.float32),
    )
    stored = {"views": VIEWS, "labels": learnt.labels, "leaves": learnt.leaves}
    write_vocabulary(out, stored)
    facts = {
        "kind": "ranker",
        "seed": settings["function"].seed,
        "weights": dict(zip(VIEWS, (round(float(w), 4) for w in weights), strict=True)),
        "sureness": dict(zip(map(str, LENGTHS), (round(float(x), 4) for x in sureness), strict=True)),
        "lead": {"slope": round(float(lead[0]), 4), "offset": round(float(lead[1]), 4), "texts": len(written)},
        **_figures(own, learnt.gold, called, right),
        "base_revision": None,
    }
    return write_manifest(out, name="own-ranker", task="unit", data=data, facts=facts)


def _held_out_views(learnt: Learnt) -> tuple[Floats, dict[str, float]]:
    """Return the views of each text by models that never saw its scenario, and the temperatures of their scores."""
    settings, beside = learnt.settings, learnt.beside
    folds = group_folds(learnt.functions, settings["function"].folds, settings["function"].seed)
    held = {
        name: cross_validated_logits(examples, order, settings[name], beside[name], folds)
        for name, examples, order in _base_models(learnt)
    }
    sharp = {
        "function": fit_temperature(held["function"], learnt.gold),
        "category": fit_temperature(held["category"], learnt.leaf_gold),
    }
    linked = np.zeros(held["function"].shape)
    for fold in range(settings["function"].folds):
        inside = folds == fold
        linked[inside] = _softmax(held["category"][inside] / sharp["category"]) @ learnt.link(~inside)
    text = _softmax(held["function"] / sharp["function"])
    return np.stack([text, linked, *_catalogue_views([e.text for e in learnt.functions], learnt.reference)]), sharp


def _fresh_views(learnt: Learnt, demands: Sequence[Demand], sharp: Mapping[str, float], link: Floats) -> Floats:
    """Return the views of demands by models that never saw their writers."""
    texts = [demand.text for demand in demands]
    parts = _writer_folds(demands, learnt.settings["function"].folds)
    fresh = {
        name: _softmax(
            _fresh_logits(texts, parts, examples, order, learnt.settings[name], learnt.beside[name]) / sharp[name]
        )
        for name, examples, order in _base_models(learnt)
    }
    return np.stack([fresh["function"], fresh["category"] @ link, *_catalogue_views(texts, learnt.reference)])


def _base_models(learnt: Learnt) -> list[tuple[str, Sequence[Example], list[str]]]:
    return [("function", learnt.functions, learnt.labels), ("category", learnt.categories, learnt.leaves)]


def _figures(scores: Floats, gold: NDArray[np.int64], called: Floats, right: NDArray[np.bool_]) -> dict[str, Any]:
    """Return what cross-validation says of the written texts, and of the demands of calls."""
    top = np.argsort(-scores, axis=1)[:, :3]
    hits = (top[:, 0] == gold).astype(np.float64)
    return {
        "examples": len(gold),
        "labels": scores.shape[1],
        "cross_validated_ece": round(expected_calibration_error(scores.max(axis=1), hits), 4),
        "calls": len(called),
        "calls_right": round(float(right[np.arange(len(called)), called.argmax(axis=1)].mean()), 4),
        "calls_sure": round(float(called.max(axis=1).mean()), 4),
        "cross_validated_accuracy": round(float(hits.mean()), 4),
        "cross_validated_top3": round(float((top == gold[:, None]).any(axis=1).mean()), 4),
        "return_risk": _return_risk(scores, gold),
    }


def _writer_folds(demands: Sequence[Demand], folds: int) -> NDArray[np.int64]:
    """Return a fold number a demand, those of one writer together, the folds about as large as each other."""
    fold_of: dict[str, int] = {}
    sizes = [0] * folds
    for writer, count in Counter(demand.writer for demand in demands).most_common():
        fold_of[writer] = sizes.index(min(sizes))
        sizes[fold_of[writer]] += count
    return np.array([fold_of[demand.writer] for demand in demands])


def _fresh_logits(
    texts: Sequence[str],
    parts: NDArray[np.int64],
    examples: Sequence[Example],
    order: Sequence[str],
    settings: LinearSettings,
    beside: Sequence[Example],
) -> Floats:
    """Return the scores that models of all examples but a part's own texts give each part."""
    found = np.zeros((len(texts), len(order)))
    for part in np.unique(parts):
        inside = parts == part
        own = [text for text, chosen in zip(texts, inside, strict=True) if chosen]
        hidden = set(own)
        learnt = [*examples, *(e for e in beside if e.text not in hidden)]
        fitted = fit([e.text for e in learnt], [e.label for e in learnt], settings)
        scores = fitted.logits(own)
        rows = np.full((len(own), len(order)), scores.min())
        rows[:, [order.index(str(label)) for label in fitted.model.classes_]] = scores
        found[inside] = rows
    return found


def _catalogue_views(texts: Sequence[str], reference: ReferenceData) -> tuple[Floats, Floats]:
    lexicon, duties = Lexicon(function_words(reference)), DutyIndex(reference.functions)
    return (
        np.stack([lexicon.match(text)[0] for text in texts]),
        np.stack([duties.view(duties.match(text)) for text in texts]),
    )


def _link(leaf_gold: NDArray[np.int64], gold: NDArray[np.int64], own: NDArray[np.int64], labels: int) -> Floats:
    """Return how the matters of each leaf spread over functions."""
    table = np.zeros((len(own), labels))
    table[np.arange(len(own)), own] = OWN_LEAF
    np.add.at(table, (leaf_gold, gold), 1)
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def _fit_weights(views: Floats, lengths: NDArray[np.int64], right: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the views' weights, and how sure they are at each known length, with the greatest likelihood.

    `right` marks what each text may go to, shape (texts, labels). Slightly drawn to even weights.
    """
    logs = np.log(views + FLOOR)
    shares = knots(lengths)
    count = len(views)

    def loss(found: Floats) -> tuple[float, Floats]:
        weights, sure = found[:count], shares @ found[count:]
        probabilities = ranked(views, weights[:, None] * sure)
        hit = np.where(right, probabilities, 0.0)
        mass = hit.sum(axis=1) + 1e-12
        pull = np.einsum("nl,vnl->vn", probabilities - hit / mass[:, None], logs)
        slope = np.concatenate([pull @ sure, shares.T @ (weights @ pull)])
        away = found - start
        return float(-np.log(mass).sum() + 0.5 * (away**2).sum()), slope + away

    start = np.concatenate([np.full(count, 1 / count), np.ones(shares.shape[1])])
    best = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return np.asarray(best[:count]), np.asarray(best[count:])


def _fit_lead(scores: Floats, right: NDArray[np.bool_]) -> Floats:
    """Return slope and offset of the best label's log-odds of being right in how far it leads the second."""
    from sklearn.linear_model import LogisticRegression

    hits = right[np.arange(len(right)), scores.argmax(axis=1)]
    model = LogisticRegression(C=10).fit(ahead(scores)[:, None], hits)
    return np.array([model.coef_[0, 0], model.intercept_[0]])


def _least(scores: Floats, gold: NDArray[np.int64], labels: int) -> Floats:
    """Return each label's score that all but `MISCOVERAGE` of its own held-out matters reach."""
    own = scores[np.arange(len(gold)), gold]
    counts = np.bincount(gold, minlength=labels)
    small = own[counts[gold] < FEW]
    pooled = float(np.quantile(small if small.size else own, MISCOVERAGE))
    return np.array([np.quantile(own[gold == i], MISCOVERAGE) if counts[i] >= FEW else pooled for i in range(labels)])


def _return_risk(scores: Floats, gold: NDArray[np.int64]) -> dict[str, float]:
    """Return slope and offset of a wrong lead's log-odds in the lead's own."""
    from sklearn.linear_model import LogisticRegression

    best = np.clip(scores.max(axis=1), 1e-6, 1 - 1e-6)
    model = LogisticRegression(C=10).fit(np.log((1 - best) / best)[:, None], scores.argmax(axis=1) != gold)
    return {"doubt": round(float(model.coef_[0, 0]), 4), "bias": round(float(model.intercept_[0]), 4)}


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
