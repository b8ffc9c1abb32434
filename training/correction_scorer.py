"""Trains the model of stretches that a caller takes back: `python -m training.correction_scorer`.

It learns from whole calls and from scraps of calls in which they are marked; in calls of the tickets' development set,
from the values that must not be shown; and from written demands, which hold none. Cross-validation keeps a call
together, and measures on whole calls alone.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

from app.config import Settings
from app.domain.reference import ReferenceData
from app.domain.transcript import SpokenCall
from app.receive.payload import parse_transcript
from app.receive.spoken import Normaliser
from app.store.reference.load import load_reference_data
from app.understand.mentions.corrections import Stretch, correction_features, feature_names, stretches_of
from app.understand.mentions.sayings import read_sayings
from app.understand.mentions.types import Saying
from eval.base import read_jsonl
from eval.examples import Example
from training.aside_classifier import (
    CALLS,
    DEMANDS,
    TICKETS,
    TaughtCall,
    WeighingSettings,
    fit,
    inside,
    odds_of,
    taught_calls,
    write_layers,
)
from training.data import group_folds
from training.manifest import write_manifest

OUT = Path("models/weights/correction")
SCRAPS = Path("training/datasets/taken_back.jsonl")
SCRAP = "scrap-"
"""What the ids begin with of what is no whole call."""
_CALLED = "2026-05-20T10:00:00+08:00"
_EVERY = 2
"""Of the written demands each second one is learnt from."""
_LONGEST = 12
"""Characters of a stretch that is taken back for holding a value that must not be shown; a longer one is left out."""


def main(calls: Path = CALLS, tickets: Path = TICKETS, scraps: Path = SCRAPS, least: float = 0.5) -> None:
    """Cross-validate, fit, write weights and manifest; print what the score `least` finds and loses."""
    reference = load_reference_data(Settings().knowledge_dir)
    pieces = [*scraps_of(scraps), *letters_of(DEMANDS)]
    features, taken, groups = labelled([*taught_calls(calls, tickets), *pieces], reference)
    settings = WeighingSettings(hidden=16, decay=2.0, epochs=50)
    folds = group_folds(groups, settings.folds, settings.seed)
    scores = np.zeros(len(taken))
    for fold in range(settings.folds):
        held_out = folds == fold
        scores[held_out] = odds_of(fit(features[~held_out], taken[~held_out], settings), features[held_out])
    write_layers(fit(features, taken, settings), OUT)
    whole = np.array([not one.group.startswith(SCRAP) for one in groups])
    found, gold = scores[whole] >= np.log(least / (1 - least)), taken[whole]
    facts: dict[str, Any] = {
        "seed": settings.seed,
        "settings": settings.__dict__,
        "features": list(feature_names([cue.id for cue in reference.corrections.cues])),
        "stretches": len(taken),
        "taken_back": int(taken.sum()),
        "least": least,
        "recall": round(float(found[gold == 1].mean()), 3),
        "lost": round(float(found[gold == 0].mean()), 4),
        "base_revision": None,
    }
    Console().print(write_manifest(OUT, name="own-correction", task="correction", data=calls, facts=facts))


def scraps_of(path: Path) -> Iterator[TaughtCall]:
    """Yield pieces of calls, written for this, in which everything taken back is marked."""
    for row in read_jsonl(path):
        payload = {"id": SCRAP + row["id"], "channel": "phone", "called_at": _CALLED, "turns": row["turns"]}
        yield TaughtCall(payload, {"taken_back": row["taken_back"]}, None)


def letters_of(path: Path) -> Iterator[TaughtCall]:
    """Yield written demands: nobody takes anything back in them."""
    for row in read_jsonl(path)[::_EVERY]:
        turns = [{"speaker": "citizen", "text": row["text"]}]
        payload = {"id": SCRAP + row["id"], "channel": "web", "called_at": _CALLED, "turns": turns}
        yield TaughtCall(payload, {"taken_back": []}, None)


def labelled(
    taught_calls: Iterable[TaughtCall], reference: ReferenceData
) -> tuple[NDArray[np.float32], NDArray[np.int64], list[Example]]:
    """Return features and labels of the stretches of all calls, and the call of each."""
    normaliser = Normaliser(reference.gazetteer)
    cues = tuple(re.compile(cue.pattern) for cue in reference.corrections.cues)
    rows, gold, groups = [], [], []
    for taught in taught_calls:
        call = normaliser.normalise(parse_transcript(taught.payload, received_at=datetime.now(UTC)))
        sayings = [s.model_copy(update={"text": call.turns[s.turn].text}) for s in read_sayings(call)]
        if stretches := list(stretches_of(sayings)):
            marks = taught.marks or {}
            hidden = taught.gold["must_not_contain"] if taught.gold and "taken_back" not in marks else None
            labels = np.array([_label(call, sayings, one, marks.get("taken_back", ()), hidden) for one in stretches])
            rows.append(correction_features(call, sayings, stretches, cues)[labels >= 0])
            gold.append(labels[labels >= 0])
            groups += [Example("", "", "", taught.payload["id"])] * len(gold[-1])
    return np.vstack(rows), np.concatenate(gold), groups


def _label(
    call: SpokenCall,
    sayings: Sequence[Saying],
    one: Stretch,
    spans: Sequence[Sequence[int]],
    hidden: Sequence[str] | None,
) -> int:
    """Return 1 where a stretch is taken back, -1 where nobody can say; `hidden` values stand for marked spans."""
    quote = call.turns[sayings[one.saying].turn].evidence(one.start, one.end)
    if hidden is None:
        return int(inside(quote, spans, share=0))
    held = any(word in quote.text or word in one.text for word in hidden)
    return int(held) if not held or len(one.text) <= _LONGEST else -1


if __name__ == "__main__":
    typer.run(main)
