"""/v1/tickets: read, correct, accept, decline; /v1/feedback."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from app.api.dependencies import Body, FlowsDep, OptionalBody, ReaderKey, WriterKey
from app.domain.errors import InvalidInput
from app.domain.events import Feedback, TicketEvent, Verdict
from app.domain.frozen import Frozen
from app.domain.ticket import Ticket
from app.domain.workflow import Step
from app.flows.tickets import FILTERS

router = APIRouter(prefix="/v1", tags=["工单"])
IfMatch = Annotated[str | None, Header()]


class TicketPage(Frozen):
    """A page of tickets; `next` is the cursor of the page after it."""

    tickets: tuple[Ticket, ...]
    next: str | None


@router.get("/tickets", summary="工单列表，新的在前")
def list_tickets(
    flows: FlowsDep,
    _key: ReaderKey,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(max_length=20, pattern=r"^\d*$")] = None,
    status: str | None = None,
    request_kind: str | None = None,
    district: str | None = None,
    unit_code: str | None = None,
    call_id: str | None = None,
) -> TicketPage:
    """可按状态、诉求类型、区（市）、承办单位和通话编号筛选。"""
    given = dict(zip(FILTERS, (status, request_kind, district, unit_code, call_id), strict=True))
    filters = {name: clean(name, value) for name, value in given.items() if value is not None}
    tickets = tuple(flows.tickets.page(after=after or None, limit=limit, filters=filters))
    return TicketPage(tickets=tickets, next=tickets[-1].ticket_number if len(tickets) == limit else None)


@router.get("/tickets/{ticket_number}", summary="查看工单")
def read_ticket(ticket_number: str, flows: FlowsDep, _key: ReaderKey, response: Response) -> Ticket:
    """ETag 为版本号，更正时放入 If-Match。"""
    return tagged(flows.tickets.get(clean("ticket_number", ticket_number)), response)


@router.get("/tickets/{ticket_number}/history", summary="工单的全部经过")
def read_history(ticket_number: str, flows: FlowsDep, _key: ReaderKey) -> list[TicketEvent]:
    """按发生先后排列。"""
    return list(flows.tickets.history(clean("ticket_number", ticket_number)))


@router.patch("/tickets/{ticket_number}", summary="更正字段")
def correct_ticket(
    ticket_number: str,
    body: Body,
    flows: FlowsDep,
    key: WriterKey,
    response: Response,
    if_match: IfMatch = None,
) -> Ticket:
    """正文为 {"字段路径": 新值}，例如 {"place.detail": "幸福家园13号楼"}；须带 If-Match。"""
    version = version_of(if_match)
    if version is None:
        raise InvalidInput("更正须带 If-Match，值为查看工单时的 ETag", field="If-Match")
    number = clean("ticket_number", ticket_number)
    return tagged(flows.tickets.correct(number, body, actor=key.name, expected_version=version), response)


@router.post("/tickets/{ticket_number}/{step}", summary="办理步骤：受理、交办、签收、退单、反馈、审核、回复……")
def take_step(
    ticket_number: str,
    step: Step,
    details: OptionalBody,
    flows: FlowsDep,
    key: WriterKey,
    response: Response,
    if_match: IfMatch = None,
) -> Ticket:
    """正文按步骤给出 reason、text、unit、days、solved、satisfied；不可能的步骤返回 409，并说明可以执行什么。"""
    if step is Step.CORRECT:
        raise InvalidInput("更正字段请用 PATCH", field="step")
    ticket = flows.tickets.step(
        clean("ticket_number", ticket_number),
        step,
        actor=key.name,
        details=details,
        expected_version=version_of(if_match),
    )
    return tagged(ticket, response)


@router.post("/feedback", status_code=201, summary="反馈：采纳、更正、不采纳")
def post_feedback(body: Body, flows: FlowsDep, key: WriterKey) -> Feedback:
    """正文含 ticket_number、field、verdict，更正时含 right_value。"""
    feedback = Feedback(
        ticket_number=text_of(body, "ticket_number"),
        field=text_of(body, "field"),
        verdict=verdict_of(body),
        right_value=body.get("right_value"),
        actor=key.name,
        created_at=flows.clock.now(),
    )
    flows.tickets.feedback(feedback)
    return feedback


def verdict_of(body: dict[str, Any]) -> Verdict:
    """Return the verdict; an unknown one is an error that names the known."""
    value = text_of(body, "verdict")
    if value not in tuple(Verdict):
        raise InvalidInput(f"verdict 应为 {'、'.join(Verdict)}", field="verdict")
    return Verdict(value)


def text_of(body: dict[str, Any], name: str) -> str:
    """Return a required text of a body."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidInput(f"缺少 {name}，应为文字", field=name)
    return clean(name, value)


def clean(name: str, value: str) -> str:
    """Refuse what a database cannot look up."""
    if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise InvalidInput(f"{name} 含不能使用的字符", field=name)
    return value


def tagged(ticket: Ticket, response: Response) -> Ticket:
    """Set the ticket's version as the answer's ETag."""
    response.headers["ETag"] = f'"{ticket.version}"'
    return ticket


def version_of(if_match: str | None) -> int | None:
    """Return the version an If-Match names."""
    if if_match is None:
        return None
    bare = if_match.removeprefix("W/").strip('" ')
    if not bare.isascii() or not bare.isdigit() or len(bare) > 9:
        raise InvalidInput("If-Match 应为工单的 ETag", field="If-Match")
    return int(bare)
