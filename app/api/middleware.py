"""Around every request: a trace id, metrics, the size limit, and the answer given before for an Idempotency-Key."""

import asyncio
import hashlib
import time
import uuid
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.dependencies import secret_in
from app.api.exception_handlers import problem, refused
from app.domain.errors import HotlineError
from app.domain.given_answer import GivenAnswer
from app.flows.registry import Flows
from app.observability import Metrics

LARGEST_BODY = 10 * 1024 * 1024
LONGEST_KEY = 200
HEADER = "Idempotency-Key"
_OF_THE_ANSWER = ("content-type", "etag")
Next = Callable[[Request], Awaitable[Response]]


class _TooMuch(Exception):
    """More than the size limit was sent."""


class BoundedBody:
    """Reads a request no further than the size limit, whether it said its length or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on; one that turns out too large is answered here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read, answered = 0, False

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > LARGEST_BODY and not answered:
                raise _TooMuch
            return message

        async def noted(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self._app(scope, bounded, noted)
        except* _TooMuch:  # a group: the middlewares between read in tasks of their own
            said = f"请求正文最大 {LARGEST_BODY // 1024 // 1024} MiB"
            await problem(413, "too_large", said, Request(scope))(scope, receive, send)


def add_middleware(app: FastAPI) -> None:
    """Register the middleware, innermost first."""

    locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @app.middleware("http")
    async def idempotent(request: Request, call_next: Next) -> Response:
        key = request.headers.get("idempotency-key")
        if request.method != "POST" or not key:
            return await call_next(request)
        if len(key) > LONGEST_KEY:
            return problem(422, "invalid_input", f"{HEADER} 最长 {LONGEST_KEY} 个字符", request, HEADER)
        record = record_of(request, key)
        lock = locks.setdefault(record, asyncio.Lock())
        try:
            async with lock:  # a repeat that comes before the first is answered waits for that answer
                return await _once(request, record, call_next)
        except HotlineError as error:
            return refused(request, error)

    app.add_middleware(BoundedBody)

    @app.middleware("http")
    async def observed(request: Request, call_next: Next) -> Response:
        request.state.trace_id = uuid.uuid4().hex
        structlog.contextvars.bind_contextvars(trace_id=request.state.trace_id)
        started = time.perf_counter()
        try:
            response = await call_next(request)
        except Exception:  # answered further out, where nothing is counted
            _count(request, 500, started)
            raise
        _count(request, response.status_code, started)
        response.headers["X-Trace-Id"] = request.state.trace_id
        return response


def _count(request: Request, status: int, started: float) -> None:
    metrics: Metrics = request.app.state.flows.metrics
    route = getattr(request.scope.get("route"), "path", "unknown")
    metrics.requests.labels(route, str(status)).inc()
    metrics.seconds.labels(route).observe(time.perf_counter() - started)


def record_of(request: Request, key: str) -> str:
    """Return what an answer is kept under: nobody else's, and of no other address."""
    caller = request.headers.get("authorization", "") + request.headers.get("x-api-key", "")
    return hashlib.sha256(f"{caller}\n{request.url.path}\n{key}".encode()).hexdigest()


async def _once(request: Request, record: str, call_next: Next) -> Response:
    """Answer a repeated request with the first answer; the same key with another body is a conflict.

    A caller whose API key or token is no longer good gets no answer kept for it.
    """
    flows: Flows = request.app.state.flows
    digest = hashlib.sha256(await request.body()).hexdigest()
    earlier = await run_in_threadpool(flows.given_answers.find, record)
    if earlier:
        if earlier.digest != digest:
            return problem(409, "conflict", f"同一 {HEADER} 的请求内容不同", request, HEADER)
        if secret := secret_in(request.headers):
            await run_in_threadpool(flows.access.check, secret, None)
        return Response(earlier.body, earlier.status, earlier.headers)
    response = await call_next(request)
    body = b"".join([chunk async for chunk in response.body_iterator])  # type: ignore[attr-defined]
    if response.status_code < 300:
        headers = {name: response.headers[name] for name in _OF_THE_ANSWER if name in response.headers}
        answer = GivenAnswer(digest=digest, status=response.status_code, headers=headers, body=body.decode())
        await run_in_threadpool(flows.given_answers.keep, record, answer)
    return Response(body, response.status_code, dict(response.headers))
