"""Steps that tests of the record take: a ticket in, given to a unit, looked at by whoever works there."""

from typing import Any

from app.domain.access import Role
from app.domain.ticket import Ticket
from app.domain.workflow import Step, TicketStatus
from app.flows.registry import Flows
from tests.factories import ADMIN, call, somebody
from tests.integration.conftest import MONDAY

LAMP = "滕州市荆河街道善国路的路灯全都不亮，希望尽快维修"
NAMED = "俺叫张三丰，滕州市荆河街道善国路的路灯全都不亮，希望尽快维修"
CONDUCT = "我举报滕州市荆河街道办事处的王主任收了我五千块钱好处费，就是不给办低保"
UNIT = "滕州市综合行政执法局"
HELPER = "国网枣庄供电公司"
OPERATOR, REVIEWER, SUPERVISOR, OFFICER = (
    somebody(r) for r in (Role.OPERATOR, Role.REVIEWER, Role.SUPERVISOR, Role.REFERRAL_OFFICER)
)


def intake(flows: Flows, text: str = LAMP, call_id: str = "t-1", **changes: Any) -> Ticket:
    changes = {"called_at": MONDAY.isoformat(), **changes}
    return flows.intake.run(call("您好", text, call_id=call_id, **changes)).tickets[0]


def take(flows: Flows, ticket: Ticket, step: Step, by: Any = ADMIN, **details: Any) -> Ticket:
    return flows.tickets.step(ticket.ticket_number, step, by=by, details=details, expected_version=None)


def assigned(flows: Flows, ticket: Ticket, *, accepted: bool = False) -> Any:
    """Give a ticket to the unit; return who works there."""
    if not accepted:
        take(flows, ticket, Step.ACCEPT)
    handler = take(flows, ticket, Step.ASSIGN, unit=UNIT).handler
    assert handler is not None
    return somebody(Role.UNIT, unit_code=handler.unit_code)


def forced_on(flows: Flows, ticket: Ticket) -> Any:
    """Give a ticket to the unit past the rules; return who works there."""
    with flows.tickets._store() as uow:
        held, unit = uow.tickets.get(ticket.ticket_number), flows.reference.unit_by_name[UNIT]
        given = held.model_copy(update={"handler": unit, "status": TicketStatus.ASSIGNED})
        uow.tickets.save(given, expected_version=held.version)
        uow.commit()
    return somebody(Role.UNIT, unit_code=unit.unit_code)


def corrected(stored: Flows, ticket: Ticket, **changes: Any) -> Ticket:
    changes = {path.replace("__", "."): value for path, value in changes.items()}
    return stored.tickets.correct(ticket.ticket_number, changes, by=OPERATOR, expected_version=ticket.version)
