"""Trains the model of the referral lanes: texts with what each lane should learn of in, one yes or no a lane out.

Ordinary demand texts stand beside as what no lane wants, so that a threshold can be set by its share of alerts.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from rich.progress import track
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from app.domain.reference_rules import ReferralRules
from app.domain.referral import Receiver
from app.domain.risk import Severity
from app.receive.payload import parse_transcript
from app.receive.spoken import Normaliser
from app.store.reference.load import load_reference_data
from app.understand.said import LONGEST_WINDOW, Said, joined, passage
from app.understand.said import windows as cut
from eval.base import read_jsonl
from eval.examples import Example
from models.classifier.features import Analyser, analyser
from models.classifier.shapes import is_run
from training.data import group_folds
from training.linear_classifier import quantised
from training.manifest import write_manifest, write_vocabulary
from training.risk_grammar import GRAMMAR, made_texts, word_classes

ALERT_SHARES = (0.005, 0.01, 0.02, 0.03, 0.05)
"""Shares of ordinary texts that may alert, for which recall is reported."""
WINDOWS = Path("training/datasets/risk.jsonl")
DEMANDS = Path("training/datasets/demands.jsonl")
ORDINARY = Path("training/datasets/ordinary.jsonl")
"""Spoken passages that no referral lane wants: everyday talk, dialect, grumbling."""
CALLS = Path("eval/datasets/ticket_dev.jsonl")
"""Development calls: what none of the lanes got of them is as ordinary as talk is."""
FAMILIES = Path("training/risk_concepts.yaml")
MADE_OF_EACH = 60
"""Texts that are made of each pattern of the grammar."""
LANES_OF_DEMANDS = Path("training/datasets/risk_of_demands.csv")
"""Demand texts read by eye: the lane they belong to, or none where it can be argued either way."""
NOT_ORDINARY = ("discipline_inspection",)
"""A function whose demand texts are a lane's matter or close to it."""
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
    rarity: float = 1.5
    """Power of a feature's inverse document frequency: what few texts hold says more than the logarithm grants it."""
    run_weight: float = 0.7
    """Of runs of shapes beside other features: every word of a class has several."""
    folds: int = 5
    seed: int = 7


@dataclass(frozen=True)
class Window:
    """A citizen's words and the lanes that should learn of them."""

    example: Example
    lanes: frozenset[str]
    ordinary: bool
    made: bool = False
    """Of the grammar: learnt from, never measured on."""


def read_windows(path: Path, *, own: bool = True) -> list[Window]:
    """Read risk windows (`turns`, one truth a lane); the operator's words do not count.

    In a city's file what no lane wants is its ordinary stream; the project's own holds traps instead.

    Raises:
        ValueError: a row lacks its turns or every lane; names file and line.
    """
    windows = []
    for number, row in enumerate(read_jsonl(path), start=1):
        if not row.get("turns") or not any(str(lane) in row for lane in Receiver):
            raise ValueError(f"{path}: row {number}: needs turns and {', '.join(Receiver)}")
        lanes = frozenset(str(lane) for lane in Receiver if row.get(str(lane)))
        name = str(row.get("id") or number)
        example = Example(name, as_heard(row["turns"]), "", str(row.get("scenario") or name), row.get("created_at"))
        windows.append(Window(example, lanes, ordinary=not own and not lanes))
    return windows


def own_windows() -> list[Window]:
    """Return everything the project wrote: windows, rules with their examples, everyday texts, what a grammar makes."""
    rules = load_reference_data(Path("knowledge_base")).referral
    ordinary = [window for path in (DEMANDS, ORDINARY) for window in ordinary_windows(path)]
    return read_windows(WINDOWS) + windows_of_rules(rules) + ordinary + call_windows(CALLS) + made_windows()


def call_windows(path: Path) -> list[Window]:
    """Read the passages of calls that no lane should learn of, cut as the service cuts them, as what no lane wants.

    A call has ten passages where a message has one: what is never said in a single text must not alert in one of them.
    """
    windows = []
    for row in read_jsonl(path):
        if row["gold"]["referrals"]:
            continue
        for i, text in enumerate(passages_of(row)):
            windows.append(Window(Example(f"{row['id']}-{i}", text, "", row["id"]), frozenset(), ordinary=True))
    return windows


def passages_of(call: Mapping[str, Any], longest: int = LONGEST_WINDOW) -> list[str]:
    """Return what the citizen said in a call, cut as the service cuts it."""
    transcript = parse_transcript({"id": call["id"], "turns": call["turns"]}, received_at=datetime.now(UTC))
    said = Said(_normaliser().normalise(transcript).citizen_turns)
    return [joined(said.text, pieces) for pieces in cut(said.pieces, longest)]


def ordinary_windows(path: Path) -> list[Window]:
    """Read everyday texts as what no lane wants, save those that were read as a lane's; arguable ones are left out."""
    lane_of = {row["id"]: row["lane"] for row in csv.DictReader(LANES_OF_DEMANDS.open(encoding="utf-8"))}
    windows = []
    for row in read_jsonl(path):
        lane = lane_of.get(row["id"])
        if lane == "" or (lane is None and row.get("function") in NOT_ORDINARY):
            continue
        example = Example(row["id"], as_spoken(row["text"]), "", row["scenario"])
        windows.append(Window(example, frozenset({lane} if lane else ()), ordinary=lane is None))
    return windows


def made_windows() -> list[Window]:
    """Return what the grammar makes."""
    lanes = {str(lane) for lane in Receiver}
    return [
        Window(Example(f"made-{i}", as_spoken(text), "", f"made-{i}"), frozenset({lane} & lanes), False, made=True)
        for i, (lane, text) in enumerate(made_texts(GRAMMAR, times=MADE_OF_EACH, seed=RiskSettings.seed))
    ]


def windows_of_rules(rules: ReferralRules) -> list[Window]:
    """Return the examples of the rules and the must-catch list: what they match, and what only looks like it.

    What a rule notices without proposing it is no lane's matter on its own, nor is it nobody's: it is left out.
    """
    said = [
        (rule.id, str(rule.receiver), text, matched)
        for rule in rules.rules
        for matched, texts in ((True, rule.examples.match), (False, rule.examples.no_match))
        for text in texts
        if not (matched and rule.severity is Severity.NOTICE)
    ]
    said += [("must_catch", str(item.receiver), text, True) for item in rules.must_catch for text in item.texts]
    windows = []
    for i, (rule, lane, text, matched) in enumerate(said):
        example = Example(f"{rule}-{i}", as_spoken(text), "", f"{rule}-{i}")
        windows.append(Window(example, frozenset((lane,) if matched else ()), ordinary=False))
    return windows


def families() -> Mapping[str, str]:
    """Return the families of words."""
    found: Mapping[str, str] = yaml.safe_load(FAMILIES.read_text("utf-8"))
    return found


def as_heard(turns: Sequence[Mapping[str, Any]]) -> str:
    """Return the citizen's words as the service puts them before the model: numbers written, fillers dropped."""
    transcript = parse_transcript({"id": "window", "turns": turns}, received_at=datetime.now(UTC))
    return passage(_normaliser().normalise(transcript).citizen_turns)


def as_spoken(text: str) -> str:
    """Return a text as if it had been spoken."""
    return as_heard([{"speaker": "citizen", "text": text}])


@cache
def _normaliser() -> Normaliser:
    """Return what puts misheard names of places right."""
    return Normaliser(load_reference_data(Path("knowledge_base")).gazetteer)


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
    vectorizer.fit([window.example.text for window in windows if not window.made])
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
    return settings.ordinary_weight if window.ordinary and lane is HELD_TO_A_BUDGET else 1.0


@cache
def _analyse(name: str) -> Analyser:
    """Return an analyser that takes each text apart once: every fold meets it again."""
    return cache(analyser(name, families(), word_classes(families())))


def _cross_validated(told: Sequence[Window], made: Sequence[Window], settings: RiskSettings) -> NDArray[np.float64]:
    folds = group_folds([window.example for window in told], settings.folds, settings.seed)
    scores = np.zeros((len(told), len(Receiver)))
    for fold in track(range(settings.folds), description="cross-validation"):
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
