"""Kills a working service process again and again, and looks for acknowledged steps that were lost or doubled.

Run: `python -m eval.bench.kill_trials --trials 300` (SQLite), `--url postgresql+psycopg://…` (PostgreSQL).
Each trial forks a warm process that takes calls in and steps on with two threads, acknowledges every result
through a pipe, and is killed (SIGKILL) at a random moment. Afterwards each acknowledged result must stand.
"""

import os
import random
import signal
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from app.bootstrap import build_flows
from app.config import Settings
from app.domain.access import AccessKey, Scope
from app.domain.errors import HotlineError
from app.domain.ticket import Ticket
from app.domain.workflow import Step
from app.flows.registry import Flows

THREADS = 2
MOST_LINES = 30
LONGEST_WAIT_S = 0.02
DESK = AccessKey(name="desk", scopes=(Scope.ADMIN,), created_at=datetime(2026, 1, 1, tzinfo=UTC))
LIFE: tuple[tuple[Step, dict[str, object]], ...] = (
    (Step.ACCEPT, {}),
    (Step.ASSIGN, {"unit": "滕州市综合行政执法局"}),
    (Step.ACKNOWLEDGE, {}),
    (Step.FEED_BACK, {"text": "已更换"}),
)


@dataclass
class Outcome:
    """What all trials came to."""

    trials: int = 0
    killed_at_work: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def main(trials: int = 300, url: str = "", seed: int = 7) -> None:
    """Run the trials and print what came of them."""
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(trials, Path(folder), url=url, seed=seed)
    table = Table("figure", "value", title="kill -9 under load")
    table.add_row("trials", str(outcome.trials))
    table.add_row("killed while at work", str(outcome.killed_at_work))
    table.add_row("acknowledged calls and steps", str(outcome.acknowledged))
    table.add_row("lost", str(len(outcome.lost)))
    table.add_row("doubled", str(len(outcome.doubled)))
    table.add_row("faults of the record", str(len(outcome.faults)))
    Console().print(table)
    raise SystemExit(1 if outcome.lost or outcome.doubled or outcome.faults else 0)


class KillMoment(NamedTuple):
    """When a process is killed: so long after so many acknowledgements."""

    after: int
    wait_s: float


def run(trials: int, folder: Path, *, url: str = "", seed: int = 7) -> Outcome:
    """Fork, kill and check `trials` times."""
    settings = Settings(duties=False).apart(folder)
    settings.database.url = url
    flows = build_flows(settings)
    dice, outcome = random.Random(seed), Outcome(trials)
    for trial in track(range(trials), description="kill -9"):
        moment = KillMoment(after=dice.randint(1, MOST_LINES), wait_s=dice.uniform(0, LONGEST_WAIT_S))
        lines, at_work = killed(flows, trial, moment)
        outcome.killed_at_work += at_work
        outcome.acknowledged += len(lines)
        check(flows, lines, outcome)
    outcome.faults = list(flows.audit.faults())
    flows.close()
    return outcome


def killed(flows: Flows, trial: int, moment: KillMoment) -> tuple[list[str], bool]:
    """Return what a forked process acknowledged before it was killed, and whether it was at work then.

    Counted in acknowledgements, so that a slow machine kills as far into the work as a fast one.
    """
    reading, writing = os.pipe()
    flows.close()  # connections must not be shared with the child
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            work(flows, trial, writing)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        lines = [pipe.readline() for _ in range(moment.after)]
        time.sleep(moment.wait_s)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        lines += pipe.readlines()
    return [line.decode().strip() for line in lines if line.endswith(b"\n")], os.WIFSIGNALED(status)


def work(flows: Flows, trial: int, pipe: int) -> None:
    """Take calls in and steps on, in several threads, until the end; acknowledge each on the pipe."""

    def acknowledge(call_id: str, ticket: Ticket) -> None:
        os.write(pipe, f"{call_id} {ticket.ticket_number} {ticket.version}\n".encode())

    def thread(name: int) -> None:
        for i in range(10_000):
            call_id = f"k-{trial}-{name}-{i}"
            ticket = flows.intake.run(payload(call_id)).tickets[0]
            acknowledge(call_id, ticket)
            for step, details in LIFE:
                ticket = flows.tickets.step(
                    ticket.ticket_number, step, by=DESK, details=details, expected_version=ticket.version
                )
                acknowledge(call_id, ticket)

    threads = [threading.Thread(target=thread, args=(name,)) for name in range(THREADS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def payload(call_id: str) -> dict[str, object]:
    """Return a call."""
    turns = [{"speaker": "citizen", "text": f"滕州市荆河街道善国路{call_id}号路灯不亮，希望尽快维修"}]
    return {"id": call_id, "channel": "web", "called_at": "2026-11-16T09:00:00+08:00", "turns": turns}


def check(flows: Flows, lines: list[str], outcome: Outcome) -> None:
    """Note what was acknowledged and is not there, or is there twice."""
    for line in lines:
        call_id, number, version = line.split()
        try:
            ticket = flows.tickets.get(number, by=DESK)
        except HotlineError:
            outcome.lost.append(line)
            continue
        if ticket.version < int(version):
            outcome.lost.append(line)
        if version != "1":
            continue
        again = flows.intake.run(payload(call_id)).tickets[0].ticket_number
        held = flows.tickets.page(after=None, limit=9, filters={"call_id": call_id}, by=DESK)
        if again != number or len(held) != 1:
            outcome.doubled.append(line)


if __name__ == "__main__":
    typer.run(main)
