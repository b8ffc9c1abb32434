"""The production flows under evaluation: files with gold in, measurements out. Nothing is stored for long."""

import json
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
from app.domain.errors import InvalidInput
from app.domain.reading import CallReading
from app.domain.ticket import IntakeResult
from app.domain.transcript import Transcript
from app.flows.capabilities import CapabilityFlow
from app.flows.intake import Reads
from app.flows.registry import Flows
from eval.base import BadData, Measurement, read_jsonl
from eval.tasks.ticket import measure_ticket

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=timezone(timedelta(hours=8)))


SERVED_AS = {"category": "category", "unit": "function", "risk": "risk", "embedding": "embedding"}
"""The folder of the service's weights that a trained model takes the place of, by the task in its manifest."""


@contextmanager
def fresh_flows(engine: str = "embedded", model: Path | None = None) -> Iterator[Flows]:
    """Wire the service on an empty store of its own, a trained `model` in the place of its like."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings().apart(Path(folder) / "var")
        if model:
            weights = weights_with(model, settings.weights_dir, Path(folder) / "weights")
            settings = settings.model_copy(update={"weights_dir": weights})
        chat = ChatSettings.model_validate({**settings.chat.model_dump(), "engine": engine})
        flows = build_flows(settings.model_copy(update={"chat": chat}))
        yield flows
        flows.close()


def weights_with(model: Path, weights: Path, folder: Path) -> Path:
    """Link all weights into a new folder, a trained model in the place of the one that does the same.

    Raises:
        BadData: it is no model that the service could serve.
    """
    try:
        task = json.loads((model / "manifest.json").read_text("utf-8"))["task"]
        place = SERVED_AS[task]
    except (OSError, ValueError, KeyError) as error:
        raise BadData(f"{model} 不是训练得到的 {'、'.join(SERVED_AS)} 模型") from error
    folder.mkdir()
    for own in weights.iterdir():
        (folder / own.name).symlink_to((model if own.name == place else own).resolve())
    return folder


def ticket_rows(data: Path, engine: str = "embedded", model: Path | None = None) -> Measurement:
    """Measure tickets from transcripts with gold; who answered, and what it cost, goes into a table of its own."""
    results: list[IntakeResult] = []
    rows = read_jsonl(data, "id", "turns", "gold.demands")
    with fresh_flows(engine, model) as flows:

        def intake(payload: dict[str, Any]) -> IntakeResult:
            try:
                results.append(flows.intake.run(payload))
            except InvalidInput as error:
                raise BadData(f"{data} {payload['id']}：{error.message_zh}") from error
            return results[-1]

        measured = measure_ticket(intake, rows)
    return replace(measured, tables={**answered_by(results), **measured.tables}) if engine == "llm" else measured


class Counted:
    """A reader that counts who answered, and why not the language model."""

    def __init__(self, reader: Reads) -> None:
        self._reader = reader
        self._answered: Counter[tuple[str, str]] = Counter()

    def read(self, transcript: Transcript) -> CallReading:
        """Return what was understood."""
        reading = self._reader.read(transcript)
        self._answered[reading.engine, reading.degraded_reason or ""] += 1
        return reading

    @property
    def table(self) -> dict[str, list[dict[str, Any]]]:
        """The counts, most first."""
        return counts_of(self._answered)


def counts_of(answered: Counter[tuple[str, str]]) -> dict[str, list[dict[str, Any]]]:
    """Return the table of who answered."""
    return {"answered by": [{"engine": e, "reason": why, "calls": n} for (e, why), n in answered.most_common()]}


def answered_by(results: Sequence[IntakeResult]) -> dict[str, list[dict[str, Any]]]:
    """Return who answered how many calls and why, and which fields the language model got wrong."""
    reasons = Counter((result.engine, result.degraded_reason or "") for result in results)
    wrong = Counter(name.split(".", 1)[1] for result in results for name in result.embedded_fields)
    taken = [result.latency_ms for result in results]
    p50, p99 = np.percentile(taken, [50, 99]) if taken else (0.0, 0.0)
    return {
        **counts_of(reasons),
        "fields left to the embedded engine": [{"field": f, "calls": n} for f, n in wrong.most_common()],
        "latency": [{"p50_ms": round(float(p50), 1), "p99_ms": round(float(p99), 1)}],
    }


def capabilities_of(flows: Flows) -> CapabilityFlow:
    """Return single capabilities that read with the engine under evaluation, the language model where it is set."""
    return CapabilityFlow(flows.intake.reader, flows.intake.policy)
