"""Everything `understand` read from one call, before anything is decided."""

from app.domain.frozen import Frozen
from app.domain.risk import RiskReading
from app.domain.ticket import TicketDraft
from app.domain.transcript import Transcript
from app.domain.unit import UnitReading


class DemandReading(Frozen):
    """One demand of a call: the draft of its ticket, the functions and categories it may belong to."""

    draft: TicketDraft
    unit: UnitReading
    risk: RiskReading
    """The part of the call's risk reading that belongs to this demand."""


class CallReading(Frozen):
    """A whole call as read by one engine."""

    transcript: Transcript
    demands: tuple[DemandReading, ...]
    risk: RiskReading
    no_demand_reason: str | None = None
    """Chinese; set when `demands` is empty: silence, a prank, a wrong number."""
    engine: str
    model: str
    prompt_version: str | None = None
    degraded_reason: str | None = None
    """Chinese; set where another engine should have answered and could not."""
    embedded_fields: tuple[str, ...] = ()
    """Of the language model's answer: fields it got wrong, where the embedded value stands (`0.title`)."""


class Unreadable(Frozen):
    """A call that no reader could read: a fault of ours, kept for a person and never in the way of other calls."""

    reason: str
    """Chinese, with the fault's own words."""
