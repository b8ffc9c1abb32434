"""Whether a step may be taken now and what it needs: Shandong practice for returns and extensions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.decide.work_clock import WorkClock
from app.domain.decision import Deadline
from app.domain.errors import InvalidInput, InvalidTransition
from app.domain.events import TicketEvent
from app.domain.reference_rules import Span
from app.domain.workflow import STEPS, Step

MOST_EXTENSION_DAYS = 10
"""Working days a deadline may be put off, all extensions together."""
RETURN_WITHIN = Span(amount=2, unit="working_day")
_KINDS: dict[str, type] = {"reason": str, "text": str, "unit": str, "days": int, "solved": bool, "satisfied": bool}
_LONGEST = 5000


def checked_details(step: Step, details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details a step needs, each of its kind.

    Raises:
        InvalidInput: one is missing, empty or of another kind.
    """
    kept: dict[str, Any] = {}
    for name in STEPS[step].needs:
        value, kind = details.get(name), _KINDS[name]
        right = isinstance(value, kind) and (kind is not int or not isinstance(value, bool))
        if not right or (isinstance(value, str) and not 0 < len(value.strip()) <= _LONGEST):
            raise InvalidInput(f"{step} 须给出 {name}", field=name)
        kept[name] = value
    return kept


def check_return(history: Sequence[TicketEvent], now: datetime, clock: WorkClock) -> None:
    """Refuse a return that comes later than two working days after the unit got the ticket."""
    given = [event.occurred_at for event in history if event.name in ("ticket_assigned", "ticket_redispatched")]
    if given and now > clock.add(given[-1], RETURN_WITHIN):
        raise InvalidTransition("交办已超过2个工作日，不能再退单；确需调整的，请由中心改派")


def extended(deadline: Deadline, history: Sequence[TicketEvent], days: int, clock: WorkClock) -> Deadline:
    """Return the deadline put off by working days.

    Raises:
        InvalidInput: with what was granted before, it would be more than ten working days.
    """
    granted = sum(event.data["days"] for event in history if event.name == "deadline_extended")
    if not 0 < days <= MOST_EXTENSION_DAYS - granted:
        raise InvalidInput(f"累计延期不得超过{MOST_EXTENSION_DAYS}个工作日，已延期{granted}个", field="days")
    return deadline.model_copy(update={"resolve_by": clock.add(deadline.resolve_by, _days(days))})


def resumed(deadline: Deadline, history: Sequence[TicketEvent], now: datetime, clock: WorkClock) -> Deadline:
    """Return the deadline put off by the working days that the ticket was suspended."""
    since = [event.occurred_at for event in history if event.name == "ticket_suspended"]
    days = clock.working_days_between(since[-1], now) if since else 0
    return deadline.model_copy(update={"resolve_by": clock.add(deadline.resolve_by, _days(days))}) if days else deadline


def _days(amount: int) -> Span:
    return Span(amount=amount, unit="working_day")
