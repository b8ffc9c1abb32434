"""Transcript in, the embedded reading with the language model's verified values out. Never fails for the model."""

from collections.abc import Callable, Sequence
from typing import Protocol

from app.domain.reading import CallReading
from app.domain.risk import RiskReading
from app.domain.ticket import TicketDraft
from app.domain.transcript import SpokenCall, Transcript
from app.flows.reading import CallReader, risk_of
from app.prompting.task import within
from app.understand.generated.risk import SecondReading


class Generated(Protocol):
    """What came of asking a model; `GeneratedDrafts` is the one there is."""

    @property
    def drafts(self) -> tuple[TicketDraft, ...]:
        """The drafts, as many as were given."""

    @property
    def kept(self) -> tuple[str, ...]:
        """Fields whose embedded value stands."""

    @property
    def failure(self) -> str | None:
        """Why nothing came of it."""

    @property
    def prompt_version(self) -> str:
        """The words that were used."""

    @property
    def model(self) -> str:
        """The model that was asked."""


class WritesTickets(Protocol):
    """Betters drafts by a language model."""

    def write(
        self,
        call: SpokenCall,
        drafts: Sequence[TicketDraft],
        *,
        until: float,
        tell: Callable[[tuple[TicketDraft, ...]], None] | None = None,
    ) -> Generated:
        """Return what came of asking the model; ends at the moment `until`. `tell` hears of values as they come."""


class ReadsRiskAgain(Protocol):
    """Reads lanes of risk that were in doubt once more by a language model."""

    def read(self, call: SpokenCall, risk: RiskReading, *, until: float) -> SecondReading:
        """Return what came of it; ends at the moment `until`."""


Tell = Callable[[CallReading], None]


class GeneratingReader:
    """Reads with the embedded engine at once, then asks the model about the same call.

    What the model may change is the draft's own fields, and it may lift a risk that was in doubt. No risk is taken
    away; the matter that units and categories are read from, and emotion, stay as the embedded engine read them.
    """

    def __init__(
        self, embedded: CallReader, writer: WritesTickets, risk: ReadsRiskAgain | None = None, *, seconds: float
    ) -> None:
        self._embedded = embedded
        self._writer = writer
        self._risk = risk
        self._seconds = seconds

    def read(self, transcript: Transcript) -> CallReading:
        """Return the reading; `engine` says who answered, `degraded_reason` why it was not the model."""
        until = within(self._seconds)
        return self.better(self._embedded.read(transcript), until=until)

    def better(self, reading: CallReading, *, until: float | None = None, tell: Tell | None = None) -> CallReading:
        """Return what the model makes of an embedded reading; `tell` hears of it value by value."""
        if not reading.demands:
            return reading
        until = within(self._seconds) if until is None else until
        call = self._embedded.normalised(reading.transcript)
        generated = self._writer.write(
            call,
            [demand.draft for demand in reading.demands],
            until=until,
            tell=(lambda drafts: tell(with_drafts(reading, drafts))) if tell else None,
        )
        if generated.failure:
            return reading.model_copy(update={"degraded_reason": generated.failure})
        better = with_drafts(reading, generated.drafts).model_copy(
            update={
                "engine": "llm",
                "model": f"{generated.model}+{reading.model}",
                "prompt_version": generated.prompt_version,
                "embedded_fields": generated.kept,
            }
        )
        return with_second_reading(better, self._risk.read(call, reading.risk, until=until)) if self._risk else better


def with_drafts(reading: CallReading, drafts: Sequence[TicketDraft]) -> CallReading:
    """Return the reading with other drafts of its demands."""
    demands = tuple(
        demand.model_copy(update={"draft": draft}) for demand, draft in zip(reading.demands, drafts, strict=True)
    )
    return reading.model_copy(update={"demands": demands})


def with_second_reading(reading: CallReading, second: SecondReading) -> CallReading:
    """Return the reading with the risk as it was read again; where that failed, it says so."""
    if second.prompt_version is None:
        return reading
    drafts = tuple(demand.draft for demand in reading.demands)
    demands = tuple(
        demand.model_copy(update={"risk": risk_of(demand.draft, drafts, second.risk)}) for demand in reading.demands
    )
    kept = (*reading.embedded_fields, *(("risk",) if second.failed else ()))
    words = f"{reading.prompt_version}+{second.prompt_version}"
    return reading.model_copy(
        update={"risk": second.risk, "demands": demands, "embedded_fields": kept, "prompt_version": words}
    )
