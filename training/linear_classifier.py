"""Trains the linear classifier on labelled texts and writes the folder it is served from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from eval.examples import Example
from models.classifier.features import ANALYSERS
from training.data import group_folds
from training.manifest import write_arrays, write_manifest, write_vocabulary


@dataclass(frozen=True)
class LinearSettings:
    """Everything that changes the result; stands in the manifest."""

    min_documents: int = 2
    features: int = 40_000
    analyser: str = "chars"
    """Of `models.classifier.features.ANALYSERS`."""
    kind: Literal["logistic", "svm"] = "logistic"
    """`logistic` regression, or a linear `svm`: better on long texts with few classes."""
    inverse_regularisation: float = 30.0
    folds: int = 5
    seed: int = 7

    def __post_init__(self) -> None:
        if self.analyser not in ANALYSERS:
            raise ValueError(f"analyser 应为 {'、'.join(ANALYSERS)} 之一")


@dataclass(frozen=True)
class Fitted:
    """A fitted model before it is written down."""

    vectorizer: TfidfVectorizer
    model: LogisticRegression | LinearSVC

    def logits(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return raw scores, shape (texts, labels)."""
        scores = self.model.decision_function(self.vectorizer.transform(texts))
        if scores.ndim == 1:
            scores = np.stack([-scores, scores], axis=1) / 2
        return np.asarray(scores, dtype=np.float64)


def fit(texts: Sequence[str], labels: Sequence[str], settings: LinearSettings) -> Fitted:
    """Fit TF-IDF and a multinomial logistic regression."""
    vectorizer = TfidfVectorizer(
        analyzer=ANALYSERS[settings.analyser],
        sublinear_tf=True,
        min_df=settings.min_documents,
        max_features=settings.features,
    )
    matrix: csr_matrix = vectorizer.fit_transform(texts)
    cost = settings.inverse_regularisation
    model: LogisticRegression | LinearSVC = (
        LinearSVC(C=cost, class_weight="balanced")
        if settings.kind == "svm"
        else LogisticRegression(C=cost, max_iter=300, class_weight="balanced", tol=1e-3)
    )
    model.fit(matrix, labels)
    return Fitted(vectorizer, model)


def cross_validated_logits(
    examples: Sequence[Example],
    labels: Sequence[str],
    settings: LinearSettings,
    beside: Sequence[Example],
    folds: NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """Return out-of-fold logits, shape (examples, labels); a label absent from a fold's training gets the minimum."""
    if folds is None:
        folds = group_folds(examples, settings.folds, settings.seed)
    column = {label: i for i, label in enumerate(labels)}
    logits = np.zeros((len(examples), len(labels)))
    for fold in track(range(settings.folds), description="交叉验证"):
        inside = folds == fold
        seen = [*(e for e, out in zip(examples, inside, strict=True) if not out), *beside]
        held = [e for e, out in zip(examples, inside, strict=True) if out]
        fitted = fit([e.text for e in seen], [e.label for e in seen], settings)
        scores = fitted.logits([e.text for e in held])
        rows = np.full((len(held), len(labels)), scores.min())
        rows[:, [column[str(label)] for label in fitted.model.classes_]] = scores
        logits[inside] = rows
    return logits


def fit_temperature(logits: NDArray[np.float64], gold: NDArray[np.int64]) -> float:
    """Return the temperature with the least negative log-likelihood (Guo et al. 2017)."""

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        top = scaled.max(axis=1)
        normaliser = top + np.log(np.exp(scaled - top[:, None]).sum(axis=1))
        return float((normaliser - scaled[np.arange(len(gold)), gold]).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def train_linear(
    examples: Sequence[Example],
    out: Path,
    *,
    name: str,
    task: str,
    data: Path,
    settings: LinearSettings,
    beside: Sequence[Example] = (),
) -> dict[str, Any]:
    """Cross-validate, calibrate, fit on everything, write weights, vocabulary and manifest; return the manifest.

    Examples in `beside` are learnt from and never scored.
    """
    labels = sorted({example.label for example in (*examples, *beside)})
    column = {label: i for i, label in enumerate(labels)}
    gold = np.array([column[example.label] for example in examples])
    held_out = cross_validated_logits(examples, labels, settings, beside)
    temperature = fit_temperature(held_out, gold)
    fit_and_write([*examples, *beside], settings, temperature, out)
    facts = {
        "seed": settings.seed,
        "settings": settings.__dict__,
        "examples": len(examples),
        "labels": len(labels),
        "cross_validated_accuracy": round(float((held_out.argmax(axis=1) == gold).mean()), 4),
        "temperature": round(temperature, 4),
        "base_revision": None,
    }
    return write_manifest(out, name=name, task=task, data=data, facts=facts)


def fit_and_write(examples: Sequence[Example], settings: LinearSettings, temperature: float, out: Path) -> None:
    """Fit on all examples and write weights and vocabulary."""
    fitted = fit([e.text for e in examples], [e.label for e in examples], settings)
    out.mkdir(parents=True, exist_ok=True)
    write_weights(fitted, temperature, settings.analyser, out)


def quantised(dense: NDArray[Any]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return weights of shape (features, labels) as int8, and each label's scale."""
    scale = np.maximum(np.abs(dense).max(axis=0), 1e-9) / 127
    return np.round(dense / scale).astype(np.int8), scale.astype(np.float32)


def write_weights(fitted: Fitted, temperature: float, analyser: str, out: Path) -> None:
    """Quantise to int8 per label and write `weights.npz` and the vocabulary."""
    dense = fitted.model.coef_.T.astype(np.float32)
    bias = fitted.model.intercept_.astype(np.float32)
    if dense.shape[1] == 1:
        dense, bias = np.hstack([-dense, dense]) / 2, np.hstack([-bias, bias]) / 2
    weights, scale = quantised(dense)
    arrays = {
        "weights": weights,
        "scale": scale,
        "bias": bias,
        "idf": fitted.vectorizer.idf_.astype(np.float32),
        "temperature": np.array(temperature, np.float32),
    }
    write_arrays(out / "weights.npz", arrays)
    vocabulary = {
        "analyser": analyser,
        "features": [str(f) for f in fitted.vectorizer.get_feature_names_out()],
        "labels": [str(label) for label in fitted.model.classes_],
    }
    write_vocabulary(out, vocabulary)
