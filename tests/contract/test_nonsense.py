"""A real model that talks nonsense (random weights) makes no ticket worse than the embedded engine's."""

import os
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import build_flows
from app.config import ROOT, ChatSettings, Settings
from app.domain.ticket import IntakeResult
from eval.base import read_jsonl
from eval.tasks.ticket import measure_ticket

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("HOTLINE_REAL_MODELS" not in os.environ, reason="no real models: run `make test-llm`"),
]
SAMPLE = 16
CHATS = {
    "embedded": ChatSettings(),
    "vllm": ChatSettings(
        engine="llm", base_url="http://127.0.0.1:8791/v1", model="tiny-chat", seconds=20, max_tokens=400
    ),
    "transformers": ChatSettings(
        engine="llm", backend="transformers", model=str(ROOT / "var/tiny-chat"), seconds=20, max_tokens=200
    ),
}
LOWER_IS_BETTER = ("unsupported_rate", "forbidden_rate")


def measured(folder: Path, chat: ChatSettings) -> tuple[dict[str, float], list[IntakeResult]]:
    """Return the figures of a spread sample of the development calls, and the results."""
    rows = read_jsonl(ROOT / "eval/datasets/ticket_dev.jsonl")
    flows = build_flows(Settings(data_dir=folder, chat=chat))
    results: list[IntakeResult] = []

    def intake(payload: dict[str, Any]) -> IntakeResult:
        results.append(flows.intake.run(payload))
        return results[-1]

    found = measure_ticket(intake, rows[:: len(rows) // SAMPLE][:SAMPLE])
    flows.close()
    return found.metrics, results


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, float], list[IntakeResult]]:
    return measured(tmp_path_factory.mktemp("embedded"), CHATS["embedded"])


@pytest.mark.parametrize("backend", ["vllm", "transformers"])
def test_nonsense_makes_no_ticket_worse(
    backend: str, tmp_path: Path, embedded: tuple[dict[str, float], list[IntakeResult]]
) -> None:
    alone, plain = embedded
    figures, results = measured(tmp_path, CHATS[backend])
    for name, value in figures.items():
        assert value <= alone[name] if name in LOWER_IS_BETTER else value >= alone[name], name
    assert [r.call_id for r in results] == [r.call_id for r in plain]
    for result, other in zip(results, plain, strict=True):
        assert [t.referrals for t in result.tickets] == [t.referrals for t in other.tickets]
        assert [t.unit.lead for t in result.tickets] == [t.unit.lead for t in other.tickets]
    asked = [result for result in results if result.tickets]
    assert all(result.degraded or result.engine == "llm" for result in asked)
