"""Assesses every text of a file: how long one assessment takes, how often each lane alerts, and a sample to read.

Run: `python -m eval.bench.risk FILE --shown 50`. JSONL rows have turns; a CSV has text, and may have id.
Embedded engine, loaded as the service loads it. One assessment is the emotion, the signals and the emergencies of a
call that was read, and the decision on them; by the clock, and by the processor's own time, which a busy machine
lengthens less.
"""

import csv
import random
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import track

from app.bootstrap.reader import kept_for_good, lane_scorer
from app.config import Settings
from app.decide.referral import decide_referrals
from app.receive.payload import parse_transcript
from app.receive.spoken import Normaliser
from app.store.reference.load import load_reference_data
from app.understand.risk import RiskReader
from eval.base import read_jsonl

_WARM = 50
csv.field_size_limit(10_000_000)


def main(source: Path, shown: int = 0, seed: int = 1) -> None:
    """Print milliseconds, alerts a lane, and a sample of alerts with what raised them."""
    settings = Settings()
    with kept_for_good():
        reference = load_reference_data(settings.knowledge_dir)
        model = lane_scorer(settings.weights_dir)
        reader = RiskReader(reference.referral, reference.emotion, reference.routing, model)
        normaliser = Normaliser(reference.gazetteer)
    waits: list[tuple[float, float]] = []
    alerts, lanes = [], Counter[str]()
    payloads = rows_of(source)
    for payload in track(payloads, console=Console(stderr=True), description="assessed"):
        call = normaliser.normalise(parse_transcript(payload, received_at=datetime.now(UTC)))
        started, worked = time.perf_counter(), time.process_time()
        risk = reader.read(call)
        proposed = decide_referrals(risk, reference.referral)
        waits.append((1000 * (time.perf_counter() - started), 1000 * (time.process_time() - worked)))
        lanes.update(str(one.receiver) for one in proposed)
        alerts += [(payload, one) for one in proposed]
    console = Console(width=160)
    console.print(f"{len(payloads)} texts")
    for name, taken in zip(("clock", "processor"), np.array(waits[_WARM:] or waits).T, strict=True):
        p50, p99 = np.percentile(taken, [50, 99])
        console.print(f"{name}: p50 {p50:.2f} ms, p99 {p99:.2f} ms, longest {taken.max():.1f} ms")
    for lane, count in sorted(lanes.items()):
        console.print(f"{lane}: {count} alerts, {count / len(payloads):.2%}")
    for payload, one in random.Random(seed).sample(alerts, min(shown, len(alerts))):
        console.print(f"{payload['id']} {one.receiver} {one.rule_id} 「{one.quote}」", markup=False)


def rows_of(source: Path) -> list[dict[str, Any]]:
    """Read calls of a JSONL file, or messages of a CSV file, as they are delivered."""
    if source.suffix != ".csv":
        return [{"id": row["id"], "turns": row["turns"]} for row in read_jsonl(source)]
    with source.open(encoding="utf-8-sig", newline="") as file:
        return [
            {"id": row.get("id") or str(number), "turns": [{"speaker": "citizen", "text": row["text"]}]}
            for number, row in enumerate(csv.DictReader(file), 1)
            if row["text"].strip()
        ]


if __name__ == "__main__":
    typer.run(main)
