"""/open311/v2: GeoReport v2 for channels that speak it, in JSON and XML."""

from typing import Annotated, Literal
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request, Response

from app.api.dependencies import FlowsDep, clean, secret_in
from app.api.geo_report import PREFIX, written
from app.domain.access import AccessKey, Scope
from app.domain.errors import InvalidInput

router = APIRouter(prefix=PREFIX, tags=["Open311"])
Format = Literal["json", "xml"]
_MOST_FIELDS = 200
_FORM = "application/x-www-form-urlencoded"


async def form_body(request: Request) -> dict[str, str]:
    """Return a form's fields, the first value of each."""
    raw = await request.body()
    if not request.headers.get("content-type", _FORM).startswith(_FORM):
        raise InvalidInput(f"正文应为 {_FORM}")
    try:
        fields = parse_qs(raw.decode("utf-8"), max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise InvalidInput(f"正文应为 UTF-8 的 {_FORM}") from error
    return {clean("form", name): clean(name[:40], values[0]) for name, values in fields.items()}


Form = Annotated[dict[str, str], Depends(form_body)]


@router.get("/services.{kind}", summary="服务目录")
def list_services(kind: Format, flows: FlowsDep) -> Response:
    """诉求分类的末级。"""
    return written(kind, "services", "service", flows.open311.services())


@router.get("/services/{code}.{kind}", summary="一项服务")
def read_service(code: str, kind: Format, flows: FlowsDep) -> Response:
    """没有附加问题。"""
    return written(kind, "services", "service", [flows.open311.service(code)])


@router.post("/requests.{kind}", summary="提交诉求")
def post_request(kind: Format, request: Request, form: Form, flows: FlowsDep) -> Response:
    """表单含 api_key、service_code、description，可含 address_string、lat、long、phone、first_name、last_name。"""

    by = _caller(request, flows, {**request.query_params, **form}, Scope.INTAKE_WRITE)
    made = flows.open311.submit(form, by=by)
    return written(kind, "service_requests", "request", [made])


@router.get("/requests.{kind}", summary="查询诉求")
def list_requests(kind: Format, request: Request, flows: FlowsDep) -> Response:
    """可给 service_request_id（逗号分隔）、service_code、start_date、end_date、status；不含保密和移送的诉求。"""
    asked = {name: clean(name[:40], value) for name, value in request.query_params.items()}
    found = flows.open311.requests(asked, by=_caller(request, flows, asked, Scope.TICKETS_READ))
    return written(kind, "service_requests", "request", found)


@router.get("/requests/{number}.{kind}", summary="一件诉求")
def read_request(number: str, kind: Format, request: Request, flows: FlowsDep) -> Response:
    """只含公开信息。"""
    by = _caller(request, flows, dict(request.query_params), Scope.TICKETS_READ)
    found = flows.open311.request(clean("service_request_id", number), by=by)
    return written(kind, "service_requests", "request", [found])


@router.get("/tokens/{token}.{kind}", summary="由凭据查编号")
def read_token(token: str, kind: Format, request: Request, flows: FlowsDep) -> Response:
    """提交时已直接返回编号；凭据为通话编号。"""
    by = _caller(request, flows, dict(request.query_params), Scope.TICKETS_READ)
    found = flows.open311.token(clean("token", token), by=by)
    return written(kind, "service_requests", "request", [found])


def _caller(request: Request, flows: FlowsDep, fields: dict[str, str], scope: Scope) -> AccessKey:
    return flows.access.check(fields.get("api_key") or secret_in(request.headers), scope)
