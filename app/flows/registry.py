"""Every flow in one place: what the edge may call."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.domain.ports import Clock
from app.domain.reference import ReferenceData
from app.flows.access import AccessFlow
from app.flows.analytics import AnalyticsFlow
from app.flows.audit import AuditFlow
from app.flows.batch import BatchFlow
from app.flows.capabilities import CapabilityFlow
from app.flows.comparison import ComparisonFlow
from app.flows.consultation import ConsultationFlow
from app.flows.demo import DemoFlow
from app.flows.duties import Duties
from app.flows.early_warning import EarlyWarningFlow
from app.flows.exports import ExportFlow
from app.flows.given_answers import GivenAnswerFlow
from app.flows.hot_issues import HotIssueFlow
from app.flows.intake import IntakeFlow
from app.flows.issue_history import IssueHistoryFlow
from app.flows.knowledge import KnowledgeFlow
from app.flows.knowledge_import import KnowledgeImportFlow
from app.flows.knowledge_upkeep import KnowledgeUpkeepFlow
from app.flows.live_call import LiveCallFlow
from app.flows.live_knowledge import LiveKnowledge
from app.flows.merge import MergeFlow
from app.flows.open311 import Open311Flow
from app.flows.paragraphs import ParagraphFlow
from app.flows.referrals import ReferralFlow
from app.flows.relay import RelayFlow
from app.flows.reports import ReportFlow
from app.flows.shadow import ShadowFlow
from app.flows.supervision import SupervisionFlow
from app.flows.ticket_index import TicketIndexFlow
from app.flows.tickets import TicketFlow
from app.flows.verdicts import VerdictFlow
from app.observability import Metrics


@dataclass(frozen=True)
class Flows:
    """The wired flows of one service. `ready` raises ServiceUnavailable; `close` lets go of the store."""

    intake: IntakeFlow
    live_calls: LiveCallFlow
    shadow: ShadowFlow
    tickets: TicketFlow
    verdicts: VerdictFlow
    merges: MergeFlow
    hot_issues: HotIssueFlow
    ticket_index: TicketIndexFlow
    issue_history: IssueHistoryFlow
    supervision: SupervisionFlow
    referrals: ReferralFlow
    paragraphs: ParagraphFlow
    relay: RelayFlow
    audit: AuditFlow
    exports: ExportFlow
    open311: Open311Flow
    duties: Duties
    demo: DemoFlow
    comparison: ComparisonFlow
    batch: BatchFlow
    access: AccessFlow
    capabilities: CapabilityFlow
    analytics: AnalyticsFlow
    early_warnings: EarlyWarningFlow
    reports: ReportFlow
    given_answers: GivenAnswerFlow
    consultations: ConsultationFlow
    knowledge: KnowledgeFlow
    imports: KnowledgeImportFlow
    upkeep: KnowledgeUpkeepFlow
    live: LiveKnowledge
    clock: Clock
    reference: ReferenceData
    metrics: Metrics
    engine: str
    evaluations: Callable[[], list[dict[str, Any]]]
    ready: Callable[[], None]
    close: Callable[[], None]
