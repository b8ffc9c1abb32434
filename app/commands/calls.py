"""`hotline ticket`, `batch` and `group`: calls read into tickets, histories into issues."""

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from enum import StrEnum
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from app.bootstrap import (
    begin_worker,
    build_flows,
    encode_lines,
    link_block,
    load_embedded,
    read_many,
    start_grouping,
    start_worker,
    take_reader,
)
from app.commands import console
from app.config import ChatSettings, Settings
from app.domain.errors import InvalidInput
from app.flows.batch import ReadMany
from app.flows.group_backfill import GroupBackfill
from app.flows.registry import Flows
from app.receive.batch import read_line


def ticket(file: Annotated[Path, typer.Argument(help="通话 JSON 文件，- 为标准输入")]) -> None:
    """由一通电话或一条来信生成工单，打印 JSON。"""
    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    line = read_line(1, raw)
    if line.payload is None:
        raise InvalidInput(f"{file}：{line.reason}", field="file")
    result = build_flows(Settings()).intake.run(line.payload)
    typer.echo(result.model_dump_json(indent=2))


class BatchEngine(StrEnum):
    """Which engine reads a batch."""

    EMBEDDED = "embedded"
    LLM = "llm"
    OFFLINE = "offline"


def with_engine(settings: Settings, engine: BatchEngine | None) -> Settings:
    """Return the settings with another engine; `offline` runs the folder CHAT__MODEL in this process."""
    if engine is None:
        return settings
    offline = engine is BatchEngine.OFFLINE
    changed = {"engine": "llm" if offline else engine.value} | ({"backend": "offline"} if offline else {})
    chat = ChatSettings.model_validate({**settings.chat.model_dump(), **changed})
    return settings.model_copy(update={"chat": chat})


Given = TypeVar("Given")
Cluster = Annotated[str | None, typer.Option(help="Ray 集群地址（如 ray://host:10001），local 为本机")]


@contextmanager
def worker_processes(
    cluster: str | None, workers: int | None, initializer: Callable[[Given], None], given: Given
) -> Iterator[tuple[Executor, int]]:
    """Lend processes of this machine, or of every host of a Ray cluster, and say how many.

    Those of this machine are forked: they have what is `given` as it is.
    """
    count = workers or os.cpu_count() or 1
    if cluster is None:
        begins = (initializer, given, os.getpid())
        with ProcessPoolExecutor(count, get_context("fork"), begin_worker, begins) as pool:
            yield pool, count
        return
    try:
        from app.bootstrap.cluster import RayExecutor
    except ImportError as error:
        raise typer.BadParameter("--cluster 需要安装 ray（依赖组 cluster）") from error
    with RayExecutor(cluster, workers, initializer=initializer, initargs=(given,)) as hosts:
        yield hosts, hosts.workers


@contextmanager
def reading_pool(
    settings: Settings, flows: Flows, workers: int | None, cluster: str | None
) -> Iterator[tuple[Executor, ReadMany, int]]:
    """Lend what reads and how many chunks ahead: processes, or threads where a model works elsewhere."""
    if cluster or settings.chat.engine != "llm":
        here = worker_processes(None, workers, take_reader, flows.intake.reader)
        with worker_processes(cluster, workers, start_worker, settings) if cluster else here as (pool, count):
            yield pool, read_many, 2 * count
        return
    with ThreadPoolExecutor(3) as chunks, ThreadPoolExecutor(workers or settings.chat.concurrency) as calls:
        yield chunks, lambda transcripts: list(calls.map(flows.intake.reader.read, transcripts)), 3


def batch(
    source: Annotated[Path, typer.Argument(exists=True, help="每行一个通话的 JSONL")],
    out: Annotated[Path, typer.Argument(help="结果 JSONL；再次运行接着做")],
    workers: Annotated[int | None, typer.Option(min=1, help="进程数，默认为核数； 用大模型时为同时询问数")] = None,
    engine: Annotated[BatchEngine | None, typer.Option(help="embedded、llm，或 offline：在本进程内运行 vLLM")] = None,
    cluster: Cluster = None,
) -> None:
    """批量生成工单：可续跑，坏行写入 OUT.rejected.jsonl。"""
    settings = with_engine(Settings(), engine)
    storing = with_engine(settings, BatchEngine.EMBEDDED) if cluster else settings
    progress = Console(stderr=True)
    with source.open("rb") as file:
        lines = sum(1 for raw in file if raw.strip())
    columns = (TextColumn("工单"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        closing(build_flows(storing)) as flows,
        reading_pool(settings, flows, workers, cluster) as (executor, read, ahead),
        Progress(*columns, console=progress) as bar,
    ):
        task = bar.add_task("", total=lines)

        def advance(lines_done: int) -> None:
            bar.advance(task, lines_done)
            flows.ticket_index.seal()

        count = flows.batch.run(source, out, executor=executor, read_many=read, progress=advance, ahead=ahead)
    degraded = f"，大模型未能作答 {count.degraded}" if count.degraded else ""
    console.print(f"完成 {count.taken}，跳过 {count.skipped}，拒绝 {count.rejected}，工单 {count.tickets}{degraded}")


def group(
    source: Annotated[Path, typer.Argument(exists=True, help="每行一件工单：id, created_at, text[, title, district…]")],
    out: Annotated[Path, typer.Argument(help="结果 JSONL：id, issue；中断后再次运行接着做")],
    workers: Annotated[int | None, typer.Option(min=1, help="进程数，默认为核数")] = None,
    cluster: Cluster = None,
) -> None:
    """把历史工单批量归并为同一事项；坏行写入 OUT.rejected.jsonl。"""
    settings = Settings()
    reference = load_embedded(settings).reference
    flow = GroupBackfill(reference.thresholds.issue, window_days=reference.duplicate.window_days)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        worker_processes(cluster, workers, start_grouping, settings) as (pool, _),
        Progress(*columns, console=Console(stderr=True)) as bar,
    ):
        tasks: dict[str, TaskID] = {}

        def progress(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done)

        count = flow.run(source, out, executor=pool, encode=encode_lines, link=link_block, progress=progress)
    console.print(f"工单 {count.tickets} 件，事项 {count.issues} 个，拒绝 {count.refused} 行")
