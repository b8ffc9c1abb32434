"""Measures the main line on this machine and prints a table: latency, batch rate, memory, start-up.

Run: `python -m eval.bench.intake --data eval/datasets/ticket_dev.jsonl`. Works in a temporary folder.
"""

import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from app.bootstrap import build_flows
from app.config import Settings
from eval.base import payload_of, read_jsonl

ROUNDS = 5


def main(
    data: Path = Path("eval/datasets/ticket_dev.jsonl"), batch: Path | None = None, batch_rows: int = 5000
) -> None:
    """Print the figures of the main line."""
    rows = [payload_of(row) for row in read_jsonl(data)]
    table = Table("figure", "value", title=f"main line, embedded engine, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        for name, value in latency(rows, Path(folder)):
            table.add_row(name, value)
    with tempfile.TemporaryDirectory() as folder:
        for name, value in batch_rate(rows, batch, batch_rows, Path(folder)):
            table.add_row(name, value)
    with tempfile.TemporaryDirectory() as folder:
        for name, value in start_up(Path(folder)):
            table.add_row(name, value)
    Console().print(table)


def latency(rows: list[dict[str, object]], folder: Path) -> list[tuple[str, str]]:
    """Time `IntakeFlow.run`, storing included, one call after another."""
    flows = build_flows(Settings().apart(folder))
    taken = []
    for turn in range(ROUNDS):
        for row in rows:
            started = time.perf_counter()
            flows.intake.run({**row, "id": f"{row['id']}-{turn}"})
            taken.append(1000 * (time.perf_counter() - started))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    p50, p99 = np.percentile(taken[len(rows) :], [50, 99])
    return [
        ("transcripts timed (first round left out)", f"{len(taken) - len(rows)}"),
        ("latency a transcript, p50 / p99", f"{p50:.1f} / {p99:.1f} ms"),
        ("peak memory, service process", f"{memory:.0f} MiB"),
    ]


def batch_rate(rows: list[dict[str, object]], batch: Path | None, count: int, folder: Path) -> list[tuple[str, str]]:
    """Time `hotline batch` as a user runs it, process start included."""
    source = batch or folder / "in.jsonl"
    if batch is None:
        lines = [json.dumps({**rows[i % len(rows)], "id": f"b-{i}"}, ensure_ascii=False) for i in range(count)]
        source.write_text("\n".join(lines), "utf-8")
    n = sum(1 for line in source.read_text("utf-8").splitlines() if line.strip())
    started = time.perf_counter()
    command = [sys.executable, "-m", "app.cli", "batch", str(source), str(folder / "out.jsonl")]
    subprocess.run(command, check=True, env=environment(folder), stdout=subprocess.DEVNULL)
    taken = time.perf_counter() - started
    tickets = sum(len(json.loads(line)["tickets"]) for line in (folder / "out.jsonl").read_text("utf-8").splitlines())
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        ("batch: transcripts, tickets", f"{n}, {tickets}"),
        ("batch: tickets/s, start included", f"{tickets / taken:.0f}"),
        ("batch: peak memory of the largest process", f"{memory:.0f} MiB"),
    ]


def start_up(folder: Path) -> list[tuple[str, str]]:
    """Time `hotline serve` to the first good `/readyz`, with nothing built yet and again."""
    return [(name, f"{seconds_to_ready(folder):.1f} s") for name in ("cold start", "warm start")]


def seconds_to_ready(folder: Path) -> float:
    """Start the service, wait until it is ready, stop it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.perf_counter()
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not is_ready(port):
            if process.poll() is not None or time.perf_counter() - started > 60:
                raise RuntimeError("the service did not become ready")
            time.sleep(0.05)
        return time.perf_counter() - started
    finally:
        process.terminate()
        process.wait()


def is_ready(port: int) -> bool:
    """Ask `/readyz` once."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def environment(folder: Path) -> dict[str, str]:
    """Return an environment whose data folder is `folder`."""
    return {**os.environ, "DATA_DIR": str(folder)}


if __name__ == "__main__":
    typer.run(main)
