"""The whole service wired: `build_flows` is the list of what it is made of."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from app.bootstrap.chat import answer_writer, build_chat, paragraph_writers, second_looks, with_chat
from app.bootstrap.demo import build_demo
from app.bootstrap.knowledge import build_index, build_second_order
from app.bootstrap.reader import Embedded, build_duplicates, classifier, load_embedded
from app.config import AuthSettings, Settings
from app.domain.city_time import CITY_TIME
from app.domain.ports import Clock, UnitOfWork, UnitOfWorkFactory
from app.flows.access import AccessFlow
from app.flows.analytics import AnalyticsFlow
from app.flows.audit import AuditFlow
from app.flows.batch import BatchFlow
from app.flows.capabilities import CapabilityFlow
from app.flows.comparison import ComparisonFlow
from app.flows.consultation import ConsultationFlow
from app.flows.corrections import Corrections
from app.flows.duties import Duties
from app.flows.early_warning import EarlyWarningFlow
from app.flows.exports import ExportFlow
from app.flows.generated_reading import GeneratingReader
from app.flows.given_answers import GivenAnswerFlow
from app.flows.hot_issues import HotIssueFlow
from app.flows.intake import IntakeFlow
from app.flows.issue_history import IssueHistoryFlow
from app.flows.judgement import IntakePolicy
from app.flows.knowledge import KnowledgeFlow
from app.flows.knowledge_import import KnowledgeImportFlow
from app.flows.knowledge_upkeep import KnowledgeUpkeepFlow
from app.flows.live_call import LiveCallFlow
from app.flows.live_knowledge import LiveKnowledge
from app.flows.merge import MergeFlow
from app.flows.open311 import Open311Flow
from app.flows.paragraphs import ParagraphFlow
from app.flows.redispatch import Redispatch
from app.flows.referral_alarm import ReferralAlarm
from app.flows.referrals import ReferralFlow
from app.flows.registry import Flows
from app.flows.relay import RelayFlow
from app.flows.reports import ReportFlow
from app.flows.shadow import ShadowFlow
from app.flows.supervision import SupervisionFlow
from app.flows.ticket_index import TicketIndexFlow
from app.flows.tickets import TicketFlow
from app.flows.verdicts import VerdictFlow
from app.observability import Metrics
from app.receive.identity import TokenReader
from app.respond.file_drop import SCHEME, FileDropSender
from app.respond.webhook import WebhookSender
from app.store.engine import make_engine, migrate
from app.store.evaluations import published_evaluations
from app.store.sealed_sample import sealed_sample
from app.store.unit_of_work import SqlUnitOfWork
from app.store.vault import open_vault
from app.understand.area import AreaReader
from app.understand.precedent import PrecedentReader
from app.understand.question_match import QuestionMatcher
from app.understand.question_traps import TrapReader
from models.factory import load_answer_scorer, load_embedder


class SystemClock:
    """Chinese standard time."""

    def now(self) -> datetime:
        """Return the present moment."""
        return datetime.now(CITY_TIME)


def build_flows(settings: Settings, clock: Clock | None = None, embedded: Embedded | None = None) -> Flows:
    """Wire the service: store migrated, reference data checked, models loaded unless given."""
    engine = make_engine(settings.database_url)
    migrate(engine)
    embedded = embedded or load_embedded(settings)
    reference, reader = embedded.reference, embedded.reader
    clock, metrics = clock or SystemClock(), Metrics()
    vault = open_vault(settings.key_file, sealed_sample(engine))

    @contextmanager
    def store(*, reading: bool = False) -> Iterator[UnitOfWork]:
        with SqlUnitOfWork(engine, vault, reading=reading) as uow:
            yield uow

    areas = AreaReader(reference.gazetteer)
    knowledge = KnowledgeFlow(store, clock, frozenset(reference.function_by_id), areas)
    knowledge.seed(embedded.articles)
    index = build_index(settings)
    traps = TrapReader(("枣庄", *reference.gazetteer.district_by_name))
    duties = classifier(settings.weights_dir / "function")
    scorer, strange = (load_answer_scorer(settings.weights_dir / name) for name in ("answer", "answer_strange"))
    matcher = QuestionMatcher(scorer, strange, duties, traps)
    second_order = build_second_order(settings)
    live = LiveKnowledge(store, index, matcher, second_order)
    chat = build_chat(settings)

    def close() -> None:
        relay.close()
        web.close()
        demo.close()
        ticket_index.close()
        if chat:
            chat.close()
        index.close()
        if second_order:
            second_order.close()
        engine.dispose()

    duplicates = build_duplicates(settings, reference, vault.caller_hash)
    ticket_index = TicketIndexFlow(store, duplicates)
    ticket_index.recall()
    policy = IntakePolicy(reference, duplicates, PrecedentReader(load_embedder(settings.weights_dir / "matters")))
    verdicts = VerdictFlow(store, policy)
    verdicts.follow()
    generating = with_chat(settings, reference, reader, chat)
    looks = second_looks(settings, reference, reader, chat, store)
    intake = IntakeFlow(reader=generating, policy=policy, store=store, clock=clock, second_looks=looks, metrics=metrics)
    model = generating if isinstance(generating, GeneratingReader) else None
    live_calls = LiveCallFlow(reader=reader, model=model, policy=policy, intake=intake, clock=clock)
    redispatch = Redispatch(policy, reader.units_of)
    tickets = TicketFlow(store, clock, policy, redispatch, verdicts, Corrections(reference, policy, redispatch))
    web = WebhookSender()
    relay = RelayFlow(store, clock, {"http": web, "https": web, SCHEME: FileDropSender()})
    supervision = SupervisionFlow(store, clock, reference.supervision, policy.clock)
    alarm = ReferralAlarm(store, clock)
    given_answers = GivenAnswerFlow(store, clock)
    audit = AuditFlow(store, clock, policy, reference.supervision.retention)
    analytics = AnalyticsFlow(store, clock, reference, embedded.words)
    hot_issues = HotIssueFlow(store, clock, duplicates, reference.thresholds.issue)
    paragraphs = ParagraphFlow(store, *paragraph_writers(settings, chat), metrics)
    early_warnings = EarlyWarningFlow(store, clock, reference, policy.clock.is_working)
    reports = ReportFlow(
        store=store,
        clock=clock,
        analytics=analytics,
        hot_issues=hot_issues,
        early_warnings=early_warnings,
        paragraphs=paragraphs,
        hour=settings.reports.hour,
    )
    afterwards = (
        analytics.follow, hot_issues.follow, early_warnings.look_at_demo, lambda: reports.make_due(demo=True),
    )  # fmt: skip
    demo = build_demo(settings, reference, reader, policy, store, clock, redispatch, verdicts, afterwards)
    return Flows(
        intake=intake,
        live_calls=live_calls,
        shadow=ShadowFlow(store, intake, reader),
        tickets=tickets,
        verdicts=verdicts,
        merges=MergeFlow(store, clock, policy),
        hot_issues=hot_issues,
        ticket_index=ticket_index,
        issue_history=IssueHistoryFlow(store, clock, reference.thresholds.issue, vault.caller_hash),
        supervision=supervision,
        referrals=ReferralFlow(store, clock, reference.lanes, policy.clock),
        paragraphs=paragraphs,
        relay=relay,
        audit=audit,
        exports=ExportFlow(store, tickets),
        open311=Open311Flow(reference, intake, tickets, clock),
        duties=Duties(
            relay=relay,
            supervision=supervision,
            audit=audit,
            live_calls=live_calls,
            verdicts=verdicts,
            analytics=analytics,
            hot_issues=hot_issues,
            early_warnings=early_warnings,
            reports=reports,
            referral_alarm=alarm,
            ticket_index=ticket_index,
            given_answers=given_answers,
        ),
        demo=demo,
        comparison=ComparisonFlow(intake),
        batch=BatchFlow(intake),
        access=AccessFlow(store, clock, token_reader(settings.auth), units=reference.unit_codes),
        capabilities=CapabilityFlow(reader, policy),
        analytics=analytics,
        early_warnings=early_warnings,
        reports=reports,
        given_answers=given_answers,
        consultations=ConsultationFlow(
            reader=reader,
            policy=policy,
            knowledge=live,
            limits=reference.thresholds.answer,
            traps=traps,
            areas=areas,
            writer=answer_writer(settings, chat),
            metrics=metrics,
        ),
        knowledge=knowledge,
        imports=KnowledgeImportFlow(knowledge),
        upkeep=KnowledgeUpkeepFlow(store, clock, knowledge, reference.thresholds.upkeep),
        live=live,
        clock=clock,
        reference=reference,
        metrics=metrics,
        engine=settings.chat.engine,
        evaluations=lambda: published_evaluations(settings.evaluations_dir),
        ready=lambda: check_store(store),
        close=close,
    )


def token_reader(auth: AuthSettings) -> TokenReader | None:
    """Return the reader of identity tokens, where a provider is set."""
    if not auth.oidc_issuer:
        return None
    return TokenReader(
        issuer=auth.oidc_issuer,
        audience=auth.oidc_audience,
        jwks_url=auth.oidc_jwks_url,
        roles_claim=auth.oidc_roles_claim,
        unit_claim=auth.oidc_unit_claim,
        lanes_claim=auth.oidc_lanes_claim,
    )


def check_store(store: UnitOfWorkFactory) -> None:
    """Raise ServiceUnavailable unless the store answers."""
    with store(reading=True) as uow:
        uow.access_keys.find("")
