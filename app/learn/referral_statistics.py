"""Referrals in, figures a lane out: how many, how fast, how many in vain, and which rules raised them. No persons."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median

from app.domain.frozen import Frozen
from app.domain.referral import Receiver, Referral, ReferralStatus

_S = ReferralStatus


class RuleStatistics(Frozen):
    """How often a rule proposed, and how often people declined."""

    rule_id: str
    proposed: int
    declined: int


class LaneStatistics(Frozen):
    """What became of a lane's referrals."""

    receiver: Receiver
    proposed: int
    by_status: dict[ReferralStatus, int]
    overdue: int
    """Waiting for confirmation, sending or receipt past the time limit."""
    decision_minutes: float | None
    """Median from the proposal to the last confirmation, or to declining."""
    receipt_minutes: float | None
    """Median from sending to the first receipt."""
    receipt_rate: float | None
    """Of what was sent and not taken back."""
    rules: tuple[RuleStatistics, ...]


def lane_statistics(referrals: Iterable[Referral], now: datetime) -> tuple[LaneStatistics, ...]:
    """Return the figures of every lane, empty ones too."""
    lanes: dict[Receiver, list[Referral]] = {receiver: [] for receiver in Receiver}
    for one in referrals:
        lanes[one.receiver].append(one)
    return tuple(_of_lane(receiver, found, now) for receiver, found in lanes.items())


def _of_lane(receiver: Receiver, found: Sequence[Referral], now: datetime) -> LaneStatistics:
    sent = [one for one in found if one.status in (_S.SENT, _S.RECEIVED)]
    raised = Counter(one.rule_id for one in found)
    declined = Counter(one.rule_id for one in found if one.status is _S.DECLINED)
    return LaneStatistics(
        receiver=receiver,
        proposed=len(found),
        by_status={status: count for status in _S if (count := sum(one.status is status for one in found))},
        overdue=sum(one.due_at is not None and one.due_at < now for one in found),
        decision_minutes=_median([minutes for one in found if (minutes := _decided_after(one)) is not None]),
        receipt_minutes=_median(
            [(one.receipts[0].at - one.sent_at).total_seconds() / 60 for one in found if one.receipts and one.sent_at]
        ),
        receipt_rate=sum(one.status is _S.RECEIVED for one in sent) / len(sent) if sent else None,
        rules=tuple(
            RuleStatistics(rule_id=rule, proposed=count, declined=declined[rule])
            for rule, count in raised.most_common()
        ),
    )


def _decided_after(referral: Referral) -> float | None:
    if referral.status is _S.PENDING_CONFIRMATION:
        return None
    by_decline = referral.closing.at if referral.status is _S.DECLINED and referral.closing else None
    at = by_decline or (referral.confirmations[-1].at if referral.confirmations else None)
    return (at - referral.created_at).total_seconds() / 60 if at else None


def _median(values: Sequence[float]) -> float | None:
    return round(median(values), 1) if values else None
