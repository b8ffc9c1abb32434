"""Errors to RFC 9457 problem details with a Chinese `detail`. One table maps code to status."""

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.api import geo_report
from app.domain.errors import HotlineError
from app.domain.value_faults import said_of

STATUS = {
    "invalid_input": 422,
    "too_large": 413,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "invalid_transition": 409,
    "service_unavailable": 503,
}
_HTTP = {404: "没有这个地址", 405: "该地址不支持这种请求方法", 413: "请求正文过大"}


def problem(status: int, code: str, detail: str, request: Request, field: str | None = None) -> Response:
    """Return a problem document; `trace_id` is the one in the logs. Clients of a standard get the standard's form."""
    if request.url.path.startswith(geo_report.PREFIX):
        return geo_report.fault(status, detail, request)
    body = {
        "type": f"urn:hotline:error:{code}",
        "title": code,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        "trace_id": getattr(request.state, "trace_id", None),
        **({"field": field} if field else {}),
    }
    return JSONResponse(body, status, media_type="application/problem+json")


def refused(request: Request, error: HotlineError) -> Response:
    """Return an expected error as a problem document."""
    return problem(STATUS.get(error.code, 500), error.code, safe(error.message_zh), request, error.field)


def add_exception_handlers(app: FastAPI) -> None:
    """Register the handlers."""

    @app.exception_handler(HotlineError)
    def expected(request: Request, error: HotlineError) -> Response:
        return refused(request, error)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        return problem(422, "invalid_input", safe(f"{field} {said_of(first)}"), request, field)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        return problem(error.status_code, "http", _HTTP.get(error.status_code, safe(str(error.detail))), request)

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> Response:
        structlog.get_logger().error("unexpected_error", path=request.url.path, exc_info=error)
        return problem(500, "internal_error", "服务内部错误，已记录", request)


def safe(text: str) -> str:
    """Return text that can be written as UTF-8 whatever came in."""
    return text.encode("utf-8", "replace").decode()
