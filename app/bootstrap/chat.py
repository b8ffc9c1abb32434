"""The language model and what asks it, where one is set."""

from app.bootstrap.reader import classifier
from app.config import Settings
from app.domain.errors import ServiceUnavailable
from app.domain.reference import ReferenceData
from app.flows.consultation import WritesAnswers
from app.flows.intake import ExplainsUnits, Reads
from app.flows.reading import CallReader
from app.understand.ticket.kind import KindReader
from models.base import ChatModel, ModelUnavailable
from models.factory import load_chat_model


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
