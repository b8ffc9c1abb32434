"""`hotline …`: every command by its name; eval and train load only when called."""

import socket
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any

import typer

from app.bootstrap import build_flows
from app.commands.access_keys import keys
from app.commands.analytics import analytics
from app.commands.audit import audit
from app.commands.calls import batch, group, ticket
from app.commands.database import db
from app.commands.demo import demo
from app.commands.faults import told_of, trouble
from app.commands.issues import issues
from app.commands.knowledge import index, kb
from app.commands.referrals import referrals
from app.commands.second_reading import replay, shadow
from app.commands.tables import export, import_table
from app.config import Settings
from app.domain.errors import ServiceUnavailable
from app.observability import configure_logging

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="市民诉求办理模型服务")
GROUPS = {
    "keys": keys,
    "db": db,
    "kb": kb,
    "index": index,
    "demo": demo,
    "analytics": analytics,
    "audit": audit,
    "export": export,
    "issues": issues,
    "referrals": referrals,
}
for name, commands in GROUPS.items():
    cli.add_typer(commands, name=name)
ALONE: dict[str, Callable[..., Any]] = {
    "ticket": ticket,
    "batch": batch,
    "group": group,
    "import": import_table,
    "replay": replay,
    "shadow": shadow,
}
for name, command in ALONE.items():
    cli.command(name)(command)


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
    for wrong, right in Settings.misspelt().items():
        typer.echo(f"环境变量 {wrong} 不是本服务的设置，没有采用；是否应为 {right}（两条下划线）？", err=True)
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
