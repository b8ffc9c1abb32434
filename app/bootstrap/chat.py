"""The language model and what asks it, where one is set."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel

from app.bootstrap.reader import kind_reader
from app.config import Settings
from app.domain.errors import ServiceUnavailable
from app.domain.ports import UnitOfWorkFactory
from app.domain.reference import ReferenceData
from app.flows.consultation import WritesAnswers
from app.flows.generated_duplicates import DuplicateSecondLook
from app.flows.generated_reading import GeneratingReader
from app.flows.generated_reasons import UnitExplainer
from app.flows.intake import LooksAgain, Reads
from app.flows.paragraphs import WritesParagraphs
from app.flows.reading import CallReader
from app.prompting.task import PromptTask
from app.respond.generated_answer import AnswerForm, AnswerWriter
from app.respond.generated_paragraph import (
    LONGEST_NOTE,
    LONGEST_PARAGRAPH,
    NoteForm,
    ParagraphForm,
    ParagraphWriter,
)
from app.understand.generated.forms import MatterVerdicts, RiskSigns, TicketForms, UnitReasons
from app.understand.generated.matters import MatterJudge
from app.understand.generated.reasons import ReasonWriter
from app.understand.generated.risk import RiskSecondReader
from app.understand.generated.tickets import TicketWriter
from models.base import ChatModel, ModelUnavailable
from models.factory import load_chat_model

Form = TypeVar("Form", bound=BaseModel)


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
        raise ServiceUnavailable(f"CHAT__ENGINE=llm 不能启用：{error}") from error


def with_chat(settings: Settings, reference: ReferenceData, reader: CallReader, chat: ChatModel | None) -> Reads:
    """Return the reader that asks the language model; without one, the embedded reader."""
    if chat is None:
        return reader

    tickets = ticket_writer(settings, reference, reader, chat)
    risk = RiskSecondReader(
        prompt_task(settings, chat, "risk", RiskSigns),
        reference.referral,
        tickets.ground,
        from_share=reference.thresholds.risk.second_reading,
    )
    return GeneratingReader(reader, tickets, risk, seconds=settings.chat.seconds)


def second_looks(
    settings: Settings, reference: ReferenceData, reader: CallReader, chat: ChatModel | None, store: UnitOfWorkFactory
) -> Sequence[LooksAgain]:
    """Return what looks at judgements once more; nothing on the embedded engine."""
    if chat is None:
        return ()

    seconds = settings.chat.seconds
    ground = ticket_writer(settings, reference, reader, chat).ground
    reasons = ReasonWriter(prompt_task(settings, chat, "unit_reasons", UnitReasons), reference, ground)
    judge = MatterJudge(prompt_task(settings, chat, "duplicate", MatterVerdicts))
    return (
        UnitExplainer(reader, reasons, seconds=seconds),
        DuplicateSecondLook(store, judge, reference.thresholds.duplicate, seconds=seconds),
    )


def paragraph_writers(
    settings: Settings, chat: ChatModel | None
) -> tuple[WritesParagraphs | None, WritesParagraphs | None]:
    """Return what words urging notes and report paragraphs; none on the embedded engine."""
    if chat is None:
        return None, None

    notes = ParagraphWriter(
        prompt_task(settings, chat, "urging_note", NoteForm),
        lambda form: form.note,
        longest=LONGEST_NOTE,
        needed=2,
        seconds=settings.chat.seconds,
    )
    reports = ParagraphWriter(
        prompt_task(settings, chat, "report", ParagraphForm),
        lambda form: form.paragraph,
        longest=LONGEST_PARAGRAPH,
        needed=0,
        seconds=settings.chat.seconds,
    )
    return notes, reports


def answer_writer(settings: Settings, chat: ChatModel | None) -> WritesAnswers | None:
    """Return what words consultation answers; none on the embedded engine."""
    if chat is None:
        return None

    return AnswerWriter(prompt_task(settings, chat, "answer", AnswerForm), seconds=settings.chat.seconds)


def ticket_writer(settings: Settings, reference: ReferenceData, reader: CallReader, chat: ChatModel) -> TicketWriter:
    """Return what asks the model for tickets."""
    kinds = kind_reader(settings.weights_dir, reference)
    return TicketWriter(prompt_task(settings, chat, "ticket", TicketForms), reference, kinds, reader.mentions)


def prompt_task(settings: Settings, chat: ChatModel, name: str, form: type[Form]) -> PromptTask[Form]:
    """Return a task with the words in force; the packages of prompts are loaded only where a model is set."""
    from app.prompting.library import PromptLibrary

    return PromptTask(PromptLibrary(settings.prompts_dir).newest(name), form, chat)
