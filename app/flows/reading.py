"""Transcript in, everything `understand` reads from it out. No store, no decision: safe in a worker process."""

from typing import Protocol

from app.domain.reading import CallReading, DemandReading
from app.domain.risk import Emotion, RiskReading, RiskSignal, Severity
from app.domain.ticket import RequestKind, TicketDraft
from app.domain.transcript import SpokenCall, Transcript
from app.domain.unit import UnitReading
from app.understand.mentions.types import Mentions


class Normalises(Protocol):
    """Makes a spoken call of a transcript."""

    def normalise(self, transcript: Transcript) -> SpokenCall:
        """Return the call with normalised turns and offsets."""

    def text(self, text: str) -> str:
        """Return a text as a turn would be read."""


class ReadsTickets(Protocol):
    """Reads one draft a demand."""

    def read(self, call: SpokenCall) -> tuple[TicketDraft, ...]:
        """Return the drafts, in the order the demands were made."""

    def whole(self, call: SpokenCall) -> tuple[TicketDraft, ...]:
        """Return one call for help of all the citizen said, however little."""

    def mentions(self, call: SpokenCall) -> Mentions:
        """Return everything mentioned in a call."""

    def no_demand_reason(self, call: SpokenCall) -> str:
        """Return, in Chinese, why a call holds no demand."""


class ReadsRisk(Protocol):
    """Reads emotion and risk signals."""

    def read(self, call: SpokenCall) -> RiskReading:
        """Return the reading of the whole call."""

    def emergencies(self, call: SpokenCall) -> tuple[RiskSignal, ...]:
        """Return the emergencies alone."""


class ReadsUnits(Protocol):
    """Scores functions and categories."""

    def read(self, matter: str) -> UnitReading:
        """Return functions and categories of one demand, best first."""


class CallReader:
    """Runs the readers of one engine over a call."""

    def __init__(
        self,
        *,
        normaliser: Normalises,
        tickets: ReadsTickets,
        risk: ReadsRisk,
        units: ReadsUnits,
        model: str,
    ) -> None:
        self._normaliser = normaliser
        self._tickets = tickets
        self._risk = risk
        self._units = units
        self._model = model

    def read(self, transcript: Transcript) -> CallReading:
        """Return drafts, unit scores and risk of a call."""
        call = self._normaliser.normalise(transcript)
        risk = self._risk.read(call)
        drafts = self._tickets.read(call) or (self._tickets.whole(call) if endangered(risk) else ())
        drafts = tuple(with_emotion(draft, drafts, risk) for draft in drafts)
        demands = tuple(
            DemandReading(draft=draft, unit=self._units.read(text), risk=risk_of(draft, drafts, risk))
            for draft, text in zip(drafts, unit_texts(drafts, call), strict=True)
        )
        return CallReading(
            transcript=transcript,
            demands=demands,
            risk=risk,
            no_demand_reason=None if drafts else self._tickets.no_demand_reason(call),
            engine="embedded",
            model=self._model,
        )

    def emergencies(self, transcript: Transcript) -> tuple[RiskSignal, ...]:
        """Return what in a transcript calls for 110, 119, 120 or 122, without reading the rest."""
        return self._risk.emergencies(self._normaliser.normalise(transcript))

    def normalised(self, transcript: Transcript) -> SpokenCall:
        """Return the call as the readers see it."""
        return self._normaliser.normalise(transcript)

    def mentions(self, call: SpokenCall) -> Mentions:
        """Return everything mentioned in a call."""
        return self._tickets.mentions(call)

    def units_of(self, text: str) -> UnitReading:
        """Return functions and categories of a text that is one demand."""
        return self._units.read(self._normaliser.text(text))


def endangered(risk: RiskReading) -> bool:
    """Tell whether somebody may die: 救命 and 我想死 are followed up though they say nothing else."""
    return bool(risk.emergencies) or any(signal.severity is Severity.EXTREME for signal in risk.signals)


def unit_texts(drafts: tuple[TicketDraft, ...], call: SpokenCall) -> tuple[str, ...]:
    """Return what tells each demand's unit: its matter, but a message with one demand whole.

    Few write what is beside the matter, and what looks like it (孩子跟着奶奶，奶奶也瘫了) often tells whose duty it is.
    """
    if len(drafts) == len(call.transcript.turns) == 1 and call.citizen_turns == call.turns:
        return ("，".join(turn.text for turn in call.turns),)
    return tuple(draft.matter for draft in drafts)


def with_emotion(draft: TicketDraft, drafts: tuple[TicketDraft, ...], risk: RiskReading) -> TicketDraft:
    """Return the draft with the call's emotion and the words it rests on.

    Where nothing is complained of, a word of impatience alone (怎么还没) is none of dissatisfaction.
    """
    unhurried = risk.emotion is Emotion.DISSATISFIED and all(d.request_kind in UNHURRIED for d in drafts)
    if risk.emotion is Emotion.CALM or unhurried:
        return draft
    return draft.model_copy(
        update={
            "emotion": risk.emotion,
            "evidence": {**draft.evidence, "emotion": risk.emotion_evidence},
            "confidence": {**draft.confidence, "emotion": risk.emotion_confidence},
        }
    )


UNHURRIED = (RequestKind.CONSULTATION, RequestKind.SUGGESTION, RequestKind.PRAISE)


def risk_of(draft: TicketDraft, drafts: tuple[TicketDraft, ...], risk: RiskReading) -> RiskReading:
    """Return the signals quoted from the draft's own passages; what belongs to no demand goes to the first."""

    def kept(signals: tuple[RiskSignal, ...]) -> tuple[RiskSignal, ...]:
        return tuple(s for s in signals if owner(s, drafts) is draft)

    return risk.model_copy(update={"signals": kept(risk.signals), "emergencies": kept(risk.emergencies)})


def owner(signal: RiskSignal, drafts: tuple[TicketDraft, ...]) -> TicketDraft:
    """Return the draft whose content rests on the signal's passage, else the first."""
    quote = signal.quote
    for draft in drafts:
        for passage in draft.evidence.get("content", ()):
            if passage.turn == quote.turn and passage.start < quote.end and quote.start < passage.end:
                return draft
    return drafts[0]
