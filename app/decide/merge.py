"""Whether tickets may be joined: the same matter, never praise with blame."""

from app.domain.errors import Conflict, InvalidInput
from app.domain.ticket import RequestKind, Ticket
from app.domain.workflow import TicketStatus

_BLAMES = (RequestKind.COMPLAINT, RequestKind.REPORT)
_CLOSED = (TicketStatus.DECLINED, TicketStatus.ARCHIVED)


def check_merge(member: Ticket, main: Ticket) -> None:
    """Refuse what must not be joined.

    Raises:
        InvalidInput: a ticket under itself, praise with a complaint, a demo ticket with a real one, or one that no
            unit may know of with one that units see.
        Conflict: the main ticket is closed or joined under another; or the member has members of its own.
    """
    if member.ticket_number == main.ticket_number:
        raise InvalidInput("工单不能并入自身", field="into")
    if member.demo != main.demo:
        raise InvalidInput("演示工单不能与正式工单并单", field="into")
    if member.kept_from_units != main.kept_from_units:
        raise InvalidInput("涉及干部作风、承办单位不可见的工单不能与其他工单并单", field="into")
    kinds = {member.request_kind, main.request_kind}
    if RequestKind.PRAISE in kinds and kinds & set(_BLAMES):
        raise InvalidInput("表扬与投诉举报不能并单", field="into")
    if main.merged_into and main.status is TicketStatus.MERGED:
        raise Conflict(f"{main.ticket_number} 已并入主单 {main.merged_into}，请并入该主单", field="into")
    if main.status in _CLOSED:
        raise Conflict(f"主单 {main.ticket_number} 已结束，不能再并入", field="into")
    if member.members:
        raise Conflict(f"{member.ticket_number} 本身是主单，请先撤销其并单", field="into")
