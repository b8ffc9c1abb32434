"""Measures what the console's pages ask, over millions of tickets (eval/bench/city_store.py).

Every question is asked REPEATS times in one process, without HTTP. What the service keeps in memory (the recent tickets
that new ones are compared with) is no page's question.
Run: `python -m eval.bench.analytics --tickets 3180000` (SQLite; some 20 GB of disk), `--url postgresql+psycopg://…`
(PostgreSQL); `--store FOLDER` keeps what was filled, and measures it again where it is there.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from app.bootstrap import build_flows
from app.commands import HERE
from app.config import Settings
from app.domain.analytics import Dimension, Scope
from app.flows.registry import Flows
from eval.bench.city_store import NOW, fill

REPEATS = 5


class StandingClock:
    """Stands at NOW."""

    def now(self) -> datetime:
        """Return NOW."""
        return NOW


def main(tickets: int = 3_180_000, url: str = "", store: Path | None = None) -> None:
    """Fill a store and print how long each page's questions take."""
    console = Console(width=110)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(duties=False).apart(store or Path(folder))
        settings.database.url = url
        filled = store is not None and store.exists()
        flows = build_flows(settings, StandingClock())
        if not filled:
            started = time.perf_counter()
            count = fill(settings, flows, tickets)
            console.print(f"filled with {count:,} tickets in {time.perf_counter() - started:.0f} s")
        console.print(measured(flows))
        flows.close()


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
    yield from of_figures(flows)
    yield from of_signals(flows)
    yield from of_lists(flows)


def scope_of(days: int) -> Scope:
    """Return the last so many days."""
    return Scope(start=(NOW.date() - timedelta(days=days)).isoformat(), end=NOW.date().isoformat())


def of_figures(flows: Flows) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what the overview and the table of groups ask."""
    narrowings: Sequence[tuple[str, dict[str, object]]] = (
        ("", {}),
        (", one district", {"district": "滕州市"}),
        (", a livelihood area", {"categories": housing(flows)}),
        (", businesses", {"subject": "market_entity"}),
    )
    shown = (Dimension.DAY, Dimension.DISTRICT, Dimension.CATEGORY)
    for days in (30, 60, 365):
        for name, narrowed in narrowings:
            scope = scope_of(days).model_copy(update=narrowed)
            yield (
                f"overview, {days} days{name}",
                lambda scope=scope: [flows.analytics.indicators(by, scope, by=HERE) for by in shown],  # type: ignore[misc]
            )
            yield (
                f"by unit, {days} days{name}",
                lambda scope=scope: flows.analytics.indicators(Dimension.UNIT, scope, by=HERE),  # type: ignore[misc]
            )
    scope = scope_of(365)
    for by in Dimension:
        yield f"by {by}, 365 days", lambda by=by: flows.analytics.indicators(by, scope, by=HERE)  # type: ignore[misc]


def of_signals(flows: Flows) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what the tabs of hot words, hot issues and warnings ask."""
    for days in (7, 30, 365):
        scope = scope_of(days)
        start, end = (datetime.combine(date.fromisoformat(one), NOW.timetz()) for one in (scope.start, scope.end))
        yield f"hot words, {days} days", lambda s=scope: flows.analytics.hot_words(s, limit=40, by=HERE)  # type: ignore[misc]
        yield (
            f"hot issues, {days} days",
            lambda start=start, end=end: flows.hot_issues.hottest(  # type: ignore[misc]
                start=start, end=end, demo=False, filters={}, least=None, limit=50
            ),
        )
        yield f"warnings, {days} days", lambda s=scope: flows.early_warnings.page(status=None, scope=s, by=HERE)  # type: ignore[misc]


def of_lists(flows: Flows) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what the ticket list, its drill-downs and the supervision page ask."""
    since = f"{scope_of(60).start}T00:00:00+08:00"
    filters: Sequence[dict[str, str]] = (
        {},
        {"demo": "false"},
        {"district": "滕州市", "status": "in_progress"},
        {"district": "滕州市", "status": "archived", "request_kind": "help"},
        {"category": ",".join(housing(flows)), "created_from": since},
        {"acting_unit": flows.reference.units[40].unit_code},
        {"acting_unit": flows.reference.units[40].unit_code, "created_from": since, "demo": "false"},
        {"subject": "market_entity", "created_from": since},
        {"town": flows.reference.gazetteer.towns[9].name},
        {"channel": "wechat", "created_from": since},
        {"overdue": "true"},
        {"overdue": "true", "district": "台儿庄区"},
        {"q": "路灯"},
        {"q": "滕州市"},
        {"q": "路灯 荆河街道", "created_from": since},
        {"q": "并不存在的词"},
        {"caller": "13900000000"},
        {"meeting": "unclear_duty"},
        {"demo": "true"},
    )
    for asked in filters:
        told = ", ".join(f"{name}={value[:16]}" if name == "q" else name for name, value in asked.items())
        yield (
            f"tickets, first 50: {told or 'all'}",
            lambda asked=asked: flows.tickets.page(after=None, limit=50, filters=asked, by=HERE),  # type: ignore[misc]
        )
    yield "supervision: due", lambda: flows.supervision.due(limit=200, by=HERE)
    for status in (None, "drafted", "sent"):
        yield (
            f"supervision: orders {status or 'all'}",
            lambda status=status: flows.supervision.page(status=status, level=None, ticket=None, limit=1000),  # type: ignore[misc]
        )
    yield "banner: demo state", flows.demo.state


def housing(flows: Flows) -> tuple[str, ...]:
    """Return the categories of a livelihood area."""
    areas = {view.id: view.query for view in flows.analytics.views()}
    return tuple(areas["housing"]["category"].split(","))


if __name__ == "__main__":
    typer.run(main)
