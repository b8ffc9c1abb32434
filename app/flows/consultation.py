"""A question in, a cited answer or a typed refusal out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from app.decide.answerability import (
    area_question,
    basis,
    case_question,
    elsewhere,
    is_ticket_worthy,
    nearest_first,
    refusal_for,
)
from app.domain.decision import Decision
from app.domain.errors import InvalidInput
from app.domain.knowledge import (
    EVERYWHERE,
    Article,
    Citation,
    Clarification,
    ConsultationAnswer,
    Refusal,
    RefusalCode,
    ScoredArticle,
)
from app.domain.thresholds import AnswerLimits
from app.domain.transcript import Transcript
from app.flows.intake import Reads
from app.flows.judgement import IntakePolicy, Judgement
from app.flows.live_knowledge import LiveKnowledge
from app.observability import Metrics
from app.receive.payload import parse_transcript
from app.respond.answer import compose_answer
from app.understand.area import AreaReader
from app.understand.question_traps import TrapReader

LONGEST_QUESTION = 2000
MOST_NEAREST = 3
MOST_READ = 3
"""Articles that a language model may cite."""


_TRIES = 3
"""How often an answer is given anew because its article changed meanwhile."""


class Generated(Protocol):
    """What came of asking a model; `GeneratedAnswer` is the one there is."""

    @property
    def text(self) -> str | None:
        """The answer, every sentence of it borne out."""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What it rests on."""

    @property
    def failure(self) -> str | None:
        """Why there is none."""

    @property
    def prompt_version(self) -> str:
        """The words that were used."""

    @property
    def model(self) -> str:
        """The model that was asked."""


class WritesAnswers(Protocol):
    """Words an answer from articles by a language model."""

    def write(self, question: str, articles: Sequence[Article]) -> Generated:
        """Return what came of asking the model; ends within its own time limit."""


class ConsultationFlow:
    """Answers from the knowledge base alone; a language model, where there is one, only words the answer."""

    def __init__(
        self,
        *,
        reader: Reads,
        policy: IntakePolicy,
        knowledge: LiveKnowledge,
        limits: AnswerLimits,
        traps: TrapReader,
        areas: AreaReader,
        writer: WritesAnswers | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._policy = policy
        self._knowledge = knowledge
        self._limits = limits
        self._traps = traps
        self._areas = areas
        self._metrics = metrics or Metrics()

    @property
    def count(self) -> int:
        """Return how many articles there are."""
        return self._knowledge.count

    def search(self, question: str, *, on: date, area: str | None) -> tuple[ScoredArticle, ...]:
        """Return the articles nearest to a question, best first."""
        return self._knowledge.search(question, on=on, area=area)

    def answer(self, body: Mapping[str, Any], *, received_at: datetime) -> ConsultationAnswer:
        """Answer `question` (+ `history`, `area`, `date`).

        Raises:
            InvalidInput: a field is missing or of the wrong kind, or there is no such area.
        """
        question, day = _text(body, "question"), _day(body.get("date"), received_at)
        area = self._area(body.get("area"), question)
        transcript = _as_message(question, received_at)
        reading = self._reader.read(transcript)
        if reading.risk.emergencies:
            emergency = Refusal(code=RefusalCode.EMERGENCY, reason=self._policy.notice(reading))
            return _unanswered(question, (), reading.engine, refusal=emergency)
        demand = reading.demands[0] if reading.demands else None
        judged = self._policy.judge(demand, transcript) if demand else None
        asked = _Asked(
            question=question,
            looked_up=_with_history(question, body.get("history")),
            day=day,
            area=area,
            worthy=demand is not None
            and is_ticket_worthy(demand.draft.request_kind, demand.draft.confidence["request_kind"], self._limits),
            order=self._traps.is_order(question),
            unit=_who_could_know(judged),
            engine=reading.engine,
        )
        answer = self._standing(asked)
        self._metrics.count_result("consultation", answer.degraded)
        return answer

    def _standing(self, asked: "_Asked") -> ConsultationAnswer:
        """Answer from what stands when the answer is done: an article may change while a model words it."""
        for _ in range(_TRIES):
            answer = self._from_knowledge(asked)
            if self._knowledge.stand(answer.citations, on=asked.day):
                return answer
        changing = Refusal(code=RefusalCode.NO_BASIS, reason="相关知识条目正在修改，请稍后再问")
        return _unanswered(asked.question, (), asked.engine, refusal=changing)

    def _from_knowledge(self, asked: "_Asked") -> ConsultationAnswer:
        looked_up = self._knowledge.look_up(asked.looked_up, on=asked.day, area=asked.area)
        answer = self._judged(asked, looked_up.articles)
        if answer.degraded or looked_up.degraded_reason is None:
            return answer
        return answer.model_copy(update={"degraded": True, "degraded_reason": looked_up.degraded_reason})

    def _judged(self, asked: "_Asked", found: Sequence[ScoredArticle]) -> ConsultationAnswer:
        if asked.order:
            return _unanswered(asked.question, found, asked.engine, refusal=_refused(asked))
        best = basis(found, self._limits)
        parts = self._knowledge.in_parts(asked.looked_up, on=asked.day, area=asked.area)
        back = area_question(parts, asked.area, self._limits) or (None if best else case_question(found, self._limits))
        if back or best is None:
            near, refusal = nearest_first(found, parts), None if back else _refused(asked)
            return _unanswered(asked.question, near, asked.engine, refusal=refusal, clarification=back)
        answer = _embedded(asked.question, best, worthy=asked.worthy, engine=asked.engine)
        return self._generated(answer, [scored.article for scored in found[:MOST_READ]])

    def _area(self, given: Any, question: str) -> str | None:
        """Return the part of the city that was given, else the one that the question names; None for all of it."""
        if given is not None and not isinstance(given, str):
            raise InvalidInput("area 应为文字", field="area")
        said = (given or "").strip()
        if not said:
            return self._areas.named_in(question)
        if said in EVERYWHERE:
            return None
        area = self._areas.full_name(said)
        if area is None and said not in map(elsewhere, (None, *self._areas.districts)):
            known = "、".join(self._areas.districts)
            raise InvalidInput(
                f"area 应为区（市）或镇（街道）的名称，收到“{said[:40]}”；区（市）有：{known}", field="area"
            )
        return area or said

    def _generated(self, answer: ConsultationAnswer, articles: Sequence[Article]) -> ConsultationAnswer:
        """Return the answer in the model's words if they hold, else as it is, with the reason."""
        if self._writer is None:
            return answer
        generated = self._writer.write(answer.question, articles)
        if generated.failure or generated.text is None:
            return answer.model_copy(update={"degraded": True, "degraded_reason": generated.failure})
        return answer.model_copy(
            update={
                "answer": generated.text,
                "citations": generated.citations,
                "engine": "llm",
                "model": generated.model,
                "prompt_version": generated.prompt_version,
            }
        )


@dataclass(frozen=True)
class _Asked:
    """A question with all that was read out of it."""

    question: str
    looked_up: str
    """With the question before it, where it means nothing alone."""
    day: date
    area: str | None
    worthy: bool
    order: bool
    unit: str | None
    engine: str


def _refused(asked: _Asked) -> Refusal:
    return refusal_for(ticket_worthy=asked.worthy, order=asked.order, unit=asked.unit)


def _unanswered(
    question: str,
    found: Sequence[ScoredArticle],
    engine: str,
    *,
    refusal: Refusal | None = None,
    clarification: Clarification | None = None,
) -> ConsultationAnswer:
    return ConsultationAnswer(
        question=question,
        answer=None,
        refusal=refusal,
        clarification=clarification,
        nearest=tuple(scored.article.title for scored in found[:MOST_NEAREST]),
        confidence=0.0,
        engine=engine,
    )


def _embedded(question: str, best: ScoredArticle, *, worthy: bool, engine: str) -> ConsultationAnswer:
    text, citation = compose_answer(question, best.article)
    return ConsultationAnswer(
        question=question,
        answer=text,
        citations=(citation,),
        handover="所述情况需要办理时，请转受理生成工单" if worthy else None,
        confidence=round(best.fit, 3),
        engine=engine,
    )


def _who_could_know(judged: Judgement | None) -> str | None:
    """Return the unit the matter belongs to, unless that is a guess."""
    if judged is None or judged.unit.lead is None or judged.unit.decision is Decision.HUMAN:
        return None
    return judged.unit.lead.name


def _as_message(question: str, received_at: datetime) -> Transcript:
    """Return the question as a web message, which the reader takes."""
    turns = [{"speaker": "citizen", "text": question}]
    return parse_transcript({"id": "-", "channel": "web", "turns": turns}, received_at=received_at)


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(f"缺少 {name}，应为文字", field=name)
    if len(value) > LONGEST_QUESTION:
        raise InvalidInput(f"{name} 最长 {LONGEST_QUESTION} 个字符", field=name)
    return value


def _day(value: Any, received_at: datetime) -> date:
    if value is None:
        return received_at.date()
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise InvalidInput("date 应为 YYYY-MM-DD", field="date") from error


def _with_history(question: str, history: Any) -> str:
    """Return the question with the one before it: 那要带什么 means nothing alone."""
    if history is None:
        return question
    if not isinstance(history, list) or not all(map(_is_turn, history)):
        raise InvalidInput("history 应为列表，每项含文字 role 和 content", field="history")
    asked = [turn["content"] for turn in history if turn["role"] == "user"]
    if not asked or len(question) >= _SHORT_QUESTION:
        return question
    if len(asked[-1]) > LONGEST_QUESTION:
        raise InvalidInput(f"history 中的问题最长 {LONGEST_QUESTION} 个字符", field="history")
    return f"{asked[-1]}。{question}"


def _is_turn(turn: Any) -> bool:
    return isinstance(turn, dict) and all(isinstance(turn.get(name), str) for name in ("role", "content"))


_SHORT_QUESTION = 14
"""Characters below which a question leans on the one before it."""
