"""`hotline analytics …`: the counts made again, and what would have been warned of."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from app.api.sheets import csv_lines
from app.bootstrap import build_flows
from app.commands import HERE, console
from app.config import Settings
from app.domain.analytics import Scope
from app.flows.analytics import checked

analytics = typer.Typer(no_args_is_help=True, help="统计分析")


@analytics.command("rebuild")
def rebuild_analytics() -> None:
    """由工单和经过重新统计。"""
    with Progress(console=console) as bar:
        task = bar.add_task("统计", total=None)
        count = build_flows(Settings()).analytics.rebuild(lambda done: bar.update(task, completed=done))
    console.print(f"已统计工单 {count} 件")


@analytics.command("replay")
def replay_warnings(
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])],
    end: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])],
    out: Annotated[Path | None, typer.Option(help="另存为 CSV")] = None,
) -> None:
    """用现在的规则看过去一段时间会发出哪些预警，不改动任何记录。"""
    period = checked(Scope(start=start.date().isoformat(), end=end.date().isoformat()), HERE)
    found = build_flows(Settings()).early_warnings.replay(*period)
    columns = ("发出时间", "地点和事项", "起于", "件数", "往常", "得分")
    rows = [
        (
            f"{one.signal.raised_at:%Y-%m-%d %H:%M}",
            one.label,
            f"{one.signal.since:%m-%d %H:%M}",
            str(one.signal.observed),
            f"{one.signal.expected:.1f}",
            f"{one.signal.score:.1f}",
        )
        for one in found
    ]
    table = Table(*columns)
    for row in rows:
        table.add_row(*row)
    console.print(table)
    console.print(f"共 {len(rows)} 次预警，{(end - start).days + 1} 天")
    if out:
        with out.open("w", encoding="utf-8", newline="") as file:
            file.writelines(csv_lines(columns, rows))
