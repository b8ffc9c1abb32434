"""`hotline import` and `hotline export …`: tables of other channels in, tickets and corrections out."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import track

from app.api.dependencies import placed
from app.api.sheets import csv_lines, xlsx_bytes
from app.bootstrap import build_flows
from app.commands import HERE, console
from app.config import Settings
from app.decide.correction import CORRECTABLE
from app.domain.errors import Conflict, InvalidInput
from app.domain.labels import TICKET_STATUS, labelled
from app.flows.exports import COLUMNS
from app.receive.table import moment_in, rows_of

export = typer.Typer(no_args_is_help=True, help="导出")
PARTS = ("id", "text", "title", "called_at", "caller_number", "channel")


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
    examples = build_flows(Settings()).exports.corrections(fields)
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
            except (InvalidInput, Conflict) as error:
                reason = {"row": number, "reason": error.message_zh, "values": row}
                bad.write(json.dumps(reason, ensure_ascii=False) + "\n")
    if rejected.stat().st_size == 0:
        rejected.unlink()
    also = (f"，已有 {known} 行" if known else "") + (f"，坏行见 {rejected}" if rejected.exists() else "")
    console.print(f"导入 {taken} 行，工单 {tickets} 张{also}")


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
