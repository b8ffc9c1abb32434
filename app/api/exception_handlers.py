"""Errors to RFC 9457 problem details with a Chinese `detail`. One table maps code to status."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.domain.errors import HotlineError

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


def problem(status: int, code: str, detail: str, request: Request, field: str | None = None) -> JSONResponse:
    """Return a problem document; `trace_id` is the one in the logs."""
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


def refused(request: Request, error: HotlineError) -> JSONResponse:
    """Return an expected error as a problem document."""
    return problem(STATUS.get(error.code, 500), error.code, safe(error.message_zh), request, error.field)


def add_exception_handlers(app: FastAPI) -> None:
    """Register the handlers."""

    @app.exception_handler(HotlineError)
    def expected(request: Request, error: HotlineError) -> JSONResponse:
        return refused(request, error)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        return problem(422, "invalid_input", f"{field} {said_of(first)}", request, field)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, "http", _HTTP.get(error.status_code, safe(str(error.detail))), request)

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> JSONResponse:
        structlog.get_logger().error("unexpected_error", path=request.url.path, exc_info=error)
        return problem(500, "internal_error", "服务内部错误，已记录", request)


_SAID = {
    "missing": "缺少此项",
    "enum": "应为 {expected} 之一",
    "literal_error": "应为 {expected} 之一",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "string_too_long": "最长 {max_length} 个字符",
    "string_too_short": "至少 {min_length} 个字符",
    "too_long": "最多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "string_pattern_mismatch": "格式不正确，应符合 {pattern}",
    "int_parsing": "应为整数",
    "int_parsing_size": "数值过大",
    "bool_parsing": "应为 true 或 false",
    "date_from_datetime_parsing": "应为日期，如 2026-11-25",
    "date_parsing": "应为日期，如 2026-11-25",
}
"""What is said of a value that the framework refused, by its kind of error."""


def said_of(error: Mapping[str, Any]) -> str:
    """Return in Chinese what is wrong with a value."""
    limits = {name: str(value) for name, value in error.get("ctx", {}).items()}
    if "expected" in limits:
        limits["expected"] = limits["expected"].replace(" or ", "、").replace(", ", "、")
    return safe(_SAID.get(error["type"], "不符合要求").format(**limits))


def safe(text: str) -> str:
    """Return text that can be written as UTF-8 whatever came in."""
    return text.encode("utf-8", "replace").decode()
