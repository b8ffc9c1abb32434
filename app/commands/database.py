"""`hotline db …`: the database to the present version, the reference data checked."""

import typer

from app.bootstrap import (
    build_flows,
)
from app.commands import console
from app.config import Settings
from app.domain.errors import ReferenceDataError
from app.flows.rule_examples import broken_examples

db = typer.Typer(no_args_is_help=True, help="数据库")


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
    typer.echo(f"单位 {len(reference.units)} 个，职能 {len(reference.functions)} 项，规则与示例相符")
