"""`hotline demo …`: the demo data, added and taken away."""

from contextlib import closing

import typer
from rich.progress import Progress

from app.bootstrap import build_flows
from app.commands import console
from app.config import Settings

demo = typer.Typer(no_args_is_help=True, help="演示数据")


@demo.command("add")
def add_demo() -> None:
    """添加演示数据：约三百件编写的工单，跨六十天。"""
    with Progress(console=console) as bar, closing(build_flows(Settings())) as flows:
        task = bar.add_task("演示数据", total=None)
        made = flows.demo.add(lambda done, planned: bar.update(task, completed=done, total=planned))
    console.print(f"已添加演示工单 {made} 件；清除：hotline demo remove")


@demo.command("remove")
def remove_demo() -> None:
    """清除全部演示数据。"""
    console.print(f"已清除演示工单 {build_flows(Settings()).demo.remove()} 件")
