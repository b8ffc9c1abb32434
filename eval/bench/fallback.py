"""Breaks a chat server in every way, sends calls, and prints who answered and what wait the fault added.

Run: `python -m eval.bench.fallback`. A server on the loopback, a temporary store; the embedded engine's own time on
the same calls, at the same load, is subtracted.
"""

import json
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from app.bootstrap import build_flows
from app.config import ChatSettings, Settings
from app.domain.ticket import IntakeResult
from app.flows.registry import Flows
from eval.base import payload_of, read_jsonl
from eval.bench.fake_openai import (
    Behaviour,
    babbles,
    cuts_off,
    drips,
    drops,
    hangs,
    refuses,
    serving,
    thinks_forever,
    writes,
)

EMPTY: dict[str, Any] = dict.fromkeys(
    ("kind", "subject", "district", "town", "detail", "event_time", "caller_name", "callback_number", "confidential")
)
FORM = {"demand": 0, **EMPTY, "left_out": [], "wants": None, "title": None, "content": None}


def an_answer(kind: object = None) -> str:
    """Return a whole form, empty but for the kind."""
    return json.dumps({"tickets": [{**FORM, "kind": kind}]})


WRONG_ENUM = an_answer({"turn": 1, "quote": "x", "value": "urgent"})
FAULTS: dict[str, Behaviour | None] = {
    "server gone": None,
    "killed within the answer": drops,
    "hangs": hangs,
    "slow drip": drips,
    "garbage": babbles,
    "half JSON": cuts_off(lambda _: an_answer()),
    "wrong enum": writes(lambda _: WRONG_ENUM),
    "thoughts without an answer": thinks_forever,
    "429 storm": refuses(429),
    "5xx": refuses(503),
    "full disk": refuses(500, "No space left on device"),
}
NEVER = 1_000_000


def main(
    data: Path = Path("eval/datasets/ticket_dev.jsonl"), calls: int = 100, at_once: int = 10, seconds: float = 2.0
) -> None:
    """Print the fallback matrix."""
    rows = [payload_of(row) for row in read_jsonl(data)]
    rows = [{**rows[i % len(rows)], "id": f"f-{i}"} for i in range(calls)]
    with flows_with(ChatSettings()) as flows:
        _, own = run(flows, rows, at_once)
    title = f"{calls} calls, {at_once} at once, limit {seconds:g} s; added wait in ms, p50 / p99"
    alone = np.percentile(own, [50, 99])
    table = Table("fault", "tickets", "degraded", "reason", "every call asks", "circuit as set (3)", title=title)
    for name, behaviour in track(FAULTS.items(), console=Console(stderr=True), description="faults"):
        table.add_row(name, *measured(behaviour, rows, at_once, seconds, alone))
    table.add_row("none: embedded engine alone, whole time", "", "", "", f"{alone[0]:.0f} / {alone[1]:.0f}", "")
    Console(width=160).print(table)


def measured(
    behaviour: Behaviour | None, rows: list[dict[str, Any]], at_once: int, seconds: float, alone: NDArray[np.float64]
) -> tuple[str, ...]:
    """Return one fault's row: with the circuit kept closed, and as it is set."""
    cells = []
    results: list[IntakeResult] = []
    for break_after in (NEVER, 3):
        with serving(behaviour or hangs) as server:
            url = server.url
            if behaviour is None:
                server.stopping.set()
                server.shutdown()
                server.server_close()
            chat = ChatSettings(engine="llm", base_url=url, model="fake", seconds=seconds, break_after=break_after)
            with flows_with(chat) as flows:
                results, taken = run(flows, rows, at_once)
        p50, p99 = np.percentile(taken, [50, 99]) - alone
        cells.append(f"{max(p50, 0):.0f} / {max(p99, 0):.0f}")
    reasons = {result.degraded_reason for result in results if result.degraded}
    tickets = sum(len(result.tickets) for result in results)
    degraded = sum(result.degraded for result in results)
    return (str(tickets), f"{degraded}/{len(results)}", "；".join(sorted(filter(None, reasons))), *cells)


def run(flows: Flows, rows: list[dict[str, Any]], at_once: int) -> tuple[list[IntakeResult], list[float]]:
    """Send every call; return the results and the milliseconds each took."""

    def timed(row: dict[str, Any]) -> tuple[IntakeResult, float]:
        started = time.perf_counter()
        result = flows.intake.run(row)
        return result, 1000 * (time.perf_counter() - started)

    with ThreadPoolExecutor(at_once) as pool:
        answered = list(pool.map(timed, rows))
    return [result for result, _ in answered], [taken for _, taken in answered]


@contextmanager
def flows_with(chat: ChatSettings) -> Iterator[Flows]:
    """Wire the service on an empty store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        flows = build_flows(Settings(chat=chat).apart(Path(folder)))
        for _ in range(3):  # dictionaries are loaded with the first calls; no model is asked here
            flows.capabilities.risk({"text": "中秋节前后滕州荆河街道路灯坏了三天"}, received_at=flows.clock.now())
        yield flows
        flows.close()


if __name__ == "__main__":
    typer.run(main)
