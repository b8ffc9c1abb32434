"""Measures the workflow store: steps a second, each a durable transaction with its event and message.

Run: `python -m eval.bench.record` (SQLite), `--url postgresql+psycopg://…` (PostgreSQL).
"""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from app.bootstrap import build_flows
from app.config import Settings
from app.domain.workflow import Step
from app.flows.registry import Flows
from eval.bench.kill_trials import DESK, LIFE, payload

THREADS = 8


def main(tickets: int = 400, url: str = "") -> None:
    """Step many tickets on, in one thread and in several, and print transactions a second."""
    table = Table("figure", "transactions/s", title="workflow store")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(duties=False).apart(Path(folder))
        settings.database.url = url
        flows = build_flows(settings)
        for threads in (1, THREADS):
            numbers = [flows.intake.run(payload(f"r-{threads}-{i}")).tickets[0].ticket_number for i in range(tickets)]
            started = time.perf_counter()
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(lambda number: live(flows, number), numbers))
            rate = tickets * len(LIFE) / (time.perf_counter() - started)
            table.add_row(f"steps, {threads} thread(s)", f"{rate:.0f}")
        started = time.perf_counter()
        assert not list(flows.audit.faults())
        checked = 2 * tickets * (len(LIFE) + 1)
        table.add_row("events verified a second", f"{checked / (time.perf_counter() - started):.0f}")
        flows.close()
    Console().print(table)


def live(flows: Flows, number: str) -> None:
    """Take a ticket through its life."""
    for step, details in LIFE:
        flows.tickets.step(number, Step(step), by=DESK, details=details, expected_version=None)


if __name__ == "__main__":
    typer.run(main)
