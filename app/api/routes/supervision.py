"""/v1/supervision: orders, what is due, and the words of an order."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.dependencies import (
    Body,
    FlowsDep,
    Limit,
    OptionalBody,
    SuperviseKey,
    clean,
    known_id,
    text_of,
)
from app.domain.paragraph import Paragraph
from app.domain.supervision import DueTickets, OrderStatus, SupervisionLevel, SupervisionOrder

router = APIRouter(prefix="/v1", tags=["督办"])


@router.get("/supervision/orders", summary="督办单，新的在前")
def list_orders(
    flows: FlowsDep,
    _key: SuperviseKey,
    status: OrderStatus | None = None,
    level: SupervisionLevel | None = None,
    ticket_number: Annotated[str | None, Query(max_length=20)] = None,
    limit: Limit = 100,
) -> list[SupervisionOrder]:
    """五级督办：系统转办、电话催办、书面督办、现场督办、领导包办。"""
    number = clean("ticket_number", ticket_number) if ticket_number else None
    return list(flows.supervision.page(status=status, level=level, ticket=number, limit=limit))


@router.get("/supervision/due", summary="临期和逾期的工单，时限最早的在前")
def list_due(flows: FlowsDep, key: SuperviseKey, limit: Limit = 200) -> DueTickets:
    """已逾期、24小时内和三日内到期的件数，及其中时限最早的工单。"""
    return flows.supervision.due(limit=limit, by=key)


@router.post("/supervision:run", summary="立即检查应督办的工单")
def run_supervision(flows: FlowsDep, _key: SuperviseKey) -> dict[str, int]:
    """平时每分钟自动检查一次；同一事由只生成一张督办单。"""
    return {"raised": flows.supervision.run_once()}


@router.post("/supervision/orders/{order_id}/draft", summary="为督办单草拟文字")
def draft_note(order_id: int, flows: FlowsDep, _key: SuperviseKey) -> Paragraph:
    """启用大模型时由大模型按工单事实草拟，逐项核对后给出；否则为规则文字。只供审定，不发出、不保存。"""
    return flows.paragraphs.urging_note(known_id(order_id))


@router.post("/supervision/orders/{order_id}/send", summary="发出督办单")
def send_order(order_id: int, body: OptionalBody, flows: FlowsDep, key: SuperviseKey) -> SupervisionOrder:
    """正文可给 note，代替起草的文字。"""
    note = text_of(body, "note") if body.get("note") is not None else None
    return flows.supervision.send(known_id(order_id), note, by=key)


@router.post("/supervision/orders/{order_id}/cancel", summary="撤销督办单")
def cancel_order(order_id: int, body: Body, flows: FlowsDep, key: SuperviseKey) -> SupervisionOrder:
    """正文含 reason。"""
    return flows.supervision.cancel(known_id(order_id), text_of(body, "reason"), by=key)
