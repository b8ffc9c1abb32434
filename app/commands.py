"""Commands over the record: verify it, export it, import a table, read what was delivered again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, track
from rich.table import Column, Table

from app.api.dependencies import placed
from app.api.sheets import csv_lines, xlsx_bytes
from app.bootstrap import build_flows
from app.config import ChatSettings, Settings
from app.decide.correction import CORRECTABLE
from app.domain.access import AccessKey
from app.domain.access import Scope as Allowed
from app.domain.analytics import Scope
from app.domain.city_time import CITY_TIME
from app.domain.errors import HotlineError, InvalidInput
from app.domain.labels import TICKET_STATUS, labelled
from app.flows.analytics import checked
from app.flows.exports import COLUMNS
from app.flows.shadow import FIELDS, PERSONAL, Beside
from app.receive.table import moment_in, rows_of

demo = typer.Typer(no_args_is_help=True, help="演示数据")
analytics = typer.Typer(no_args_is_help=True, help="统计分析")
audit = typer.Typer(no_args_is_help=True, help="核验工单经过")
export = typer.Typer(no_args_is_help=True, help="导出")
console = Console(markup=False)
HERE = AccessKey(name="command", scopes=(Allowed.ADMIN,), created_at=datetime(2026, 1, 1, tzinfo=UTC))
"""Who sits at the machine itself."""
PARTS = ("id", "text", "title", "called_at", "caller_number", "channel")


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


@export.command("tickets")
def export_tickets(
    out: Annotated[Path, typer.Argument(help="以 .csv 或 .xlsx 结尾")],
    status: str | None = None,
    district: str | None = None,
) -> None:
    """导出工单表，含诉求人姓名和电话，请妥善保管。"""
    if status and status not in TICKET_STATUS:
        raise InvalidInput(f"status 应为{labelled(TICKET_STATUS, TICKET_STATUS)}", field="status")
    if out.suffix not in (".csv", ".xlsx"):
        raise InvalidInput("文件名应以 .csv 或 .xlsx 结尾", field="out")
    filters = {name: value for name, value in (("status", status), ("district", district)) if value}
    flows = build_flows(Settings())
    rows = flows.exports.ticket_rows(placed(filters, flows), by=HERE)
    if out.suffix == ".xlsx":
        out.write_bytes(xlsx_bytes(COLUMNS, rows))
    else:
        with out.open("w", encoding="utf-8", newline="") as file:
            file.writelines(csv_lines(COLUMNS, rows))
    console.print(f"已写入 {out}")


@export.command("corrections")
def export_corrections(out: Path) -> None:
    """导出人工采纳和更正的样本（已去标识），用于评测和训练。"""
    fields = (*CORRECTABLE, "unit", "unit.lead", "category", "emotion", "duplicates", "referrals")
    personal = ("citizen.name", "citizen.phone")
    examples = build_flows(Settings()).exports.corrections(tuple(f for f in fields if f not in personal))
    with out.open("w", encoding="utf-8") as file:
        count = sum(bool(file.write(json.dumps(example, ensure_ascii=False) + "\n")) for example in examples)
    console.print(f"已写入 {count} 条")


def import_table(
    source: Annotated[Path, typer.Argument(exists=True, help="CSV 或 XLSX")],
    columns: Annotated[str, typer.Option(help="列对应，如 id=编号,text=内容,title=标题,called_at=时间")],
    channel: str = "import",
) -> None:
    """把其他渠道的表格导入为工单；坏行写入 SOURCE.rejected.jsonl，不影响其余。"""
    mapping, rows = mapping_of(columns), list(rows_of(source))
    if not rows:
        raise InvalidInput(f"文件 {source.name} 中没有数据行", field="source")
    if missing := [column for column in mapping.values() if column not in rows[0][1]]:
        raise InvalidInput(f"表中没有列 {'、'.join(missing)}；有 {'、'.join(rows[0][1])}", field="columns")
    rejected, taken, known, tickets = source.with_suffix(".rejected.jsonl"), 0, 0, 0
    with rejected.open("w", encoding="utf-8") as bad, closing(build_flows(Settings())) as flows:
        for number, row in track(rows, description="导入", console=console):
            try:
                result, new = flows.intake.run_once(payload_of(row, mapping, channel))
                taken, known, tickets = taken + new, known + (not new), tickets + new * len(result.tickets)
            except HotlineError as error:
                reason = {"row": number, "reason": error.message_zh, "values": row}
                bad.write(json.dumps(reason, ensure_ascii=False) + "\n")
    if rejected.stat().st_size == 0:
        rejected.unlink()
    also = (f"，已有 {known} 行" if known else "") + (f"，坏行见 {rejected}" if rejected.exists() else "")
    console.print(f"导入 {taken} 行，工单 {tickets} 张{also}")


def replay(out: Annotated[Path, typer.Argument(help="结果 JSONL")]) -> None:
    """用现在的模型重读收到的通话，不改动工单。 每行给出原来和现在的分类、主办单位。"""
    flows, count = build_flows(Settings()), 0
    with out.open("w", encoding="utf-8") as file:
        for again in track(flows.intake.read_again(), description="重读", console=console):
            file.write(json.dumps(again, ensure_ascii=False) + "\n")
            count += 1
    console.print(f"重读 {count} 件，结果见 {out}")


def shadow(
    out: Annotated[Path, typer.Argument(help="逐字段结果 JSONL，不含姓名和电话")],
) -> None:
    """两种引擎各读一遍收到的通话，不改动工单。 与人工采纳、更正的结果并列，打印逐字段一致率。"""
    chat = ChatSettings.model_validate({**Settings().chat.model_dump(), "engine": "llm"})
    flows = build_flows(Settings(chat=chat))
    rows = []
    with out.open("w", encoding="utf-8") as file:
        for beside in track(flows.shadow.compare(), description="影子运行", console=console):
            rows.append(beside)
            if beside.field not in PERSONAL:
                file.write(beside.model_dump_json() + "\n")
    flows.close()
    console.print(agreement(rows))


def agreement(rows: Sequence[Beside]) -> Table:
    """Return, field by field, how often two of three agree; of the model only where it answered itself."""
    heads = ("张", "大模型答复", "两引擎一致", "人工判定", "内置同人工", "大模型同人工")
    table = Table(Column("字段", overflow="fold"), *(Column(head, overflow="fold") for head in heads))
    for name in FIELDS:
        own = [row for row in rows if row.field == name]
        answered = [row for row in own if row.engine == "llm"]
        judged = [row for row in own if row.judged]
        both = [row for row in answered if row.judged]
        table.add_row(
            name,
            str(len(own)),
            str(len(answered)),
            _share(sum(row.embedded == row.llm for row in answered), len(answered)),
            str(len(judged)),
            _share(sum(row.embedded == row.person for row in judged), len(judged)),
            _share(sum(row.llm == row.person for row in both), len(both)),
        )
    return table


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"


def content_id(channel: str, *parts: str) -> str:
    """Return an id that the same content always gets."""
    return f"{channel}-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:24]}"


def mapping_of(columns: str) -> dict[str, str]:
    """Return part → column of `id=编号,text=内容`."""
    pairs = [pair.partition("=") for pair in columns.replace("，", ",").split(",") if pair.strip()]
    mapping = {part.strip(): column.strip() for part, _, column in pairs}
    if wrong := [part for part, column in mapping.items() if part not in PARTS or not column]:
        said = f"columns 不认识 {'、'.join(wrong)}：写作 部分=列名，部分可为 {'、'.join(PARTS)}"
        raise InvalidInput(said, field="columns")
    if "text" not in mapping:
        raise InvalidInput("columns 须含 text=列名", field="columns")
    return mapping


def payload_of(row: Mapping[str, str], mapping: Mapping[str, str], channel: str) -> dict[str, Any]:
    """Return a row as a channel would deliver it; without an id of its own, its content is its id."""
    given = {part: row[column].strip() for part, column in mapping.items() if row[column].strip()}
    text = given.pop("text", "")
    if not text:
        raise InvalidInput(f"{mapping['text']} 为空", field="text")
    if "called_at" in given:
        given["called_at"] = moment_in(given["called_at"])
    identity = given.pop("id", None) or content_id(channel, text, given.get("called_at", ""))
    return {"channel": channel, **given, "id": identity, "turns": [{"speaker": "citizen", "text": text}]}
