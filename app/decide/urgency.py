"""How urgent a ticket is: an emergency under way, danger or vulnerable people cut off, or the normal order."""

import re

from app.domain.risk import RiskReading, Severity
from app.domain.ticket import Urgency

_URGENT = re.compile(
    r"漏气|燃气味|煤气味|漏电|电线(?:掉|断|耷拉)|塌(?:了|陷)|要倒|快倒|井盖(?:没|丢|缺|坏)|(?:老人|孩子|病人|孕妇)[^，。]{0,8}(?:摔|晕|危险|没法)|制氧|透析|"
    r"爆(?:管|裂)|水(?:淹|漫)|停(?:水|电|气|暖)[^，。]{0,6}(?:天|小时)|(?<![没不无])(?<!没有)危险|(?<!不)紧急|急用"
)


def decide_urgency(matter: str, risk: RiskReading) -> Urgency:
    """Return the urgency; the rules' emergencies and extreme signals always count."""
    if risk.emergencies:
        return Urgency.EMERGENCY
    if any(signal.severity is Severity.EXTREME for signal in risk.signals) or _URGENT.search(matter):
        return Urgency.URGENT
    return Urgency.NORMAL
