"""/v1/supervision, /v1/webhooks, /v1/audit, /v1/corrections: what stands beside the tickets."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from app.api.dependencies import (
    AdminKey,
    AnyKey,
    Body,
    FlowsDep,
    ModelsKey,
    OptionalBody,
    SuperviseKey,
    clean,
    text_of,
)
from app.api.sheets import begun
from app.domain.errors import InvalidInput
from app.domain.frozen import Frozen
from app.domain.paragraph import Paragraph
from app.domain.supervision import DueTickets, OrderStatus, SupervisionLevel, SupervisionOrder
from app.domain.webhook import DeliveryStatus, Webhook

router = APIRouter(prefix="/v1", tags=["督办与运行"])
Limit = Annotated[int, Query(ge=1, le=1000)]
_LARGEST_ID = 2**62


class Faults(Frozen):
    """What the look for tampering found."""

    intact: bool
    faults: tuple[str, ...]


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


@router.post("/webhooks", status_code=201, summary="订阅事件")
def subscribe(body: Body, flows: FlowsDep, key: AdminKey) -> Webhook:
    """正文含 url，可含 topics 和 secret；密文只在此时返回。

    topics 缺省为 *：除 restricted.（涉及干部作风、移送超时）和移送件外的全部；移送件按机关订阅，如 referral.judicial。
    事件为 CloudEvents 1.0。webhook-signature 为 v1, 加 base64(HMAC-SHA256(密文, "webhook-id.webhook-timestamp.正文"))，
    密文取其文字本身的字节。请在10秒内回2xx，按 webhook-id 去重；同一工单、同一移送件的事件按先后送达。
    """
    return flows.relay.subscribe(body.get("url"), body.get("topics") or [], body.get("secret"), by=key.name)


@router.get("/webhooks", summary="订阅，谁在何时订阅和退订")
def list_webhooks(flows: FlowsDep, _key: AdminKey, ended: bool = False) -> list[Webhook]:
    """不含密文；ended=true 时含已退订的。created_by 为订阅所用密钥的名称，本机命令订阅的为 command。"""
    return [webhook.model_copy(update={"secret": ""}) for webhook in flows.relay.webhooks(ended=ended)]


@router.delete("/webhooks/{webhook_id}", status_code=204, summary="退订")
def unsubscribe(webhook_id: str, flows: FlowsDep, key: AdminKey) -> Response:
    """立即停止投递。"""
    flows.relay.unsubscribe(clean("webhook_id", webhook_id), by=key.name)
    return Response(status_code=204)


@router.get("/webhooks/deliveries", summary="投递记录，新的在前")
def list_deliveries(
    flows: FlowsDep, _key: AdminKey, status: DeliveryStatus | None = None, limit: Limit = 100
) -> list[dict[str, Any]]:
    """dead 为多次失败、待重放的。"""
    return list(flows.relay.log(status=status, limit=limit))


@router.post("/webhooks/deliveries/{delivery_id}/replay", status_code=202, summary="重新投递")
def replay_delivery(delivery_id: int, flows: FlowsDep, _key: AdminKey) -> dict[str, int]:
    """接收方按事件编号去重。"""
    flows.relay.replay(known_id(delivery_id))
    return {"queued": delivery_id}


@router.get("/audit:verify", summary="核验全部经过是否被改动")
def verify_audit(flows: FlowsDep, _key: AdminKey) -> Faults:
    """逐条核对经过的链和封存，并由经过重新推算时限。"""
    faults = tuple(flows.audit.faults())
    return Faults(intact=not faults, faults=faults)


@router.get(
    "/corrections",
    summary="导出更正样本",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {}}}},
)
def export_corrections(
    flows: FlowsDep, _key: ModelsKey, field: Annotated[list[str], Query(min_length=1, max_length=20)]
) -> StreamingResponse:
    """每行一个 JSON：人采纳或更正的字段与原文，已去标识。"""
    fields = tuple(clean("field", name) for name in field)

    def lines() -> Iterator[str]:
        for example in flows.exports.corrections(fields):
            yield json.dumps(example, ensure_ascii=False) + "\n"

    return StreamingResponse(begun(lines()), media_type="application/x-ndjson")


@router.get("/evaluations", summary="随版本发布的评测结果")
def list_evaluations(flows: FlowsDep, _key: AnyKey) -> list[dict[str, Any]]:
    """每项含数据、条数、引擎、模型、日期、指标和 95% 置信区间。"""
    return flows.evaluations()


def known_id(number: int) -> int:
    """Refuse a number that no row can have."""
    if not 0 < number < _LARGEST_ID:
        raise InvalidInput("编号超出范围", field="id")
    return number
