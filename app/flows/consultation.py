"""A question in, a cited answer or a typed refusal out."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.decide.answerability import refusal_for
from app.domain.decision import Decision
from app.domain.errors import InvalidInput
from app.domain.knowledge import ConsultationAnswer, ScoredArticle
from app.domain.ticket import RequestKind
from app.domain.transcript import Transcript
from app.flows.intake import Reads
from app.flows.judgement import IntakePolicy, Judgement
from app.flows.live_knowledge import LiveKnowledge
from app.receive.payload import parse_transcript
from app.respond.answer import compose_answer

LONGEST_QUESTION = 2000
MOST_NEAREST = 3


class ConsultationFlow:
    """Answers from the knowledge base alone."""

    def __init__(
        self, reader: Reads, policy: IntakePolicy, knowledge: LiveKnowledge, limits: Mapping[str, float]
    ) -> None:
        self._reader = reader
        self._policy = policy
        self._knowledge = knowledge
        self._limits = limits

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
            InvalidInput: a field is missing or of the wrong kind.
        """
        question = _text(body, "question")
        area, day = body.get("area"), _day(body.get("date"), received_at)
        if area is not None and not isinstance(area, str):
            raise InvalidInput("area 应为文字", field="area")
        transcript = _as_message(question, received_at)
        reading = self._reader.read(transcript)
        demand = reading.demands[0] if reading.demands else None
        judged = self._policy.judge(demand, transcript) if demand else None
        found = self._knowledge.search(_with_history(question, body.get("history")), on=day, area=area)
        refusal = refusal_for(
            found,
            kind=demand.draft.request_kind if demand else RequestKind.CONSULTATION,
            kind_is_sure=demand is not None and demand.draft.confidence["request_kind"] >= self._limits["sure_kind"],
            emergency=self._policy.notice(reading) if reading.risk.emergencies else None,
            unit=_who_could_know(judged),
            limits=self._limits,
        )
        if refusal:
            return ConsultationAnswer(
                question=question,
                answer=None,
                refusal=refusal,
                nearest=tuple(scored.article.title for scored in found[:MOST_NEAREST]),
                confidence=0.0,
                engine=reading.engine,
            )
        text, citation = compose_answer(question, found[0].article)
        return ConsultationAnswer(
            question=question,
            answer=text,
            citations=(citation,),
            confidence=round(min(0.95, found[0].coverage), 3),
            engine=reading.engine,
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
    if not isinstance(history, list) or not all(isinstance(turn, dict) for turn in history):
        raise InvalidInput("history 应为列表，每项含 role 和 content", field="history")
    asked = [str(turn.get("content", "")) for turn in history if turn.get("role") == "user"]
    return f"{asked[-1]}。{question}" if asked and len(question) < _SHORT_QUESTION else question


_SHORT_QUESTION = 14
"""Characters below which a question leans on the one before it."""
