"""A ticket that a unit handed back, or that a person corrected, is decided anew: never for a unit that returned it."""

from collections.abc import Callable, Sequence

from app.domain.decision import UnitDecision
from app.domain.events import TicketEvent
from app.domain.ticket import Ticket
from app.domain.unit import UnitReading
from app.domain.workflow import STEPS, Step
from app.flows.judgement import IntakePolicy, matter_of


class Redispatch:
    """Proposes where a ticket goes next."""

    def __init__(self, policy: IntakePolicy, units_of: Callable[[str], UnitReading]) -> None:
        self._policy = policy
        self._units_of = units_of

    def decide(self, ticket: Ticket, history: Sequence[TicketEvent]) -> UnitDecision:
        """Return the decision on a ticket as it stands, without units that returned it or have it now."""
        event = STEPS[Step.APPROVE_RETURN].event
        returned = [str(e.data["unit"]) for e in history if e.name == event and e.data.get("unit")]
        if ticket.handler:
            returned.append(ticket.handler.unit_code)
        reading = self._units_of(matter_of(ticket.content))
        return self._policy.redecide(ticket, reading, tuple(dict.fromkeys(returned)))
