"""Trains the model of the referral lanes: texts with what each lane should learn of in, one yes or no a lane out.

Ordinary demand texts stand beside as what no lane wants, so that a threshold can be set by its share of alerts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from app.domain.referral import Receiver
from models.classifier.features import Analyser, analyser
from models.classifier.shapes import is_run
from training.data import group_folds
from training.linear_classifier import quantised
from training.manifest import write_manifest, write_vocabulary
from training.risk_grammar import word_classes
from training.risk_windows import Window, families

ALERT_SHARES = (0.005, 0.01, 0.02, 0.03, 0.05)
"""Shares of ordinary texts that may alert, for which recall is reported."""
HELD_TO_A_BUDGET = Receiver.POLITICAL_LEGAL
"""The lane whose alerts on ordinary texts are counted: they weigh more in it."""


@dataclass(frozen=True)
class RiskSettings:
    """Everything that changes the result; stands in the manifest."""

    analyser: str = "chars"
    features: int = 300_000
    min_documents: int = 2
    inverse_regularisation: float = 1.0
    unheld_regularisation: float = 2.0
    """The same for lanes that are held to no budget: best F1 in cross-validation."""
    ordinary_weight: float = 4.0
    made_weight: float = 0.2
    aside_weight: float = 0.3
    rarity: float = 1.5
    """Power of a feature's inverse document frequency: what few texts hold says more than the logarithm grants it."""
    run_weight: float = 0.7
    """Of runs of shapes beside other features: every word of a class has several."""
    folds: int = 5
    seed: int = 7


def train_risk(
    windows: list[Window], out: Path, *, name: str, data: Path, settings: RiskSettings | None = None
) -> dict[str, Any]:
    """Cross-validate, calibrate each lane, fit on everything, write the folder; return the manifest."""
    settings = settings or RiskSettings()
    lanes = [str(lane) for lane in Receiver]
    told = [window for window in windows if not window.made]
    truth = _truth(told)
    made = [window for window in windows if window.made]
    held_out = _cross_validated(told, made, settings)
    vectorizer, models = _fit(windows, settings)
    platt = [_platt(held_out[:, i], truth[:, i]) for i in range(len(lanes))]
    out.mkdir(parents=True, exist_ok=True)
    _write(vectorizer, models, platt, lanes, settings, out)
    probabilities = 1 / (1 + np.exp(-np.stack([a * held_out[:, i] + b for i, (a, b) in enumerate(platt)], axis=1)))
    ordinary = np.array([window.ordinary for window in told])
    facts = {
        "seed": settings.seed,
        "settings": settings.__dict__,
        "examples": len(told),
        "made": len(made),
        "labels": len(lanes),
        "thresholds": {lane: _at_shares(probabilities[:, i], truth[:, i], ordinary) for i, lane in enumerate(lanes)},
        "base_revision": None,
    }
    return write_manifest(out, name=name, task="risk", data=data, facts=facts)


def _truth(windows: Sequence[Window]) -> NDArray[np.bool_]:
    return np.array([[lane in window.lanes for lane in map(str, Receiver)] for window in windows])


def _fit(windows: Sequence[Window], settings: RiskSettings) -> tuple[TfidfVectorizer, list[LinearSVC]]:
    vectorizer = TfidfVectorizer(
        analyzer=_analyse(settings.analyser),
        sublinear_tf=True,
        min_df=settings.min_documents,
        max_features=settings.features,
    )
    vectorizer.fit([window.example.text for window in windows if not (window.made or window.aside)])
    runs = [is_run(str(feature)) for feature in vectorizer.get_feature_names_out()]
    vectorizer.idf_ = vectorizer.idf_**settings.rarity * np.where(runs, settings.run_weight, 1.0)
    matrix = vectorizer.transform([window.example.text for window in windows])
    models = [
        LinearSVC(C=_cost(lane, settings), class_weight="balanced").fit(
            matrix, column, [_weight(window, lane, settings) for window in windows]
        )
        for lane, column in zip(Receiver, _truth(windows).T, strict=True)
    ]
    return vectorizer, models


def _cost(lane: Receiver, settings: RiskSettings) -> float:
    held = lane is HELD_TO_A_BUDGET
    return settings.inverse_regularisation if held else settings.unheld_regularisation


def _weight(window: Window, lane: Receiver, settings: RiskSettings) -> float:
    if window.made:
        return settings.made_weight
    if window.aside:
        return settings.aside_weight
    return settings.ordinary_weight if window.ordinary and lane is HELD_TO_A_BUDGET else 1.0


@cache
def _analyse(name: str) -> Analyser:
    """Return an analyser that takes each text apart once: every fold meets it again."""
    return cache(analyser(name, families(), word_classes(families())))


def _cross_validated(told: Sequence[Window], made: Sequence[Window], settings: RiskSettings) -> NDArray[np.float64]:
    folds = group_folds([window.example for window in told], settings.folds, settings.seed)
    scores = np.zeros((len(told), len(Receiver)))
    for fold in track(range(settings.folds), description="交叉验证"):
        inside = folds == fold
        seen = [window for window, held in zip(told, inside, strict=True) if not held]
        vectorizer, models = _fit([*seen, *made], settings)
        held_texts = [w.example.text for w, held in zip(told, inside, strict=True) if held]
        matrix = vectorizer.transform(held_texts)
        scores[inside] = np.stack([model.decision_function(matrix) for model in models], axis=1)
    return scores


def _platt(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and offset that make probabilities of scores (Platt 1999)."""
    model = LogisticRegression(C=1e6).fit(scores[:, None], truth)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _at_shares(
    probabilities: NDArray[np.float64], truth: NDArray[np.bool_], ordinary: NDArray[np.bool_]
) -> dict[str, dict[str, float]]:
    """Return, for each share of ordinary texts that may alert, the threshold and the held-out recall there."""
    found = {}
    for share in ALERT_SHARES:
        threshold = float(np.quantile(probabilities[ordinary], 1 - share))
        recall = float((probabilities[truth] > threshold).mean())
        found[str(share)] = {"threshold": round(threshold, 4), "recall": round(recall, 4)}
    return found


def _write(
    vectorizer: TfidfVectorizer,
    models: list[LinearSVC],
    platt: list[tuple[float, float]],
    lanes: list[str],
    settings: RiskSettings,
    out: Path,
) -> None:
    dense = np.stack([a * model.coef_[0] for model, (a, _) in zip(models, platt, strict=True)], axis=1)
    bias = np.array([a * model.intercept_[0] + b for model, (a, b) in zip(models, platt, strict=True)])
    weights, scale = quantised(dense)
    np.savez_compressed(
        out / "weights.npz",
        weights=weights,
        scale=scale,
        bias=bias.astype(np.float32),
        idf=vectorizer.idf_.astype(np.float32),
        temperature=np.float32(1),
    )
    features = [str(feature) for feature in vectorizer.get_feature_names_out()]
    stored = {
        "analyser": settings.analyser,
        "families": families(),
        "classes": word_classes(families()),
        "features": features,
        "labels": lanes,
    }
    write_vocabulary(out, stored)
