"""`hotline train ticket-lora` end to end on the tiny model: trained, measured before and after, merged, loadable."""

import json
import os
from pathlib import Path

import pytest
import yaml

from app.config import ROOT
from eval.base import read_jsonl
from models.base import ChatMessage, ModelTimeout
from models.factory import load_chat_model
from tests.contract.test_chat_contract import Card

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("HOTLINE_REAL_MODELS" not in os.environ, reason="no real models: run `make test-llm`"),
]
CORRECTION = {
    "id": "T1-title",
    "title": "路灯不亮",
    "text": "市中区光明路街道路灯坏了三天没人修，希望尽快修好",
    "field": "title",
    "verdict": "corrected",
    "label": "光明路街道路灯损坏问题",
    "created_at": "2026-11-18T09:42:00+08:00",
}
SETTINGS = "{epochs: 2, most_measured: 1, measure_tokens: 150, measure_seconds: 20, longest: 8192, batch_size: 2}"


def test_it_learns_is_measured_and_serves(tmp_path: Path) -> None:
    from training.ticket_lora import train_ticket_lora

    rows = read_jsonl(ROOT / "eval/datasets/ticket_dev.jsonl")[:8]
    data, config, out = tmp_path / "data.jsonl", tmp_path / "lora.yaml", tmp_path / "out"
    data.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in [*rows, CORRECTION]), "utf-8")
    config.write_text(SETTINGS, "utf-8")
    train_ticket_lora(data, out, config)
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["loss"][-1] < manifest["loss"][0]
    assert manifest["examples"] >= 5
    assert set(manifest["before"]) == set(manifest["after"])
    assert len(manifest["data_sha256"]) == 64
    assert (out / "adapter" / "adapter_config.json").exists()
    merged = load_chat_model(
        "transformers", base_urls=(), model=str(out / "merged"), api_key="-", limits={}, max_tokens=60
    )
    text = merged.generate([ChatMessage("user", "路灯坏了")], form=Card, seconds=30)
    assert Card.model_validate_json(text)
    with pytest.raises(ModelTimeout):
        merged.generate([ChatMessage("user", "路灯坏了")], form=Card, seconds=0)


def test_a_conversation_whose_answer_would_be_cut_is_not_learnt() -> None:
    from training.ticket_lora import DEFAULTS, LoraSettings, builder, fitting

    stated = LoraSettings.model_validate(yaml.safe_load(DEFAULTS.read_text("utf-8")))
    built = list(builder().conversations([CORRECTION]))
    assert fitting(built, stated) == built
    with pytest.raises(ValueError, match="1 通可学的通话都超过 longest"):
        fitting(built, stated.model_copy(update={"longest": 200}))


def test_a_value_that_production_would_refuse_is_taught_as_null() -> None:
    from training.ticket_lora import builder

    call = {
        "id": "x",
        "channel": "web",
        "turns": [{"speaker": "citizen", "text": "市中区光明路街道路灯坏了三天没人修，希望尽快修好"}],
        "gold": {"demands": [{"kind": "help", "district": "滕州市", "town": "光明路街道"}]},
    }
    right, corrected = list(builder().conversations([call, CORRECTION]))
    form = json.loads(right["completion"][0]["content"])["tickets"][0]
    assert form["district"] is None
    assert form["town"]["value"] == "光明路街道"
    assert "光明路街道" in form["town"]["quote"]
    assert json.loads(corrected["completion"][0]["content"])["tickets"][0]["title"]["value"] == CORRECTION["label"]
