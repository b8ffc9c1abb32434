"""An answer as a stream of events: the text in sentences, then the citations, then the whole."""

import json
import re
from collections.abc import Iterator
from typing import Any

from app.domain.knowledge import ConsultationAnswer

EVENT_STREAM = "text/event-stream"
_SENTENCE = re.compile(r"[^。；！？\n]+[。；！？\n]*|\n+")


def wants_stream(accept: str | None) -> bool:
    """Tell whether the caller asked for events."""
    return EVENT_STREAM in (accept or "")


def answer_events(answer: ConsultationAnswer) -> Iterator[str]:
    """Yield `delta` a sentence, `citation` each, or `clarification` or `refusal`; `done` holds the whole answer."""
    if answer.clarification:
        yield _event("clarification", answer.clarification.model_dump(mode="json"))
    if answer.refusal:
        yield _event("refusal", answer.refusal.model_dump(mode="json"))
    for sentence in sentences(answer.answer or ""):
        yield _event("delta", {"text": sentence})
    for citation in answer.citations:
        yield _event("citation", citation.model_dump(mode="json"))
    yield _event("done", answer.model_dump(mode="json"))


def completion_chunks(answer: ConsultationAnswer, *, id_: str, created: int, model: str) -> Iterator[str]:
    """Yield the answer as OpenAI chunks; the last but one carries the citations."""

    def chunk(delta: dict[str, Any], finish: str | None = None, **beside: Any) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        body = {"id": id_, "object": "chat.completion.chunk", "created": created, "model": model, "choices": [choice]}
        return f"data: {json.dumps({**body, **beside}, ensure_ascii=False)}\n\n"

    yield chunk({"role": "assistant", "content": ""})
    for sentence in sentences(spoken(answer)):
        yield chunk({"content": sentence})
    yield chunk({}, "stop", **sources(answer))
    yield "data: [DONE]\n\n"


def completion(answer: ConsultationAnswer, *, id_: str, created: int, model: str) -> dict[str, Any]:
    """Return the answer as one OpenAI completion."""
    message = {"role": "assistant", "content": spoken(answer)}
    return {
        "id": id_,
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
        **sources(answer),
    }


def spoken(answer: ConsultationAnswer) -> str:
    """Return the answer with its sources in the text, what is asked back, or why there is no answer."""
    if answer.clarification:
        options = [f"{i}. {option}" for i, option in enumerate(answer.clarification.options, start=1)]
        return "\n".join([answer.clarification.question, *options])
    if answer.refusal:
        return answer.refusal.reason
    named = [f"[{i}] {c.title}（{c.source}{c.clause or ''}）" for i, c in enumerate(answer.citations, start=1)]
    return "\n".join([answer.answer or "", *(["依据："] if named else []), *named])


def sources(answer: ConsultationAnswer) -> dict[str, Any]:
    """Return citations, question back, refusal and which engine answered as they stand beside the text."""
    back = answer.clarification
    return {
        "citations": [citation.model_dump(mode="json") for citation in answer.citations],
        "clarification": back.model_dump(mode="json") if back else None,
        "refusal": answer.refusal.model_dump(mode="json") if answer.refusal else None,
        **answer.model_dump(include={"engine", "degraded", "degraded_reason"}),
    }


def sentences(text: str) -> list[str]:
    """Return a text cut after its sentences; together they are the text."""
    return _SENTENCE.findall(text)


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
