"""Transcript in, the embedded reading with the language model's verified values out. Never fails for the model."""

from collections.abc import Sequence
from typing import Protocol

from app.domain.reading import CallReading
from app.domain.ticket import TicketDraft
from app.domain.transcript import SpokenCall, Transcript
from app.flows.reading import CallReader
from app.prompting.task import within


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

    def write(self, call: SpokenCall, drafts: Sequence[TicketDraft], *, until: float) -> Generated:
        """Return what came of asking the model; ends at the moment `until`."""


class GeneratingReader:
    """Reads with the embedded engine at once, then asks the model about the same call.

    What the model may change is the draft's own fields. What was said to be a risk, the matter that units and
    categories are read from, and emotion stay as the embedded engine read them.
    """

    def __init__(self, embedded: CallReader, writer: WritesTickets, *, seconds: float) -> None:
        self._embedded = embedded
        self._writer = writer
        self._seconds = seconds

    def read(self, transcript: Transcript) -> CallReading:
        """Return the reading; `engine` says who answered, `degraded_reason` why it was not the model."""
        until = within(self._seconds)
        reading = self._embedded.read(transcript)
        if not reading.demands:
            return reading
        drafts = [demand.draft for demand in reading.demands]
        generated = self._writer.write(self._embedded.normalised(transcript), drafts, until=until)
        if generated.failure:
            return reading.model_copy(update={"degraded_reason": generated.failure})
        demands = tuple(
            demand.model_copy(update={"draft": draft})
            for demand, draft in zip(reading.demands, generated.drafts, strict=True)
        )
        return reading.model_copy(
            update={
                "demands": demands,
                "engine": "llm",
                "model": f"{generated.model}+{reading.model}",
                "prompt_version": generated.prompt_version,
                "embedded_fields": generated.kept,
            }
        )
