"""/open311/v2: GeoReport v2 for channels that speak it, in JSON and XML."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs
from xml.etree import ElementTree

from fastapi import APIRouter, Depends, Request, Response
from pydantic_core import to_json

from app.api.dependencies import FlowsDep, clean, secret_in
from app.domain.access import AccessKey, Scope
from app.domain.errors import Forbidden, HotlineError, InvalidInput, NotFound, TooLarge, Unauthenticated

router = APIRouter(prefix="/open311/v2", tags=["Open311"])
Format = Literal["json", "xml"]
_STATUS = {InvalidInput: 400, TooLarge: 400, NotFound: 404, Unauthenticated: 403, Forbidden: 403}
_MOST_FIELDS = 200


async def form_body(request: Request) -> dict[str, str]:
    """Return a form's fields, the first value of each."""
    raw = await request.body()
    try:
        fields = parse_qs(raw.decode("utf-8"), max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise InvalidInput("正文应为 UTF-8 的 application/x-www-form-urlencoded") from error
    return {clean("form", name): clean(name[:40], values[0]) for name, values in fields.items()}


Form = Annotated[dict[str, str], Depends(form_body)]


@router.get("/services.{kind}", summary="服务目录")
def list_services(kind: Format, flows: FlowsDep) -> Response:
    """诉求分类的末级。"""
    return answered(kind, "services", "service", flows.open311.services)


@router.get("/services/{code}.{kind}", summary="一项服务")
def read_service(code: str, kind: Format, flows: FlowsDep) -> Response:
    """没有附加问题。"""
    return answered(kind, "services", "service", lambda: [flows.open311.service(code)])


@router.post("/requests.{kind}", summary="提交诉求")
def post_request(kind: Format, request: Request, form: Form, flows: FlowsDep) -> Response:
    """表单含 api_key、service_code、description，可含 address_string、lat、long、phone。"""

    def submit() -> list[dict[str, Any]]:
        return [flows.open311.submit(form, by=_caller(request, flows, form, Scope.INTAKE_WRITE))]

    return answered(kind, "service_requests", "request", submit)


@router.get("/requests.{kind}", summary="查询诉求")
def list_requests(kind: Format, request: Request, flows: FlowsDep) -> Response:
    """可给 service_request_id（逗号分隔）、service_code、start_date、end_date、status；不含保密和移送的诉求。"""
    asked = dict(request.query_params)

    def found() -> list[dict[str, Any]]:
        checked = {name: clean(name[:40], value) for name, value in asked.items()}
        return flows.open311.requests(checked, by=_caller(request, flows, asked, Scope.TICKETS_READ))

    return answered(kind, "service_requests", "request", found)


@router.get("/requests/{number}.{kind}", summary="一件诉求")
def read_request(number: str, kind: Format, request: Request, flows: FlowsDep) -> Response:
    """只含公开信息。"""

    def found() -> list[dict[str, Any]]:
        by = _caller(request, flows, dict(request.query_params), Scope.TICKETS_READ)
        return [flows.open311.request(clean("service_request_id", number), by=by)]

    return answered(kind, "service_requests", "request", found)


@router.get("/tokens/{token}.{kind}", summary="由凭据查编号")
def read_token(token: str, kind: Format, request: Request, flows: FlowsDep) -> Response:
    """提交时已直接返回编号；凭据为通话编号。"""

    def found() -> list[dict[str, Any]]:
        by = _caller(request, flows, dict(request.query_params), Scope.TICKETS_READ)
        return [flows.open311.token(clean("token", token), by=by)]

    return answered(kind, "service_requests", "request", found)


def answered(kind: Format, root: str, item: str, work: Callable[[], Sequence[dict[str, Any]]]) -> Response:
    """Return what was asked for, or the error, in the format asked for."""
    try:
        return _written(kind, root, item, work(), 200)
    except HotlineError as error:
        status = next((code for of, code in _STATUS.items() if isinstance(error, of)), 500)
        if status == 500:
            raise
        told = [{"code": status, "description": error.message_zh.encode("utf-8", "replace").decode()}]
        return _written(kind, "errors", "error", told, status)


def _caller(request: Request, flows: FlowsDep, fields: dict[str, str], scope: Scope) -> AccessKey:
    return flows.access.check(fields.get("api_key") or secret_in(request.headers), scope)


def _written(kind: Format, root: str, item: str, records: Sequence[dict[str, Any]], status: int) -> Response:
    if kind == "json":
        return Response(to_json(list(records)), status, media_type="application/json; charset=utf-8")
    tree = ElementTree.Element(root)
    for record in records:
        node = ElementTree.SubElement(tree, item)
        for name, value in record.items():
            ElementTree.SubElement(node, name).text = None if value is None else _xml_text(value)
    body = ElementTree.tostring(tree, encoding="utf-8", xml_declaration=True)
    return Response(body, status, media_type="text/xml; charset=utf-8")


def _xml_text(value: object) -> str:
    text = "true" if value is True else "false" if value is False else str(value)
    return "".join(c for c in text if c in "\t\n\r" or c >= " ")
