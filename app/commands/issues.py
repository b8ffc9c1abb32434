"""`hotline issues …`: history written out to be grouped, and the issues it was grouped into taken in."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn, track

from app.bootstrap import build_flows
from app.commands import console
from app.config import Settings
from app.domain.errors import InvalidInput

issues = typer.Typer(no_args_is_help=True, help="同一事项")


@issues.command("export")
def export_history(out: Annotated[Path, typer.Argument(help="JSONL，供 hotline group 归并")]) -> None:
    """写出库中全部工单，供 hotline group 归并：不含姓名和电话，保密和移送的除外。"""
    flows, count = build_flows(Settings()), 0
    with out.open("w", encoding="utf-8") as file:
        lines = track(
            flows.issue_history.lines(),
            total=flows.ticket_index.count(),
            description="工单",
            console=Console(stderr=True),
        )
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            count += 1
    console.print(f"已写入 {count} 件")


@issues.command("load")
def load(source: Annotated[Path, typer.Argument(exists=True, help="hotline group 的结果：每行 id, issue")]) -> None:
    """把归并结果存为同一事项；可重复执行，人工并单和拆单不受影响。"""
    columns = (TextColumn("工单"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with source.open("rb") as file:
        total = sum(1 for raw in file if raw.strip())
    with source.open(encoding="utf-8") as file, Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total)
        try:
            lines = (json.loads(raw) for raw in file if raw.strip())
            loaded = build_flows(Settings()).issue_history.load(lines, lambda done: bar.advance(task, done))
        except ValueError as error:
            raise InvalidInput("不是 hotline group 的结果：每行应为 JSON") from error
    console.print(f"存入工单 {loaded.tickets} 件，事项 {loaded.issues} 个；未存入 {loaded.left} 件")
