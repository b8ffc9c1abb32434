"""`hotline train TASK`: fine-tune on a city's own history; writes weights, manifest, card and a before/after table."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from app.config import Settings
from app.store.reference.load import load_reference_data
from eval.base import BadData
from eval.examples import Example, moment_of, read_examples, with_zeros
from eval.splits import near_duplicates_across
from eval.tasks.labels import measure_labels
from models.factory import load_classifier, load_embedder
from training import risk_history
from training.card import write_card
from training.contrastive_embedding import (
    EmbeddingSettings,
    contrasted,
    nearest_accuracy,
    same_label_pairs,
    start_table,
    write_table,
)
from training.data import group_folds
from training.linear_classifier import LinearSettings, train_linear
from training.outcome import holds_model, model_folder, note_learnt, put_in_place, trial_folder, unseen
from training.settings import settings_in, settings_of


class Task(StrEnum):
    """What can be trained."""

    CATEGORY = "category"
    UNIT = "unit"
    RISK = "risk"
    EMBEDDING = "embedding"
    TICKET_LORA = "ticket-lora"


HELD_OUT_FOLDS = 5
SEED = 7
DEFAULTS: dict[str, Any] = {"analyser": "words", "kind": "svm", "inverse_regularisation": 0.3, "features": 60_000}
"""Chosen by cross-validation on public messages of a city's board; a YAML file overrides them."""
SHOWN = {
    Task.CATEGORY: ("accuracy", "macro_f1", "top3", "coverage_at_98", "ece"),
    Task.UNIT: ("accuracy", "macro_f1", "top3", "coverage_at_98", "ece"),
    Task.RISK: risk_history.SHOWN,
    Task.EMBEDDING: ("nearest_right", "right_in_10"),
}
"""What the table shows; the first decides whether a model is better than the one it would replace."""
SERVED = {Task.CATEGORY: "应为末级分类代码，如 010101", Task.UNIT: "应为职能代码，见 knowledge_base/units"}
"""What labels the service's own models have."""


@dataclass(frozen=True)
class Order:
    """One training run: what, from what, how."""

    task: Task
    data: Path
    out: Path
    settings: dict[str, Any]


@dataclass(frozen=True)
class Course:
    """What a run learns from, how, and how it is measured."""

    examples: list[Example]
    fit: Callable[[list[Example], Path], dict[str, Any]]
    measured: Callable[[Path, list[Example], list[Example]], dict[str, float]]


def _course(order: Order) -> Course:
    if order.task is not Task.RISK:
        examples = with_zeros(read_examples(order.data, task=order.task), served_labels(order.task))
        return Course(examples, partial(_fit, order), partial(measured, order.task))
    history = risk_history.RiskHistory(order.data, order.out.name, order.settings)
    return Course(history.examples, history.fit, history.measured)


def train(
    task: Annotated[Task, typer.Argument(help="训练什么")],
    data: Annotated[
        Path,
        typer.Option(
            exists=True, help="表格或 JSONL：id,title,text,label； risk：id,turns,各移送方向； ticket-lora：通话或更正"
        ),
    ],
    out: Annotated[Path, typer.Option(help="写入权重和清单的目录")],
    config: Annotated[
        Path | None, typer.Option(exists=True, help="YAML，覆盖默认设置；base: 目录 则微调本地 transformer")
    ] = None,
    force: Annotated[bool, typer.Option(help="效果变差时仍然替换原有模型")] = False,
) -> None:
    """用本市历史数据训练模型，变差则不替换。 留出五分之一（按时间或分组）对比前后效果，原有模型留在 OUT.previous。"""
    if task is Task.TICKET_LORA:
        return _train_ticket_lora(data, out, config)
    order = Order(task, data, model_folder(task, out), settings_in(config))
    course = _course(order)
    kept, held = split(course.examples, SEED)
    if not held:
        raise BadData(f"{data} 只有 {len(kept)} 条，留不出对比用的样本")
    leaks = near_duplicates_across(kept, held)
    console = Console()
    console.print(f"训练 {len(kept)}，留出 {len(held)}，跨分组近似重复 {len(leaks)}")
    labels = {example.label for example in course.examples}
    if (known := served_labels(task)) and (strange := sorted(labels - known)):
        console.print(f"{len(strange)} 种标签不在知识库中，服务不会用到：{'、'.join(strange[:5])}（{SERVED[task]}）")
    fresh = unseen(held, order.out) if holds_model(order.out) else []
    if holds_model(order.out) and not fresh and not force:
        console.print("留出的样本现有模型全都学过，不能比较，未替换：请加入新的数据、另选 --out，或用 --force 替换")
        raise typer.Exit(1)
    asked = fresh or held
    before = course.measured(order.out, kept, fresh) if fresh else None
    with trial_folder(order.out) as trial, enough_to_learn():
        course.fit(kept, trial)
        after = course.measured(trial, kept, asked)
        console.print(comparison(task, before, after, len(asked)))
        if before and after[SHOWN[task][0]] < before[SHOWN[task][0]] and not force:
            console.print("效果低于现有模型，未替换（--force 可强制替换）")
            raise typer.Exit(1)
        manifest = course.fit(course.examples, trial)
        write_card(trial, manifest, before, after, held=len(asked), leaks=len(leaks))
        note_learnt(course.examples, trial)
        previous = put_in_place(trial, order.out)
    console.print(f"模型已写入 {out}" + (f"，原有模型留在 {previous}" if previous else ""))


def served_labels(task: Task) -> frozenset[str]:
    """Return the labels that the service knows what to do with; none where any will do."""
    if task not in SERVED:
        return frozenset()
    reference = load_reference_data(Settings().knowledge_dir)
    leaves = {leaf.code for leaf in reference.categories.leaves}
    return frozenset(leaves if task is Task.CATEGORY else reference.function_by_id)


@contextmanager
def enough_to_learn() -> Iterator[None]:
    """Name what the learning itself refuses: one class, texts that share no word."""
    try:
        yield
    except BadData:
        raise
    except ValueError as error:
        raise BadData(f"这些数据不足以训练，类别至少两个、每个要有多条：{error}") from error


def _train_ticket_lora(data: Path, out: Path, config: Path | None) -> None:
    try:
        from training.ticket_lora import train_ticket_lora
    except ImportError as error:
        raise typer.BadParameter(f"缺少 {error.name}：请先安装 .locks/tune.txt") from error
    train_ticket_lora(data, out, config)


def _fit(order: Order, examples: list[Example], out: Path) -> dict[str, Any]:
    """Train on the examples into a folder; return its manifest."""
    if "base" in order.settings:
        return _fit_transformer(order, examples, out)
    if order.task is Task.EMBEDDING:
        settings = settings_of(EmbeddingSettings, order.settings)
        texts, labels = [e.text for e in examples], [e.label for e in examples]
        pairs = same_label_pairs(texts, labels, each=2, seed=settings.seed)
        table = contrasted(start_table(texts, settings), pairs, settings)
        facts = {"seed": settings.seed, "settings": settings.__dict__, "texts": len(texts), "base_revision": None}
        return write_table(table, out, name=order.out.name, data=order.data, facts=facts)
    linear = settings_of(LinearSettings, DEFAULTS | order.settings)
    return train_linear(examples, out, name=order.out.name, task=order.task, data=order.data, settings=linear)


def _fit_transformer(order: Order, examples: list[Example], out: Path) -> dict[str, Any]:
    try:
        from training.transformer import TransformerSettings, train_classifier, train_encoder
    except ImportError as error:
        raise typer.BadParameter(f"缺少 {error.name}：请先安装 .locks/transformer.txt") from error
    settings = settings_of(TransformerSettings, order.settings)
    if order.task is Task.EMBEDDING:
        return train_encoder(examples, out, name=order.out.name, data=order.data, settings=settings)
    return train_classifier(examples, out, name=order.out.name, task=order.task, data=order.data, settings=settings)


def split(examples: list[Example], seed: int) -> tuple[list[Example], list[Example]]:
    """Return training and held-out examples: the latest fifth where times are known, else a fifth of groups."""
    moments = [moment for example in examples if (moment := moment_of(example.created_at))]
    if len(moments) == len(examples):
        ordered = [examples[i] for i in sorted(range(len(examples)), key=moments.__getitem__)]
        cut = len(ordered) * (HELD_OUT_FOLDS - 1) // HELD_OUT_FOLDS
        return ordered[:cut], ordered[cut:]
    folds = group_folds(examples, HELD_OUT_FOLDS, seed)
    held = [e for e, fold in zip(examples, folds, strict=True) if fold == 0]
    return [e for e, fold in zip(examples, folds, strict=True) if fold != 0], held


def measured(task: Task, folder: Path, kept: list[Example], held: list[Example]) -> dict[str, float]:
    """Measure the model in a folder on held-out examples."""
    if task is Task.EMBEDDING:
        known, asked = ([(e.text, e.label) for e in part] for part in (kept, held))
        return nearest_accuracy(load_embedder(folder).embed, known, asked)
    model = load_classifier(folder)
    scores = model.scores([e.text for e in held])
    return measure_labels([e.label for e in held], scores, model.labels).metrics


def comparison(task: Task, before: dict[str, float] | None, after: dict[str, float], held: int) -> Table:
    """Return the before/after table."""
    table = Table("指标", "训练前", "训练后", title=f"留出 {held} 条")
    for name in SHOWN[task]:
        if name in after:
            table.add_row(name, f"{before[name]:.4f}" if before else "无", f"{after[name]:.4f}")
    return table
