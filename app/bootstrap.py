"""Settings in, the wired flows out. The only place that picks adapters and backends."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

from app.config import AuthSettings, Settings
from app.domain.duplicate import TicketFacts
from app.domain.errors import ServiceUnavailable
from app.domain.ports import Clock, UnitOfWork, UnitOfWorkFactory
from app.domain.reading import CallReading
from app.domain.reference import ReferenceData
from app.domain.transcript import Transcript
from app.flows.access import AccessFlow
from app.flows.answers import AnswerFlow
from app.flows.audit import AuditFlow
from app.flows.batch import BatchFlow
from app.flows.capabilities import CapabilityFlow
from app.flows.consultation import ConsultationFlow, WritesAnswers
from app.flows.duties import Duties
from app.flows.exports import ExportFlow
from app.flows.intake import ExplainsUnits, IntakeFlow, Reads
from app.flows.judgement import UNIT_FIELDS, IntakePolicy
from app.flows.knowledge import KnowledgeFlow
from app.flows.live_knowledge import LiveKnowledge
from app.flows.merge import MergeFlow
from app.flows.open311 import Open311Flow
from app.flows.reading import CallReader
from app.flows.registry import Flows
from app.flows.relay import RelayFlow
from app.flows.supervision import SupervisionFlow
from app.flows.tickets import TicketFlow
from app.receive.identity import TokenReader
from app.receive.spoken import Normaliser
from app.respond.webhook import WebhookSender
from app.store.articles import load_articles
from app.store.engine import make_engine, migrate
from app.store.evaluations import published_evaluations
from app.store.knowledge_index import ChromaIndex
from app.store.reference.load import load_reference_data
from app.store.unit_of_work import SqlUnitOfWork
from app.store.vault import open_vault
from app.understand.duplicate import DuplicateReader
from app.understand.precedent import PrecedentReader
from app.understand.question_traps import TrapReader
from app.understand.risk import RiskReader
from app.understand.ticket.kind import KindReader
from app.understand.ticket.reader import TicketReader
from app.understand.unit import UnitReader
from models.base import ChatModel, ModelUnavailable, TextClassifier
from models.embedding.hashed import HashedEmbedder
from models.embedding.static import StaticEmbedder
from models.factory import load_chat_model, load_classifier, load_lane_scorer

RECENT = 20_000
"""Tickets looked back on at start for duplicates."""


class SystemClock:
    """Chinese standard time."""

    def now(self) -> datetime:
        """Return the present moment."""
        return datetime.now(timezone(timedelta(hours=8)))


def build_flows(settings: Settings, clock: Clock | None = None) -> Flows:
    """Wire the service: store migrated, reference data checked, models loaded."""
    engine = make_engine(settings.database_url)
    migrate(engine)
    reference = load_reference_data(settings.knowledge_dir)
    owners = frozenset(reference.function_by_id)
    clock = clock or SystemClock()
    vault = open_vault(settings.key_file)

    @contextmanager
    def store(*, reading: bool = False) -> Iterator[UnitOfWork]:
        with SqlUnitOfWork(engine, vault, reading=reading) as uow:
            yield uow

    knowledge = KnowledgeFlow(store, clock, owners)
    knowledge.seed(load_articles(settings.knowledge_dir / "articles", owners=owners))
    index = ChromaIndex(
        StaticEmbedder(settings.weights_dir / "embedding"), settings.data_dir / "index", server=settings.index.url
    )
    live = LiveKnowledge(store, index)
    reader = build_reader(settings, reference)
    chat = build_chat(settings)

    def close() -> None:
        if chat:
            chat.close()
        index.close()
        engine.dispose()

    duplicates = DuplicateReader(HashedEmbedder())
    duplicates.fill(recent_tickets(store))
    policy = IntakePolicy(reference, duplicates, PrecedentReader(HashedEmbedder()))
    recall_verdicts(store, policy)
    generating, explainer = with_chat(settings, reference, reader, chat)
    intake = IntakeFlow(reader=generating, policy=policy, store=store, clock=clock, explainer=explainer)
    tickets = TicketFlow(store, clock, policy)
    relay = RelayFlow(store, clock, WebhookSender())
    supervision = SupervisionFlow(store, clock, reference.supervision, policy.clock)
    audit = AuditFlow(store, clock, policy.clock, reference.deadline, reference.supervision.retention)
    return Flows(
        intake=intake,
        tickets=tickets,
        merges=MergeFlow(store, clock, policy),
        supervision=supervision,
        relay=relay,
        audit=audit,
        exports=ExportFlow(store, tickets),
        open311=Open311Flow(reference, intake, tickets, clock),
        duties=Duties(relay, supervision, audit),
        batch=BatchFlow(intake),
        access=AccessFlow(store, clock, token_reader(settings.auth)),
        capabilities=CapabilityFlow(reader, policy),
        answers=AnswerFlow(store, clock),
        consultations=ConsultationFlow(
            reader,
            policy,
            live,
            reference.thresholds.answer,
            classifier(settings.weights_dir / "function"),
            TrapReader(("枣庄", *reference.gazetteer.district_by_name)),
            answer_writer(settings, chat),
        ),
        knowledge=knowledge,
        live=live,
        clock=clock,
        reference=reference,
        evaluations=lambda: published_evaluations(settings.evaluations_dir),
        ready=lambda: answers(store),
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
    )


def answers(store: UnitOfWorkFactory) -> None:
    """Raise ServiceUnavailable unless the store answers."""
    with store(reading=True) as uow:
        uow.access_keys.find("")


def build_reader(settings: Settings, reference: ReferenceData) -> CallReader:
    """Wire the embedded engine's readers: no store, so a worker process can have its own."""
    weights = settings.weights_dir
    function, category, kind = (classifier(weights / name) for name in ("function", "category", "kind"))
    units = UnitReader(reference, function, category)
    return CallReader(
        normaliser=Normaliser(reference.gazetteer),
        tickets=TicketReader(reference, KindReader(reference.request_kind, kind), units.topics),
        risk=RiskReader(reference.referral, reference.emotion, reference.routing, load_lane_scorer(weights / "risk")),
        units=units,
        model="+".join(f"{model.name}@{model.revision}" for model in (function, category, kind)),
    )


def build_chat(settings: Settings) -> ChatModel | None:
    """Return the language model that is set, none on the embedded engine.

    Raises:
        ServiceUnavailable: it is set and its packages are not installed.
    """
    chat = settings.chat
    if chat.engine != "llm":
        return None
    limits = {
        name: getattr(chat, name)
        for name in ("connect_seconds", "read_seconds", "attempts", "concurrency", "break_after", "break_seconds")
    }
    try:
        return load_chat_model(
            chat.backend,
            base_urls=tuple(url.strip() for url in chat.base_url.split(",") if url.strip()),
            model=chat.model,
            api_key=chat.api_key.get_secret_value(),
            limits=limits,
            max_tokens=chat.max_tokens,
            extra_body=chat.extra_body,
        )
    except ModelUnavailable as error:
        raise ServiceUnavailable(f"CHAT__ENGINE=llm 不能启用：{error}；请先安装 .locks/llm.txt") from error


def with_chat(
    settings: Settings, reference: ReferenceData, reader: CallReader, chat: ChatModel | None
) -> tuple[Reads, ExplainsUnits | None]:
    """Return the reader and the explainer of units that ask the language model; without one, the embedded reader."""
    if chat is None:
        return reader, None
    from app.flows.generated_reading import GeneratingReader
    from app.flows.generated_reasons import UnitExplainer
    from app.prompting.library import PromptLibrary
    from app.prompting.task import PromptTask
    from app.understand.generated.forms import TicketForms, UnitReasons
    from app.understand.generated.reasons import ReasonWriter
    from app.understand.generated.tickets import TicketWriter

    prompts, seconds = PromptLibrary(settings.prompts_dir), settings.chat.seconds
    kinds = KindReader(reference.request_kind, classifier(settings.weights_dir / "kind"))
    tickets = TicketWriter(PromptTask(prompts.newest("ticket"), TicketForms, chat), reference, kinds, reader.mentions)
    reasons = ReasonWriter(PromptTask(prompts.newest("unit_reasons"), UnitReasons, chat), reference, tickets.ground)
    return GeneratingReader(reader, tickets, seconds=seconds), UnitExplainer(reader, reasons, seconds=seconds)


def answer_writer(settings: Settings, chat: ChatModel | None) -> WritesAnswers | None:
    """Return what words consultation answers; none on the embedded engine."""
    if chat is None:
        return None
    from app.prompting.library import PromptLibrary
    from app.prompting.task import PromptTask
    from app.respond.generated_answer import AnswerForm, AnswerWriter

    task = PromptTask(PromptLibrary(settings.prompts_dir).newest("answer"), AnswerForm, chat)
    return AnswerWriter(task, seconds=settings.chat.seconds)


def classifier(folder: Path) -> TextClassifier:
    """Load one of the embedded engine's own models."""
    return load_classifier(folder)


def recent_tickets(store: UnitOfWorkFactory) -> list[TicketFacts]:
    """Return what duplicate search needs of the most recent tickets, oldest first."""
    with store(reading=True) as uow:
        tickets = uow.tickets.page(after=None, limit=RECENT, filters={})
    facts = []
    for ticket in reversed(tickets):
        lead = ticket.unit.lead
        facts.append(
            TicketFacts(
                ticket_number=ticket.ticket_number,
                text=ticket.content,
                created_at=ticket.created_at,
                request_kind=ticket.request_kind,
                district=ticket.place.district,
                town=ticket.place.town,
                detail=ticket.place.detail,
                category=ticket.category.code if ticket.category else None,
                function=lead.unit_code.split(".", 1)[-1] if lead else None,
                caller=ticket.citizen.phone,
                confidential=ticket.citizen.confidential,
            )
        )
    return facts


def recall_verdicts(store: UnitOfWorkFactory, policy: IntakePolicy) -> None:
    """Learn again from the verdicts on units that stand in the store."""
    with store(reading=True) as uow:
        for feedback in uow.feedback.about(UNIT_FIELDS, limit=RECENT):
            policy.learn(policy.precedents_of(uow.tickets.get(feedback.ticket_number), feedback))


_worker_reader: Reads | None = None


def start_worker(settings: Settings) -> None:
    """Give a worker process its reader."""
    global _worker_reader
    reference = load_reference_data(settings.knowledge_dir)
    _worker_reader, _ = with_chat(settings, reference, build_reader(settings, reference), build_chat(settings))


def read_many(transcripts: Sequence[Transcript]) -> list[CallReading]:
    """Read calls in a worker process."""
    if _worker_reader is None:
        raise RuntimeError("start_worker has not run in this process")
    return [_worker_reader.read(transcript) for transcript in transcripts]
