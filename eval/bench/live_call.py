"""Speaks calls turn by turn into the live flow and prints how long the desk waits after each.

Run: `python -m eval.bench.live_call`. Embedded engine; a turn's time is hearing, reading again, deciding and the patch.
"""

import json
import tempfile
import time
from pathlib import Path

import numpy as np
import typer
from rich.console import Console
from rich.progress import track

from app.bootstrap import build_flows
from app.config import Settings
from app.flows.live_call import LiveCall, LiveCallFlow, Patch, Snapshot
from eval.base import read_jsonl

ORDINARY = 40
"""Turns of a call up to which it counts as ordinary."""


def main(data: Path = Path("eval/datasets/ticket_dev.jsonl"), repeat: int = 1) -> None:
    """Print p50, p99 and the longest wait after a turn."""
    rows = read_jsonl(data) * repeat
    with tempfile.TemporaryDirectory() as folder:
        flows = build_flows(Settings().apart(Path(folder)))
        for row in rows[:5]:
            speak(flows.live_calls, f"warm-{row['id']}", row["turns"])
        waits = [
            wait
            for number, row in enumerate(track(rows, console=Console(stderr=True), description="calls"))
            for wait in speak(flows.live_calls, f"l-{number}", row["turns"][:ORDINARY])
        ]
        flows.close()
    p50, p99 = np.percentile(waits, [50, 99])
    print(f"{len(rows)} calls, {len(waits)} turns: p50 {p50:.1f} ms, p99 {p99:.1f} ms, longest {max(waits):.1f} ms")  # noqa: T201


def speak(calls: LiveCallFlow, call_id: str, turns: list[dict[str, str]]) -> list[float]:
    """Return the milliseconds after each turn."""

    def hear(news: Patch | Snapshot) -> None:
        json.dumps(news, ensure_ascii=False)

    call = calls.open(call_id, {}, by="bench", listener=hear)
    assert isinstance(call, LiveCall)
    waits = []
    for index, turn in enumerate(turns):
        started = time.perf_counter()
        calls.hear(call, {**turn, "index": index}, listener=hear)
        calls.read(call)
        waits.append(1000 * (time.perf_counter() - started))
    return waits


if __name__ == "__main__":
    typer.run(main)
