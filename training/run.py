"""`hotline train TASK`: fine-tune on a city's own history; writes weights, manifest and a before/after table."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.table import Table

from eval.base import Measurement
from eval.examples import Example, read_examples
from eval.splits import near_duplicates_across
from eval.tasks.labels import measure_labels
from models.factory import load_classifier
from training.data import group_folds
from training.linear_classifier import LinearSettings, train_linear


class Task(StrEnum):
    """What can be trained."""

    CATEGORY = "category"
    UNIT = "unit"


HELD_OUT_FOLDS = 5
DEFAULTS: dict[str, Any] = {"analyser": "words", "kind": "svm", "inverse_regularisation": 0.3, "features": 60_000}
"""Chosen by cross-validation on public messages of a city's board; a YAML file overrides them."""
SHOWN = ("accuracy", "macro_f1", "top3", "coverage_at_98", "ece")


def train(
    task: Annotated[Task, typer.Argument(help="category 或 unit")],
    data: Annotated[Path, typer.Option(exists=True, help="CSV 或 JSONL：id,title,text,label")],
    out: Annotated[Path, typer.Option(help="写入权重和清单的目录")],
    config: Annotated[Path | None, typer.Option(exists=True, help="YAML，覆盖默认设置")] = None,
) -> None:
    """用本市历史数据训练分类模型，留出五分之一分组对比前后效果。"""
    settings = LinearSettings(**(DEFAULTS | (yaml.safe_load(config.read_text("utf-8")) if config else {})))
    examples = read_examples(data)
    kept, held = split(examples, settings.seed)
    console = Console()
    leaks = near_duplicates_across(kept, held)
    console.print(f"训练 {len(kept)}，留出 {len(held)}，跨分组近似重复 {len(leaks)}")
    before = measured(out, held) if (out / "manifest.json").exists() else None
    trial = out.with_name(out.name + ".trial")
    train_linear(kept, trial, name=out.name, task=task, data=data, settings=settings)
    after = measured(trial, held)
    console.print(comparison(before, after))
    train_linear(examples, out, name=out.name, task=task, data=data, settings=settings)
    for file in trial.iterdir():
        file.unlink()
    trial.rmdir()


def split(examples: list[Example], seed: int) -> tuple[list[Example], list[Example]]:
    """Return training and held-out examples: the latest fifth where times are known, else a fifth of groups."""
    if all(example.created_at for example in examples):
        ordered = sorted(examples, key=lambda example: str(example.created_at))
        cut = len(ordered) * (HELD_OUT_FOLDS - 1) // HELD_OUT_FOLDS
        return ordered[:cut], ordered[cut:]
    folds = group_folds(examples, HELD_OUT_FOLDS, seed)
    held = [e for e, fold in zip(examples, folds, strict=True) if fold == 0]
    return [e for e, fold in zip(examples, folds, strict=True) if fold != 0], held


def measured(folder: Path, held: list[Example]) -> Measurement:
    """Measure the model in a folder on held-out examples."""
    model = load_classifier(folder)
    return measure_labels([e.label for e in held], model.scores([e.text for e in held]), model.labels)


def comparison(before: Measurement | None, after: Measurement) -> Table:
    """Return the before/after table."""
    table = Table("指标", "训练前", "训练后", title=f"留出 {after.n} 条")
    for name in SHOWN:
        old = f"{before.metrics[name]:.4f}" if before else "无"
        table.add_row(name, old, f"{after.metrics[name]:.4f}")
    return table
