"""Every flow in one place: what the edge may call."""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.ports import Clock
from app.domain.reference import ReferenceData
from app.flows.access import AccessFlow
from app.flows.answers import AnswerFlow
from app.flows.batch import BatchFlow
from app.flows.capabilities import CapabilityFlow
from app.flows.consultation import ConsultationFlow
from app.flows.intake import IntakeFlow
from app.flows.tickets import TicketFlow


@dataclass(frozen=True)
class Flows:
    """The wired flows of one service. `ready` raises ServiceUnavailable; `close` lets go of the store."""

    intake: IntakeFlow
    tickets: TicketFlow
    batch: BatchFlow
    access: AccessFlow
    capabilities: CapabilityFlow
    answers: AnswerFlow
    consultations: ConsultationFlow
    clock: Clock
    reference: ReferenceData
    ready: Callable[[], None]
    close: Callable[[], None]
