"""Trains what finds when the matter of a demand began or happened: `python -m training.moment_scorer`.

Learns on the development calls which of the moments that the rules name is the gold one, or none; folds keep a call
together.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

from app.bootstrap.reader import classifier, ticket_reader
from app.config import Settings
from app.receive.payload import parse_transcript
from app.receive.spoken import Normaliser
from app.store.reference.load import load_reference_data
from app.understand.ticket.moment_words import words_around
from app.understand.ticket.moments import TIMELESS, candidates, chosen, feature_names, moment_features
from app.understand.ticket.objects import ObjectFinder
from app.understand.unit import TopicReader
from eval.base import payload_of, read_jsonl
from eval.examples import Example
from eval.metrics import f1
from eval.tasks.ticket import same_time
from models.classifier.choice import ChoiceLayer, shares_of
from training.choice_layer import fit_choice, write_choice
from training.data import group_folds
from training.manifest import write_manifest

CALLS = Path("eval/datasets/ticket_dev.jsonl")
WEIGHTS = Path("models/weights")
SEED, FOLDS, PENALTY = 7, 10, 15.0


@dataclass(frozen=True)
class Told:
    """The moments of a demand, what is known of them and said around them, and the gold."""

    call: str
    values: tuple[str, ...]
    words: tuple[list[str], ...]
    features: NDArray[np.float32]
    gold: str | None


def main(data: Path = CALLS, least: float = 0.2) -> None:
    """Cross-validate, fit on all calls, write weights and manifest."""
    reference = load_reference_data(Settings().knowledge_dir)
    demands = list(read_demands(data))
    folds = group_folds([Example(d.call, "", "", d.call) for d in demands], FOLDS, SEED)
    counts = [0, 0, 0]
    for fold in range(FOLDS):
        layer = fit([d for d, f in zip(demands, folds, strict=True) if f != fold])
        for d in (d for d, f in zip(demands, folds, strict=True) if f == fold):
            _count(counts, d.gold, picked(d, layer, least))
    write_choice(fit(demands), WEIGHTS / "moment")
    facts: dict[str, Any] = {
        "seed": SEED,
        "demands": len(demands),
        "least": least,
        "base_revision": None,
        "event_time_f1": round(f1(*counts), 3),
    }
    facts["features"] = list(feature_names([cue.id for cue in reference.moments.cues]))
    write_manifest(WEIGHTS / "moment", name="own-moment", task="moment", data=data, facts=facts)
    Console().print({name: value for name, value in facts.items() if name != "features"})


def read_demands(data: Path) -> Iterator[Told]:
    """Yield the demands of the calls in which as many are found as were made, paired in order."""
    reference = load_reference_data(Settings().knowledge_dir)
    category, *own = (classifier(WEIGHTS / name) for name in ("category", "kind", "asked", "subject"))
    reader = ticket_reader(WEIGHTS, reference, TopicReader(reference, category), own)
    normaliser = Normaliser(reference.gazetteer)
    words, cues = ObjectFinder(reference).words, [re.compile(cue.pattern) for cue in reference.moments.cues]
    for row in read_jsonl(data):
        payload = payload_of(row)
        call = normaliser.normalise(parse_transcript(payload, received_at=datetime.now(UTC)))
        mentions = reader.mentions(call)
        parts, wanted = reader.parts(call, mentions, reader.told(call, mentions)), row["gold"]["demands"]
        if len(parts) != len(wanted):
            continue
        for clauses, gold in zip(parts, wanted, strict=True):
            kind, _bound = reader.kind_and_bound(call, clauses)
            if kind in TIMELESS:
                continue
            moments = candidates(call, mentions, clauses)
            values, around = tuple(m.value for m in moments), tuple(words_around(call, m) for m in moments)
            rows = moment_features(call, mentions, clauses, kind, words, cues)
            yield Told(row["id"], values, around, rows, gold["event_time"])


def fit(demands: Sequence[Told]) -> ChoiceLayer:
    """Return what weighs the moments of a demand, and that it may be none of them."""
    told = [d for d in demands if d.values]
    right = [d.gold is not None and same_time(d.gold, value) for d in told for value in d.values]
    group = np.repeat(np.arange(len(told)), [len(d.values) for d in told])
    rows, words = np.vstack([d.features for d in told]), [own for d in told for own in d.words]
    return fit_choice(rows, words, np.array(right), group, penalty=PENALTY)


def picked(demand: Told, layer: ChoiceLayer, least: float) -> str | None:
    """Return the moment of a demand, if one is likely."""
    if not demand.values:
        return None
    shares = shares_of(layer.odds(demand.features, demand.words))
    if shares.max() < least:
        return None
    reckoned = demand.features[:, feature_names(()).index("duration")] > 0
    return demand.values[chosen(demand.values, reckoned.tolist(), shares)]


def _count(triple: list[int], gold: str | None, found: str | None) -> None:
    right = gold is not None and found is not None and same_time(gold, found)
    triple[0] += right
    triple[1] += found is not None and not right
    triple[2] += gold is not None and not right


if __name__ == "__main__":
    typer.run(main)
