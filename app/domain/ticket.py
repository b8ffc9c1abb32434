"""The ticket: one citizen request as the hotline records it, and the draft it is made from."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from app.domain.decision import Deadline, UnitDecision
from app.domain.duplicate import DuplicateCandidate
from app.domain.frozen import Frozen
from app.domain.referral import Receiver, ReferralProposal, ReferralStatus
from app.domain.risk import Emotion
from app.domain.transcript import Evidence
from app.domain.unit import UnitName
from app.domain.workflow import MeetingReason, TicketStatus


class RequestKind(StrEnum):
    """诉求类型"""

    CONSULTATION = "consultation"
    """咨询"""
    HELP = "help"
    """求助"""
    COMPLAINT = "complaint"
    """投诉"""
    REPORT = "report"
    """举报"""
    SUGGESTION = "suggestion"
    """建议"""
    PRAISE = "praise"
    """表扬"""


class Subject(StrEnum):
    """诉求主体"""

    CITIZEN = "citizen"
    """自然人"""
    MARKET_ENTITY = "market_entity"
    """经营主体（企业、个体工商户、合作社）"""


class Urgency(StrEnum):
    """紧急程度"""

    NORMAL = "normal"
    """一般"""
    URGENT = "urgent"
    """紧急"""
    EMERGENCY = "emergency"
    """突发"""


class Citizen(Frozen):
    """诉求人: who asks. `phone` is the number to call back on."""

    name: str | None = None
    phone: str | None = None
    confidential: bool = False


class Place(Frozen):
    """Where the matter is. `detail` is the estate, road, building or shop in the citizen's own words."""

    district: str | None = None
    town: str | None = None
    detail: str | None = None

    @property
    def whole(self) -> str:
        """District, town and detail in one; what the detail begins with (底阁镇中学) is not said twice."""
        outer, rest = "", self.detail or ""
        for name in filter(None, (self.district, self.town)):
            outer, rest = outer + name, rest.removeprefix(name)
        return outer + rest


class Category(Frozen):
    """诉求分类: a leaf or inner node of the category tree; `path` holds the names from the first level down."""

    code: str
    path: tuple[str, ...]


class TicketDraft(Frozen):
    """What `understand` reads out of one demand of a call. Every value not None stands on `evidence`.

    Keys of `evidence` and `confidence` are dotted field paths: `place.detail`, `citizen.name`.
    """

    request_kind: RequestKind
    subject: Subject = Subject.CITIZEN
    title: str
    content: str
    wants: str | None = None
    citizen: Citizen = Citizen()
    place: Place = Place()
    event_time: str | None = None
    """ISO 8601, as exact as the caller was: `2026-11`, `2026-11-16`, `2026-11-16T19:30`."""
    emotion: Emotion = Emotion.CALM
    missing: tuple[str, ...] = ()
    follow_up_questions: tuple[str, ...] = ()
    evidence: dict[str, tuple[Evidence, ...]] = Field(default_factory=dict)
    confidence: dict[str, float] = Field(default_factory=dict)
    matter: str
    """The citizen's own words about this demand, normalised: the text that classifiers and search read."""


class Assistance(Frozen):
    """协办: a unit that helps, with a deadline of its own."""

    unit: UnitName
    resolve_by: datetime
    feedback: str | None = None


class Ticket(Frozen):
    """工单: the administrative record of one citizen request. Fields as in the public contract."""

    ticket_number: str
    call_id: str
    channel: str
    demand_index: int = 0
    """Position among the tickets of the same call, from 0."""
    demo: bool = False
    """From a made-up call, for practice: never in statistics, learning or messages to the outside."""
    status: TicketStatus = TicketStatus.RECEIVED
    version: int = 1
    created_at: datetime
    changed_at: datetime | None = None
    """When the last step was taken; None before the first."""
    request_kind: RequestKind
    subject: Subject
    title: str
    content: str
    wants: str | None
    category: Category | None
    citizen: Citizen
    place: Place
    event_time: str | None
    urgency: Urgency
    emotion: Emotion
    unit: UnitDecision
    deadline: Deadline | None
    handler: UnitName | None = None
    """The unit that a person gave the ticket to."""
    assisting: tuple[Assistance, ...] = ()
    reply: str | None = None
    """The public text that the citizen got: the answer, or why the matter was declined."""
    solved: bool | None = None
    satisfied: bool | None = None
    escalated: bool = False
    meeting: MeetingReason | None = None
    extension_requested: int | None = None
    """Working days that the unit asked for and nobody has ruled on yet."""
    merged_into: str | None = None
    """The main ticket that this one was joined under."""
    members: tuple[str, ...] = ()
    """Tickets joined under this one; each keeps its own caller."""
    duplicates: tuple[DuplicateCandidate, ...] = ()
    referrals: tuple[ReferralProposal, ...] = ()
    missing: tuple[str, ...] = ()
    follow_up_questions: tuple[str, ...] = ()
    evidence: dict[str, tuple[Evidence, ...]] = Field(default_factory=dict)
    confidence: dict[str, float] = Field(default_factory=dict)

    @property
    def speaks_of_officials(self) -> bool:
        """Whether it was read as being about officials' conduct: who spoke is never shown to a unit."""
        return any(one.receiver is Receiver.DISCIPLINE_INSPECTION for one in self.referrals)

    @property
    def kept_from_units(self) -> bool:
        """Whether no unit may know of it: it is about officials' conduct, and nobody found that it is not."""
        return any(
            one.receiver is Receiver.DISCIPLINE_INSPECTION and one.status is not ReferralStatus.DECLINED
            for one in self.referrals
        )


class IntakeResult(Frozen):
    """What one call or message became."""

    call_id: str
    tickets: tuple[Ticket, ...]
    notice: str | None = None
    """Chinese, for the operator: why there is no ticket, or what must be done at once (110/119/120)."""
    engine: str
    degraded: bool = False
    degraded_reason: str | None = None
    embedded_fields: tuple[str, ...] = ()
    """Fields whose value the language model got wrong and the embedded engine gave: `0.title`."""
    model: str
    prompt_version: str | None = None
    latency_ms: float
    trace_id: str
