"""The production flows under evaluation: files with gold in, measurements out. Nothing is stored for long."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np

from app.bootstrap import build_flows
from app.config import ChatSettings, Settings
from app.domain.ticket import IntakeResult
from app.flows.capabilities import CapabilityFlow
from app.flows.registry import Flows
from eval.base import Measurement, read_jsonl
from eval.tasks.ticket import measure_ticket

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=timezone(timedelta(hours=8)))


@contextmanager
def fresh_flows(engine: str = "embedded") -> Iterator[Flows]:
    """Wire the service on an empty store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        chat = ChatSettings.model_validate({**settings.chat.model_dump(), "engine": engine})
        flows = build_flows(settings.model_copy(update={"chat": chat}))
        yield flows
        flows.close()


def ticket_rows(data: Path, engine: str = "embedded") -> Measurement:
    """Measure tickets from transcripts with gold; who answered, and what it cost, goes into a table of its own."""
    results: list[IntakeResult] = []
    with fresh_flows(engine) as flows:

        def intake(payload: dict[str, Any]) -> IntakeResult:
            results.append(flows.intake.run(payload))
            return results[-1]

        measured = measure_ticket(intake, read_jsonl(data, "turns", "gold"))
    return replace(measured, tables={**answered_by(results), **measured.tables}) if engine == "llm" else measured


def answered_by(results: Sequence[IntakeResult]) -> dict[str, list[dict[str, Any]]]:
    """Return who answered how many calls and why, and which fields the language model got wrong."""
    reasons = Counter((result.engine, result.degraded_reason or "") for result in results)
    wrong = Counter(name.split(".", 1)[1] for result in results for name in result.embedded_fields)
    taken = [result.latency_ms for result in results]
    p50, p99 = np.percentile(taken, [50, 99]) if taken else (0.0, 0.0)
    rows = [{"engine": e, "reason": why, "calls": n} for (e, why), n in reasons.most_common()]
    return {
        "answered by": rows,
        "fields left to the embedded engine": [{"field": f, "calls": n} for f, n in wrong.most_common()],
        "latency": [{"p50_ms": round(float(p50), 1), "p99_ms": round(float(p99), 1)}],
    }


def capabilities_of(flows: Flows) -> CapabilityFlow:
    """Return single capabilities that read with the engine under evaluation, the language model where it is set."""
    return CapabilityFlow(flows.intake.reader, flows.intake.policy)
