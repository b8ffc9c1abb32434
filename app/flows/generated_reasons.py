"""Judgements in, the same judgements with the language model's verified dispatch reasons out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from app.domain.decision import UnitCandidate, UnitDecision
from app.domain.reading import CallReading
from app.domain.transcript import SpokenCall
from app.flows.judgement import Judgement
from app.flows.reading import CallReader
from app.prompting.task import within


class WritesReasons(Protocol):
    """Words the reasons of candidates by a language model."""

    @property
    def version(self) -> str:
        """The words that are used."""

    def write(
        self, call: SpokenCall, matter: str, candidates: Sequence[UnitCandidate], *, until: float
    ) -> dict[str, str]:
        """Return reasons by unit code; ends at the moment `until`."""


class UnitExplainer:
    """Asks only where the model has just answered for the ticket: no second wait for one that is down."""

    def __init__(self, reader: CallReader, writer: WritesReasons, *, seconds: float) -> None:
        self._reader = reader
        self._writer = writer
        self._seconds = seconds

    def explain(
        self, reading: CallReading, judged: Sequence[Judgement], *, spent: float
    ) -> tuple[CallReading, tuple[Judgement, ...]]:
        """Return the reading, which names the words used, and the judgements.

        `spent` seconds of the call's time limit are gone already.
        """
        if reading.engine != "llm":
            return reading, tuple(judged)
        until = within(self._seconds - spent)
        call = self._reader.normalised(reading.transcript)
        explained = tuple(
            replace(
                judgement,
                unit=with_reasons(
                    judgement.unit,
                    self._writer.write(call, demand.draft.matter, judgement.unit.candidates, until=until),
                ),
            )
            for demand, judgement in zip(reading.demands, judged, strict=True)
        )
        versions = f"{reading.prompt_version}+{self._writer.version}"
        return reading.model_copy(update={"prompt_version": versions}), explained


def with_reasons(unit: UnitDecision, reasons: dict[str, str]) -> UnitDecision:
    """Return the decision with reasons reworded; units, order, scores and basis stay."""
    candidates = tuple(
        candidate.model_copy(update={"reason": reasons.get(candidate.unit_code, candidate.reason)})
        for candidate in unit.candidates
    )
    return unit.model_copy(update={"candidates": candidates})
