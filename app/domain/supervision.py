"""督办: five levels of formal oversight, and one order of it."""

from datetime import datetime
from enum import StrEnum

from app.domain.frozen import Frozen
from app.domain.ticket import Ticket


class SupervisionLevel(StrEnum):
    """督办层级, from the lightest"""

    SYSTEM = "system"
    """系统转办提醒"""
    TELEPHONE = "telephone"
    """电话催办"""
    WRITTEN = "written"
    """书面督办"""
    ON_SITE = "on_site"
    """现场督办"""
    LEADER = "leader"
    """领导包办"""


class OrderStatus(StrEnum):
    """督办单状态"""

    DRAFTED = "drafted"
    """已起草，待人发出"""
    SENT = "sent"
    """已发出"""
    CANCELLED = "cancelled"
    """已撤销"""


class DueTickets(Frozen):
    """Open tickets by the time they have left: how many, and the first of them, the earliest deadline first."""

    overdue: int
    within_day: int
    within_three_days: int
    tickets: tuple[Ticket, ...]


class SupervisionOrder(Frozen):
    """One act of supervision: why, to whom, and the note drafted for a person to send."""

    id: int | None = None
    ticket_number: str
    occasion: str
    """What raised it: the same occasion raises it once."""
    level: SupervisionLevel
    rule_id: str
    receiver: str
    reason: str
    note: str
    status: OrderStatus = OrderStatus.DRAFTED
    raised_at: datetime
    closed_at: datetime | None = None
    closed_by: str | None = None
    demo: bool = False
    """Whether its ticket is made up for practice."""
