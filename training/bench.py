"""Times fine-tuning at production size on this machine's accelerator: a BERT-base, and LoRA on a Qwen3-0.6B.

Run: `python -m training.bench` with the packages of `.locks/transformer.txt` and `.locks/tune.txt`. Both models have
the published shapes and random weights, so the time is true and the quality means nothing.
"""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
import typer
import yaml
from rich.console import Console
from rich.table import Table
from transformers import BertConfig, BertForMaskedLM, BertTokenizerFast

from app.domain.frozen import Frozen
from eval.base import read_jsonl
from eval.examples import read_examples
from models.base import ChatMessage
from models.factory import load_chat_model, load_classifier, load_embedder
from training import tiny_chat_model
from training.ticket_lora import DEFAULTS, LoraSettings, builder, fine_tune, fitting
from training.transformer import TransformerSettings, train_classifier, train_encoder

DEMANDS = Path("training/datasets/demands.jsonl")
CALLS = Path("eval/datasets/ticket_dev.jsonl")
QWEN3_600M = {
    "hidden_size": 1024,
    "intermediate_size": 3072,
    "num_hidden_layers": 28,
    "num_attention_heads": 16,
    "num_key_value_heads": 8,
    "head_dim": 128,
}


class _Answer(Frozen):
    kind: Literal["help", "complaint"]


def main(epochs: Annotated[float, typer.Option(help="of every training")] = 1) -> None:
    """Print how long each training takes, and whether what it wrote is served."""
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    table = Table("training", "examples", "s", "examples/s", "peak GiB", "served", title=device)
    with tempfile.TemporaryDirectory() as folder:
        for name, run in {"category, BERT-base": category, "embedding, BERT-base": embedding, "LoRA": lora}.items():
            table.add_row(name, *timed(run, Path(folder), epochs))
    Console(width=110).print(table)


def timed(run: Callable[[Path, float], tuple[int, float, str]], folder: Path, epochs: float) -> tuple[str, ...]:
    """Return a row's cells; the time is the training's alone where it tells it."""
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    count, seconds, served = run(folder, epochs)
    peak = torch.cuda.max_memory_allocated() / 2**30 if torch.cuda.is_available() else 0
    return f"{count:,}", f"{seconds:.0f}", f"{epochs * count / seconds:.1f}", f"{peak:.1f}", served


def category(folder: Path, epochs: float) -> tuple[int, float, str]:
    """Fine-tune a classifier on every written demand; return examples, seconds, and its sureness of one text."""
    base, data = bert(folder / "bert"), labelled(folder / "demands.jsonl")
    settings = TransformerSettings(base=str(base), epochs=epochs, batch=32, length=128)
    examples = read_examples(data)
    started = time.perf_counter()
    out = folder / "category"
    train_classifier(examples, out, name="category", task="category", data=data, settings=settings)
    seconds = time.perf_counter() - started
    return len(examples), seconds, f"{load_classifier(out).scores([examples[0].text]).max():.3f}"


def embedding(folder: Path, epochs: float) -> tuple[int, float, str]:
    """Fine-tune an encoder on pairs of the same label; return examples, seconds, and the length of one vector."""
    base, data = bert(folder / "bert"), labelled(folder / "demands.jsonl")
    settings = TransformerSettings(base=str(base), epochs=epochs, batch=64, length=128)
    examples = read_examples(data)
    started = time.perf_counter()
    train_encoder(examples, folder / "embedding", name="embedding", data=data, settings=settings)
    seconds = time.perf_counter() - started
    return len(examples), seconds, str(load_embedder(folder / "embedding").embed([examples[0].text]).shape)


def lora(folder: Path, epochs: float) -> tuple[int, float, str]:
    """Fine-tune adapters on our calls; return conversations, seconds, and what the merged model writes."""
    base, out = folder / "qwen", folder / "lora"
    tiny_chat_model.make(base, QWEN3_600M)
    stated = yaml.safe_load(DEFAULTS.read_text("utf-8"))
    settings = LoraSettings.model_validate(stated | {"base": base, "epochs": epochs})
    conversations = fitting(list(builder().conversations(read_jsonl(CALLS))), settings)
    started = time.perf_counter()
    fine_tune(conversations, out, settings)
    seconds = time.perf_counter() - started
    merged = load_chat_model(
        "transformers", base_urls=(), model=str(out / "merged"), api_key="-", limits={}, max_tokens=40
    )
    text = merged.generate([ChatMessage("user", "路灯坏了")], form=_Answer, seconds=60)
    return len(conversations), seconds, _Answer.model_validate_json(text).kind


def bert(folder: Path) -> Path:
    """Make a BERT-base at random weights, a character a token; return its folder."""
    if not folder.exists():
        folder.mkdir()
        signs = sorted({sign for row in read_jsonl(DEMANDS) for sign in row["text"].lower() if sign.strip()})
        words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *signs]
        (folder / "vocab.txt").write_text("\n".join(words), "utf-8")
        BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
        torch.manual_seed(tiny_chat_model.SEED)
        BertForMaskedLM(BertConfig(vocab_size=len(words))).save_pretrained(folder)
    return folder


def labelled(file: Path) -> Path:
    """Write the demands with their category as the label; return the file."""
    rows: list[dict[str, Any]] = [row | {"label": row["category"]} for row in read_jsonl(DEMANDS)]
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return file


if __name__ == "__main__":
    typer.run(main)
