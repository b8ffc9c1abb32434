"""What of a ticket a receiving organ is sent: the lane's fields and no others, everybody else's data masked."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.decide.visibility import without, without_papers
from app.domain.events import OutboxMessage
from app.domain.lanes import Lane, LaneField
from app.domain.referral import Referral, ReferralStep
from app.domain.ticket import Ticket
from app.domain.webhook import REFERRALS

_KINDS = {ReferralStep.SEND: "referred", ReferralStep.WITHDRAW: "withdrawn"}
_F = LaneField
_VALUES: dict[LaneField, Callable[[Referral, Ticket], Any]] = {
    _F.RECEIVED_AT: lambda _, ticket: ticket.created_at.isoformat(timespec="seconds"),
    _F.EVENT_TIME: lambda _, ticket: ticket.event_time,
    _F.SEVERITY: lambda referral, _: str(referral.severity),
    _F.TITLE: lambda _, ticket: ticket.title,
    _F.QUOTE: lambda referral, _: referral.quote,
    _F.CONTEXT: lambda referral, _: [turn.model_dump(mode="json") for turn in referral.context],
    _F.CATEGORY: lambda _, ticket: "/".join(ticket.category.path) if ticket.category else None,
    _F.DISTRICT: lambda _, ticket: ticket.place.district,
    _F.TOWN: lambda _, ticket: ticket.place.town,
    _F.DETAIL: lambda _, ticket: ticket.place.detail,
    _F.NAME: lambda _, ticket: ticket.citizen.name,
    _F.PHONE: lambda _, ticket: ticket.citizen.phone,
    _F.HANDLER: lambda _, ticket: ticket.handler.name if ticket.handler else None,
}


def sent_fields(referral: Referral, ticket: Ticket, lane: Lane) -> dict[str, Any]:
    """Return what the lane's receiver is sent, by field; what is not known is left out."""
    withheld = lane.withheld_when_confidential if ticket.citizen.confidential else ()
    fields = [field for field in lane.fields if field not in withheld]
    values = {str(field): _VALUES[field](referral, ticket) for field in fields}
    known = {name: value for name, value in values.items() if value not in (None, "", [])}
    hidden = None if _F.NAME in fields else ticket.citizen.name
    told = without_papers(known, names=_F.NAME in fields)
    return {name: without(value, name=hidden, phones=_F.PHONE in fields) for name, value in told.items()}


def message_of(
    step: ReferralStep, referral: Referral, ticket: Ticket, lane: Lane, *, sequence: int, token: str, now: datetime
) -> OutboxMessage:
    """Return the message that carries a referral, or takes one back: it names that one, and nothing of the citizen."""
    sends, kind = step is ReferralStep.SEND, _KINDS[step]
    said = sent_fields(referral, ticket, lane) if sends else {}
    recalled = {} if sends else {"recalls": {"id": referral.message_id, "sequence": referral.sequence}}
    return OutboxMessage(
        id=f"{REFERRALS}{referral.id}.{sequence}",
        topic=f"{REFERRALS}{referral.receiver}.{kind}",
        payload={
            "kind": kind,
            "referral_id": referral.id,
            "ticket_number": referral.ticket_number,
            "receiver": str(referral.receiver),
            "sequence": sequence,
            "rule_id": referral.rule_id,
            "basis": lane.basis,
            "receipt_token": token,
            "receipt_by": referral.due_at.isoformat(timespec="seconds") if referral.due_at else None,
            "fields": said,
            **recalled,
        },
        created_at=now,
    )
