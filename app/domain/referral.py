"""移送: a copy of the minimum data to a receiving organ, after a person confirms."""

from enum import StrEnum

from app.domain.frozen import Frozen


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
    """已确认"""
    DECLINED = "declined"
    """不予移送"""


class Referral(Frozen):
    """A proposed or confirmed referral, with the words it rests on."""

    receiver: Receiver
    status: ReferralStatus = ReferralStatus.PENDING_CONFIRMATION
    rule_id: str
    quote: str
