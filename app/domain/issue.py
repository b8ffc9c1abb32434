"""Issues: tickets of several people that say one matter, as a leader sees them."""

from datetime import datetime

from app.domain.frozen import Frozen


class IssueMember(Frozen):
    """What grouping keeps of a ticket."""

    ticket_number: str
    title: str
    at: datetime
    district: str | None = None
    town: str | None = None
    place: str | None = None
    category_code: str | None = None
    caller: str | None = None
    """A keyed hash; counted, never shown."""
    demo: bool = False


class HotIssue(Frozen):
    """多人反映的同一事项"""

    issue_id: str
    """工单编号：最早的一件"""
    title: str
    district: str | None = None
    town: str | None = None
    place: str | None = None
    category_code: str | None = None
    first_at: datetime
    last_at: datetime
    tickets: int
    people: int
    """不同的来电人；号码未知的每件算一人"""
    heat: float
    """按时间衰减的人数：今天的一人算一，一个半衰期前的算半"""
    trend: float
    """近一期与上一期件数之比（加一后）的以二为底的对数：1 为翻倍，-1 为减半"""
    ticket_numbers: tuple[str, ...]
    """新的在前"""
    demo: bool = False


class ToldPair(Frozen):
    """Two tickets that a person joined, or took apart again."""

    first: str
    second: str
    together: bool
    by: str
    at: datetime
