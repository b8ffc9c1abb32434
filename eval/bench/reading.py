"""Classifies and embeds written demands on one thread: `python -m eval.bench.reading`.

Prints the time by the clock and the processor's own time, which other work on the machine hardly touches.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from app.bootstrap import build_reader
from app.config import Settings
from app.store.reference.load import load_reference_data
from eval.examples import read_texts
from models.factory import load_embedder

BATCH = 256
"""Texts embedded at once."""


def main(data: Path = Path("training/datasets/demands.jsonl"), most: int = 2_000) -> None:
    """Print p50, p99 and texts a second of function and category together, and texts a second of the embedding."""
    settings = Settings()
    reader = build_reader(settings, load_reference_data(settings.knowledge_dir))
    embedder = load_embedder(settings.weights_dir / "matters")
    texts = list(dict.fromkeys(example.text for example in read_texts(data)))[:most]
    batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
    table = Table("what", "time", "p50 ms", "p99 ms", "texts/s")
    for name, clock in (("clock", time.perf_counter), ("processor", time.thread_time)):
        each = [1000 * taken(clock, partial(reader.units_of, text)) for text in texts]
        p50, p99 = np.percentile(each, [50, 99])
        table.add_row("classify", name, f"{p50:.2f}", f"{p99:.2f}", f"{1000 * len(texts) / sum(each):,.0f}")
        spent = sum(taken(clock, partial(embedder.embed, batch)) for batch in batches)
        table.add_row("embed", name, "", "", f"{len(texts) / spent:,.0f}")
    Console().print(table)


def taken(clock: Callable[[], float], work: Callable[[], object]) -> float:
    """Return the seconds that a piece of work takes."""
    started = clock()
    work()
    return clock() - started


if __name__ == "__main__":
    typer.run(main)
