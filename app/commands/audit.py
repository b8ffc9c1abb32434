"""`hotline audit …`: looks for tampering, works deadlines out again, tells who read and who subscribed."""

from datetime import datetime
from typing import Annotated

import typer

from app.bootstrap import build_flows
from app.commands import console
from app.config import Settings
from app.domain.city_time import CITY_TIME
from app.domain.errors import InvalidInput

audit = typer.Typer(no_args_is_help=True, help="核验工单经过")


@audit.command("verify")
def verify() -> None:
    """核对经过的链和封存，并由经过重新推算时限。

    有改动则逐条列出，退出码 1。
    """
    faults = list(build_flows(Settings()).audit.faults())
    for fault in faults:
        console.print(fault, style="red")
    console.print("经过完整，未发现改动" if not faults else f"共 {len(faults)} 处")
    raise SystemExit(1 if faults else 0)


@audit.command("recount")
def recount() -> None:
    """改动日历后重算办结时限，记入经过。"""
    console.print(f"重算 {build_flows(Settings()).audit.recount()} 件")


@audit.command("seal")
def seal() -> None:
    """封存新的经过；服务运行时每分钟自动封存。"""
    console.print(f"封存 {build_flows(Settings()).audit.seal()} 条")


@audit.command("readings")
def readings(
    ticket_number: Annotated[str | None, typer.Argument(help="工单编号")] = None,
    reader: Annotated[str | None, typer.Option(help="只看这个人（密钥名）")] = None,
) -> None:
    """列出谁在何时查看过保密或者涉移送的工单。

    含列表、导出、经过和通话原文。
    """
    if ticket_number is None and reader is None:
        raise InvalidInput("请给出工单编号，或者 --reader 密钥名", field="ticket_number")
    found = build_flows(Settings()).audit.readings(ticket_number, reader=reader)
    for number, name, read_at in found:
        typer.echo(f"{moment(read_at)}\t{name}\t{number}")
    console.print(f"共 {len(found)} 次")


@audit.command("webhooks")
def webhooks() -> None:
    """列出谁在何时订阅和退订了推送，含已退订的。"""
    for one in build_flows(Settings()).relay.webhooks(ended=True):
        what = f"{one.id}\t{one.url}\t{'、'.join(one.topics)}"
        typer.echo(f"{moment(one.created_at)}\t{one.created_by or '不详'}\t订阅\t{what}")
        if one.disabled_at:
            typer.echo(f"{moment(one.disabled_at)}\t{one.disabled_by or '不详'}\t退订\t{what}")


def moment(at: datetime) -> str:
    """Return a moment as the city's clocks show it."""
    return at.astimezone(CITY_TIME).isoformat(timespec="seconds")
