"""/v1/tickets: read, search, correct, take a step, join, export; /v1/feedback."""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.responses import StreamingResponse

from app.api.dependencies import (
    Body,
    ExportKey,
    FlowsDep,
    OptionalBody,
    ReaderKey,
    SuperviseKey,
    WriterKey,
    clean,
    placed,
    text_of,
)
from app.api.sheets import TABLE, XLSX, begun, csv_lines, xlsx_bytes
from app.domain.analytics import UNKNOWN
from app.domain.errors import InvalidInput, NotFound
from app.domain.events import Feedback, TicketEvent, Verdict
from app.domain.frozen import Frozen
from app.domain.labels import REQUEST_KIND, SUBJECT, SUPERVISION, TICKET_STATUS, URGENCY, labelled
from app.domain.storable import check_all
from app.domain.supervision import SupervisionLevel, SupervisionOrder
from app.domain.ticket import Ticket
from app.domain.transcript import Transcript
from app.domain.workflow import EVENT_LABELS, REVIEWS, STEP_LABELS, MeetingReason, Step
from app.flows.exports import COLUMNS
from app.flows.tickets import needs_of

router = APIRouter(prefix="/v1", tags=["工单"])
IfMatch = Annotated[str | None, Header()]
LONGEST_VALUE = 50_000
_CODES = {"status": TICKET_STATUS, "request_kind": REQUEST_KIND, "subject": SUBJECT, "urgency": URGENCY}
"""Filters that are codes, with their names."""


class TicketPage(Frozen):
    """A page of tickets; `next` is the cursor of the page after it."""

    tickets: tuple[Ticket, ...]
    next: str | None


class TicketCount(Frozen):
    """How many tickets a list has."""

    tickets: int
    more: bool
    """Whether there may be more."""


class LabelledEvent(TicketEvent):
    """An event with its Chinese name."""

    label: str


class PossibleStep(Frozen):
    """A step that may be taken now, its Chinese name and what it needs."""

    step: Step
    label: str
    needs: tuple[str, ...]
    outcome: bool
    """Whether an outcome may be given with it."""


YesNo = Literal["true", "false"] | None
_STANDINGS = r"^(in_time|late|running|overdue|none)(,(in_time|late|running|overdue|none))*$"


def filters_of(
    flows: FlowsDep,
    status: str | None = None,
    request_kind: str | None = None,
    district: str | None = None,
    unit_code: str | None = None,
    handler_code: str | None = None,
    category_code: str | None = None,
    category: Annotated[str | None, Query(max_length=200, description="任一级分类编码，多个用逗号隔开")] = None,
    acting_unit: Annotated[str | None, Query(description="承办单位，未分派的为建议主办单位")] = None,
    town: str | None = None,
    subject: str | None = None,
    channel: str | None = None,
    urgency: str | None = None,
    meeting: Annotated[MeetingReason | None, Query(description="列入月度会商的缘由")] = None,
    call_id: str | None = None,
    q: Annotated[str | None, Query(max_length=100, description="标题、内容、地点中的字词，或工单编号")] = None,
    caller: Annotated[str | None, Query(max_length=20, description="来电号码")] = None,
    created_from: str | None = None,
    created_before: str | None = None,
    overdue: YesNo = None,
    deadline: Annotated[
        str | None,
        Query(
            pattern=_STANDINGS, description="in_time 按期、late 逾期办结，running 未到期、overdue 已逾期未办结；可多个"
        ),
    ] = None,
    responded: Annotated[YesNo, Query(description="按时响应；false 为应响应而未按时的")] = None,
    solved: Annotated[YesNo, Query(description="回访时已解决")] = None,
    satisfied: Annotated[YesNo, Query(description="回访时满意")] = None,
    extension_requested: Annotated[Literal["true"] | None, Query(description="承办单位申请延期，待审核的")] = None,
    to_evaluate: Annotated[Literal["true"] | None, Query(description="已答复、尚未评价的，含随主单答复的")] = None,
    order: Annotated[Literal["deadline"] | None, Query(description="只列在办的，时限最早的在前")] = None,
    issue: Annotated[str | None, Query(max_length=20, description="热点事项编号")] = None,
    demo: Annotated[YesNo, Query(description="只看或不看演示工单")] = None,
) -> dict[str, str]:
    """Return the filters that were given."""
    given = {name: value for name, value in locals().items() if name != "flows"}
    named = {name: clean(name, value) for name, value in given.items() if value is not None and value != ""}
    for name, labels in _CODES.items():
        if named.get(name, UNKNOWN) not in (UNKNOWN, *labels):
            raise InvalidInput(f"{name} 应为{labelled(labels, labels)}", field=name)
    return placed(named, flows)


Filters = Annotated[dict[str, str], Depends(filters_of)]


@router.get("/tickets", summary="工单列表，新的在前或者时限最早的在前")
def list_tickets(
    flows: FlowsDep,
    key: ReaderKey,
    filters: Filters,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(max_length=20, pattern=r"^\d*$")] = None,
) -> TicketPage:
    """可按状态、类型、区（市）、镇街、分类、单位、渠道、字词、来电号码、时间和是否逾期筛选，none 表示未说明的；
    next 为下一页的游标。分类（category）、镇街、主体和 acting_unit 约一分钟内更新。"""
    tickets = tuple(flows.tickets.page(after=after or None, limit=limit, filters=filters, by=key))
    return TicketPage(tickets=tickets, next=tickets[-1].ticket_number if len(tickets) == limit else None)


@router.get("/tickets:count", summary="工单件数")
def count_tickets(flows: FlowsDep, key: ReaderKey, filters: Filters) -> TicketCount:
    """筛选条件同列表；tickets 为列表全部页的件数，数到一万件为止，more 表示可能不止。"""
    tickets, more = flows.tickets.count(filters, by=key)
    return TicketCount(tickets=tickets, more=more)


@router.get("/tickets:export", summary="导出工单", response_class=StreamingResponse, responses=TABLE)
def export_tickets(
    flows: FlowsDep, key: ExportKey, filters: Filters, kind: Annotated[Literal["csv", "xlsx"], Query()] = "csv"
) -> Response:
    """筛选条件同列表。姓名和电话已遮盖；管理员导出的除外。"""
    rows = begun(flows.exports.ticket_rows(filters, by=key))
    name = f'attachment; filename="tickets.{kind}"'
    if kind == "xlsx":
        return Response(xlsx_bytes(COLUMNS, rows), media_type=XLSX, headers={"Content-Disposition": name})
    lines: Iterator[str] = csv_lines(COLUMNS, rows)
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})


@router.get("/tickets/{ticket_number}", summary="查看工单")
def read_ticket(ticket_number: str, flows: FlowsDep, key: ReaderKey, response: Response) -> Ticket:
    """ETag 为版本号，更正时放入 If-Match。查看保密或涉移送的工单会留下记录。"""
    return tagged(flows.tickets.get(clean("ticket_number", ticket_number), by=key), response)


@router.get("/tickets/{ticket_number}/history", summary="工单的全部经过")
def read_history(ticket_number: str, flows: FlowsDep, key: ReaderKey) -> list[LabelledEvent]:
    """按发生先后排列。"""
    events = flows.tickets.history(clean("ticket_number", ticket_number), by=key)
    return [LabelledEvent(**event.model_dump(), label=EVENT_LABELS.get(event.name, event.name)) for event in events]


@router.get("/tickets/{ticket_number}/transcript", summary="工单的通话原文")
def read_transcript(ticket_number: str, flows: FlowsDep, key: ReaderKey) -> Transcript:
    """evidence 的 turn、start、end 指向其中的 turns；承办单位不可见。"""
    return flows.tickets.transcript(clean("ticket_number", ticket_number), by=key)


@router.get("/tickets/{ticket_number}/steps", summary="现在可执行的步骤")
def read_steps(ticket_number: str, flows: FlowsDep, key: ReaderKey) -> list[PossibleStep]:
    """按工单状态和持钥人的角色；needs 为正文须给出的内容。并单和更正另有接口。"""
    return [
        PossibleStep(step=step, label=STEP_LABELS[step], needs=needs_of(step, key), outcome=step is Step.FEED_BACK)
        for step in flows.tickets.steps(clean("ticket_number", ticket_number), by=key)
        if step is not Step.CORRECT
    ]


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
    return tagged(flows.tickets.correct(number, body, by=key, expected_version=version), response)


@router.post("/tickets/{ticket_number}/merge", summary="并入主单")
def merge_ticket(
    ticket_number: str, body: Body, flows: FlowsDep, key: WriterKey, response: Response, if_match: IfMatch = None
) -> Ticket:
    """正文含 into：主单编号。各诉求人保留，时限取最早，答复同时送达每位诉求人。"""
    number, into = clean("ticket_number", ticket_number), text_of(body, "into")
    merged = flows.merges.merge(number, into, by=key, expected_version=version_of(if_match))
    return tagged(merged, response)


@router.post("/tickets/{ticket_number}/unmerge", summary="撤销并单")
def unmerge_ticket(
    ticket_number: str, body: Body, flows: FlowsDep, key: WriterKey, response: Response, if_match: IfMatch = None
) -> Ticket:
    """正文含 reason；工单回到并单前的状态，随主单归档或不予受理之后也可。"""
    number, reason = clean("ticket_number", ticket_number), text_of(body, "reason")
    return tagged(flows.merges.unmerge(number, reason, by=key, expected_version=version_of(if_match)), response)


@router.post("/tickets/{ticket_number}/supervise", status_code=201, summary="人工督办")
def supervise_ticket(ticket_number: str, body: Body, flows: FlowsDep, key: SuperviseKey) -> SupervisionOrder:
    """正文含 level 和 note；督办单立即发出。"""
    level, note = text_of(body, "level"), text_of(body, "note")
    if level not in tuple(SupervisionLevel):
        raise InvalidInput(f"level 应为{labelled(SUPERVISION, SUPERVISION)}", field="level")
    return flows.supervision.order(clean("ticket_number", ticket_number), SupervisionLevel(level), note, by=key)


@router.post("/tickets/{ticket_number}/{step}", summary="办理步骤：受理、交办、签收、退单、反馈、审核、回复……")
def take_step(
    ticket_number: str,
    step: str,
    details: OptionalBody,
    flows: FlowsDep,
    key: WriterKey,
    response: Response,
    if_match: IfMatch = None,
) -> Ticket:
    """正文按步骤给出 reason、text、unit、days、solved、satisfied、meeting、outcome，可附仅供内部的 note。

    review_return、review、review_extension 另给 approved。不予受理的 reason 会告知诉求人。
    不可能的步骤返回 409，并说明可以执行什么。
    """
    ticket = flows.tickets.step(
        clean("ticket_number", ticket_number),
        step_named(clean("step", step), details),
        by=key,
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
        right_value=right_value_of(body),
        actor=key.name,
        created_at=flows.clock.now(),
    )
    flows.tickets.feedback(feedback, by=key)
    return feedback


def step_named(name: str, details: dict[str, Any]) -> Step:
    """Return a step by its name; a review's step depends on `approved`."""
    if name in REVIEWS:
        approved = details.get("approved")
        if not isinstance(approved, bool):
            raise InvalidInput(f"{name} 须给出 approved（true 或 false）", field="approved")
        return REVIEWS[name][approved]
    if name not in tuple(Step):
        raise NotFound(f"没有步骤 {name}；步骤有：{labelled(Step, STEP_LABELS)}，以及 {'、'.join(REVIEWS)}")
    if name == Step.CORRECT:
        raise InvalidInput("更正字段请用 PATCH", field="step")
    return Step(name)


def verdict_of(body: dict[str, Any]) -> Verdict:
    """Return the verdict; an unknown one is an error that names the known."""
    value = text_of(body, "verdict")
    if value not in tuple(Verdict):
        raise InvalidInput(f"verdict 应为 {'、'.join(Verdict)}", field="verdict")
    return Verdict(value)


def right_value_of(body: dict[str, Any]) -> Any:
    """Return what is right instead; a correction has to say it, if only that nothing is (null)."""
    if body.get("verdict") == Verdict.CORRECTED and "right_value" not in body:
        raise InvalidInput("更正须给出 right_value，没有正确值的填 null", field="right_value")
    value = body.get("right_value")
    check_all(value, "right_value")
    if len(json.dumps(value)) > LONGEST_VALUE:
        raise InvalidInput("right_value 过长", field="right_value")
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
