"""vLLM's OpenAI-compatible server (or any other of the same port) as a ChatModel, through LangChain."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from queue import SimpleQueue
from typing import Any

import httpx
import openai
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, SecretStr
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from models.base import (
    BadOutput,
    ChatMessage,
    ModelBusy,
    ModelError,
    ModelRefused,
    ModelTimeout,
    ModelUnavailable,
    ModelUnknown,
)
from models.chat.endpoints import EndpointHealth, Endpoints
from models.chat.event_loop import LoopThread
from models.chat.limits import ChatLimits
from models.chat.thoughts import THOUGHT, without_thoughts

_NO_THINKING: Mapping[str, Any] = {"chat_template_kwargs": {"enable_thinking": False}}
_CUT_OFF = "the answer was cut off at the token limit"
Heard = Callable[[str], None]
_UNKNOWN = (openai.AuthenticationError, openai.PermissionDeniedError, openai.NotFoundError)
"""What a server answers that does not know the key, the model or the path."""
_BROKEN = (ModelUnavailable, ModelUnknown)
"""Worth another try at once, of another endpoint."""
_MALFORMED = (openai.OpenAIError, ValueError, TypeError, KeyError, AttributeError, IndexError)
"""What the client libraries raise on an answer that is no chat completion."""


def connect(
    *,
    base_urls: Sequence[str],
    model: str,
    api_key: str,
    limits: Mapping[str, Any],
    max_tokens: int,
    extra_body: Mapping[str, Any] | None = None,
) -> "VllmServer":
    """Return the model behind one or more servers, bounded by `ChatLimits`; nothing is sent yet."""
    bounds = ChatLimits(**limits)
    _warm_up()
    timeout = httpx.Timeout(bounds.read_seconds, connect=bounds.connect_seconds)
    clients = [
        (
            url,
            ChatOpenAI(
                model=model,
                base_url=url,
                api_key=SecretStr(api_key),
                max_retries=0,
                timeout=timeout,
                temperature=0.0,
                max_completion_tokens=max_tokens,
                extra_body=dict(_NO_THINKING if extra_body is None else extra_body),
                http_async_client=httpx.AsyncClient(timeout=timeout, trust_env=False),
                http_client=httpx.Client(trust_env=False),
            ),
        )
        for url in base_urls
    ]
    return VllmServer(model, Endpoints(clients, bounds), bounds)


def connect_plain(*, extra_body: Mapping[str, Any] | None = None, **options: Any) -> "VllmServer":
    """Return a model behind any other server of the port: nothing is sent that only vLLM knows."""
    return connect(extra_body=extra_body or {}, **options)


def _warm_up() -> None:
    """Have the client libraries load all they need: with the first call, that would hold up a loop that keeps time."""
    body = {"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "{}"}}]}
    body |= {"id": "-", "object": "chat.completion", "created": 0, "model": "-"}  # type: ignore[dict-item]
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    client = ChatOpenAI(
        model="-",
        base_url="http://nowhere/v1",
        api_key=SecretStr("-"),
        http_async_client=httpx.AsyncClient(transport=transport),
        http_client=httpx.Client(transport=transport),
    )
    loop = LoopThread()
    loop.run(client.bind(response_format=response_format(_Anything)).ainvoke("-"))
    loop.stop()


class _Anything(BaseModel):
    """A form of nothing, for warming up."""


class VllmServer:
    """Calls the server with bounded time, attempts and concurrency."""

    revision = "served"

    def __init__(self, model: str, endpoints: Endpoints[ChatOpenAI], limits: ChatLimits) -> None:
        self.name = model
        self._endpoints = endpoints
        self._limits = limits
        self._loop = LoopThread()
        self._slots = asyncio.Semaphore(limits.concurrency)

    def generate(
        self,
        messages: Sequence[ChatMessage],
        *,
        form: type[BaseModel],
        seconds: float,
        heard: Heard | None = None,
    ) -> str:
        """Return what the model wrote for `form`; see `ChatModel.generate`."""
        if seconds <= 0:
            raise ModelTimeout("no time left for the model")
        if heard is None:
            return without_thoughts(self._loop.run(self._in_time(messages, response_format(form), seconds)))
        texts: SimpleQueue[str | None] = SimpleQueue()
        work = self._loop.start(self._in_time(messages, response_format(form), seconds, texts.put))
        work.add_done_callback(lambda _: texts.put(None))
        while (text := newest(texts)) is not None:
            heard(THOUGHT.sub("", text))
        return without_thoughts(work.result())

    def health(self) -> list[EndpointHealth]:
        """Return what is known of each endpoint."""
        return self._endpoints.health()

    def close(self) -> None:
        """Stop the loop that the connections live on."""
        self._loop.stop()

    async def _in_time(
        self, messages: Sequence[ChatMessage], form: dict[str, Any], seconds: float, heard: Heard | None = None
    ) -> str:
        try:
            async with asyncio.timeout(seconds), self._slots:
                return await self._persistently(messages, form, heard)
        except TimeoutError as error:
            raise ModelTimeout(f"no answer within {seconds:.1f} s") from error

    async def _persistently(self, messages: Sequence[ChatMessage], form: dict[str, Any], heard: Heard | None) -> str:
        """Try again on timeouts, 429 and 5xx; on a broken connection only where another endpoint is left."""
        tried: list[str] = []

        def worth_it(error: BaseException) -> bool:
            if isinstance(error, (ModelTimeout, ModelBusy)):
                return True
            return type(error) in _BROKEN and bool(tried) and self._endpoints.others(tried)

        wait = wait_random_exponential(self._limits.first_wait_seconds, self._limits.longest_wait_seconds)

        def wait_if_busy(state: RetryCallState) -> float:
            broken = state.outcome is not None and type(state.outcome.exception()) in _BROKEN
            return 0.0 if broken else wait(state)

        attempts = AsyncRetrying(
            stop=stop_after_attempt(self._limits.attempts),
            wait=wait_if_busy,
            retry=retry_if_exception(worth_it),
            reraise=True,
        )
        return await attempts(self._once, messages, form, heard, tried)

    async def _once(
        self, messages: Sequence[ChatMessage], form: dict[str, Any], heard: Heard | None, tried: list[str]
    ) -> str:
        said = [(m.role, m.text) for m in messages]
        with self._endpoints.borrowed(but_for=tried) as endpoint:
            tried.append(endpoint.url)
            client = endpoint.client.bind(response_format=form)
            try:
                answer = await (overheard(client.astream(said), heard) if heard else client.ainvoke(said))
            except _MALFORMED as error:
                raise named(error) from error
            except httpx.HTTPError as error:  # the connection broke within the body
                raise ModelUnavailable(f"{type(error).__name__} at {endpoint.url}") from error
        return text_of(answer)


async def overheard(chunks: AsyncIterator[AIMessage], heard: Heard) -> AIMessage:
    """Return the message that the chunks make up; `heard` is told its text after each."""
    whole: AIMessageChunk | None = None
    async for chunk in chunks:
        if not isinstance(chunk, AIMessageChunk):
            continue
        whole = chunk if whole is None else whole + chunk
        if chunk.content and isinstance(whole.content, str):
            heard(whole.content)
    if whole is None:
        raise BadOutput("an answer without text")
    return whole


def newest(texts: "SimpleQueue[str | None]") -> str | None:
    """Wait for a text and return the last one that is there; None comes after them all, and alone."""
    text = texts.get()
    while text is not None and not texts.empty():
        later = texts.get()
        if later is None:
            texts.put(None)
            break
        text = later
    return text


def response_format(form: type[BaseModel]) -> dict[str, Any]:
    """Return the structured-output request for a form."""
    schema = {"name": form.__name__, "schema": form.model_json_schema(), "strict": True}
    return {"type": "json_schema", "json_schema": schema}


def named(error: Exception) -> ModelError:
    """Return a client library's error as the tree of `models.base` names it."""
    if isinstance(error, openai.APITimeoutError):
        return ModelTimeout("the server did not answer in time")
    if isinstance(error, (openai.RateLimitError, openai.InternalServerError)):
        return ModelBusy(f"the server answered {error.status_code}")
    if isinstance(error, _UNKNOWN):
        return ModelUnknown(f"the server answered {error.status_code}: wrong key, model or path")
    if isinstance(error, openai.APIStatusError):
        return ModelRefused(f"the server refused the call: {error.status_code}")
    if isinstance(error, openai.APIConnectionError):
        return ModelUnavailable("no connection to the server")
    if isinstance(error, openai.LengthFinishReasonError):
        return BadOutput(_CUT_OFF)
    return BadOutput(f"not a chat completion: {type(error).__name__}")


def text_of(answer: AIMessage) -> str:
    """Return the text of a message; one without text, or cut off, is BadOutput."""
    if answer.response_metadata.get("finish_reason") == "length":
        raise BadOutput(_CUT_OFF)
    if not isinstance(answer.content, str) or not answer.content.strip():
        raise BadOutput("an answer without text")
    return answer.content
