"""What is counted over tickets: one fact a ticket, and measures of any group of them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from app.domain.frozen import Frozen

UNKNOWN = "none"
"""The value of a filter that stands for tickets of which the thing is not known."""


class Dimension(StrEnum):
    """What tickets are grouped by."""

    DAY = "day"
    """受理日期"""
    DISTRICT = "district"
    """区（市）"""
    TOWN = "town"
    """镇街"""
    CATEGORY = "category"
    """诉求分类（一级）"""
    LEAF = "leaf"
    """诉求分类（末级）"""
    UNIT = "unit"
    """承办单位"""
    CHANNEL = "channel"
    """渠道"""
    KIND = "kind"
    """诉求类型"""
    SUBJECT = "subject"
    """诉求主体"""
    INDUSTRY = "industry"
    """经营主体诉求的一级分类"""
    AREA = "area"
    """民生领域"""
    DEADLINE = "deadline"
    """办理时限：按期、逾期办结，未到期、已逾期未办结"""


class Standing(StrEnum):
    """How a ticket stands to its deadline at a moment."""

    IN_TIME = "in_time"
    """按期办结"""
    LATE = "late"
    """逾期办结"""
    RUNNING = "running"
    """办理中，未到期"""
    OVERDUE = "overdue"
    """办理中，已逾期"""


class TicketFact(Frozen):
    """What statistics look at of one ticket. No name, no number, no text."""

    ticket_number: str
    demo: bool
    created_at: datetime
    district: str | None
    town: str | None
    category_code: str | None
    unit_code: str | None
    """The unit that handles it, before that the one proposed."""
    channel: str
    kind: str
    subject: str
    respond_by: datetime | None
    responded_at: datetime | None
    """First of: acknowledged, answered, declined."""
    resolve_by: datetime | None
    closed_at: datetime | None
    """When the citizen had the reply, or the ticket was declined; of several replies the first late one."""
    solved: bool | None
    satisfied: bool | None


class Measures(Frozen):
    """Counts of a group of tickets. A rate without a ticket to divide by is None.

    响应率: of those answered for or due to be, the share within `respond_by`. 解决率 and 满意率: of those whose citizen
    said so on follow-up. 逾期: replied after `resolve_by`, or still open after it; a late
    reply stays one when the ticket is reopened.
    """

    tickets: int = 0
    due: int = 0
    """Responded to, or past the time to."""
    responded: int = 0
    """Responded to in time."""
    rated: int = 0
    """Whose citizen said whether it was solved and whether he is satisfied."""
    resolved: int = 0
    satisfied: int = 0
    overdue: int = 0

    @property
    def response_rate(self) -> float | None:
        """响应率"""
        return self.responded / self.due if self.due else None

    @property
    def resolution_rate(self) -> float | None:
        """解决率"""
        return self.resolved / self.rated if self.rated else None

    @property
    def satisfaction_rate(self) -> float | None:
        """满意率"""
        return self.satisfied / self.rated if self.rated else None

    def plus(self, other: "Measures") -> "Measures":
        """Return the counts of both groups together."""
        return Measures(**{name: getattr(self, name) + getattr(other, name) for name in Measures.model_fields})


class Scope(Frozen):
    """Which tickets are counted: received from `start` up to and including `end` (ISO dates), and what they share."""

    start: str
    end: str
    demo: bool = False
    district: str | None = None
    unit_code: str | None = None
    channel: str | None = None
    subject: str | None = None
    categories: tuple[str, ...] = ()
    """Codes of any level; a ticket of any leaf below counts."""


class SavedView(Frozen):
    """A question that is asked again and again: the filters it stands for."""

    id: str
    name: str
    query: Mapping[str, str] = {}
    """Filters of the indicators, and `from` and `to` (ISO dates) where it is about days of the year."""


class KeyDates(Frozen):
    """Days of the year that are watched: from `start` to `end` (`MM-DD`), or a public holiday and days before it."""

    id: str
    name: str
    start: str | None = None
    end: str | None = None
    holiday: str | None = None
    """Name of a holiday in the national calendar, as chinesecalendar writes it."""
    before_days: int = 0
    """Days before the holiday that count too."""


class KeyDateRules(Frozen):
    """The file rules/key_dates.yaml."""

    key_dates: tuple[KeyDates, ...]


class HotWord(Frozen):
    """A word of titles that rose against earlier weeks."""

    word: str
    count: int
    """Tickets with it in the period."""
    expected: float
    """Tickets there would be at its earlier share."""
    rise: float
    new: bool
    """Never said in the weeks before."""


class HotWordRules(Frozen):
    """The file rules/hot_words.yaml."""

    least_tickets: int
    least_days_before: int
    empty_words: tuple[str, ...]
