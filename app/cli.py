"""`hotline …`: the commands that read calls, and the groups of others; eval and train load only when called."""

import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from enum import StrEnum
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

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
from app.command_faults import told_of, trouble
from app.commands import analytics, audit, demo, export, import_table, replay, shadow
from app.config import ChatSettings, Settings
from app.domain.access import ROLE_LABELS, Role, Scope
from app.domain.errors import InvalidInput, ReferenceDataError, ServiceUnavailable
from app.domain.labels import SCOPE, labelled
from app.domain.referral import Receiver
from app.flows.batch import ReadMany
from app.flows.group_backfill import GroupBackfill
from app.flows.registry import Flows
from app.flows.rule_examples import broken_examples
from app.issue_commands import issues
from app.knowledge_commands import index, kb
from app.observability import configure_logging
from app.receive.batch import read_line
from app.referral_commands import referrals

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="市民诉求办理模型服务")
keys = typer.Typer(no_args_is_help=True, help="API 密钥")
db = typer.Typer(no_args_is_help=True, help="数据库")
cli.add_typer(keys, name="keys")
cli.add_typer(db, name="db")
cli.add_typer(kb, name="kb")
cli.add_typer(index, name="index")
cli.add_typer(demo, name="demo")
cli.add_typer(analytics, name="analytics")
cli.add_typer(audit, name="audit")
cli.add_typer(export, name="export")
cli.add_typer(issues, name="issues")
cli.add_typer(referrals, name="referrals")
cli.command("import")(import_table)
cli.command("replay")(replay)
cli.command("shadow")(shadow)
console = Console(markup=False)


def main() -> None:
    """Run a command; an expected error is one Chinese line and an exit status."""
    configure_logging()  # to stderr: what a command prints may be read by another
    raise SystemExit(told_of(lambda: cli(standalone_mode=False)))


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="监听的地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="监听的端口")] = 8000,
) -> None:
    """启动服务。"""
    import uvicorn

    from app.main import create_app

    settings = Settings()
    check_free(host, port)
    app = create_app(settings, flows=build_flows(settings))
    uvicorn.run(app, host=host, port=port, log_level="info", access_log=False)


def check_free(host: str, port: int) -> None:
    """Refuse an address that cannot be served at, before anything is loaded.

    Raises:
        ServiceUnavailable: it is taken, or none of this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise ServiceUnavailable(f"不能在 {host} 端口 {port} 提供服务：{trouble(error)}") from error


@cli.command()
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


@cli.command()
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


@cli.command()
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


@keys.command("create")
def create_key(
    name: str,
    scope: Annotated[list[Scope] | None, typer.Option(help="权限，可多次给出")] = None,
    role: Annotated[list[Role] | None, typer.Option(help="角色，可多次给出；带来相应权限")] = None,
    unit: Annotated[str | None, typer.Option(help="承办单位代码，角色 unit 须给")] = None,
    lane: Annotated[list[Receiver] | None, typer.Option(help="联络员只看此渠道")] = None,
) -> None:
    """新建密钥，只显示一次。"""
    if not scope and not role:
        raise typer.BadParameter("须给出 --scope 或 --role")
    keys = build_flows(Settings()).access
    typer.echo(keys.create(name, scope or (), roles=role or (), unit_code=unit, lanes=lane or ()))


@keys.command("list")
def list_keys() -> None:
    """列出密钥，不含密文。"""
    rest = (Column(title, overflow="fold") for title in ("权限", "角色", "单位、渠道", "创建", "吊销"))
    table = Table(Column("名称", no_wrap=True), *rest)  # the name whole: it is what revokes
    for key in build_flows(Settings()).access.keys():
        revoked = key.revoked_at.isoformat(timespec="minutes") if key.revoked_at else ""
        created = key.created_at.isoformat(timespec="minutes")
        scopes, roles = labelled(key.scopes, SCOPE), labelled(key.roles, ROLE_LABELS)
        table.add_row(key.name, scopes, roles, key.unit_code or "、".join(key.lanes), created, revoked)
    console.print(table)


@keys.command("revoke")
def revoke_key(name: str) -> None:
    """吊销密钥，立即生效。"""
    build_flows(Settings()).access.revoke(name)
    typer.echo(f"已吊销 {name}")


@db.command("upgrade")
def upgrade_db() -> None:
    """把数据库升级到当前版本。"""
    build_flows(Settings())
    typer.echo("数据库已是当前版本")


@db.command("check")
def check_reference() -> None:
    """检查知识库基础数据，并用示例试规则。

    有误则逐条列出，退出码 1。
    """
    flows = build_flows(Settings())
    reference = flows.reference
    for left in flows.audit.left_behind(reference.unit_by_code):
        console.print(left, style="yellow")
    if broken := list(broken_examples(reference)):
        raise ReferenceDataError("规则与示例不符：\n" + "\n".join(broken))
    typer.echo(json.dumps({"units": len(reference.units), "functions": len(reference.functions)}))


def _command_of(path: str) -> Callable[..., Any]:
    """Load an offline command by name: it sits above this package and is imported only when asked for."""
    module, name = path.split(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


OFFLINE = {"eval": "eval.run:evaluate", "train": "training.run:train"}


def _offline_commands() -> None:
    wanted = [name for name in OFFLINE if name in sys.argv[1:2] or "--help" in sys.argv[1:2]]
    for name in wanted:
        try:
            cli.command(name)(_command_of(OFFLINE[name]))
        except ModuleNotFoundError as error:
            _in_place_of(name, f"缺少 {error.name}：请先安装 .locks/train.txt")


def _in_place_of(name: str, lacking: str) -> None:
    """Let a command whose packages are not installed say so."""

    @cli.command(name, help=lacking, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
    def lacks() -> None:
        raise ServiceUnavailable(lacking)


_offline_commands()

if __name__ == "__main__":
    main()
