"""The OpenAPI description as callers need it: bodies, errors, keys and repeated requests, in Chinese."""

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from app.api.forms import FORMS, Schema
from app.api.middleware import HEADER, LONGEST_KEY

_ENGLISH = re.compile("[A-Za-z]{3,}")
_PROBLEM: Schema = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:hotline:error:invalid_input"]},
        "title": {"type": "string", "description": "错误代码"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "原因"},
        "instance": {"type": "string", "description": "请求的地址"},
        "trace_id": {"type": ["string", "null"], "description": "日志中的编号"},
        "field": {"type": "string", "description": "出错的字段"},
    },
}
_FAILED = {
    "description": "出错：detail 为原因，field 为出错的字段",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_KEYS = {
    "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "Bearer": {"type": "http", "scheme": "bearer", "description": "密钥，或统一身份认证的令牌"},
}
_OF_THE_KEY = ("authorization", "x-api-key")
_REPEATED = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": LONGEST_KEY},
    "description": "同一键、同样内容的请求只执行一次，七天内再发得到首次的答复；内容不同的返回 409",
}


def describe(app: FastAPI) -> None:
    """Let the application describe itself in full."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            _complete(plain())
        return plain()

    app.openapi = described  # type: ignore[method-assign]


def operations(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield each operation of a description by its name: `POST /v1/transcripts`."""
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def _complete(schema: Schema) -> None:
    for name, operation in operations(schema):
        _say_what_is_sent(name, operation)
        operation["responses"].pop("422", None)
        operation["responses"]["default"] = _FAILED
        for response in operation["responses"].values():
            response["description"] = response["description"].replace("Successful Response", "成功")
    parts = schema["components"]
    parts["securitySchemes"] = _KEYS
    for unused in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(unused, None)
    for part in parts["schemas"].values():
        if _ENGLISH.search(part.get("description", "")):
            del part["description"]
    parts["schemas"]["Problem"] = _PROBLEM


def _say_what_is_sent(name: str, operation: Schema) -> None:
    given = operation.get("parameters", [])
    parameters = [one for one in given if one["name"] not in _OF_THE_KEY]
    if len(parameters) < len(given):
        operation["security"] = [{key: []} for key in _KEYS]
    if name.startswith("POST "):
        parameters.append(_REPEATED)
    if name in FORMS:
        media = "application/x-www-form-urlencoded" if name.startswith("POST /open311") else "application/json"
        needed = bool(FORMS[name].get("required")) or name.startswith("PATCH ")
        operation["requestBody"] = {"required": needed, "content": {media: {"schema": FORMS[name]}}}
    operation["parameters"] = parameters
