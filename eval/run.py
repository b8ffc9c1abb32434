"""`hotline eval TASK`: run the production code over a file with gold, print a table, write metrics."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from eval.base import Measurement, sha256_of


class Engine(StrEnum):
    """Which engine is measured."""

    EMBEDDED = "embedded"
    LLM = "llm"
    """The language model of CHAT__BASE_URL and CHAT__MODEL, with the embedded engine behind it."""


@dataclass(frozen=True)
class Run:
    """What to measure, with what."""

    data: Path
    engine: Engine
    model: Path | None
    learnt_from: Path | None = None


def checked_split(measured: Measurement, run: Run) -> Measurement:
    """Add how many of the rows have a near-duplicate among the texts that were learnt from."""
    if run.learnt_from is None:
        return measured
    from eval.examples import read_texts
    from eval.splits import near_duplicates_across

    leaks = near_duplicates_across(read_texts(run.learnt_from), read_texts(run.data))
    return replace(measured, metrics=measured.metrics | {"near_duplicates": len({test for _, test in leaks})})


def _ticket(run: Run) -> Measurement:
    from eval.tasks.intake import ticket_rows

    return ticket_rows(run.data, run.engine, run.model)


def _unit(run: Run) -> Measurement:
    from eval.tasks.trained import trained_rows
    from eval.tasks.unit import unit_rows

    measured = trained_rows("unit", run.data, run.model) if run.model else unit_rows(run.data, run.engine)
    return checked_split(measured, run)


def _category(run: Run) -> Measurement:
    from eval.tasks.trained import trained_rows
    from eval.tasks.unit import category_rows

    measured = trained_rows("category", run.data, run.model) if run.model else category_rows(run.data)
    return checked_split(measured, run)


def _risk(run: Run) -> Measurement:
    from eval.tasks.risk import risk_rows

    return risk_rows(run.data, run.engine, run.model)


def _retrieval(run: Run) -> Measurement:
    from eval.tasks.retrieval import own_questions, retrieval_rows

    return own_questions() if run.data.name == "articles" else retrieval_rows(run.data)


def _duplicate(run: Run) -> Measurement:
    from eval.tasks.duplicate import duplicate_rows

    return duplicate_rows(run.data)


def _answer(run: Run) -> Measurement:
    from eval.tasks.answer import answer_rows

    return answer_rows(run.data, run.engine)


TASKS: dict[str, Callable[[Run], Measurement]] = {
    "ticket": _ticket,
    "unit": _unit,
    "category": _category,
    "risk": _risk,
    "duplicate": _duplicate,
    "retrieval": _retrieval,
    "answer": _answer,
}


EMBEDDED_ONLY = ("category", "retrieval", "duplicate")
"""A model has no say in category and retrieval; of duplicates it only looks at stored pairs that are in doubt."""
ALONE, IN_THE_SERVICE = ("unit", "category"), ("ticket", "risk")
"""Where a trained model is measured by itself, and where in the service, in the place of its like."""


def evaluate(
    task: Annotated[str, typer.Argument(help=" ".join(TASKS))],
    data: Annotated[Path, typer.Option(exists=True, help="评测文件")],
    engine: Annotated[Engine, typer.Option(help="embedded 或 llm（CHAT__BASE_URL、CHAT__MODEL）")] = Engine.EMBEDDED,
    model: Annotated[
        Path | None,
        typer.Option(exists=True, help="训练得到的模型目录：unit、category 单独评测，ticket、risk 放进服务"),
    ] = None,
    learnt_from: Annotated[Path | None, typer.Option("--train", exists=True, help="训练数据：查找跨集近似重复")] = None,
    json_out: Annotated[Path | None, typer.Option("--json", help="把指标写入该文件")] = None,
) -> None:
    """在带标准答案的数据上评测，打印指标表及 95% 置信区间。"""
    if task not in TASKS:
        raise typer.BadParameter(f"未知任务 {task!r}，可选：{'、'.join(TASKS)}")
    if model and task not in ALONE + IN_THE_SERVICE:
        raise typer.BadParameter(f"{task} 不用 --model；可用于 {'、'.join(ALONE + IN_THE_SERVICE)}")
    if json_out and not json_out.absolute().parent.is_dir():
        raise typer.BadParameter(f"没有目录 {json_out.parent}")
    if engine is Engine.LLM and (task in EMBEDDED_ONLY or (model and task in ALONE)):
        Console(stderr=True).print(f"{task}：大模型不参与这一步，以下为内置引擎的结果")
        engine = Engine.EMBEDDED
    measured = held_back(data, TASKS[task](Run(data, engine, model, learnt_from)))
    console = Console()
    console.print(metric_table(task, data, measured))
    for name, rows in measured.tables.items():
        if rows:
            console.print(row_table(name, rows))
    if json_out:
        json_out.write_text(
            json.dumps(report(task, Run(data, engine, model), measured), ensure_ascii=False, indent=2), "utf-8"
        )


def held_back(data: Path, measured: Measurement) -> Measurement:
    """Return what may be read of a measurement: nobody looks at the single faults of a test half."""
    if not data.stem.endswith("_test"):
        return measured
    return replace(measured, tables={name: rows for name, rows in measured.tables.items() if name != "faults"})


def report(task: str, run: Run, measured: Measurement) -> dict[str, Any]:
    """Return what `--json` writes."""
    return {
        "task": task,
        "data": str(run.data),
        "data_sha256": sha256_of(run.data),
        "n": measured.n,
        "engine": run.engine,
        "model": str(run.model) if run.model else "default",
        "measured_at": datetime.now().astimezone().isoformat(timespec="seconds"),
        **{key: value for key, value in asdict(measured).items() if key in ("metrics", "intervals", "tables")},
    }


def metric_table(task: str, data: Path, measured: Measurement) -> Table:
    """Return the table a person reads."""
    table = Table("metric", "value", "95 % interval", title=f"{task} · {data.name} · n={measured.n}")
    for name, value in measured.metrics.items():
        low, high = measured.intervals.get(name, (float("nan"), float("nan")))
        table.add_row(name, f"{value:.4f}", f"{low:.3f}–{high:.3f}" if low == low else "")
    return table


def row_table(name: str, rows: list[dict[str, Any]], *, most: int = 40) -> Table:
    """Return the first rows of a break-down."""
    columns = list(rows[0])
    table = Table(*columns, title=f"{name} ({len(rows)})")
    for row in rows[:most]:
        table.add_row(*(str(row.get(column, "")) for column in columns))
    return table
