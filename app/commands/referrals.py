"""Commands over referrals: the folders they are written to, what lies in one carried over, the lanes' figures."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from app.bootstrap import build_flows
from app.commands import HERE, console
from app.config import Settings
from app.domain.errors import InvalidInput
from app.domain.labels import REFERRAL_STATUS
from app.domain.referral import Receiver
from app.respond.file_drop import read_drop

referrals = typer.Typer(no_args_is_help=True, help="移送件")
_SHOWN = {
    "proposed": "提请",
    "overdue": "超时",
    "decision_minutes": "确认用时（分）",
    "receipt_minutes": "回执用时（分）",
}


@referrals.command("drop")
def drop(
    receiver: Receiver,
    folder: Annotated[Path, typer.Argument(help="交换目录；每个接收机关一个")],
) -> None:
    """把发给一个机关的移送件写入交换目录，供跨网摆渡。 密文只显示一次，交接收机关核验用。"""
    kept = build_flows(Settings()).relay.drop_into(folder, receiver, by=HERE.name)
    console.print(f"渠道 {kept.id}：服务运行时自动写入，立即写入用 hotline referrals push", highlight=False)
    typer.echo(kept.secret)


@referrals.command("push")
def push() -> None:
    """立即投递到期的消息：推送到地址，或者写入交换目录。"""
    flows, tried = build_flows(Settings()), 0
    while count := flows.relay.run_once():
        tried += count
    console.print(f"投递 {tried} 次")


@referrals.command("verify")
def verify(
    receiver: Receiver,
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False)],
    secret_file: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="存有密文的文件")],
    after: Annotated[int, typer.Option(help="已经处理到的编号")] = 0,
    out: Annotated[Path | None, typer.Option(help="把可用的移送件按编号写成 JSONL")] = None,
) -> None:
    """在接收一侧核验交换目录：签名、编号、缺件、重复。 有问题逐条列出，退出码 1。不需要本服务的数据库。"""
    try:
        secret = secret_file.read_text("utf-8").strip()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{secret_file} 不是存有密文的文件", field="secret_file") from error
    events, faults = read_drop(folder, receiver, secret, after=after)
    if out:
        out.write_text("".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events), "utf-8")
    for fault in faults:
        console.print(fault, style="red")
    last = after + len(events)
    console.print(
        f"可用 {len(events)} 件，连续至第 {last} 号" + ("，完整" if not faults else f"；问题 {len(faults)} 处")
    )
    raise SystemExit(1 if faults else 0)


@referrals.command("statistics")
def statistics(
    created_from: Annotated[str, typer.Option(help="起，ISO 8601")] = "",
    created_before: Annotated[str, typer.Option(help="止，ISO 8601")] = "",
) -> None:
    """各移送渠道的件数、时效和逾期。"""
    given = {"created_from": created_from, "created_before": created_before}
    table = Table("渠道", *_SHOWN.values(), "回执率", "现状")
    flows = build_flows(Settings())
    for lane in flows.referrals.statistics({name: value for name, value in given.items() if value}):
        figures = ["" if (value := getattr(lane, name)) is None else str(value) for name in _SHOWN]
        rate = "" if lane.receipt_rate is None else f"{lane.receipt_rate:.0%}"
        standing = "、".join(f"{REFERRAL_STATUS[status]} {count}" for status, count in lane.by_status.items())
        table.add_row(flows.reference.lanes.of(lane.receiver).name, *figures, rate, standing)
    console.print(table)
