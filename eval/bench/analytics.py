"""Measures the console's pages over millions of tickets.

Tickets are one written ticket many times over; what is counted of them varies: place, leaf, unit, channel and times.
Run: `python -m eval.bench.analytics --tickets 3180000` (SQLite), `--url postgresql+psycopg://…` (PostgreSQL).
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from random import Random

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import insert, select

from app.bootstrap import build_flows
from app.commands import HERE
from app.config import Settings
from app.domain.analytics import Dimension, Scope, TicketFact
from app.domain.reference import ReferenceData
from app.flows.registry import Flows
from app.store.engine import make_engine
from app.store.tables import TicketRow
from app.store.unit_of_work import SqlUnitOfWork
from app.store.vault import open_vault
from eval.bench.kill_trials import payload

A_DAY = 5_000
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=8)))
CHANNELS = ("phone", "app", "wechat", "web", "letter")
CHUNK = 10_000
REPEATS = 5


class StandingClock:
    """Stands at NOW."""

    def now(self) -> datetime:
        """Return NOW."""
        return NOW


def main(tickets: int = 3_180_000, url: str = "") -> None:
    """Fill a store and print how long each page's questions take."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), duties=False)
        settings.database.url = url
        flows = build_flows(settings, StandingClock())
        started = time.perf_counter()
        fill(settings, flows, tickets)
        console = Console()
        console.print(f"filled with {tickets:,} tickets in {time.perf_counter() - started:.0f} s")
        console.print(measured(flows))
        flows.close()


def fill(settings: Settings, flows: Flows, tickets: int) -> None:
    """Write tickets and facts past the flows, and count the days as the flow does."""
    flows.intake.run(payload("template"))
    engine, vault = make_engine(settings.database_url), open_vault(settings.key_file)
    with SqlUnitOfWork(engine, vault) as uow:
        row = uow.session.execute(select(TicketRow)).scalar_one()
        columns = {c.name: getattr(row, c.name) for c in TicketRow.__table__.columns}
    days: set[str] = set()
    made = facts(flows.reference, tickets, Random(1))
    for _ in track(range(0, tickets, CHUNK), "filling"):
        chunk = list(islice(made, CHUNK))
        with SqlUnitOfWork(engine, vault) as uow:
            rows = [columns | changed(columns["body"], fact) for fact in chunk]
            uow.session.execute(insert(TicketRow), rows)
            days |= uow.analytics.keep(chunk)
            uow.commit()
    ordered = sorted(days)
    for first in track(range(0, len(ordered), 30), "counting"):
        with SqlUnitOfWork(engine, vault) as uow:
            uow.analytics.count(ordered[first : first + 30], NOW)
            uow.commit()
    engine.dispose()


def changed(body: dict[str, object], fact: TicketFact) -> dict[str, object]:
    """Return what differs in one ticket's row."""
    return {
        "ticket_number": fact.ticket_number,
        "call_id": fact.ticket_number,
        "district": fact.district,
        "category_code": fact.category_code,
        "handler_code": fact.unit_code,
        "channel": fact.channel,
        "created_at": fact.created_at,
        "changed_at": fact.created_at,
        "status": "archived" if fact.closed_at else "handling",
        "body": body | {"ticket_number": fact.ticket_number},
    }


def facts(reference: ReferenceData, count: int, random: Random) -> Iterator[TicketFact]:
    """Yield facts over the days before NOW, A_DAY a day, the oldest first; nine of ten are closed."""
    leaves = [leaf.code for leaf in reference.categories.leaves]
    towns = reference.gazetteer.towns
    units = [unit.unit_code for unit in reference.units]
    for i in range(count):
        day = i // A_DAY
        at = NOW - timedelta(days=(count - 1) // A_DAY - day, minutes=random.randrange(500))
        town = random.choice(towns)
        open_now = at > NOW - timedelta(days=10) and random.random() < 0.5
        answered = at + timedelta(hours=random.expovariate(1 / 40))
        closed = None if open_now else at + timedelta(days=random.expovariate(1 / 4))
        rated = closed is not None and random.random() < 0.6
        yield TicketFact(
            ticket_number=f"{at:%Y%m%d}{100_000 + i % A_DAY}",
            demo=False,
            created_at=at,
            district=town.district,
            town=town.name,
            category_code=random.choice(leaves),
            unit_code=random.choice(units),
            channel=random.choice(CHANNELS),
            kind=random.choice(("consultation", "help", "complaint")),
            subject="market_entity" if random.random() < 0.08 else "citizen",
            respond_by=at + timedelta(days=1),
            responded_at=answered if answered < NOW else None,
            resolve_by=at + timedelta(days=7),
            closed_at=closed if closed and closed < NOW else None,
            solved=random.random() < 0.9 if rated else None,
            satisfied=random.random() < 0.85 if rated else None,
        )


def measured(flows: Flows) -> Table:
    """Return a table of questions with the median and worst of REPEATS times, in seconds."""
    table = Table("question", "median s", "worst s")
    for name, ask in questions(flows):
        times = []
        for _ in range(REPEATS):
            started = time.perf_counter()
            ask()
            times.append(time.perf_counter() - started)
        table.add_row(name, f"{statistics.median(times):.3f}", f"{max(times):.3f}")
    return table


def questions(flows: Flows) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what the pages ask, by name."""
    today = NOW.date()
    areas = {view.id: view.query for view in flows.analytics.views()}
    housing = tuple(areas["housing"]["category"].split(","))
    narrowings: Sequence[tuple[str, dict[str, object]]] = (
        ("", {}),
        (", one district", {"district": "滕州市"}),
        (", a livelihood area", {"categories": housing}),
        (", businesses", {"subject": "market_entity"}),
    )
    for days in (60, 365):
        for name, narrowed in narrowings:
            start = (today - timedelta(days=days)).isoformat()
            scope = Scope(start=start, end=today.isoformat()).model_copy(update=narrowed)
            for by in (Dimension.DAY, Dimension.UNIT):
                yield (
                    f"indicators by {by}, {days} days{name}",
                    lambda by=by, scope=scope: flows.analytics.indicators(by, scope, by=HERE),  # type: ignore[misc]
                )
    filters: Sequence[dict[str, str]] = (
        {},
        {"district": "滕州市", "status": "handling"},
        {"category": ",".join(housing), "created_from": f"{today - timedelta(days=60)}T00:00:00+08:00"},
        {"acting_unit": flows.reference.units[40].unit_code},
        {"overdue": "true"},
    )
    for asked in filters:
        yield (
            f"tickets, first 50: {', '.join(asked) or 'all'}",
            lambda asked=asked: flows.tickets.page(after=None, limit=50, filters=asked, by=HERE),  # type: ignore[misc]
        )
    yield "supervision: due", lambda: flows.supervision.due(limit=200)


if __name__ == "__main__":
    typer.run(main)
