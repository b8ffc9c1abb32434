"""`hotline replay` and `hotline shadow`: deliveries read again, by the models in force and by both engines."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track
from rich.table import Column, Table

from app.bootstrap import build_flows
from app.commands import console
from app.config import ChatSettings, Settings
from app.flows.shadow import FIELDS, PERSONAL, Beside


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
