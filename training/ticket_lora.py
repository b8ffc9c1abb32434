"""`hotline train ticket-lora`: supervised fine-tuning of a chat model by LoRA (TRL, PEFT), measured before and after.

Writes `adapter/` (vLLM: `--enable-lora --lora-modules ticket=OUT/adapter`), `merged/` (served as any model), a manifest
and the table. Runs on a GPU where there is one.
"""

import json
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from pydantic import BaseModel, ConfigDict, Field
from rich.console import Console
from rich.table import Table
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

from app.bootstrap import build_flows, build_reader
from app.bootstrap.reader import kind_reader
from app.config import ChatSettings, Settings
from app.prompting.library import PromptLibrary
from app.store.reference.load import load_reference_data
from eval.base import BadData, Measurement, read_jsonl
from eval.tasks.ticket import measure_ticket
from training.manifest import write_manifest
from training.settings import settings_in
from training.ticket_examples import TicketExamples

DEFAULTS = Path(__file__).with_suffix(".yaml")
SHOWN = ("fact_recall", "unsupported_rate", "forbidden_rate", "split_f1", "field_f1.micro")


class LoraSettings(BaseModel):
    """The file ticket_lora.yaml; see there."""

    model_config = ConfigDict(extra="forbid")

    base: Path
    rank: int
    alpha: int
    dropout: float
    target_modules: str
    epochs: float
    learning_rate: float
    batch_size: int
    accumulate: int
    longest: int
    packing: bool
    warmup_share: float
    seed: int
    held_out: float = Field(gt=0, lt=1)
    most_measured: int
    measure_tokens: int
    measure_seconds: float


def train_ticket_lora(data: Path, out: Path, config: Path | None) -> None:
    """Train on the data, measure on what was held out, write everything to `out`."""
    settings = LoraSettings.model_validate(settings_in(DEFAULTS) | settings_in(config))
    console = Console()
    kept, held = split(taught(data), settings)
    built = list(builder().conversations(kept))
    conversations = fitting(built, settings)
    too_long = len(built) - len(conversations)
    console.print(f"通话 {len(kept)}，可学 {len(conversations)}，超过 longest 略去 {too_long}，留出 {len(held)}")
    before = measured(settings.base, held, settings)
    losses = fine_tune(conversations, out, settings)
    after = measured(out / "merged", held, settings)
    table = Table("指标", "训练前", "训练后", title=f"留出 {len(held)} 通")
    for name in SHOWN if held else ():
        table.add_row(name, f"{before.metrics[name]:.4f}", f"{after.metrics[name]:.4f}")
    console.print(table)
    figures = {"before": before.metrics, "after": after.metrics, "loss": losses}
    facts = {"seed": settings.seed, "base": str(settings.base), "settings": settings.model_dump(mode="json")}
    facts |= {"base_revision": base_revision(settings.base), "examples": len(conversations), **figures}
    write_manifest(out / "merged", name=out.name, task="ticket-lora", data=data, facts=facts)
    (out / "manifest.json").write_text((out / "merged" / "manifest.json").read_text("utf-8"), "utf-8")


def taught(data: Path) -> list[dict[str, Any]]:
    """Return calls with gold, and exported corrections.

    Raises:
        BadData: a row is neither.
    """
    rows = read_jsonl(data, "id")
    for row in rows:
        if not row.keys() >= {"turns", "gold"} and not row.keys() >= {"text", "field", "label"}:
            raise BadData(f"{data} {row['id']}：既无 turns、gold，也不是导出的更正（text、field、label）")
    return rows


def split(rows: list[dict[str, Any]], settings: LoraSettings) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return what is learnt from and what is measured; whole scenarios are held out, and only rows with gold."""
    groups = sorted({str(row.get("scenario", row["id"])) for row in rows if "gold" in row})
    random.Random(settings.seed).shuffle(groups)
    out = set(groups[: max(1, round(len(groups) * settings.held_out))] if groups else ())
    held = [row for row in rows if "gold" in row and str(row.get("scenario", row["id"])) in out]
    kept = [row for row in rows if row not in held]
    return kept, held[: settings.most_measured]


def builder() -> TicketExamples:
    """Return what makes conversations of rows, with the words and the checks of production."""
    settings = Settings()
    reference = load_reference_data(settings.knowledge_dir)
    kinds = kind_reader(settings.weights_dir, reference)
    prompt = PromptLibrary(settings.prompts_dir).newest("ticket")
    return TicketExamples(build_reader(settings, reference), reference, kinds, prompt)


def fitting(conversations: Sequence[dict[str, Any]], settings: LoraSettings) -> list[dict[str, Any]]:
    """Return the conversations of at most `longest` tokens: a longer one would be cut, and its answer is at its end.

    Raises:
        BadData: there is none.
    """
    tokenizer = AutoTokenizer.from_pretrained(settings.base, local_files_only=True)
    found = [
        one
        for one in conversations
        if len(tokenizer.apply_chat_template(one["prompt"] + one["completion"], return_dict=True)["input_ids"])
        <= settings.longest
    ]
    if not found:
        raise BadData(f"{len(conversations)} 通可学的通话都超过 longest（{settings.longest} 个词元），请加大 longest")
    return found


def fine_tune(conversations: Sequence[dict[str, Any]], out: Path, settings: LoraSettings) -> list[float]:
    """Train; return the loss as it fell."""
    tokenizer = AutoTokenizer.from_pretrained(settings.base, local_files_only=True)
    network = AutoModelForCausalLM.from_pretrained(settings.base, local_files_only=True)
    on_gpu = torch.cuda.is_available()
    arguments = SFTConfig(
        output_dir=str(out / "run"),
        num_train_epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        per_device_train_batch_size=settings.batch_size,
        gradient_accumulation_steps=settings.accumulate,
        max_length=settings.longest,
        packing=settings.packing,
        packing_strategy="bfd" if on_gpu else "wrapped",
        warmup_steps=settings.warmup_share,
        completion_only_loss=True,
        logging_steps=1,
        save_strategy="no",
        report_to="none",
        seed=settings.seed,
        bf16=on_gpu,
        use_cpu=not on_gpu,
        gradient_checkpointing=on_gpu,
    )
    lora = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=settings.target_modules,
        task_type="CAUSAL_LM",
    )
    trainer = SFTTrainer(
        model=network,
        args=arguments,
        train_dataset=Dataset.from_list(list(conversations)),
        processing_class=tokenizer,
        peft_config=lora,
    )
    trainer.train()
    trainer.save_model(str(out / "adapter"))
    trainer.model.merge_and_unload().save_pretrained(out / "merged")
    tokenizer.save_pretrained(out / "merged")
    return [round(float(entry["loss"]), 4) for entry in trainer.state.log_history if "loss" in entry]


def measured(model: Path, rows: list[dict[str, Any]], settings: LoraSettings) -> Measurement:
    """Measure a model folder by the evaluation that `hotline eval ticket --engine llm` runs."""
    chat = ChatSettings(
        engine="llm",
        backend="transformers",
        model=str(model),
        max_tokens=settings.measure_tokens,
        seconds=settings.measure_seconds,
    )
    if not rows:
        return Measurement(0, {})
    with tempfile.TemporaryDirectory() as folder:
        flows = build_flows(Settings(data_dir=Path(folder), chat=chat))
        found = measure_ticket(flows.intake.run, rows)
        flows.close()
    return found


def base_revision(folder: Path) -> str:
    """Return what the base model's folder says of itself."""
    manifest = folder / "manifest.json"
    config = folder / "config.json"
    named = json.loads(manifest.read_text("utf-8")).get("revision") if manifest.exists() else None
    return str(named or json.loads(config.read_text("utf-8")).get("_commit_hash") or "unversioned")
