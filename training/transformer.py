"""Fine-tunes a local BERT-class checkpoint for categories, units or an embedding, and exports it to ONNX.

Needs the transformer set (`.locks/transformer.txt`); what it writes is served by `models/*/onnx.py` without torch.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from transformers import (
    AutoModel,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Trainer,
    TrainingArguments,
)

from eval.examples import Example
from training.contrastive_embedding import same_label_pairs
from training.data import group_folds
from training.linear_classifier import fit_temperature
from training.manifest import file_sha256, write_manifest


@dataclass(frozen=True)
class TransformerSettings:
    """Everything that changes the result; stands in the manifest."""

    base: str
    """Folder of a local checkpoint: config, weights and a fast tokenizer."""
    epochs: float = 3
    batch: int = 16
    learning_rate: float = 5e-5
    length: int = 256
    folds: int = 5
    """One fold in so many is kept back to set the temperature."""
    temperature: float = 0.05
    """Of the contrastive loss of an embedding."""
    seed: int = 7


class Pooled(torch.nn.Module):
    """An encoder whose output is the mean of its token vectors, of unit length."""

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return one vector a text."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask[:, :, None].to(states.dtype)
        return torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1).clamp(min=1), dim=-1)


class Logits(torch.nn.Module):
    """A classifier whose output is its logits alone."""

    def __init__(self, classifier: PreTrainedModel) -> None:
        super().__init__()
        self.classifier = classifier

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return logits, shape (texts, labels)."""
        logits: torch.Tensor = self.classifier(input_ids=input_ids, attention_mask=attention_mask).logits
        return logits


class PairTrainer(Trainer):
    """Pulls the two texts of a pair together and pushes the others of the batch apart."""

    contrast = 0.05

    def compute_loss(self, model: Any, inputs: Any, return_outputs: bool = False, **kwargs: Any) -> Any:
        """Return the symmetric InfoNCE loss."""
        first = model(inputs["input_ids"], inputs["attention_mask"])
        second = model(inputs["other_ids"], inputs["other_mask"])
        likeness = first @ second.T / self.contrast
        wanted = torch.arange(len(first), device=first.device)
        losses = torch.nn.functional.cross_entropy
        loss = (losses(likeness, wanted) + losses(likeness.T, wanted)) / 2
        return (loss, {"loss": loss}) if return_outputs else loss


def train_classifier(
    examples: Sequence[Example], out: Path, *, name: str, task: str, data: Path, settings: TransformerSettings
) -> dict[str, Any]:
    """Fine-tune, calibrate on a fold kept back, export; return the manifest."""
    labels = sorted({example.label for example in examples})
    column = {label: i for i, label in enumerate(labels)}
    tokenizer = _tokenizer(settings)
    folds = group_folds(examples, settings.folds, settings.seed)
    kept = [e for e, fold in zip(examples, folds, strict=True) if fold != 0]
    held = [e for e, fold in zip(examples, folds, strict=True) if fold == 0]
    torch.manual_seed(settings.seed)
    model = AutoModelForSequenceClassification.from_pretrained(
        settings.base, num_labels=len(labels), local_files_only=True
    )
    rows = Dataset.from_list([{"text": e.text, "labels": column[e.label]} for e in kept])
    rows = rows.map(lambda row: _encoded(tokenizer, row["text"], settings), batched=True, remove_columns=["text"])
    Trainer(
        model=model,
        args=_arguments(settings),
        train_dataset=rows,
        data_collator=lambda found: _padded(tokenizer, found, ("labels",)),
    ).train()
    served = Logits(model.cpu().eval())
    _export(served, tokenizer, out, "logits", settings)
    (out / "vocabulary.json").write_text(json.dumps({"labels": labels}, ensure_ascii=False), "utf-8")
    logits = _logits(served, tokenizer, [e.text for e in held], settings)
    gold = np.array([column[e.label] for e in held])
    facts = {
        "kind": "onnx",
        "temperature": round(fit_temperature(logits, gold), 4) if len(held) else 1.0,
        "held_out_accuracy": round(float((logits.argmax(axis=1) == gold).mean()), 4) if len(held) else None,
        "examples": len(examples),
        "labels": len(labels),
        **_facts(settings),
    }
    return write_manifest(out, name=name, task=task, data=data, facts=facts)


def train_encoder(
    examples: Sequence[Example], out: Path, *, name: str, data: Path, settings: TransformerSettings
) -> dict[str, Any]:
    """Fine-tune contrastively on texts of the same label, export; return the manifest."""
    tokenizer = _tokenizer(settings)
    pairs = same_label_pairs([e.text for e in examples], [e.label for e in examples], each=1, seed=settings.seed)
    torch.manual_seed(settings.seed)
    model = Pooled(AutoModel.from_pretrained(settings.base, local_files_only=True))
    rows = []
    for first, second in pairs:
        one, other = (_encoded(tokenizer, [text], settings) for text in (first, second))
        rows.append(
            {
                "input_ids": one["input_ids"][0],
                "attention_mask": one["attention_mask"][0],
                "other_ids": other["input_ids"][0],
                "other_mask": other["attention_mask"][0],
            }
        )
    trainer = PairTrainer(
        model=model,
        args=_arguments(settings),
        train_dataset=Dataset.from_list(rows),
        data_collator=lambda found: _padded_pairs(tokenizer, found),
    )
    trainer.contrast = settings.temperature
    trainer.train()
    served = model.cpu().eval()
    _export(served, tokenizer, out, "vectors", settings)
    size = int(served.encoder.config.hidden_size)
    facts = {"kind": "onnx", "dimensions": size, "examples": len(examples), **_facts(settings)}
    return write_manifest(out, name=name, task="embedding", data=data, facts=facts)


def _facts(settings: TransformerSettings) -> dict[str, Any]:
    config = Path(settings.base) / "config.json"
    return {"seed": settings.seed, "settings": settings.__dict__, "base_revision": file_sha256(config)[:12]}


def _tokenizer(settings: TransformerSettings) -> PreTrainedTokenizerFast:
    tokenizer: PreTrainedTokenizerFast = AutoTokenizer.from_pretrained(settings.base, local_files_only=True)
    return tokenizer


def _arguments(settings: TransformerSettings) -> TrainingArguments:
    return TrainingArguments(
        output_dir=tempfile.mkdtemp(),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch,
        learning_rate=settings.learning_rate,
        warmup_steps=0.1,
        seed=settings.seed,
        save_strategy="no",
        report_to=[],
        logging_strategy="no",
        remove_unused_columns=False,
        bf16=torch.cuda.is_available() and torch.cuda.is_bf16_supported(),
    )


def _encoded(tokenizer: PreTrainedTokenizerFast, texts: Sequence[str], settings: TransformerSettings) -> dict[str, Any]:
    found = tokenizer(list(texts), truncation=True, max_length=settings.length)
    return {"input_ids": found["input_ids"], "attention_mask": found["attention_mask"]}


def _padded(
    tokenizer: PreTrainedTokenizerFast, rows: Sequence[dict[str, Any]], beside: Sequence[str]
) -> dict[str, Any]:
    kept = [{name: row[name] for name in ("input_ids", "attention_mask")} for row in rows]
    batch = dict(tokenizer.pad(kept, return_tensors="pt"))
    return batch | {name: torch.tensor([row[name] for row in rows]) for name in beside}


def _padded_pairs(tokenizer: PreTrainedTokenizerFast, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    other = [{"input_ids": row["other_ids"], "attention_mask": row["other_mask"]} for row in rows]
    second = tokenizer.pad(other, return_tensors="pt")
    return _padded(tokenizer, rows, ()) | {"other_ids": second["input_ids"], "other_mask": second["attention_mask"]}


def _logits(
    model: torch.nn.Module, tokenizer: PreTrainedTokenizerFast, texts: Sequence[str], settings: TransformerSettings
) -> NDArray[np.float64]:
    found = []
    with torch.no_grad():
        for start in range(0, len(texts), 32):
            batch = tokenizer(
                list(texts[start : start + 32]),
                truncation=True,
                max_length=settings.length,
                padding=True,
                return_tensors="pt",
            )
            found.append(model(batch["input_ids"], batch["attention_mask"]).double().numpy())
    return np.concatenate(found) if found else np.zeros((0, 1))


def _export(
    model: torch.nn.Module,
    tokenizer: PreTrainedTokenizerFast,
    out: Path,
    output: str,
    settings: TransformerSettings,
) -> None:
    """Write `model.onnx` with free batch and length, and `tokenizer.json` cut at the length learnt with."""
    out.mkdir(parents=True, exist_ok=True)
    sample = tokenizer(["停水", "路灯不亮了"], padding=True, return_tensors="pt")
    free = {0: "texts", 1: "tokens"}
    torch.onnx.export(
        model,
        (sample["input_ids"], sample["attention_mask"]),
        str(out / "model.onnx"),
        input_names=["input_ids", "attention_mask"],
        output_names=[output],
        dynamic_axes={"input_ids": free, "attention_mask": free, output: {0: "texts"}},
        opset_version=17,
        dynamo=False,
    )
    backend = tokenizer.backend_tokenizer
    backend.enable_truncation(settings.length)
    backend.enable_padding(pad_id=tokenizer.pad_token_id, pad_token=tokenizer.pad_token)
    backend.save(str(out / "tokenizer.json"))
