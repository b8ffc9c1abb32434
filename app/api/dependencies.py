"""What routes ask for: the flows, the caller's key with the scope the route needs, the body as JSON."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request

from app.domain.access import AccessKey, Scope
from app.domain.analytics import UNKNOWN
from app.domain.errors import InvalidInput
from app.domain.json_faults import json_fault
from app.domain.storable import check_all
from app.flows.registry import Flows

_ESCAPED = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
"""Escapes that may stand for what cannot be stored."""
_BEARER = re.compile(r"^\s*bearer\s", re.IGNORECASE)


async def get_flows(request: Request) -> Flows:
    """Return the wired flows."""
    flows: Flows = request.app.state.flows
    return flows


FlowsDep = Annotated[Flows, Depends(get_flows)]


def secret_in(headers: Mapping[str, str]) -> str | None:
    """Return the key or token that a request carries in its headers."""
    bearer = _BEARER.sub("", headers.get("authorization", "")).strip()
    return headers.get("x-api-key") or bearer or None


def requires(scope: Scope | None) -> Callable[..., AccessKey]:
    """Return a dependency that lets only keys with `scope` pass; None lets every valid key pass."""

    def check(
        flows: FlowsDep,
        authorization: Annotated[str | None, Header()] = None,
        x_api_key: Annotated[str | None, Header()] = None,
    ) -> AccessKey:
        given = {"authorization": authorization or "", "x-api-key": x_api_key or ""}
        return flows.access.check(secret_in(given), scope)

    return check


AnyKey = Annotated[AccessKey, Depends(requires(None))]


async def json_body(request: Request, _known: AnyKey) -> dict[str, Any]:
    """Return the body as a JSON object; what is not one is a clear error, to those who have a key."""
    return await _object_in(request)


async def optional_json_body(request: Request, _known: AnyKey) -> dict[str, Any]:
    """Return the body as a JSON object; none at all is an empty one."""
    return await _object_in(request) if await request.body() else {}


async def _object_in(request: Request) -> dict[str, Any]:
    raw = await request.body()
    try:
        text = raw.decode(json.detect_encoding(raw))
        body = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"请求正文不是合法的 JSON：{json_fault(error)}", field="body") from error
    if not isinstance(body, dict):
        raise InvalidInput("请求正文应为 JSON 对象", field="body")
    if _ESCAPED.search(text):
        check_all(body)
    return body


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} 不是合法的 JSON 数值")


Body = Annotated[dict[str, Any], Depends(json_body)]
OptionalBody = Annotated[dict[str, Any], Depends(optional_json_body)]
IntakeKey = Annotated[AccessKey, Depends(requires(Scope.INTAKE_WRITE))]
ReaderKey = Annotated[AccessKey, Depends(requires(Scope.TICKETS_READ))]
WriterKey = Annotated[AccessKey, Depends(requires(Scope.TICKETS_WRITE))]
ClassifyKey = Annotated[AccessKey, Depends(requires(Scope.CLASSIFY))]
ExportKey = Annotated[AccessKey, Depends(requires(Scope.TICKETS_EXPORT))]
SuperviseKey = Annotated[AccessKey, Depends(requires(Scope.SUPERVISE))]
ReferKey = Annotated[AccessKey, Depends(requires(Scope.REFER))]
ModelsKey = Annotated[AccessKey, Depends(requires(Scope.MODELS))]
KnowledgeKey = Annotated[AccessKey, Depends(requires(Scope.KNOWLEDGE))]
AdminKey = Annotated[AccessKey, Depends(requires(Scope.ADMIN))]


Limit = Annotated[int, Query(ge=1, le=1000)]
"""Rows of one answer."""
_LARGEST_ID = 2**62


def clean(name: str, value: str) -> str:
    """Refuse what a database cannot look up."""
    if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise InvalidInput(f"{name} 含不能使用的字符", field=name)
    return value


def placed(given: Mapping[str, str], flows: Flows) -> dict[str, str]:
    """Return filters with district and town by their full names; `none` is a place that is not known.

    Raises:
        InvalidInput: the city has no such district or town.
    """
    city, full = flows.reference.gazetteer, dict(given)
    for name, known, kind in (
        ("district", city.district_by_name, "区（市）"),
        ("town", city.town_by_name, "镇（街道）"),
    ):
        if (said := given.get(name, UNKNOWN)) != UNKNOWN:
            if said not in known:
                raise InvalidInput(f"没有{kind}{said[:40]}", field=name)
            full[name] = known[said].name
    return full


def text_of(body: dict[str, Any], name: str) -> str:
    """Return a required text of a body."""
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(f"缺少 {name}，应为文字", field=name)
    return clean(name, value)


def known_id(number: int) -> int:
    """Refuse a number that no row can have."""
    if not 0 < number < _LARGEST_ID:
        raise InvalidInput("编号超出范围", field="id")
    return number
