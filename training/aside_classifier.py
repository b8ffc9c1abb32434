"""Trains the models of asides, clauses that have no place on a ticket: `python -m training.aside_classifier`.

The first reads a clause alone: asides written for this, against the clauses of the written demands. The second marks
the characters of asides; it learns from whole calls whose asides are marked. The third weighs both beside the clause's
place in its call. Cross-validation keeps a call's clauses together: the third sees marks only of a tagger that has not
seen the call, and the first model learns from none of these calls.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from sklearn.neural_network import MLPClassifier

from app.config import Settings
from app.domain.reference import ReferenceData
from app.domain.transcript import Evidence, SpokenCall
from app.receive.payload import parse_transcript
from app.receive.spoken import Normaliser
from app.store.reference.load import load_reference_data
from app.understand.mentions.details import DetailReader
from app.understand.mentions.places import AreaReader
from app.understand.mentions.privacy import PrivacyRules
from app.understand.mentions.read import read_mentions
from app.understand.mentions.types import Mentions
from app.understand.ticket.bearing import aside_odds, bearing_features, feature_names
from app.understand.ticket.clauses import Clause, read_clauses
from app.understand.ticket.objects import ObjectFinder
from app.understand.ticket.place_lines import NOTHING_TOLD, Line, Told, by_line, joint, lines_of
from eval.base import read_jsonl
from eval.examples import Example, read_examples
from eval.normal_form import contains, holds_fact
from models.base import Embedder, TextClassifier
from models.char_tagger import APART, shares_of, window_codes
from models.classifier.linear import LinearClassifier
from models.factory import load_embedder
from training.char_tagger import fit_tagger, write_tagger
from training.data import group_folds
from training.linear_classifier import (
    LinearSettings,
    cross_validated_logits,
    fit_and_write,
    fit_temperature,
)
from training.manifest import write_manifest

ASIDES = Path("training/datasets/asides.jsonl")
CALLS = Path("training/datasets/aside_calls.jsonl")
TICKETS = Path("eval/datasets/ticket_dev.jsonl")
DEMANDS = Path("training/datasets/demands.jsonl")
OUT = Path("models/weights/aside")
EMBEDDING = Path("models/weights/embedding")
BESIDE, MARKS = Path("models/weights/bearing"), Path("models/weights/marks")
LABELS = ("aside", "matter")
MOST_LOST_ALONE, MOST_LOST = 0.009, 0.012
"""Share of the demands' clauses, and of the calls' matter clauses, that may be taken for asides."""
_BREAK = re.compile(r"[，。？！；、,\s]+")
_HALF = 0.5
_TAUGHT = ("gold", "scenario", "asides", "taken_back")
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WeighingSettings:
    """Everything that changes the second model; stands in its manifest."""

    hidden: int = 24
    networks: int = 5
    """Fitted from different starts; the mean of their log-odds counts."""
    decay: float = 1.0
    epochs: int = 60
    folds: int = 5
    seed: int = 7


class Marked(NamedTuple):
    """A call with its clauses; `aside` holds 1, 0, or -1 where a clause is chatter or was taken back."""

    id: str
    call: SpokenCall
    mentions: Mentions
    clauses: tuple[Clause, ...]
    aside: NDArray[np.int64]
    lines: tuple[Line, ...]
    codes: NDArray[np.int64]

    def told(self, weights: NDArray[np.float32]) -> Told:
        """Return the call's characters as a tagger of asides marks them."""
        return Told(self.lines, (), (), (), by_line(self.lines, shares_of(weights, self.codes)[:, 1]), ())


def main(asides: Path = ASIDES, calls: Path = CALLS, demands: Path = DEMANDS) -> None:
    """Cross-validate, fit, write weights and manifests; print the score from which a clause is an aside."""
    examples = [*read_examples(asides), *matter_clauses(demands)]
    settings = LinearSettings(min_documents=1, inverse_regularisation=10.0)
    gold = np.array([LABELS.index(example.label) for example in examples])
    held_out = cross_validated_logits(examples, LABELS, settings, ())
    temperature = fit_temperature(held_out, gold)
    scores = 1 / (1 + np.exp((held_out[:, 1] - held_out[:, 0]) / temperature))
    least = float(np.quantile(scores[gold == 1], 1 - MOST_LOST_ALONE))
    fit_and_write(examples, settings, temperature, OUT)
    facts = {
        "seed": settings.seed,
        "settings": settings.__dict__,
        "examples": len(examples),
        "least": round(least, 3),
        "recall": round(float((scores[gold == 0] >= least).mean()), 3),
        "matter_lost": MOST_LOST_ALONE,
        "temperature": round(temperature, 4),
        "base_revision": None,
    }
    Console().print(write_manifest(OUT, name="own-aside", task="aside", data=asides, facts=facts))
    reference = load_reference_data(Settings().knowledge_dir)
    marked, meaning = list(marked_calls(calls, reference)), load_embedder(EMBEDDING)
    Console().print(weigh(marked, LinearClassifier(OUT), meaning, reference, calls))


def weigh(
    marked: Sequence[Marked], alone: TextClassifier, meaning: Embedder, reference: ReferenceData, data: Path
) -> dict[str, Any]:
    """Cross-validate and fit the second model, write its folder; return the manifest."""
    settings = WeighingSettings()
    cues = tuple(re.compile(cue.pattern) for cue in reference.asides.cues)
    words = ObjectFinder(reference).words
    column = alone.labels.index("aside")
    folds = group_folds([Example("", "", "", one.id) for one in marked], settings.folds, settings.seed)
    told = marks(marked, folds)
    rows, gold, of_call = [], [], []
    for one, marked_by in zip(marked, told, strict=True):
        texts = [clause.text.strip() for clause in one.clauses]
        scores_alone = alone.scores(texts)[:, column].astype(np.float64)
        odds = np.where([clause.chatter for clause in one.clauses], 0, aside_odds(scores_alone))
        stands = one.call, one.mentions, one.clauses
        found = bearing_features(*stands, odds, marked_by, words, cues, meaning.embed(texts))
        rows.append(found[one.aside >= 0])
        gold.append(one.aside[one.aside >= 0])
        of_call.append(len(gold[-1]))
    features, aside, fold_of = np.vstack(rows), np.concatenate(gold), np.repeat(folds, of_call)
    scores = np.zeros(len(aside))
    for fold in range(settings.folds):
        held = fold_of == fold
        scores[held] = odds_of(fit(features[~held], aside[~held], settings), features[held])
    least = float(np.quantile(scores[aside == 0], 1 - MOST_LOST))
    write_layers(fit(features, aside, settings), BESIDE)
    facts = {
        "seed": settings.seed,
        "settings": settings.__dict__,
        "features": list(feature_names([cue.id for cue in reference.asides.cues])),
        "calls": len(marked),
        "clauses": len(aside),
        "asides": int(aside.sum()),
        "least": round(float(1 / (1 + np.exp(-least))), 3),
        "recall": round(float((scores[aside == 1] >= least).mean()), 3),
        "matter_lost": MOST_LOST,
        "base_revision": None,
    }
    return write_manifest(BESIDE, name="own-bearing", task="bearing", data=data, facts=facts)


def marks(marked: Sequence[Marked], folds: NDArray[np.int64]) -> list[Told]:
    """Write the tagger of all calls; return each call's marks by one that has not seen it."""
    told: list[Told] = [NOTHING_TOLD] * len(marked)
    for fold in range(int(folds.max()) + 1):
        weights = fit_marks([one for one, f in zip(marked, folds, strict=True) if f != fold])
        for i in np.flatnonzero(folds == fold).tolist():
            told[i] = marked[i].told(weights)
    write_tagger(fit_marks(marked), MARKS)
    facts = {"seed": WeighingSettings().seed, "calls": len(marked), "heads": [2], "base_revision": None}
    write_manifest(MARKS, name="own-marks", task="marks", data=CALLS, facts=facts)
    return told


def fit_marks(marked: Sequence[Marked]) -> NDArray[np.float32]:
    """Return a tagger's weights that tell the characters of asides."""
    codes, tags = [one.codes for one in marked], [aside_tags(one) for one in marked]
    return fit_tagger(codes, tags, classes=2, seed=WeighingSettings().seed)


def aside_tags(one: Marked) -> NDArray[np.int64]:
    """Return 1 for every character of an aside, else 0."""
    tags = [np.zeros(len(line.text) + len(APART), np.int64) for line in one.lines]
    for clause, aside in zip(one.clauses, one.aside.tolist(), strict=True):
        for line, own in zip(one.lines, tags, strict=True):
            if line.saying == clause.saying and aside > 0:
                first, last = np.searchsorted(line.at, [clause.start, clause.end])
                own[first:last] = aside
    return np.concatenate(tags)[: -len(APART)]


def fit(
    features: NDArray[np.float32], aside: NDArray[np.int64], settings: WeighingSettings
) -> list[tuple[Floats, Floats]]:
    """Return the layers of several small networks side by side, scaling folded in."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    scaled = (features - mean) / spread
    found = [
        MLPClassifier((settings.hidden,), alpha=settings.decay, max_iter=settings.epochs, random_state=seed).fit(
            scaled, aside
        )
        for seed in range(settings.networks)
    ]
    inner = np.hstack([network.coefs_[0] for network in found]) / spread[:, None]
    bias = np.concatenate([network.intercepts_[0] for network in found]) - mean @ inner
    outer = np.vstack([network.coefs_[1] for network in found]) / len(found)
    return [(inner, bias), (outer, np.mean([network.intercepts_[1] for network in found], axis=0))]


def odds_of(layers: Sequence[tuple[Floats, Floats]], features: NDArray[np.float32]) -> Floats:
    """Return log-odds, one a row."""
    (inner, bias), (outer, last) = layers
    return np.asarray((np.maximum(features @ inner + bias, 0) @ outer + last)[:, 0])


class TaughtCall(NamedTuple):
    """A call to learn from: its marks (asides, taken_back) where somebody marked it, its gold where it has one."""

    payload: dict[str, Any]
    marks: dict[str, Any] | None
    gold: dict[str, Any] | None


def taught_calls(path: Path, tickets: Path = TICKETS) -> Iterator[TaughtCall]:
    """Yield the marked calls, then the rest of the tickets' development set, which marks without turns refer to."""
    own = {row["id"]: row for row in read_jsonl(tickets)}
    marked = {row["id"]: row for row in read_jsonl(path)}
    for name in (*marked, *(name for name in own if name not in marked)):
        told = own.get(name) or marked[name]
        payload = {"channel": "phone"} | {key: value for key, value in told.items() if key not in _TAUGHT}
        yield TaughtCall(payload, marked.get(name), told.get("gold"))


def marked_calls(path: Path, reference: ReferenceData, tickets: Path = TICKETS) -> Iterator[Marked]:
    """Yield the calls to learn from, clause by clause."""
    normaliser = Normaliser(reference.gazetteer)
    areas, details = AreaReader(reference.gazetteer, reference.areas), DetailReader(reference.gazetteer)
    privacy = PrivacyRules(reference.privacy)
    for one in taught_calls(path, tickets):
        call = normaliser.normalise(parse_transcript(one.payload, received_at=datetime.now(UTC)))
        mentions = read_mentions(call, areas, details, privacy)
        clauses, lines = read_clauses(call, mentions), lines_of(call, mentions)
        labels = np.array([_label(clause, one) for clause in clauses])
        if not lines or not clauses:
            continue
        yield Marked(one.payload["id"], call, mentions, clauses, labels, tuple(lines), window_codes(*joint(lines)))


def _label(clause: Clause, one: TaughtCall) -> int:
    """Return whether a clause is an aside, -1 where nobody can say: a call without marks tells by values and facts."""
    marks, gold = one.marks, one.gold
    if clause.chatter or len(clause.text.strip()) <= 1:
        return -1
    if marks is not None:
        taken = inside(clause.evidence, marks.get("taken_back", ()))
        return -1 if taken else int(inside(clause.evidence, marks["asides"]))
    assert gold is not None
    if any(contains(clause.text, value) for value in gold["must_not_contain"]):
        return 1
    return 0 if any(holds_fact(clause.text, fact) for fact in gold["facts"]) else -1


def inside(quote: Evidence, spans: Sequence[Sequence[int]], *, share: float = _HALF) -> bool:
    """Tell whether more than a share of a quote lies in one of the spans (turn, start, end)."""
    return any(
        turn == quote.turn and min(end, quote.end) - max(start, quote.start) > share * (quote.end - quote.start)
        for turn, start, end in spans
    )


def write_layers(layers: Sequence[tuple[Floats, Floats]], out: Path) -> None:
    """Write the layers as `PairModel` reads them."""
    out.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {"layers": np.array(len(layers))}
    arrays |= {f"weights{i}": weights.astype(np.float32) for i, (weights, _) in enumerate(layers)}
    arrays |= {f"bias{i}": bias.astype(np.float32) for i, (_, bias) in enumerate(layers)}
    np.savez_compressed(out / "weights.npz", **arrays)


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
