"""移送: a copy of a ticket's minimum data to a receiving organ, after people confirm. Never a mark on a person."""

from datetime import datetime
from enum import StrEnum

from app.domain.frozen import Frozen
from app.domain.risk import Severity
from app.domain.transcript import Turn


class Receiver(StrEnum):
    """Who a referral goes to."""

    POLITICAL_LEGAL = "political_legal"
    """政法机关"""
    DISCIPLINE_INSPECTION = "discipline_inspection"
    """纪检监察机关"""
    JUDICIAL = "judicial"
    """司法行政机关"""


class ReferralStatus(StrEnum):
    """Where a referral stands."""

    PENDING_CONFIRMATION = "pending_confirmation"
    """待人工确认"""
    CONFIRMED = "confirmed"
    """已确认，待发出"""
    SENT = "sent"
    """已发出，待回执"""
    RECEIVED = "received"
    """已有回执"""
    DECLINED = "declined"
    """不予移送"""
    WITHDRAWN = "withdrawn"
    """已撤回"""


class ReferralStep(StrEnum):
    """What is done with a referral."""

    CONFIRM = "confirm"
    """确认"""
    DECLINE = "decline"
    """不予移送"""
    SEND = "send"
    """发出"""
    RECEIVE = "receive"
    """登记回执"""
    WITHDRAW = "withdraw"
    """撤回"""


_S = ReferralStatus
REFERRAL_STEPS: dict[ReferralStep, tuple[frozenset[ReferralStatus], str]] = {
    ReferralStep.CONFIRM: (frozenset({_S.PENDING_CONFIRMATION}), "referral_confirmed"),
    ReferralStep.DECLINE: (frozenset({_S.PENDING_CONFIRMATION}), "referral_declined"),
    ReferralStep.SEND: (frozenset({_S.CONFIRMED}), "referral_sent"),
    ReferralStep.RECEIVE: (frozenset({_S.SENT, _S.RECEIVED, _S.WITHDRAWN}), "referral_received"),
    ReferralStep.WITHDRAW: (frozenset({_S.CONFIRMED, _S.SENT, _S.RECEIVED}), "referral_withdrawn"),
}
"""From which statuses a step may be taken, and the event it leaves with the ticket."""


class ReferralProposal(Frozen):
    """A referral as its ticket shows it: the words it rests on, and where it stands."""

    receiver: Receiver
    status: ReferralStatus = ReferralStatus.PENDING_CONFIRMATION
    rule_id: str
    signal: str = ""
    severity: Severity = Severity.HIGH
    quote: str


class Confirmation(Frozen):
    """One person's word that the quote is what it seems."""

    by: str
    at: datetime
    note: str | None = None


class Receipt(Frozen):
    """What the receiving organ answered."""

    by: str
    at: datetime
    text: str


class Closing(Frozen):
    """Why it was declined or withdrawn."""

    by: str
    at: datetime
    reason: str


class ReferralDelivery(Frozen):
    """How far one message is on its way to one endpoint of the receiver."""

    message_id: str
    status: str
    """pending, delivered or dead."""
    attempts: int
    last_answer: str | None
    delivered_at: datetime | None


class Referral(Frozen):
    """移送件: one ticket for one receiver, from the proposal to the receipt."""

    id: str
    """The ticket's number and the lane's short name: a ticket has one a lane."""
    ticket_number: str
    receiver: Receiver
    status: ReferralStatus = ReferralStatus.PENDING_CONFIRMATION
    rule_id: str
    signal: str
    severity: Severity
    quote: str
    context: tuple[Turn, ...] = ()
    """The turns around the quote, as they were said."""
    priority: int
    persons: int
    """How many different people must confirm it."""
    demo: bool = False
    version: int = 1
    created_at: datetime
    due_at: datetime | None
    """By when it must be confirmed and sent, or the receipt be there; None where nothing is waited for."""
    confirmations: tuple[Confirmation, ...] = ()
    sent_at: datetime | None = None
    message_id: str | None = None
    """Of the message that carries it."""
    sequence: int | None = None
    """The number of that message in its lane."""
    recall_id: str | None = None
    """Of the message that takes it back from a receiver who was sent it."""
    alarmed_for: datetime | None = None
    """The limit whose passing was told of; a later limit is told of again."""
    token: str | None = None
    """What the receiver shows with its receipt; only the receiver is told."""
    receipts: tuple[Receipt, ...] = ()
    closing: Closing | None = None
    deliveries: tuple[ReferralDelivery, ...] = ()
    overdue: bool = False
    """Whether its limit has passed. Both are read beside it, not kept with it."""
