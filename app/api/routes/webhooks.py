"""/v1/webhooks: who is told of events, what was delivered, and once more."""

from typing import Any

from fastapi import APIRouter, Response

from app.api.dependencies import (
    AdminKey,
    Body,
    FlowsDep,
    Limit,
    clean,
    known_id,
)
from app.domain.webhook import DeliveryStatus, Webhook

router = APIRouter(prefix="/v1", tags=["事件推送"])


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
