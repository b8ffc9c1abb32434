"""POST /v1/consultations and /v1/chat/completions: an answer with its sources, or a refusal with its reason."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from fastapi.responses import JSONResponse, StreamingResponse

from app.api.dependencies import Body, ClassifyKey, FlowsDep, clean, text_of
from app.api.streaming import EVENT_STREAM, answer_events, completion, completion_chunks, wants_stream
from app.domain.errors import InvalidInput
from app.domain.knowledge import ConsultationAnswer

router = APIRouter(prefix="/v1", tags=["咨询"])
MODEL = "hotline-consultation"


@router.post(
    "/consultations",
    summary="咨询：给出有依据的建议答复，或说明为何不能答复",
    response_model=ConsultationAnswer,
    responses={200: {"content": {EVENT_STREAM: {}}}},
)
def post_consultation(
    body: Body, flows: FlowsDep, _key: ClassifyKey, accept: Annotated[str | None, Header()] = None
) -> Any:
    """正文含 question，可含 history（role、content）、area（区（市）或镇（街道）名）、date（YYYY-MM-DD）。

    Accept 为 text/event-stream 时逐句返回：delta、citation，或 clarification、refusal，最后 done 为完整结果。
    """
    answer = flows.upkeep.note(flows.consultations.answer(body, received_at=flows.clock.now()))
    return StreamingResponse(answer_events(answer), media_type=EVENT_STREAM) if wants_stream(accept) else answer


@router.post("/consultations/{answer_id}/verdict", status_code=204, summary="评价答复：采纳、更正或不采纳")
def post_verdict(answer_id: str, body: Body, flows: FlowsDep, _key: ClassifyKey) -> None:
    """正文含 verdict：accepted、corrected 或 rejected；不采纳的问题进入知识缺口。"""
    flows.upkeep.rate(clean("answer_id", answer_id), text_of(body, "verdict"))


@router.post("/chat/completions", summary="咨询（OpenAI 兼容）：引用在 citations 中，也写在正文末尾")
def post_completion(body: Body, flows: FlowsDep, _key: ClassifyKey) -> Response:
    """正文含 messages，可含 stream、area、date；最后一条 user 消息为问题，其余为上文。"""
    question, history = _asked(body.get("messages"))
    now = flows.clock.now()
    given = {name: body[name] for name in ("area", "date") if body.get(name) is not None}
    asked = {"question": question, "history": history, **given}
    answer = flows.upkeep.note(flows.consultations.answer(asked, received_at=now))
    said = str(body.get("model") or MODEL)[:200].encode("utf-8", "replace").decode()
    identity: dict[str, Any] = {"id_": f"chatcmpl-{uuid.uuid4().hex}", "created": int(now.timestamp()), "model": said}
    if body.get("stream") is True:
        return StreamingResponse(completion_chunks(answer, **identity), media_type=EVENT_STREAM)
    return JSONResponse(completion(answer, **identity))


def _asked(messages: Any) -> tuple[str, list[dict[str, str]]]:
    """Return the last user message and what was said before it."""
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise InvalidInput("messages 应为列表，每项含 role 和 content", field="messages")
    said = [{"role": str(message.get("role")), "content": _plain(message.get("content"))} for message in messages]
    last = next((i for i in range(len(said) - 1, -1, -1) if said[i]["role"] == "user"), None)
    if last is None or not said[last]["content"].strip():
        raise InvalidInput("messages 中应有 user 消息", field="messages")
    return said[last]["content"], said[:last]


def _plain(content: Any) -> str:
    """Return a message's text; a list of parts is joined."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""
