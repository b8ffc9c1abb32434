"""Around every request: a trace id, metrics, the size limit, and the answer given before for an Idempotency-Key."""

import hashlib
import time
import uuid
from collections.abc import Awaitable, Callable

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

from app.api.dependencies import LARGEST_BODY
from app.api.exception_handlers import problem
from app.domain.answers import GivenAnswer
from app.flows.registry import Flows
from app.observability import Metrics

LONGEST_KEY = 200
_OF_THE_ANSWER = ("content-type", "etag")
Next = Callable[[Request], Awaitable[Response]]


def add_middleware(app: FastAPI) -> None:
    """Register the middleware, innermost first."""

    @app.middleware("http")
    async def idempotent(request: Request, call_next: Next) -> Response:
        key = request.headers.get("idempotency-key")
        if request.method != "POST" or not key:
            return await call_next(request)
        if len(key) > LONGEST_KEY:
            return problem(422, "invalid_input", f"Idempotency-Key 最长 {LONGEST_KEY} 个字符", request)
        return await _once(request, key, call_next)

    @app.middleware("http")
    async def observed(request: Request, call_next: Next) -> Response:
        request.state.trace_id = uuid.uuid4().hex
        structlog.contextvars.bind_contextvars(trace_id=request.state.trace_id)
        declared = request.headers.get("content-length", "0")
        if declared.isdigit() and int(declared) > LARGEST_BODY:
            return problem(413, "too_large", f"请求正文最大 {LARGEST_BODY // 1024 // 1024} MiB", request)
        started = time.perf_counter()
        response = await call_next(request)
        metrics: Metrics = request.app.state.metrics
        route = getattr(request.scope.get("route"), "path", "unknown")
        metrics.requests.labels(route, str(response.status_code)).inc()
        metrics.seconds.labels(route).observe(time.perf_counter() - started)
        response.headers["X-Trace-Id"] = request.state.trace_id
        return response


async def _once(request: Request, key: str, call_next: Next) -> Response:
    """Answer a repeated request with the first answer; the same key with another body is a conflict."""
    flows: Flows = request.app.state.flows
    caller = request.headers.get("authorization", "") + request.headers.get("x-api-key", "")
    record = hashlib.sha256(f"{caller}\n{request.url.path}\n{key}".encode()).hexdigest()
    digest = hashlib.sha256(await request.body()).hexdigest()
    earlier = await run_in_threadpool(flows.answers.find, record)
    if earlier:
        if earlier.digest != digest:
            return problem(409, "conflict", "同一 Idempotency-Key 的请求内容不同", request)
        return Response(earlier.body, earlier.status, earlier.headers)
    response = await call_next(request)
    body = b"".join([chunk async for chunk in response.body_iterator])  # type: ignore[attr-defined]
    if response.status_code < 300:
        headers = {name: response.headers[name] for name in _OF_THE_ANSWER if name in response.headers}
        answer = GivenAnswer(digest=digest, status=response.status_code, headers=headers, body=body.decode())
        await run_in_threadpool(flows.answers.keep, record, answer)
    return Response(body, response.status_code, dict(response.headers))
