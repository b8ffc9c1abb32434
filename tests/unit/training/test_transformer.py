"""A local BERT-class checkpoint is fine-tuned, exported, and served behind the same ports without torch."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("transformers")
pytest.importorskip("torch")

from models.factory import load_classifier, load_embedder
from training.run import Task, train

WATER = [
    "家里停水三天",
    "水管爆了没水用",
    "自来水压力小",
    "停水没人修",
    "水龙头不出水",
    "小区断水",
    "楼上没水",
    "停水没通知",
]
HEAT = ["暖气不热", "屋里冷暖气冰凉", "供暖温度低", "地暖不热", "还没供暖", "暖气片不热", "供暖太晚", "暖气漏气"]

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of random weights: one layer, a character a token."""
    from transformers import BertConfig, BertForMaskedLM, BertTokenizerFast

    folder = tmp_path_factory.mktemp("base")
    signs = sorted({sign for text in WATER + HEAT for sign in text})
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *signs]
    (folder / "vocab.txt").write_text("\n".join(words), "utf-8")
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    shape = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    BertForMaskedLM(BertConfig(vocab_size=len(words), **shape)).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("data") / "history.jsonl"
    rows = [
        {"id": f"{label}{i}", "text": text, "label": label}
        for label, texts in (("水", WATER), ("热", HEAT))
        for i, text in enumerate(texts)
    ]
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return file


def config(folder: Path, base: Path) -> Path:
    file = folder / "config.yaml"
    file.write_text(f"base: {base}\nepochs: 30\nbatch: 4\nlearning_rate: 0.003\nlength: 32\n", "utf-8")
    return file


def test_a_fine_tuned_classifier_serves_what_it_learnt(tmp_path: Path, base: Path, data: Path) -> None:
    out = tmp_path / "model"
    train(Task.CATEGORY, data, out, config(tmp_path, base))
    model = load_classifier(out)
    scores = model.scores(["停水了", "暖气不热", "小区停水没人管"])
    assert [model.labels[i] for i in scores.argmax(axis=1)] == ["水", "热", "水"]
    np.testing.assert_allclose(scores.sum(axis=1), 1, atol=1e-4)
    assert json.loads((out / "manifest.json").read_text("utf-8"))["kind"] == "onnx"
    assert "before" in (out / "card.md").read_text("utf-8")


def test_a_fine_tuned_embedding_draws_a_matter_together(tmp_path: Path, base: Path, data: Path) -> None:
    out = tmp_path / "vectors"
    train(Task.EMBEDDING, data, out, config(tmp_path, base))
    vectors = load_embedder(out).embed(["停水没通知", "小区断水", "地暖不热"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
